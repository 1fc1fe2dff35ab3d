//! Builds a store.

use super::{Progress, Store, features, mirror, sources, target_cpu, unwritable};
use crate::EngineError;
use crate::rust::toolchain::Toolchain;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds in the folder `work` and renames the result into place. What cargo has built stays in
/// `work`, so that the next version of the runtime, or the next try, does not start anew.
pub fn build(
    store: &Store,
    work: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), EngineError> {
    let sources_dir = work.join("src");
    let result = work.join("store");
    // Left over from an interrupted build.
    let _ = fs::remove_dir_all(&result);
    let _ = fs::remove_dir_all(&sources_dir);
    let write = |done: std::io::Result<()>| done.map_err(|error| unwritable(work, &error));
    write(sources::unpack(&sources_dir))?;
    let toolchain = &store.toolchain;
    let flags = library_flags(toolchain);
    let built = compile(toolchain, work, ("candlelab", &flags), progress)?;
    write(gather(&built, &result))?;
    mirror::make(toolchain, &sources_dir, &result.join("mirror"), &store.mirror())?;
    write(fs::rename(&result, &store.root))
}

/// Builds the program that times training, in the folder `work`; gives its path.
pub fn build_bench(
    toolchain: &Toolchain,
    work: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<PathBuf, EngineError> {
    let sources_dir = work.join("src");
    let _ = fs::remove_dir_all(&sources_dir);
    sources::unpack(&sources_dir).map_err(|error| unwritable(work, &error))?;
    let flags = format!("-Ctarget-cpu={}", target_cpu());
    let built = compile(toolchain, work, ("candlelab-bench", &flags), progress)?;
    let program =
        built.into_iter().find(|file| file.file_stem() == Some("candlelab-bench".as_ref()));
    program.ok_or_else(|| failed("", "cargo made no candlelab-bench"))
}

/// The real cargo, free of what the caller's environment says about other builds.
pub fn cargo(toolchain: &Toolchain, folder: &Path) -> Command {
    let mut command = Command::new(toolchain.tool("cargo"));
    command.current_dir(folder).env("RUSTC", toolchain.tool("rustc")).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_cargo =
            text.starts_with("CARGO_") && text != "CARGO_HOME" && !text.starts_with("CARGO_NET");
        if of_cargo || text == "RUSTFLAGS" || text == "RUSTC_WRAPPER" || text == "RUSTUP_TOOLCHAIN"
        {
            command.env_remove(&name);
        }
    }
    command
}

/// How many crates a package consists of; 0 where cargo does not tell.
fn count_crates(toolchain: &Toolchain, sources: &Path, package: &str) -> usize {
    let mut tree = cargo(toolchain, sources);
    tree.args(["tree", "-p", package, "-e", "normal,build", "--prefix", "none", "--no-dedupe"]);
    let text = tree.output().map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().collect::<std::collections::HashSet<_>>().len()
}

/// Runs cargo for a package of the sources in `work`, with flags for the compiler; returns the
/// paths of what it made.
fn compile(
    toolchain: &Toolchain,
    work: &Path,
    (package, flags): (&str, &str),
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<PathBuf>, EngineError> {
    let sources = work.join("src");
    let total = count_crates(toolchain, &sources, package);
    let mut command = cargo(toolchain, &sources);
    command.args(["build", "--release", "-p", package, "--message-format=json"]);
    command.args(["--target", &toolchain.target]).arg("--target-dir").arg(work.join("target"));
    command.args(["--features", &features()]);
    command.env("RUSTFLAGS", flags);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(cannot_run)?;
    let stderr = child.stderr.take().map(|mut stream| {
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stream.read_to_string(&mut text);
            text
        })
    });
    let mut files = Vec::new();
    let mut rendered = String::new();
    let mut names = std::collections::HashSet::new();
    for line in BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        if message["reason"] == "compiler-message" && message["message"]["level"] == "error" {
            rendered.push_str(message["message"]["rendered"].as_str().unwrap_or_default());
        }
        if message["reason"] != "compiler-artifact" {
            continue;
        }
        let paths = message["filenames"].as_array().into_iter().flatten();
        files.extend(paths.filter_map(|path| path.as_str().map(PathBuf::from)));
        let crate_name = message["target"]["name"].as_str().unwrap_or_default().to_owned();
        names.insert(message["package_id"].as_str().unwrap_or_default().to_owned());
        progress(Progress::Building {
            crate_name,
            done: names.len(),
            total: total.max(names.len()),
        });
    }
    let status = child.wait().map_err(cannot_run)?;
    let stderr = stderr.and_then(|reader| reader.join().ok()).unwrap_or_default();
    if status.success() { Ok(files) } else { Err(failed(&rendered, &stderr)) }
}

fn cannot_run(error: std::io::Error) -> EngineError {
    EngineError { message: format!("cannot run cargo: {error}"), hint: None }
}

fn failed(rendered: &str, stderr: &str) -> EngineError {
    let last: Vec<&str> = stderr.lines().rev().take(20).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    EngineError {
        message: format!("building the runtime failed:\n{rendered}{}", last.join("\n")),
        hint: Some("the first build needs the crate registry; later ones need no network".into()),
    }
}

fn library_flags(toolchain: &Toolchain) -> String {
    let cpu = target_cpu();
    let libraries = toolchain.library_dir();
    format!("-Cprefer-dynamic -Ctarget-cpu={cpu} -Clink-arg=-Wl,-rpath,{}", libraries.display())
}

/// Copies the library and the metadata of the crates inside it.
fn gather(built: &[PathBuf], result: &Path) -> std::io::Result<()> {
    let deps = result.join("lib/deps");
    fs::create_dir_all(&deps)?;
    for file in built {
        let name = file.file_name().unwrap_or_default();
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("so") if name == "libcandlelab.so" => {
                fs::copy(file, result.join("lib").join(name))?;
            }
            Some("so") => {
                fs::copy(file, deps.join(name))?; // A procedural macro.
            }
            Some("rlib" | "rmeta") => {
                fs::copy(file, deps.join(name))?;
            }
            _ => {}
        }
    }
    Ok(())
}
