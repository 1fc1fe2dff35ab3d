//! `candlelab install`: makes the kernel known to Jupyter.

use crate::cli::InstallArgs;
use crate::engine::Engines;
use crate::exit::Exit;
use crate::{kernelspec, print};
use anyhow::Context;
use std::fs;
use std::path::Path;

/// Writes the kernelspec, then builds the runtime so that the first notebook need not wait.
pub fn run(args: &InstallArgs) -> anyhow::Result<Exit> {
    let folder = kernelspec::folder(&args.place)?;
    if folder.exists() {
        kernelspec::require_ours(&folder)?;
    }
    install(&folder).with_context(|| format!("cannot install to `{}`", folder.display()))?;
    print::line(format_args!("installed Rust (Candle): {}", folder.display()));
    if !args.no_prepare {
        Engines::ready()?;
    }
    Ok(Exit::Ok)
}

/// Jupyter never sees a half-written kernel: its files are made beside and renamed into place.
fn install(folder: &Path) -> anyhow::Result<()> {
    let kernels = folder.parent().context("it has no parent folder")?;
    fs::create_dir_all(kernels)?;
    let beside = tempfile::Builder::new().prefix(".candlelab-").tempdir_in(kernels)?;
    let (new, old) = (beside.path().join("new"), beside.path().join("old"));
    fs::create_dir(&new)?;
    kernelspec::write(&new)?;
    if folder.exists() {
        fs::rename(folder, &old)?;
    }
    fs::rename(&new, folder)?;
    Ok(())
}
