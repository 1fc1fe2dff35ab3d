//! Normalisation.

use super::{Activation, Layer};
use crate::mode::is_training;
use crate::ops::{Bend, bent_batch_norm, group_norm, layer_norm, rms_norm};
use crate::parameters::Parameters;
use crate::precision::parameter_dtype;
use candle_core::{Device, Module, Result, Tensor, Var, bail};

/// Added to variances, as in PyTorch.
const EPSILON: f64 = 1e-5;

fn ones(n: usize, device: &Device) -> Result<Var> {
    Var::ones(n, parameter_dtype(), device)
}

fn zeros(n: usize, device: &Device) -> Result<Var> {
    Var::zeros(n, parameter_dtype(), device)
}

/// Mean 0 and variance 1 of each row, then scale and shift; see [`layer_norm`]. `ε` is 1e-5.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    w: Var,
    b: Var,
}

impl LayerNorm {
    /// For rows of `n` numbers; scales 1 and shifts 0.
    ///
    /// # Shapes
    /// - input: `(…, n)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let x = Tensor::new(&[[10f32, 30.0]], &Device::Cpu)?; // mean 20, variance 100
    /// let y = LayerNorm::new(2, &Device::Cpu)?.forward(&x)?.to_vec2::<f32>()?;
    /// assert!((y[0][0] + 1.0).abs() < 1e-6 && (y[0][1] - 1.0).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(n: usize, device: &Device) -> Result<Self> {
        Ok(Self { w: ones(n, device)?, b: zeros(n, device)? })
    }
}

impl Module for LayerNorm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        layer_norm(x, &self.w, &self.b, EPSILON)
    }
}

impl Layer for LayerNorm {
    fn parameters(&self) -> Parameters {
        Parameters::new().with("weight", &self.w).with("bias", &self.b)
    }
}

/// Mean square 1 of each row, then scale; see [`rms_norm`]. `ε` is 1e-5.
#[derive(Clone, Debug)]
pub struct RmsNorm {
    w: Var,
}

impl RmsNorm {
    /// For rows of `n` numbers; scales 1.
    ///
    /// # Shapes
    /// - input: `(…, n)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let x = Tensor::new(&[[10f32, 70.0]], &Device::Cpu)?; // root mean square 50
    /// let y = RmsNorm::new(2, &Device::Cpu)?.forward(&x)?.to_vec2::<f32>()?;
    /// assert!((y[0][0] - 0.2).abs() < 1e-6 && (y[0][1] - 1.4).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(n: usize, device: &Device) -> Result<Self> {
        Ok(Self { w: ones(n, device)? })
    }
}

impl Module for RmsNorm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        rms_norm(x, &self.w, EPSILON)
    }
}

impl Layer for RmsNorm {
    fn parameters(&self) -> Parameters {
        Parameters::new().with("weight", &self.w)
    }
}

/// Mean 0 and variance 1 of each group of channels, then scale and shift; see [`group_norm`]. `ε`
/// is 1e-5.
#[derive(Clone, Debug)]
pub struct GroupNorm {
    w: Var,
    b: Var,
    groups: usize,
}

impl GroupNorm {
    /// For `channels` in `groups`; scales 1 and shifts 0.
    ///
    /// # Shapes
    /// - input: `(batch, channels, …)`; output the same
    ///
    /// # Errors
    /// If the channels cannot be split into the groups, or the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let x = Tensor::new(&[[[10f32, 30.0], [5.0, 5.0]]], &Device::Cpu)?; // two channels
    /// let y = GroupNorm::new(2, 2, &Device::Cpu)?.forward(&x)?.to_vec3::<f32>()?;
    /// assert!((y[0][0][1] - 1.0).abs() < 1e-6 && y[0][1] == [0.0, 0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(groups: usize, channels: usize, device: &Device) -> Result<Self> {
        if groups == 0 || !channels.is_multiple_of(groups) {
            bail!("GroupNorm: {channels} channels cannot be split into {groups} groups");
        }
        Ok(Self { w: ones(channels, device)?, b: zeros(channels, device)?, groups })
    }
}

impl Module for GroupNorm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        group_norm(x, &self.w, &self.b, self.groups, EPSILON)
    }
}

impl Layer for GroupNorm {
    fn parameters(&self) -> Parameters {
        Parameters::new().with("weight", &self.w).with("bias", &self.b)
    }
}

/// Mean 0 and variance 1 of each channel, then scale and shift; see
/// [`batch_norm`](crate::batch_norm()). `ε` is 1e-5.
///
/// In training mode mean and variance are those of the batch, and the running statistics move a
/// tenth of the way to them, `s ← .9 s + .1 new` (with the variance's divisor `n − 1`, as in
/// PyTorch). In evaluation mode, see [`evaluating`](crate::evaluating()), the running statistics
/// are used. For images and for rows, which PyTorch calls `BatchNorm2d` and `BatchNorm1d`.
#[derive(Clone, Debug)]
pub struct BatchNorm {
    w: Var,
    b: Var,
    mean: Var,
    variance: Var,
}

/// How much of the running statistics each batch replaces.
const MOMENTUM: f64 = 0.1;

impl BatchNorm {
    /// For `channels`; scales 1, shifts 0, running means 0 and variances 1.
    ///
    /// # Shapes
    /// - input: `(batch, channels, …)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = BatchNorm::new(1, &Device::Cpu)?;
    /// let x = Tensor::new(&[[10f32], [30.0]], &Device::Cpu)?; // mean 20, variance 100, or 200
    /// let y = layer.forward(&x)?.flatten_all()?.to_vec1::<f32>()?;
    /// assert!((y[0] + 1.0).abs() < 1e-6 && (y[1] - 1.0).abs() < 1e-6);
    /// let (mean, variance) = layer.statistics(); // .9 · 0 + .1 · 20 and .9 · 1 + .1 · 200
    /// assert!((mean.get(0)?.to_scalar::<f32>()? - 2.0).abs() < 1e-5);
    /// assert!((variance.get(0)?.to_scalar::<f32>()? - 20.9).abs() < 1e-4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(channels: usize, device: &Device) -> Result<Self> {
        Ok(Self {
            w: ones(channels, device)?,
            b: zeros(channels, device)?,
            mean: zeros(channels, device)?,
            variance: ones(channels, device)?,
        })
    }

    /// The running means and variances, `(channels)` each.
    pub fn statistics(&self) -> (&Tensor, &Tensor) {
        (&self.mean, &self.variance)
    }

    fn train(&self, x: &Tensor, bend: Bend) -> Result<Tensor> {
        let (y, mean, variance) = bent_batch_norm(x, (&self.w, &self.b), EPSILON, bend)?;
        let n = (x.elem_count() / mean.elem_count()) as f64;
        let variance = (variance * (n / (n - 1.0)))?;
        for (running, new) in [(&self.mean, mean), (&self.variance, variance)] {
            let kept = (running.as_detached_tensor() * (1.0 - MOMENTUM))?;
            running.set(&(kept + (new.to_dtype(running.dtype())? * MOMENTUM)?)?)?;
        }
        Ok(y)
    }

    fn evaluate(&self, x: &Tensor) -> Result<Tensor> {
        let channels = self.w.elem_count();
        if x.rank() < 2 || x.dim(1)? != channels {
            bail!("shape mismatch in BatchNorm, x: {:?}, channels: {channels}", x.dims());
        }
        let mut shape = vec![1; x.rank()];
        shape[1] = channels;
        let size = (self.variance.as_detached_tensor() + EPSILON)?.sqrt()?;
        let scale = (self.w.as_tensor() / size)?;
        let shift = (self.b.as_tensor() - (self.mean.as_detached_tensor() * &scale)?)?;
        let (scale, shift) = (scale.reshape(shape.as_slice())?, shift.reshape(shape)?);
        x.broadcast_mul(&scale.to_dtype(x.dtype())?)?.broadcast_add(&shift.to_dtype(x.dtype())?)
    }
}

impl Module for BatchNorm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if is_training() { self.train(x, Bend(None)) } else { self.evaluate(x) }
    }
}

impl Layer for BatchNorm {
    /// Scales and shifts; the running statistics are not for an optimiser.
    fn parameters(&self) -> Parameters {
        (Parameters::new().with("weight", &self.w).with("bias", &self.b))
            .with_kept("running_mean", &self.mean)
            .with_kept("running_var", &self.variance)
    }

    fn forward_into(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        match activation.bend() {
            Some(bend) if is_training() => self.train(x, bend),
            _ => activation.forward(&self.forward(x)?),
        }
    }
}
