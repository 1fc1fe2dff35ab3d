//! The command line, through the real binary with the toy engine.

mod choice;
mod compare;
mod export;
mod input;
mod install;
mod interrupt;
mod labs;
mod lint;
mod reports;
mod run;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// What a run notes for `--resume`, which no user looks at.
const RECORD: &str = ".candlelab-runs";

/// A call of `candlelab` in a folder of its own.
struct Cmd {
    folder: TempDir,
    shell: &'static str,
}

/// What a call printed, and the folder it ran in.
struct Done {
    folder: TempDir,
    stdout: String,
    stderr: String,
}

impl Cmd {
    /// A folder that holds these fixtures; `a/b.ipynb=passes` is the fixture under another name.
    fn with(notebooks: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for notebook in notebooks {
            let (name, fixture) = notebook.split_once('=').unwrap_or((notebook, notebook));
            let name = if name == fixture { format!("{name}.ipynb") } else { name.to_owned() };
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(fixture_path(fixture), path).unwrap();
        }
        Self { folder, shell: "" }
    }

    /// Runs these words of the shell first, in the same process.
    fn after(mut self, shell: &'static str) -> Self {
        self.shell = shell;
        self
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new("bash");
        let script = format!("{}\nexec \"$CANDLELAB\" {arguments}", self.shell);
        command.args(["-c", &script]).current_dir(self.folder.path());
        command.env("CANDLELAB", env!("CARGO_BIN_EXE_candlelab")).env("CANDLELAB_ENGINE", "echo");
        command.env("JUPYTER_DATA_DIR", self.folder.path().join("jupyter"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn outputs_in(path: &Path, cell: usize) -> Value {
        let text = fs::read_to_string(path).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["cells"][cell]["outputs"].clone()
    }

    #[track_caller]
    fn success(self, arguments: &str) -> Done {
        self.ends_with(0, arguments)
    }

    #[track_caller]
    fn ends_with(self, code: i32, arguments: &str) -> Done {
        let output = self.command(arguments).output().unwrap();
        self.check(code, &output)
    }

    #[track_caller]
    fn check(self, code: i32, output: &Output) -> Done {
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{stdout}\n{stderr}");
        Done { folder: self.folder, stdout, stderr }
    }
}

impl Done {
    /// Another call in the same folder.
    fn then(self) -> Cmd {
        Cmd { folder: self.folder, shell: "" }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A fixture is as it was.
    #[track_caller]
    fn untouched(self, name: &str, fixture: &str) -> Self {
        assert_eq!(fs::read(self.path(name)).unwrap(), fs::read(fixture_path(fixture)).unwrap());
        self
    }

    /// Exactly these files stand below `out`.
    #[track_caller]
    fn wrote(self, expected: &[&str]) -> Self {
        let mut found = Vec::new();
        files(&self.path("out"), &mut found);
        let out = self.path("out");
        let found: Vec<_> = found.iter().map(|path| path.strip_prefix(&out).unwrap()).collect();
        assert_eq!(found, expected.iter().map(Path::new).collect::<Vec<_>>());
        self
    }

    /// Standard error says this and no more.
    #[track_caller]
    fn says(self, expected: &str) -> Self {
        assert_eq!(self.stderr, expected);
        self
    }

    #[track_caller]
    fn prints(self, expected: &str) -> Self {
        assert!(self.stdout.contains(expected), "{expected:?} is not in:\n{}", self.stdout);
        self
    }

    /// A cell's outputs in an executed notebook.
    fn outputs(&self, name: &str, cell: usize) -> Value {
        Cmd::outputs_in(&self.path(name), cell)
    }
}

fn fixture_path(name: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    fixtures.join(name).with_extension("ipynb")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found);
        } else if !path.ends_with(RECORD) {
            found.push(path);
        }
    }
}
