//! Autograders for Gradescope: an archive with all that a container needs, and what runs in it.

mod metadata;
mod run;

pub use run::run;

use crate::cli::ExportAutograderArgs;
use crate::exit::{BadInput, Exit};
use crate::print;
use anyhow::Context;
use candlelab_grader::{Lab, chosen_labs};
use candlelab_notebook::write_file;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SETUP: &str = include_str!("autograder/setup.sh");
const RUN: &str = include_str!("autograder/run_autograder.sh");
/// Which Rust this program was made with, and which its cells need.
const TOOLCHAIN: &str = include_str!("../../../rust-toolchain.toml");

/// Packs this program with a lab.
pub fn export(args: &ExportAutograderArgs) -> anyhow::Result<Exit> {
    let lab = only_lab(args)?;
    let sandbox = format!(" --sandbox {}", args.sandbox.name());
    let program = std::env::current_exe()?;
    let program = fs::read(&program)
        .with_context(|| format!("cannot read this program, `{}`", program.display()))?;
    let mut files = vec![
        ("setup.sh".to_owned(), SETUP.replace("TOOLCHAIN", channel()).into_bytes(), 0o755),
        ("run_autograder".to_owned(), RUN.replace(" OPTIONS", &sandbox).into_bytes(), 0o755),
        ("candlelab".to_owned(), program, 0o755),
    ];
    for path in plain_files(lab.path.parent().unwrap_or(Path::new(".")))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let content =
            fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        files.push((format!("labs/{}/{name}", lab.about.lab), content, 0o644));
    }
    let archive = pack(&files)?;
    write_file(&args.output, &archive)?;
    print::line(format_args!(
        "`{}` in `{}`, {} MB",
        lab.about.lab,
        args.output.display(),
        archive.len().div_ceil(1 << 20)
    ));
    Ok(Exit::Ok)
}

fn only_lab(args: &ExportAutograderArgs) -> anyhow::Result<Lab> {
    let mut paths = chosen_labs(&args.labs, std::slice::from_ref(&args.lab))?;
    if paths.len() > 1 {
        let message = format!("{} labs have `{}` in their names", paths.len(), args.lab);
        let hint = "an autograder is for one lab; give more of its name".into();
        return Err(BadInput { message, hint }.into());
    }
    Ok(Lab::read(paths.swap_remove(0))?)
}

fn channel() -> &'static str {
    let line = TOOLCHAIN.lines().find_map(|line| line.strip_prefix("channel = "));
    line.map_or("stable", |line| line.trim_matches('"'))
}

fn plain_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
    let plain = entries.flatten().filter(|it| it.file_type().is_ok_and(|kind| kind.is_file()));
    let mut paths: Vec<PathBuf> = plain.map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn pack(files: &[(String, Vec<u8>, u32)]) -> anyhow::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, mode) in files {
        archive.start_file(name, SimpleFileOptions::default().unix_permissions(*mode))?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}
