//! `candlelab sandbox-check`: which protections grading has on this machine.

use crate::engine::{Engines, enter_sandbox};
use crate::exit::Exit;
use crate::print;
use candlelab_grader::sandbox::Layer;
use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::Path;

/// Enters the sandbox, prints its layers, and tries to break out of them.
pub fn run() -> anyhow::Result<Exit> {
    let engines = Engines::ready()?;
    let scratch = tempfile::tempdir()?;
    // What the process below must neither read nor change.
    let secret = tempfile::NamedTempFile::new()?;
    let layers = enter_sandbox(&engines, scratch.path());
    let mut sound = true;
    for layer in layers.into_iter().chain(attempts(secret.path(), scratch.path())) {
        sound &= layer.result.is_ok();
        let (sign, text) = match layer.result {
            Ok(text) => ('✓', text),
            Err(problem) => ('✗', problem),
        };
        print::line(format_args!("{sign} {:10}  {text}", layer.name));
    }
    Ok(if sound { Exit::Ok } else { Exit::NotGraded })
}

/// What must fail, and does or does not.
fn attempts(secret: &Path, scratch: &Path) -> Vec<Layer> {
    let own = fs::write(scratch.join("own/file"), "").map_err(|error| error.to_string());
    let own = own.map(|()| "the scratch folder can be written".to_owned());
    vec![
        refused("read", "another file is out of reach", || fs::read(secret).map(drop)),
        refused("passwords", "/etc/passwd is out of reach", || fs::read("/etc/passwd").map(drop)),
        refused("write", "no file can be made elsewhere", || {
            fs::write(secret.with_extension("new"), "")
        }),
        refused("proc", "other processes cannot be looked into", || {
            fs::read("/proc/1/environ").map(drop)
        }),
        refused("connect", "no other machine is in reach", || {
            TcpStream::connect("192.0.2.1:80").map(drop)
        }),
        Layer { name: "files", result: own },
    ]
}

fn refused(name: &'static str, what: &str, attempt: impl FnOnce() -> io::Result<()>) -> Layer {
    let result = match attempt() {
        Err(_) => Ok(what.to_owned()),
        Ok(()) => Err(format!("not so: {what}")),
    };
    Layer { name, result }
}
