//! The files by which Jupyter knows the kernel, and where they lie.

use crate::cli::KernelPlace;
use crate::exit::BadInput;
use anyhow::Context;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const LOGOS: [(&str, &[u8]); 3] = [
    ("logo-32x32.png", include_bytes!("../assets/logo-32x32.png")),
    ("logo-64x64.png", include_bytes!("../assets/logo-64x64.png")),
    ("logo-svg.svg", include_bytes!("../assets/logo-svg.svg")),
];

/// The folder of the kernel of that name and place.
pub fn folder(place: &KernelPlace) -> anyhow::Result<PathBuf> {
    let data = match &place.prefix {
        Some(prefix) => prefix.join("share/jupyter"),
        None if place.sys_prefix => python_prefix()?.join("share/jupyter"),
        None => user_data()?,
    };
    Ok(data.join("kernels").join(&place.name))
}

/// Jupyter's folder for one user, by the rules of `jupyter_core`.
fn user_data() -> anyhow::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("JUPYTER_DATA_DIR") {
        return Ok(folder);
    }
    let home = dirs::home_dir().context("this user has no home folder; use `--prefix`")?;
    if cfg!(target_os = "macos") {
        return Ok(home.join("Library/Jupyter"));
    }
    let data = variable("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"));
    Ok(data.join("jupyter"))
}

fn python_prefix() -> anyhow::Result<PathBuf> {
    let problem = |why: String| BadInput {
        message: format!("cannot ask `python3` for its prefix: {why}"),
        hint: "activate the environment that holds Jupyter, or use `--prefix`".into(),
    };
    let mut python = Command::new("python3");
    let output = python.args(["-c", "import sys; print(sys.prefix)"]).output();
    let output = output.map_err(|error| problem(error.to_string()))?;
    let prefix = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() || prefix.is_empty() {
        return Err(problem(String::from_utf8_lossy(&output.stderr).trim().to_owned()).into());
    }
    Ok(prefix.into())
}

/// Writes all files into a folder.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let json = serde_json::to_string_pretty(&kernel_json(&program))? + "\n";
    let json = ("kernel.json", json.as_bytes());
    for (name, content) in LOGOS.into_iter().chain([json]) {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

fn kernel_json(program: &Path) -> Value {
    json!({
        "argv": [program, "kernel", "{connection_file}"],
        "display_name": "Rust (Candle)",
        "language": "rust",
        "interrupt_mode": "message",
        "metadata": {"debugger": true},
    })
}

/// Refuses to touch a kernel that another program has put there.
pub fn require_ours(folder: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(folder.join("kernel.json")).unwrap_or_default();
    let spec: Value = serde_json::from_str(&text).unwrap_or_default();
    let program = spec["argv"][0].as_str().and_then(|path| Path::new(path).file_stem());
    if program.is_some_and(|name| name == "candlelab") && spec["argv"][1] == "kernel" {
        return Ok(());
    }
    let message = format!("the kernel in `{}` is another program's", folder.display());
    Err(BadInput { message, hint: "choose another name with `--name`".into() }.into())
}
