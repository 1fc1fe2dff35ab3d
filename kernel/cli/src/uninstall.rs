//! `candlelab uninstall`: removes the kernel from Jupyter.

use crate::cli::KernelPlace;
use crate::exit::{BadInput, Exit};
use crate::{kernelspec, print};
use anyhow::Context;
use std::fs;

/// Removes what `install` wrote; the runtime stays.
pub fn run(place: &KernelPlace) -> anyhow::Result<Exit> {
    let folder = kernelspec::folder(place)?;
    if !folder.exists() {
        let message = format!("no kernel is installed in `{}`", folder.display());
        let hint = "give the place and the name that it was installed with".into();
        return Err(BadInput { message, hint }.into());
    }
    kernelspec::require_ours(&folder)?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    print::line(format_args!("removed {}", folder.display()));
    Ok(Exit::Ok)
}
