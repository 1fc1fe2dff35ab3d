//! Vectors for tokens and for positions.

use super::Layer;
use crate::ops::read_at;
use crate::parameters::Parameters;
use crate::precision::parameter_from;
use crate::random::randn;
use candle_core::{Device, Module, Result, Tensor, Var, bail};

/// A vector for each of a number of tokens, which training finds.
#[derive(Clone, Debug)]
pub struct Embedding {
    w: Var,
}

impl Embedding {
    /// Vectors of `width` numbers for `count` tokens, drawn from `N(0, 1)`.
    ///
    /// # Shapes
    /// - input: u32, any shape `(…)`; output: `(…, width)`
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = Embedding::new(10, 4, &Device::Cpu)?;
    /// let y = layer.forward(&Tensor::new(&[[3u32, 3, 7]], &Device::Cpu)?)?; // (1, 3, 4)
    /// let third = layer.weight().get(3)?.to_vec1::<f32>()?;
    /// assert_eq!(y.get(0)?.get(1)?.to_vec1::<f32>()?, third);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(count: usize, width: usize, device: &Device) -> Result<Self> {
        Ok(Self { w: parameter_from(&randn(0.0, 1.0, (count, width), device)?)? })
    }

    /// A layer with given vectors, `(count, width)`, to train on from there.
    ///
    /// # Errors
    /// If they are no matrix.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let vectors = Tensor::new(&[[1f32, 2.0], [3.0, 4.0]], &Device::Cpu)?;
    /// let y = Embedding::from_weights(&vectors)?.forward(&Tensor::new(&[1u32], &Device::Cpu)?)?;
    /// assert_eq!(y.to_vec2::<f32>()?, [[3.0, 4.0]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_weights(w: &Tensor) -> Result<Self> {
        w.dims2()?;
        Ok(Self { w: Var::from_tensor(w)? })
    }

    /// The vectors, `(count, width)`.
    pub fn weight(&self) -> &Tensor {
        &self.w
    }
}

impl Module for Embedding {
    fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        if !tokens.dtype().is_int() {
            bail!("Embedding needs whole numbers (u32) as tokens, got {:?}", tokens.dtype());
        }
        let (count, width) = self.w.dims2()?;
        let vectors = self.w.index_select(&tokens.flatten_all()?, 0); // (tokens, width)
        let vectors = read_at(vectors, tokens, count, |token, place| {
            format!(
                "Embedding: token {token} at place {place}, but there are vectors for {count} tokens, \
                 from 0\nhint: was the layer made for the vocabulary that made these tokens?"
            )
        })?;
        vectors.reshape([tokens.dims(), &[width]].concat())
    }
}

impl Layer for Embedding {
    fn parameters(&self) -> Parameters {
        Parameters::new().with("weight", &self.w)
    }
}

/// Waves that tell positions apart (Vaswani et al. 2017): `p[t, 2i] = sin(t / 10000^(2i/width))`
/// and `p[t, 2i + 1] = cos(t / 10000^(2i/width))`.
///
/// # Shapes
/// - output: `(length, width)`, f32
///
/// # Errors
/// If the device has no room.
///
/// ```
/// # use candlelab_nn::{sinusoidal, Device, Result};
/// # fn main() -> Result<()> {
/// let p = sinusoidal(2, 2, &Device::Cpu)?.to_vec2::<f32>()?;
/// assert_eq!(p, [[0.0, 1.0], [1f32.sin(), 1f32.cos()]]);
/// # Ok(())
/// # }
/// ```
pub fn sinusoidal(length: usize, width: usize, device: &Device) -> Result<Tensor> {
    let wave = |position: usize, place: usize| {
        let angle = position as f64 / 1e4f64.powf((place / 2 * 2) as f64 / width as f64);
        if place.is_multiple_of(2) { angle.sin() as f32 } else { angle.cos() as f32 }
    };
    let waves = (0..length).flat_map(|at| (0..width).map(move |place| wave(at, place)));
    Tensor::from_iter(waves, device)?.reshape((length, width))
}

/// Adds a vector to each position: [`sinusoidal`] waves, or vectors that training finds.
#[derive(Clone, Debug)]
pub struct Positions {
    table: Table,
}

#[derive(Clone, Debug)]
enum Table {
    Fixed(Tensor),
    Learned(Var),
}

impl Positions {
    /// [`sinusoidal`] waves for up to `length` positions.
    ///
    /// # Shapes
    /// - input: `(batch, up to length, width)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    pub fn sinusoidal(length: usize, width: usize, device: &Device) -> Result<Self> {
        Ok(Self { table: Table::Fixed(sinusoidal(length, width, device)?) })
    }

    /// Vectors for up to `length` positions, drawn from `N(0, .02²)` and trained.
    ///
    /// # Shapes
    /// - input: `(batch, up to length, width)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = Positions::learned(8, 4, &Device::Cpu)?;
    /// let y = layer.forward(&Tensor::zeros((1, 5, 4), DType::F32, &Device::Cpu)?)?;
    /// assert_eq!(y.get(0)?.to_vec2::<f32>()?, layer.table().narrow(0, 0, 5)?.to_vec2::<f32>()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn learned(length: usize, width: usize, device: &Device) -> Result<Self> {
        let table = parameter_from(&randn(0.0, 0.02, (length, width), device)?)?;
        Ok(Self { table: Table::Learned(table) })
    }

    /// The vectors, `(length, width)`.
    pub fn table(&self) -> &Tensor {
        match &self.table {
            Table::Fixed(table) => table,
            Table::Learned(table) => table,
        }
    }

    /// Adds the vectors of the positions from `first` on, as for a text that continues.
    ///
    /// # Errors
    /// If there are too few positions or the shapes do not fit.
    pub fn forward_from(&self, x: &Tensor, first: usize) -> Result<Tensor> {
        let (_, length, width) = x.dims3()?;
        let table = self.table();
        if first + length > table.dim(0)? || width != table.dim(1)? {
            let (x, table) = (x.dims(), table.dims());
            bail!("shape mismatch in Positions, x: {x:?}, from position {first}, table: {table:?}");
        }
        x.broadcast_add(&table.narrow(0, first, length)?.to_dtype(x.dtype())?)
    }
}

impl Module for Positions {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_from(x, 0)
    }
}

impl Layer for Positions {
    fn parameters(&self) -> Parameters {
        match &self.table {
            Table::Fixed(_) => Parameters::new(),
            Table::Learned(table) => Parameters::new().with("weight", table),
        }
    }
}

/// Rotary positions (Su et al. 2021): turns the pair of numbers `i` and `i + width/2` of position
/// `t` by the angle `t / 10000^(2i/width)`, so that the product of a query and a key depends on
/// how far apart they are.
///
/// # Shapes
/// - `x`: `(batch, heads, length, width)`, an even width; `first` is the position it starts at
/// - output: as `x`
///
/// # Errors
/// If the width is odd.
///
/// ```
/// # use candlelab_nn::{rotary, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[1f32, 0.0], &Device::Cpu)?.reshape((1, 1, 1, 2))?;
/// let y = rotary(&x, 1)?.flatten_all()?.to_vec1::<f32>()?; // turned by 1 radian
/// assert_eq!(y, [1f32.cos(), 1f32.sin()]);
/// # Ok(())
/// # }
/// ```
pub fn rotary(x: &Tensor, first: usize) -> Result<Tensor> {
    let (_, _, length, width) = x.dims4()?;
    if !width.is_multiple_of(2) {
        bail!("rotary needs an even width, x: {:?}", x.dims());
    }
    let half = width / 2;
    let angles: Vec<f64> = (first..first + length)
        .flat_map(|at| (0..half).map(move |i| at as f64 / 1e4f64.powf(i as f64 / half as f64)))
        .collect();
    let angles = Tensor::from_vec(angles, (length, half), &Device::Cpu)?;
    let on_device = |tensor: Tensor| tensor.to_dtype(x.dtype())?.to_device(x.device());
    let (cos, sin) = (on_device(angles.cos()?)?, on_device(angles.sin()?)?); // (length, half)
    let (a, b) = (x.narrow(3, 0, half)?, x.narrow(3, half, half)?);
    let left = (a.broadcast_mul(&cos)? - b.broadcast_mul(&sin)?)?;
    let right = (b.broadcast_mul(&cos)? + a.broadcast_mul(&sin)?)?;
    Tensor::cat(&[left, right], 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::DType;

    #[test]
    fn wrong_tokens_are_named() -> Result<()> {
        let layer = Embedding::new(3, 2, &Device::Cpu)?;
        let message = layer.forward(&Tensor::zeros(2, DType::F32, &Device::Cpu)?).unwrap_err();
        assert!(message.to_string().contains("whole numbers"));
        let message = layer.forward(&Tensor::new(&[[2u32, 3]], &Device::Cpu)?).unwrap_err();
        assert!(message.to_string().contains("token 3 at place 1, but there are vectors for 3"));
        assert!(
            Positions::learned(3, 2, &Device::Cpu)?.forward(&layer.weight().unsqueeze(0)?).is_ok()
        );
        let long = Tensor::zeros((1, 4, 2), DType::F32, &Device::Cpu)?;
        assert!(Positions::sinusoidal(3, 2, &Device::Cpu)?.forward(&long).is_err());
        Ok(())
    }
}
