//! Finds the Rust toolchain and says what is missing.

use crate::EngineError;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest rustc that the evaluator works with.
const OLDEST: (u32, u32) = (1, 95);

/// A usable Rust toolchain.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The directory that holds `bin`, `lib` and the standard library's sources.
    pub sysroot: PathBuf,
    /// The text of `rustc -vV`.
    pub version: String,
    /// The host's target triple.
    pub target: String,
}

/// One thing that a working machine needs.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was looked for.
    pub name: &'static str,
    /// What was found, or what is wrong.
    pub result: Result<String, String>,
    /// How to get it.
    pub hint: &'static str,
}

const RUSTC_HINT: &str = "install Rust 1.95 or newer: `rustup toolchain install 1.95.0`";
const SOURCES_HINT: &str = "run `rustup component add rust-src`";
const LINKER_HINT: &str = "install a C compiler, for instance `apt install gcc libc6-dev`";

impl Toolchain {
    /// The compiler's long text on an error code.
    pub fn explain(&self, code: Option<&str>) -> String {
        let is_code = |code: &&str| {
            code.len() == 5 && code.starts_with('E') && code[1..].parse::<u16>().is_ok()
        };
        let Some(code) = code.filter(is_code) else {
            return match code {
                Some(other) => format!(
                    "`{other}` is no error of the compiler's, so there is no long text on it."
                ),
                None => "There was no error yet; `%explain E0382` explains one by its code.".into(),
            };
        };
        match Command::new(self.tool("rustc")).args(["--explain", code]).output() {
            Ok(output) if output.status.success() => {
                String::from_utf8_lossy(&output.stdout).into_owned()
            }
            _ => format!("The compiler has no text on {code}."),
        }
    }

    /// The first toolchain that is new enough: the default one, then 1.95.0 by name.
    pub fn find() -> Result<Self, EngineError> {
        let found =
            Self::ask(None).or_else(|problem| Self::ask(Some("1.95.0")).map_err(|_| problem));
        found.map_err(|message| EngineError { message, hint: Some(RUSTC_HINT.into()) })
    }

    fn ask(channel: Option<&str>) -> Result<Self, String> {
        let run = |argument: &[&str]| {
            let mut command = Command::new(rustc_on_path());
            command.current_dir("/");
            if let Some(channel) = channel {
                command.env("RUSTUP_TOOLCHAIN", channel);
            }
            let output = command.args(argument).output();
            let output = output.map_err(|error| format!("rustc was not found: {error}"))?;
            if !output.status.success() {
                return Err(format!("rustc fails: {}", String::from_utf8_lossy(&output.stderr)));
            }
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let version = run(&["-vV"])?;
        let field = |name: &str| version.lines().find_map(|line| line.strip_prefix(name));
        let target = field("host: ").unwrap_or_default().to_owned();
        let release = field("release: ").unwrap_or_default();
        if number(release) < OLDEST {
            return Err(format!("rustc {release} was found, but 1.95 or newer is needed"));
        }
        Ok(Self { sysroot: run(&["--print", "sysroot"])?.into(), target, version })
    }

    /// A program of the toolchain itself, not rustup's proxy.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.sysroot.join("bin").join(name)
    }

    /// Where the standard library's shared object lies.
    pub fn library_dir(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(&self.target).join("lib")
    }

    /// Where the standard library's sources lie.
    pub fn library_sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    fn has_sources(&self) -> bool {
        self.library_sources().join("std/src/lib.rs").is_file()
    }

    /// Fails with the words of `doctor` where something is missing.
    ///
    /// The sources of the standard library are added through rustup where it is there to do so.
    pub fn require() -> Result<Self, EngineError> {
        let toolchain = Self::find()?;
        if !toolchain.has_sources() {
            toolchain.add_sources();
        }
        for finding in toolchain.findings() {
            if let Err(problem) = finding.result {
                let message = format!("{}: {problem}", finding.name);
                return Err(EngineError { message, hint: Some(finding.hint.into()) });
            }
        }
        Ok(toolchain)
    }

    fn add_sources(&self) {
        let name = self.sysroot.file_name().unwrap_or_default();
        let mut command = Command::new(beside_cargo("rustup"));
        command.args(["component", "add", "rust-src", "--toolchain"]).arg(name);
        let _ = command.output();
    }

    fn findings(&self) -> Vec<Finding> {
        let first = self.version.lines().next().unwrap_or_default().to_owned();
        let cargo = self.tool("cargo");
        let sources = || format!("not in `{}`", self.sysroot.display());
        vec![
            Finding { name: "rustc", result: Ok(first), hint: RUSTC_HINT },
            Finding {
                name: "cargo",
                result: found(&cargo).ok_or(format!("not at `{}`", cargo.display())),
                hint: RUSTC_HINT,
            },
            Finding {
                name: "rust-src",
                result: self.has_sources().then(|| "found".into()).ok_or_else(sources),
                hint: SOURCES_HINT,
            },
            Finding { name: "linker", result: try_linker(), hint: LINKER_HINT },
        ]
    }
}

/// Looks at everything that the engine needs.
pub fn doctor() -> Vec<Finding> {
    match Toolchain::find() {
        Ok(toolchain) => toolchain.findings(),
        Err(error) => {
            vec![Finding { name: "rustc", result: Err(error.message), hint: RUSTC_HINT }]
        }
    }
}

fn found(path: &Path) -> Option<String> {
    path.is_file().then(|| "found".to_owned())
}

fn number(release: &str) -> (u32, u32) {
    let mut parts = release.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn rustc_on_path() -> PathBuf {
    beside_cargo("rustc")
}

/// A program on the path, or else in cargo's own directory: Jupyter is often started without it.
fn beside_cargo(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    places.extend(
        home.or_else(|| Some(dirs::home_dir()?.join(".cargo"))).map(|home| home.join("bin")),
    );
    let found = places.into_iter().map(|place| place.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| name.into())
}

fn try_linker() -> Result<String, String> {
    let output = Command::new("cc").arg("--version").output();
    let output = output.map_err(|error| format!("`cc` was not found: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().next().unwrap_or("found").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(number("1.100.0") > OLDEST);
        assert!(number("1.94.1") < OLDEST);
        assert_eq!(number("1.95.0-nightly"), OLDEST);
    }
}
