//! Which engine runs the cells.

use crate::cli::{EngineArgs, JailArgs};
use crate::exit::Exit;
use crate::jail::{self, Entrance};
use anyhow::{Context, ensure};
#[cfg(feature = "rust")]
use candlelab_engine::rust::{self, RustEngine, Store};
use candlelab_engine::{Completeness, Echo, Engine, EngineError, namespaces, remote};
#[cfg(feature = "rust")]
use candlelab_grader::sandbox::Role;
use candlelab_wire::Wire;
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
    if let Some(scratch) = &args.jail.scratch {
        return serve_graded(&args.jail, scratch);
    }
    remote::serve(|| match &args.kernel {
        Some(name) => Ok(Box::new(Wire::start(name)?)),
        None => Engines::ready()?.start(),
    })?;
    Ok(Exit::Ok)
}

/// The same for what is graded: each session in a sandbox, and a process, of its own.
fn serve_graded(args: &JailArgs, scratch: &Path) -> anyhow::Result<Exit> {
    namespaces::close_inherited();
    let engines = Engines::ready()?;
    let entrance = Entrance::open(&engines, args, scratch)?;
    let code = remote::serve_copies(|| engines.start(), |is_trusted| entrance.pass(is_trusted))?;
    ensure!(code == 0, "a session ended with exit status {code}");
    Ok(Exit::Ok)
}

/// Takes over where this process was started as a compiler or a worker; in a sandbox either has
/// less than the engine.
pub fn hook() {
    #[cfg(feature = "rust")]
    {
        if let Some((role, session)) = role()
            && let Err(problem) = jail::confine(role, &session)
        {
            crate::print::error(format_args!("no sandbox within the sandbox: {problem}"));
            std::process::exit(Exit::NotGraded as i32);
        }
        rust::hook();
    }
}

/// What this process was started as, and the folder of its session.
#[cfg(feature = "rust")]
fn role() -> Option<(Role, PathBuf)> {
    let folder = |variable| {
        std::env::var_os(variable).and_then(|file| Some(PathBuf::from(file).parent()?.to_owned()))
    };
    let program = std::env::args_os().next().map(PathBuf::from)?;
    if program.file_name()? == "cargo" {
        return Some((Role::Compiler, folder(rust::front::SETTINGS_VAR)?));
    }
    Some((Role::Worker, folder(rust::worker::SOCKET_VAR)?))
}

/// The file of this program.
pub fn program() -> Option<PathBuf> {
    #[cfg(feature = "rust")]
    return rust::program().ok();
    #[cfg(not(feature = "rust"))]
    std::env::current_exe().ok()
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
    pub fn files(&self) -> Vec<PathBuf> {
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
