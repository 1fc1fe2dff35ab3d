//! Python programs that the tests speak to: an environment for them, made once.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// An environment with everything in `python/requirements.txt` and the kernel `candlelab`.
pub static PYTHON: LazyLock<Python> = LazyLock::new(Python::prepare);

/// A virtual environment below the target folder.
pub struct Python {
    folder: PathBuf,
}

const REQUIREMENTS: &str = include_str!("python/requirements.txt");

impl Python {
    /// Makes the environment, unless there is one with the same requirements.
    fn prepare() -> Self {
        let base = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let python = Self { folder: base.join("python") };
        let lock = File::create(base.join("python.lock")).expect("the target folder is writable");
        lock.lock().expect("the target folder can be locked");
        let made = python.folder.join("requirements.txt");
        if fs::read_to_string(&made).ok().as_deref() != Some(REQUIREMENTS) {
            python.make();
            fs::write(&made, REQUIREMENTS).expect("the environment is writable");
        }
        python.install_kernel();
        python
    }

    fn make(&self) {
        let folder = self.folder.display().to_string();
        succeed(Command::new("python3").args(["-m", "venv", "--clear", &folder]));
        let requirements = repository().join("tests/python/requirements.txt");
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
        succeed(self.command().args(pip).arg(requirements));
    }

    fn install_kernel(&self) {
        let mut install = Command::new(env!("CARGO_BIN_EXE_candlelab"));
        succeed(install.args(["install", "--name", "candlelab", "--prefix"]).arg(&self.folder));
    }

    /// The folder of the environment's programs.
    pub fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// The environment's interpreter, which finds the kernel and leaves the user's files alone.
    pub fn command(&self) -> Command {
        let mut python = Command::new(self.folder.join("bin/python"));
        python
            .env("JUPYTER_PATH", self.folder.join("share/jupyter"))
            .env("JUPYTER_RUNTIME_DIR", self.folder.join("runtime"))
            .env("JUPYTER_CONFIG_DIR", self.folder.join("config"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(repository().join("tests/python"));
        python
    }
}

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command that must succeed; gives what it wrote.
#[track_caller]
pub fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let text = text.concat();
    assert!(output.status.success(), "{command:?} failed, {}:\n{text}", output.status);
    text
}
