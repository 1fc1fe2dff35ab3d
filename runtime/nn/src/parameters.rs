//! What a layer has learnt, by name.

use crate::layer::Layer;
use crate::summary::parameter_count;
use candle_core::{Device, Result, Tensor, Var, bail, safetensors};
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// The parameters and running statistics of a layer, by PyTorch's names: `0.weight`, `0.bias`, ….
///
/// They share their memory with the layer's. See [`Layer::parameters`].
#[derive(Clone, Default)]
pub struct Parameters {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    var: Var,
    trained: bool,
}

impl Parameters {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a parameter for an optimiser to train.
    pub fn with(self, name: &str, var: &Var) -> Self {
        self.push(name, var, true)
    }

    /// Appends a parameter if there is one.
    pub fn with_some(self, name: &str, var: Option<&Var>) -> Self {
        match var {
            Some(var) => self.with(name, var),
            None => self,
        }
    }

    /// Appends numbers that a checkpoint keeps and no optimiser changes, as running statistics.
    pub fn with_kept(self, name: &str, var: &Var) -> Self {
        self.push(name, var, false)
    }

    /// Appends all of a layer within this one, as `name.weight` and so on.
    pub fn with_layer(self, name: &str, layer: &dyn Layer) -> Self {
        self.with_part(name, layer.parameters())
    }

    /// Appends all parameters of something within this layer, as `name.weight` and so on.
    pub fn with_part(mut self, name: &str, part: Self) -> Self {
        for Entry { name: inner, var, trained } in part.entries {
            self.entries.push(Entry { name: format!("{name}.{inner}"), var, trained });
        }
        self
    }

    /// Appends layers of one kind, as `name.0.weight` and so on.
    pub fn with_layers<'a, L: Layer + 'a>(
        self,
        name: &str,
        layers: impl IntoIterator<Item = &'a L>,
    ) -> Self {
        let layers = layers.into_iter().enumerate();
        layers.fold(self, |all, (at, layer)| all.with_layer(&format!("{name}.{at}"), layer))
    }

    /// The same, with nothing left for an optimiser.
    pub fn frozen(mut self) -> Self {
        self.entries.iter_mut().for_each(|entry| entry.trained = false);
        self
    }

    fn push(mut self, name: &str, var: &Var, trained: bool) -> Self {
        self.entries.push(Entry { name: name.to_owned(), var: var.clone(), trained });
        self
    }

    /// What an optimiser trains.
    pub fn vars(&self) -> Vec<Var> {
        let trained = self.entries.iter().filter(|entry| entry.trained);
        trained.map(|entry| entry.var.clone()).collect()
    }

    /// Every tensor that a checkpoint keeps, with its name.
    pub fn tensors(&self) -> Vec<(String, Var)> {
        self.entries.iter().map(|entry| (entry.name.clone(), entry.var.clone())).collect()
    }

    /// Writes a checkpoint in the safetensors format. A file of that name is replaced only when
    /// the new one is whole.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let tensors = self.entries.iter();
        let tensors = tensors.map(|entry| (entry.name.clone(), entry.var.as_detached_tensor()));
        save_tensors(&tensors.collect::<Vec<_>>(), path)
    }

    /// Takes all values from a checkpoint in the safetensors format.
    ///
    /// # Errors
    /// If the file cannot be read, a name is missing in the file or unknown to the layer, or a
    /// shape differs. Nothing is changed then.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// # let file = std::env::temp_dir().join(format!("linear-{}.safetensors", std::process::id()));
    /// let (first, second) = (Linear::new(2, 1, &Device::Cpu)?, Linear::new(2, 1, &Device::Cpu)?);
    /// first.parameters().save(&file)?;
    /// second.parameters().load(&file)?;
    /// assert_eq!(first.weight().to_vec2::<f32>()?, second.weight().to_vec2::<f32>()?);
    /// # std::fs::remove_file(file)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn load(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        if let Err(error) = self.set(&load_tensors(path)?) {
            bail!("cannot load the checkpoint {}: {error}", path.display());
        }
        Ok(())
    }

    /// Takes all values from tensors of the same names.
    ///
    /// # Errors
    /// If a name is missing or unknown, or a shape differs. Nothing is changed then.
    pub fn set(&self, tensors: &[(String, Tensor)]) -> Result<()> {
        let values = self.fits(tensors)?;
        self.entries.iter().zip(values).try_for_each(|(entry, value)| {
            let (dtype, device) = (entry.var.dtype(), entry.var.device());
            entry.var.set(&value.to_dtype(dtype)?.to_device(device)?)
        })
    }

    /// The value for each entry, in order.
    fn fits<'a>(&self, tensors: &'a [(String, Tensor)]) -> Result<Vec<&'a Tensor>> {
        let mut tensors: HashMap<&str, &Tensor> =
            tensors.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let mut values = Vec::with_capacity(self.entries.len());
        for Entry { name, var, .. } in &self.entries {
            let Some(value) = tensors.remove(name.as_str()) else {
                bail!("it has no tensor `{name}`")
            };
            if value.dims() != var.dims() {
                bail!("`{name}` is {:?} there and {:?} here", value.dims(), var.dims());
            }
            values.push(value);
        }
        match tensors.keys().min() {
            Some(name) => bail!("its tensor `{name}` has no place in this layer"),
            None => Ok(values),
        }
    }
}

/// Each tensor with its shape and how many numbers it has, and how many are trained in all.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0).max(12);
        for Entry { name, var, trained } in &self.entries {
            let (shape, count) = (format!("{:?}", var.dims()), var.elem_count());
            let mark = if *trained { "" } else { " kept" };
            writeln!(f, "{name:<width$} {shape:<20} {count:>10}{mark}")?;
        }
        write!(f, "{:<width$} {:<20} {:>10}", "trained", "", parameter_count(&self.vars()))
    }
}

/// Writes named tensors to one file in the safetensors format, as a model's together with its
/// optimiser's. A file of that name is replaced only when the new one is whole.
///
/// # Errors
/// If two tensors have one name or the file cannot be written.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// # let file = std::env::temp_dir().join(format!("tensors-{}.safetensors", std::process::id()));
/// let x = Tensor::new(&[1f32, 2.0], &Device::Cpu)?;
/// save_tensors(&[("x".to_owned(), x)], &file)?;
/// let (name, x) = load_tensors(&file)?.remove(0);
/// assert_eq!((name.as_str(), x.to_vec1::<f32>()?), ("x", vec![1.0, 2.0]));
/// # std::fs::remove_file(file)?;
/// # Ok(())
/// # }
/// ```
pub fn save_tensors(tensors: &[(String, Tensor)], path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let named: HashMap<&str, Tensor> =
        tensors.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    if named.len() < tensors.len() {
        bail!("cannot write the checkpoint {}: two tensors have one name", path.display());
    }
    let partial = path.with_extension(format!("partial-{}", std::process::id()));
    let written =
        safetensors::save(&named, &partial).and_then(|()| Ok(std::fs::rename(&partial, path)?));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&partial);
        bail!("cannot write the checkpoint {}: {error}", path.display());
    }
    Ok(())
}

/// All tensors of a file in the safetensors format, by name in order.
///
/// # Errors
/// If the file cannot be read.
pub fn load_tensors(path: impl AsRef<Path>) -> Result<Vec<(String, Tensor)>> {
    let path = path.as_ref();
    match safetensors::load(path, &Device::Cpu) {
        Ok(tensors) => {
            let mut tensors: Vec<_> = tensors.into_iter().collect();
            tensors.sort_by(|(a, _), (b, _)| a.cmp(b));
            Ok(tensors)
        }
        Err(error) => bail!("cannot load the checkpoint {}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchNorm, Module, Sequential};
    use crate::{Linear, randn};

    fn model() -> Result<Sequential> {
        let device = Device::Cpu;
        Ok(Sequential::new().add(Linear::new(3, 2, &device)?).add(BatchNorm::new(2, &device)?))
    }

    fn file(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("candlelab-{}-{name}", std::process::id()))
    }

    #[test]
    fn a_checkpoint_brings_back_parameters_and_statistics() -> Result<()> {
        let (model, other) = (model()?, model()?);
        let x = randn(0.0, 1.0, (5, 3), &Device::Cpu)?;
        model.forward(&x)?; // moves the running statistics
        let path = file("whole");
        model.parameters().save(&path)?;
        other.parameters().load(&path)?;
        std::fs::remove_file(path)?;
        assert_eq!(other.predict(&x)?.to_vec2::<f32>()?, model.predict(&x)?.to_vec2::<f32>()?);
        let names: Vec<String> = model.parameters().tensors().into_iter().map(|t| t.0).collect();
        let norm = ["1.weight", "1.bias", "1.running_mean", "1.running_var"];
        assert_eq!(names, [["0.weight", "0.bias"].as_slice(), &norm].concat());
        assert_eq!(model.vars().len(), 4);
        Ok(())
    }

    #[test]
    fn a_foreign_checkpoint_changes_nothing() -> Result<()> {
        let path = file("foreign");
        let wide = Linear::new(4, 2, &Device::Cpu)?;
        let narrow = Linear::new(3, 2, &Device::Cpu)?;
        let before = narrow.weight().to_vec2::<f32>()?;
        wide.parameters().save(&path)?;
        let error = narrow.parameters().load(&path).unwrap_err().to_string();
        assert!(error.contains("`weight` is [2, 4] there and [2, 3] here"), "{error}");
        let error = model()?.parameters().load(&path).unwrap_err().to_string();
        assert!(error.contains("it has no tensor `0.weight`"), "{error}");
        std::fs::write(&path, b"not safetensors")?;
        assert!(narrow.parameters().load(&path).is_err());
        std::fs::remove_file(&path)?;
        assert_eq!(narrow.weight().to_vec2::<f32>()?, before);
        Ok(())
    }
}
