//! The compile front: this program, started in cargo's place.
//!
//! evcxr and rust-analyzer call `cargo` for every cell. The engine puts a directory first on
//! their path whose `cargo` is a link to this program; it calls rustc at once, with the runtime
//! as a library that is already built, and answers `cargo metadata` from the store.

use super::environment;
use super::glue;
use super::store::Store;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

mod answers;
pub mod cells;
pub mod user_crates;

/// Names the file with the front's settings.
pub const SETTINGS_VAR: &str = "CANDLELAB_FRONT";
/// The file in a session's directory that holds what the user wrote in the cell.
pub const USER_FILE: &str = "cell.rs";
/// The folder there for compiled cells.
const OUT: &str = "out";

/// What the front needs to know; written by the engine, one a session.
#[derive(Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The session's directory, where evcxr writes the cell's crate.
    pub session: PathBuf,
    /// The real rustc.
    pub rustc: PathBuf,
    /// The real cargo.
    pub cargo: PathBuf,
    /// The runtime's library.
    pub library: PathBuf,
    /// The crates inside it.
    pub dependencies: PathBuf,
    /// What rust-analyzer sees of them.
    pub mirror: PathBuf,
    /// What cargo answered to questions that do not concern a cell.
    pub answers: PathBuf,
    /// Where crates that users add are built, for all sessions.
    pub user_crates: PathBuf,
    /// Where compiled cells are, for all sessions.
    pub cells: cells::Folders,
    /// The path as it was before the engine changed it.
    pub path: OsString,
    /// Cargo's home as it was.
    pub cargo_home: Option<OsString>,
}

impl Settings {
    /// The settings of a session.
    pub fn new(session: &Path, store: &Store) -> Self {
        Self {
            session: session.into(),
            rustc: store.toolchain.tool("rustc"),
            cargo: store.toolchain.tool("cargo"),
            library: store.library(),
            dependencies: store.dependencies(),
            mirror: store.mirror(),
            answers: store.root.join("answers"),
            user_crates: store.root.with_extension("crates"),
            cells: cells::Folders::or(store.root.with_extension("cells")),
            path: environment::original("PATH").unwrap_or_default(),
            cargo_home: environment::original("CARGO_HOME"),
        }
    }

    /// The runtime's own serde: what `#[derive(Serialize)]` writes into a cell names that crate.
    fn serde(&self) -> Option<PathBuf> {
        let files = std::fs::read_dir(&self.dependencies).into_iter().flatten().flatten();
        let is_serde = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("libserde-") && name.ends_with(".rlib")
        };
        files.map(|file| file.path()).find(is_serde)
    }

    fn cell_file(&self) -> PathBuf {
        self.session.join("src/lib.rs")
    }

    fn cell_library(&self) -> PathBuf {
        self.session.join(OUT).join("libctx.so")
    }

    /// A command in the environment that the user has.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("PATH", &self.path);
        for name in ["RUSTFLAGS", "RUST_SRC_PATH", SETTINGS_VAR] {
            command.env_remove(name);
        }
        match &self.cargo_home {
            Some(home) => command.env("CARGO_HOME", home),
            None => command.env_remove("CARGO_HOME"),
        };
        command
    }
}

/// The file that the process that compiles holds a lock on, with its number.
fn compiler_file(session: &Path) -> PathBuf {
    session.join("compiler.pid")
}

/// The process that compiles now, if any, which leads a group of all that it has started.
pub fn compiler(session: &Path) -> Option<i32> {
    let file = File::open(compiler_file(session)).ok()?;
    // The lock goes with its process, so that a number is never another's.
    let Err(TryLockError::WouldBlock) = file.try_lock_shared() else { return None };
    let process: i32 = std::io::read_to_string(file).ok()?.parse().ok()?;
    // A cell can write to the file as well, and 1 would stand for every process there is.
    // SAFETY: asks for the group of a process.
    let leads_group = process > 1 && unsafe { libc::getpgid(process) } == process;
    leads_group.then_some(process)
}

/// Lets the engine stop this process with all that it will start, until the file is dropped.
fn become_compiler(settings: &Settings) -> Result<File, String> {
    // SAFETY: changes the group of this process alone.
    unsafe { libc::setpgid(0, 0) };
    let taken = File::create(compiler_file(&settings.session)).and_then(|mut file| {
        file.lock()?;
        write!(file, "{}", std::process::id())?;
        Ok(file)
    });
    taken.map_err(|error| error.to_string())
}

/// Acts as cargo if this process was started under that name; otherwise returns.
pub fn hook() {
    let mut arguments = std::env::args_os();
    let name = arguments.next().map(PathBuf::from).unwrap_or_default();
    if name.file_name().is_none_or(|name| name != "cargo") {
        return;
    }
    let arguments: Vec<OsString> = arguments.collect();
    let code = match run(&arguments) {
        Ok(code) => code,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "error: {message}");
            101
        }
    };
    std::process::exit(code);
}

fn run(arguments: &[OsString]) -> Result<i32, String> {
    let file = std::env::var_os(SETTINGS_VAR).ok_or(format!("`{SETTINGS_VAR}` is not set"))?;
    let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
    let settings: Settings = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let first = arguments.first().and_then(|argument| argument.to_str()).unwrap_or_default();
    let _compiler = match first {
        "build" | "check" | "metadata" => Some(become_compiler(&settings)?),
        _ => None,
    };
    match first {
        "build" => build(&settings),
        "check" => check(&settings),
        "metadata" if concerns_cell(arguments, &settings) => metadata(&settings),
        "locate-project" => locate_project(&settings),
        "clean" => Ok(0),
        _ => answers::give(&settings, arguments),
    }
}

fn locate_project(settings: &Settings) -> Result<i32, String> {
    let root = serde_json::json!({"root": settings.session.join("Cargo.toml")});
    writeln!(std::io::stdout(), "{root}").map_err(|error| error.to_string())?;
    Ok(0)
}

/// Compiles the cell; on success evcxr finds the library by the file that it named.
fn build(settings: &Settings) -> Result<i32, String> {
    let source = std::fs::read_to_string(settings.cell_file()).map_err(|it| it.to_string())?;
    if let Some(path_file) = std::env::var_os("EVCXR_EXECUTION_SO_PATH") {
        let library = settings.cell_library();
        std::fs::write(path_file, &*library.to_string_lossy()).map_err(|it| it.to_string())?;
    }
    let user = std::fs::read_to_string(settings.session.join(USER_FILE)).ok();
    let cell = glue::rewrite(&source, user.as_deref());
    let is_cut = cell.is_cut;
    let mut done = compile(settings, cell)?;
    if is_cut && done.code != 0 {
        // What was left out may be missed after all.
        done = compile(settings, glue::rewrite(&source, None))?;
    }
    tell(&done)
}

/// Compiles a cell, unless it was compiled before.
fn compile(settings: &Settings, mut cell: glue::Cell) -> Result<Compiled, String> {
    let (file, library) = (settings.cell_file(), settings.cell_library());
    let mut rustc = rustc(settings)?;
    let level = cell.opt_level;
    rustc.args(["--crate-type=cdylib", "--emit=link", "-Cprefer-dynamic", "-Cstrip=debuginfo"]);
    rustc.arg(format!("-Copt-level={level}"));
    rustc.args(["-Cdebug-assertions=on", "-Coverflow-checks=on", "-Ccodegen-units=1"]);
    rustc.arg("--out-dir").arg(settings.session.join(OUT));
    let kept = cell.ordered.take().and_then(|code| cells::Kept::of(settings, &code, &rustc));
    let incremental = settings.session.join(format!("incremental-{level}"));
    rustc.arg(format!("-Cincremental={}", incremental.display()));
    if let Some(known) = kept.as_ref().and_then(|kept| kept.take(&library, &file)) {
        return Ok(known);
    }
    let done = loop {
        std::fs::write(&file, &cell.code).map_err(|error| error.to_string())?;
        let done = Compiled::by(&mut rustc)?;
        if done.code == 0 || !cell.drop_moved(&String::from_utf8_lossy(&done.said)) {
            break done;
        }
    };
    if let Some(kept) = kept {
        kept.keep(&library, &file, &done);
    }
    Ok(done)
}

/// What became of a compilation.
pub struct Compiled {
    /// rustc's exit code.
    code: i32,
    /// What it wrote to standard error.
    said: Vec<u8>,
}

impl Compiled {
    fn by(rustc: &mut Command) -> Result<Self, String> {
        let mut output = rustc.output().map_err(|error| error.to_string())?;
        // Whoever ended it, this says nothing about the cell; an interrupt would have ended us too.
        if output.status.code().is_none() {
            output = rustc.output().map_err(|error| error.to_string())?;
        }
        Ok(Self { code: output.status.code().unwrap_or(101), said: output.stderr })
    }
}

/// Passes on what the compiler said, and its exit code.
fn tell(done: &Compiled) -> Result<i32, String> {
    std::io::stderr().write_all(&done.said).map_err(|error| error.to_string())?;
    Ok(done.code)
}

/// Looks for errors only.
fn check(settings: &Settings) -> Result<i32, String> {
    let mut rustc = rustc(settings)?;
    rustc.args(["--crate-type=lib", "--emit=metadata", "--out-dir"]);
    rustc.arg(settings.session.join("check"));
    tell(&Compiled::by(&mut rustc)?)
}

fn rustc(settings: &Settings) -> Result<Command, String> {
    let mut rustc = settings.command(&settings.rustc);
    rustc.current_dir(&settings.session);
    rustc.args(["--crate-name=ctx", "--edition=2024", "src/lib.rs", "--error-format=json"]);
    rustc.args(["--json=diagnostic-rendered-ansi", "-Awarnings"]);
    rustc.arg("--extern").arg(format!("candlelab={}", settings.library.display()));
    rustc.arg("-L").arg(format!("dependency={}", settings.dependencies.display()));
    let crates = user_crates::build(settings)?;
    let has_own_serde = crates.iter().any(|argument| argument.starts_with("--extern=serde="));
    if let (false, Some(serde)) = (has_own_serde, settings.serde()) {
        rustc.arg("--extern").arg(format!("serde={}", serde.display()));
    }
    rustc.args(crates);
    Ok(rustc)
}

fn concerns_cell(arguments: &[OsString], settings: &Settings) -> bool {
    let manifest = arguments.iter().skip_while(|argument| *argument != "--manifest-path").nth(1);
    manifest.is_none_or(|manifest| Path::new(manifest).starts_with(&settings.session))
}

/// Describes the cell's crate as depending on the mirror.
fn metadata(settings: &Settings) -> Result<i32, String> {
    let (text, cell) = match user_crates::metadata(settings)? {
        Some(answer) => answer,
        None => {
            let text = std::fs::read_to_string(settings.mirror.join("metadata.json"));
            (text.map_err(|error| error.to_string())?, settings.mirror.join("ctx"))
        }
    };
    let text = as_libraries(&text, &settings.mirror)?;
    let cell = cell.to_string_lossy();
    let text = text.replace(&*cell, &settings.session.to_string_lossy());
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(0)
}

/// Says of the mirror's crates that they come from elsewhere: of a crate that can be edited,
/// rust-analyzer offers what is private, too.
fn as_libraries(metadata: &str, mirror: &Path) -> Result<String, String> {
    let mut metadata: Value = serde_json::from_str(metadata).map_err(|error| error.to_string())?;
    for package in metadata["packages"].as_array_mut().into_iter().flatten() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        if manifest.starts_with(mirror) && !manifest.starts_with(mirror.join("ctx")) {
            package["source"] = "registry+runtime".into();
        }
    }
    Ok(metadata.to_string())
}
