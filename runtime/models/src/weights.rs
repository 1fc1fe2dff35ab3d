//! Published weights, in the safetensors format.

use candle_core::safetensors::BufferedSafetensors;
use candle_core::{Device, Result, bail};
use candlelab_nn::Parameters;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A file of tensors.
pub(crate) struct Weights {
    path: PathBuf,
    file: BufferedSafetensors,
}

/// The start of every message about it.
impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot load the weights {}", self.path.display())
    }
}

impl Weights {
    /// Reads a file.
    pub(crate) fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => bail!("cannot read the weights {}: {error}", path.display()),
        };
        match BufferedSafetensors::new(bytes) {
            Ok(file) => Ok(Self { path, file }),
            Err(error) => {
                let path = path.display();
                bail!("{path} is no whole file in the safetensors format: {error}")
            }
        }
    }

    /// The shape of a tensor, if the file has it.
    pub(crate) fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.file.get(name).ok().map(|view| view.shape().to_vec())
    }

    /// Gives all parameters their values.
    ///
    /// `rename` turns the file's names into the model's, and those that are not needed into
    /// `None`; the matrices that `turned` picks by the model's names lie in the file the other way
    /// round.
    pub(crate) fn fill(
        &self,
        parameters: &Parameters,
        rename: impl Fn(&str) -> Option<String>,
        turned: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let found = self.file.tensors().into_iter().map(|(name, _)| name);
        let mut places: HashMap<String, String> =
            found.filter_map(|name| Some((rename(&name)?, name))).collect();
        for (name, var) in parameters.tensors() {
            let Some(place) = places.remove(&name) else { bail!("{self}: it has no `{name}`") };
            let value = self.file.load(&place, &Device::Cpu)?;
            let value = if turned(&name) { value.t()? } else { value };
            if value.dims() != var.dims() {
                let (there, here) = (value.dims(), var.dims());
                bail!("{self}: `{name}` is {there:?} there and {here:?} here");
            }
            var.set(&value.to_dtype(var.dtype())?.to_device(var.device())?.contiguous()?)?;
        }
        match places.values().min() {
            Some(name) => bail!("{self}: its tensor `{name}` has no place in the model"),
            None => Ok(()),
        }
    }
}
