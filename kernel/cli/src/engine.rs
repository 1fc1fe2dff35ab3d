//! Which engine runs the cells.

use crate::cli::EngineArgs;
use crate::exit::Exit;
use anyhow::Context;
#[cfg(feature = "rust")]
use candlelab_engine::rust::{self, RustEngine, Store};
use candlelab_engine::{CELL_TMPDIR, Completeness, Echo, Engine, EngineError, namespaces, remote};
use candlelab_grader::sandbox::{Layer, Sandbox};
use candlelab_wire::Wire;
use std::io;
use std::path::{Path, PathBuf};

/// All that is needed to start engines.
pub enum Engines {
    /// The toy engine, which tests ask for with `CANDLELAB_ENGINE=echo`.
    Echo,
    /// Rust, on a store that has been built.
    #[cfg(feature = "rust")]
    Rust(Store),
}

/// How it is told whether a cell is whole.
pub fn completeness() -> fn(&str) -> Completeness {
    match std::env::var("CANDLELAB_ENGINE").as_deref() {
        #[cfg(feature = "rust")]
        Err(_) | Ok("rust") => rust::completeness,
        _ => candlelab_engine::echo::completeness,
    }
}

/// Answers for an engine on standard input and output; see [`candlelab_engine::remote`].
pub fn serve(args: &EngineArgs) -> anyhow::Result<Exit> {
    if args.offline {
        namespaces::leave_network().context("cannot leave the network")?;
    }
    if let Some(scratch) = &args.sandbox {
        let engines = Engines::ready()?;
        enter_sandbox(&engines, scratch);
        remote::serve(|| engines.start())?;
        return Ok(Exit::Ok);
    }
    remote::serve(|| match &args.kernel {
        Some(name) => Ok(Box::new(Wire::start(name)?)),
        None => Engines::ready()?.start(),
    })?;
    Ok(Exit::Ok)
}

/// Gives up whatever grading does not need; what that came to.
pub fn enter_sandbox(engines: &Engines, scratch: &Path) -> Vec<Layer> {
    let layer = |name, result: io::Result<()>, what: &str| Layer {
        name,
        result: result.map(|()| what.to_owned()).map_err(|error| error.to_string()),
    };
    let network = layer(
        "network",
        namespaces::leave_network(),
        "a network of its own, without any other machine",
    );
    let files =
        layer("scratch", namespaces::leave_files(scratch), "half a gigabyte of files, in memory");
    let own = layer(
        "processes",
        namespaces::leave_processes(),
        "sees and reaches its own processes only",
    );
    // SAFETY: there is one thread, so nobody reads the environment meanwhile.
    unsafe {
        std::env::set_var("HOME", scratch.join("own"));
        std::env::set_var(CELL_TMPDIR, scratch.join("own"));
    }
    let program = std::env::current_exe().into_iter();
    let read = engines.files().into_iter().chain(program).collect();
    let sandbox = Sandbox { read, scratch: scratch.into() };
    [vec![network, files, own], sandbox.enter()].concat()
}

/// Takes over where this process was started as a compiler or a worker.
pub fn hook() {
    #[cfg(feature = "rust")]
    rust::hook();
}

impl Engines {
    /// Builds the store where it is missing, and shows how that goes.
    pub fn ready() -> Result<Self, EngineError> {
        match std::env::var("CANDLELAB_ENGINE").as_deref() {
            Err(_) | Ok("rust") => Self::rust(),
            Ok("echo") => Ok(Self::Echo),
            Ok(name) => Err(EngineError {
                message: format!("there is no engine `{name}`"),
                hint: Some("unset `CANDLELAB_ENGINE` to run Rust".into()),
            }),
        }
    }

    #[cfg(feature = "rust")]
    fn rust() -> Result<Self, EngineError> {
        let mut progress = crate::progress::Progress::default();
        rust::prepare(&mut |event| progress.show(event)).map(Self::Rust)
    }

    #[cfg(not(feature = "rust"))]
    fn rust() -> Result<Self, EngineError> {
        Err(no_rust())
    }

    /// A new session without variables.
    pub fn start(&self) -> Result<Box<dyn Engine>, EngineError> {
        match self {
            Self::Echo => Ok(Box::new(Echo::default())),
            #[cfg(feature = "rust")]
            Self::Rust(store) => Ok(Box::new(RustEngine::start(store)?)),
        }
    }

    /// What an engine reads.
    fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::Echo => Vec::new(),
            #[cfg(feature = "rust")]
            Self::Rust(store) => vec![store.root.clone(), store.toolchain.sysroot.clone()],
        }
    }

    /// Where the runtime lies.
    pub fn describe(&self) -> String {
        match self {
            Self::Echo => "the toy engine needs none".into(),
            #[cfg(feature = "rust")]
            Self::Rust(store) => store.root.display().to_string(),
        }
    }
}

/// What the folder of this machine's runtime is called.
#[cfg(feature = "rust")]
pub fn store_key() -> Result<String, EngineError> {
    rust::store::name()
}

/// What the folder of this machine's runtime is called.
#[cfg(not(feature = "rust"))]
pub fn store_key() -> Result<String, EngineError> {
    Err(no_rust())
}

/// Builds the program that times training; gives it, and a folder for what it is compared with.
#[cfg(feature = "rust")]
pub fn bench_program() -> Result<(PathBuf, PathBuf), EngineError> {
    let mut progress = crate::progress::Progress::default();
    rust::prepare_bench(&mut |event| progress.show(event))
}

/// Builds the program that times training.
#[cfg(not(feature = "rust"))]
pub fn bench_program() -> Result<(PathBuf, PathBuf), EngineError> {
    Err(no_rust())
}

/// Something the Rust engine needs, and whether it is there.
pub struct Finding {
    /// Its name.
    pub name: &'static str,
    /// What was found, or what is wrong.
    pub result: Result<String, String>,
    /// How to get it.
    pub hint: &'static str,
}

/// Looks at everything that the Rust engine needs.
#[cfg(feature = "rust")]
pub fn doctor() -> Result<Vec<Finding>, EngineError> {
    let finding =
        |it: rust::toolchain::Finding| Finding { name: it.name, result: it.result, hint: it.hint };
    Ok(rust::doctor().into_iter().map(finding).collect())
}

/// Looks at everything that the Rust engine needs.
#[cfg(not(feature = "rust"))]
pub fn doctor() -> Result<Vec<Finding>, EngineError> {
    Err(no_rust())
}

#[cfg(not(feature = "rust"))]
fn no_rust() -> EngineError {
    EngineError {
        message: "this `candlelab` was built without its Rust engine".into(),
        hint: Some("build it with its default features".into()),
    }
}
