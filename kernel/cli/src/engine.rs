//! Which engine runs the cells.

#[cfg(feature = "rust")]
use candlelab_engine::rust::{self, RustEngine, Store};
use candlelab_engine::{Completeness, Echo, Engine, EngineError};
use std::path::PathBuf;

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

    /// Where the runtime lies.
    pub fn describe(&self) -> String {
        match self {
            Self::Echo => "the toy engine needs none".into(),
            #[cfg(feature = "rust")]
            Self::Rust(store) => store.root.display().to_string(),
        }
    }
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
