//! Attention: every query looks at all keys and takes a mean of their values.

mod joined;

pub use joined::joined_attention;

use super::channels::total;
use super::custom::{Op, apply3, compute2, ours, wanted};
use super::float::Float;
use super::matrix::{Place, multiply};
use super::parallel::{room, rows, wide};
use super::softmax::{softmax, softmax_in_place};
use candle_core::{D, Device, Result, Shape, Tensor, bail};

/// `Y = P V` with `P = softmax(Q Kᵀ / √width)` for each head of each image or text.
#[derive(Clone, Copy)]
struct Attention {
    heads: usize,
    queries: usize,
    keys: usize,
    width: usize,
    causal: bool,
    /// What the products of queries and keys are multiplied with: `1 / √width`.
    scale: f64,
}

/// The gradients of queries, keys and values, head by head one after the other, from those three
/// joined likewise and `dY`.
struct Backward(Attention);

/// Numbers of a head: a slice and where in it they lie.
type Part<'a, T> = (&'a [T], Place);

impl Attention {
    fn work(&self) -> usize {
        self.heads * self.queries * self.keys * self.width * 2
    }

    /// How many keys a query sees: the last one sees all.
    fn seen(&self, query: usize) -> usize {
        if self.causal { query + 1 + self.keys - self.queries } else { self.keys }
    }

    /// `P` of one head, in place of the scores that it is made of.
    fn weights<T: Float>(&self, q: Part<'_, T>, (k, k_place): Part<'_, T>, p: &mut [T]) {
        let Self { queries, keys, width, .. } = *self;
        let all = Place::rows(0, keys);
        multiply((queries, width, keys), q, (k, k_place.t()), (&mut *p, all), false);
        let scale = T::of(self.scale);
        wide(|| {
            for (query, p) in p.chunks_mut(keys).enumerate() {
                let (seen, hidden) = p.split_at_mut(self.seen(query));
                softmax_in_place(seen, scale);
                hidden.fill(T::ZERO);
            }
        });
    }

    /// `Y` of one head.
    fn head<T: Float>(&self, [q, k, v]: [Part<'_, T>; 3], y: (&mut [T], Place), p: &mut [T]) {
        self.weights(q, k, p);
        let p = (&*p, Place::rows(0, self.keys));
        multiply((self.queries, self.keys, self.width), p, v, y, false);
    }

    /// The gradients of one head: with `dP = dY Vᵀ` and `dS = P (dP − Σ P dP)` they are
    /// `dQ = dS K / √width`, `dK = dSᵀ Q / √width` and `dV = Pᵀ dY`.
    fn head_gradients<T: Float>(
        &self,
        [q, k, v]: [Part<'_, T>; 3],
        dy: Part<'_, T>,
        (out, [dq, dk, dv]): (&mut [T], [Place; 3]),
        (p, slopes): (&mut [T], &mut [T]),
    ) {
        let Self { queries, keys, width, .. } = *self;
        let across = Place::rows(0, keys);
        self.weights(q, k, p);
        multiply((keys, queries, width), (&*p, across.t()), dy, (&mut *out, dv), false);
        let v = (v.0, v.1.t());
        multiply((queries, width, keys), dy, v, (&mut *slopes, across), false); // dP
        let scale = T::of(self.scale);
        wide(|| {
            for (p, slopes) in p.chunks(keys).zip(slopes.chunks_mut(keys)) {
                slopes.iter_mut().zip(p).for_each(|(slope, p)| *slope *= *p);
                let sum = total(slopes);
                let slopes = slopes.iter_mut().zip(p);
                slopes.for_each(|(slope, p)| *slope = (*slope - *p * sum) * scale);
            }
        });
        multiply((queries, keys, width), (&*slopes, across), k, (&mut *out, dq), false);
        multiply((keys, queries, width), (&*slopes, across.t()), q, (out, dk), false);
    }
}

impl Op<3> for Attention {
    const NAME: &'static str = "attention";

    fn shape(&self, [q, _, _]: [&Shape; 3]) -> Shape {
        q.clone()
    }

    fn map<T: Float>(&self, [q, k, v]: [&[T]; 3]) -> Vec<T> {
        let Self { queries, keys, width, .. } = *self;
        let mut y = room(q.len());
        rows(&mut y, queries * width, self.work(), |first, y| {
            let mut p = room::<T>(queries * keys);
            for (head, y) in (first..).zip(y.chunks_mut(queries * width)) {
                let of_query = Place::rows(head * queries * width, width);
                let of_key = Place::rows(head * keys * width, width);
                let inputs = [(q, of_query), (k, of_key), (v, of_key)];
                self.head(inputs, (y, Place::rows(0, width)), &mut p);
            }
        });
        y
    }

    fn gradients(
        &self,
        [q, k, v]: [&Tensor; 3],
        _: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let (of_query, of_key) = (self.queries * self.width, self.keys * self.width);
        let joined = [
            q.detach().reshape((self.heads, of_query))?,
            k.detach().reshape((self.heads, of_key))?,
            v.detach().reshape((self.heads, of_key))?,
        ];
        let all = compute2(Backward(*self), &Tensor::cat(&joined, 1)?, dy)?;
        let part = |start, size, like: &Tensor| {
            wanted(like, || all.narrow(1, start, size)?.reshape(like.shape()))
        };
        Ok([part(0, of_query, q)?, part(of_query, of_key, k)?, part(of_query + of_key, of_key, v)?])
    }
}

impl Op<2> for Backward {
    const NAME: &'static str = "the gradient of attention";

    fn shape(&self, [joined, _]: [&Shape; 2]) -> Shape {
        joined.clone()
    }

    fn map<T: Float>(&self, [joined, dy]: [&[T]; 2]) -> Vec<T> {
        let sizes = self.0;
        let (of_query, of_key) = (sizes.queries * sizes.width, sizes.keys * sizes.width);
        let size = of_query + 2 * of_key;
        let places = [0, of_query, of_query + of_key].map(|at| Place::rows(at, sizes.width));
        let mut gradients = room(joined.len());
        rows(&mut gradients, size, sizes.work() * 3, |first, gradients| {
            let mut p = room::<T>(sizes.queries * sizes.keys);
            let mut slopes = room::<T>(sizes.queries * sizes.keys);
            for (head, gradients) in (first..).zip(gradients.chunks_mut(size)) {
                let joined = &joined[head * size..(head + 1) * size];
                let inputs = places.map(|place| (joined, place));
                let dy = (dy, Place::rows(head * of_query, sizes.width));
                sizes.head_gradients(inputs, dy, (gradients, places), (&mut p, &mut slopes));
            }
        });
        gradients
    }
}

fn sizes(name: &str, q: &Tensor, k: &Tensor, v: &Tensor, causal: bool) -> Result<Attention> {
    let (batch, heads, queries, width) = q.dims4()?;
    let keys = k.dim(2)?;
    if k.dims() != [batch, heads, keys, width]
        || v.dims() != k.dims()
        || q.elem_count() * keys == 0
        || (causal && queries > keys)
    {
        bail!("shape mismatch in {name}, q: {:?}, k: {:?}, v: {:?}", q.dims(), k.dims(), v.dims());
    }
    let scale = 1.0 / (width as f64).sqrt();
    Ok(Attention { heads: batch * heads, queries, keys, width, causal, scale })
}

/// Scaled dot-product attention (Vaswani et al. 2017): `softmax(Q Kᵀ / √width) V`.
///
/// If `causal`, a query sees no key after its own; the last query stands beside the last key. On
/// other devices than the CPU, and for other types than f32 and f64, it is made of simple
/// operations.
///
/// # Shapes
/// - `q`: `(batch, heads, queries, width)`; `k`, `v`: `(batch, heads, keys, width)`
/// - output: as `q`
///
/// # Errors
/// If the shapes do not fit, or with `causal` there are more queries than keys.
///
/// ```
/// # use candlelab_nn::{attention, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let q = Tensor::new(&[0f32, 0.0], &Device::Cpu)?.reshape((1, 1, 2, 1))?; // no preference
/// let v = Tensor::new(&[1f32, 3.0], &Device::Cpu)?.reshape((1, 1, 2, 1))?;
/// let y = |causal| attention(&q, &q, &v, causal)?.flatten_all()?.to_vec1::<f32>();
/// assert_eq!(y(false)?, [2.0, 2.0]);
/// assert_eq!(y(true)?, [1.0, 2.0]); // the first sees itself only
/// # Ok(())
/// # }
/// ```
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, causal: bool) -> Result<Tensor> {
    let sizes = sizes("attention", q, k, v, causal)?;
    if ours(q) {
        return apply3(sizes, q, k, v);
    }
    attention_weights(q, k, causal)?.matmul(&v.contiguous()?)
}

/// What [`attention`] weighs the values with: `softmax(Q Kᵀ / √width)`, each row summing to 1.
///
/// # Shapes
/// - `q`: `(batch, heads, queries, width)`; `k`: `(batch, heads, keys, width)`
/// - output: `(batch, heads, queries, keys)`
///
/// # Errors
/// As for [`attention`].
///
/// ```
/// # use candlelab_nn::{attention_weights, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let q = Tensor::new(&[0f32, 0.0], &Device::Cpu)?.reshape((1, 1, 2, 1))?;
/// let p = attention_weights(&q, &q, true)?.squeeze(0)?.squeeze(0)?;
/// assert_eq!(p.to_vec2::<f32>()?, [[1.0, 0.0], [0.5, 0.5]]);
/// # Ok(())
/// # }
/// ```
pub fn attention_weights(q: &Tensor, k: &Tensor, causal: bool) -> Result<Tensor> {
    let Attention { queries, keys, .. } = sizes("attention_weights", q, k, k, causal)?;
    let scores = scores(q, k)?;
    if !causal {
        return softmax(&scores, D::Minus1);
    }
    softmax(&hide(&scores, &causal_mask(queries, keys, q.device())?)?, D::Minus1)
}

/// As [`attention`] with a mask of your own, as for texts of different lengths.
///
/// # Shapes
/// - `q`: `(batch, heads, queries, width)`; `k`, `v`: `(batch, heads, keys, width)`
/// - `mask`: u8, broadcast to `(batch, heads, queries, keys)`; 1 where a query sees a key, else 0.
///   Each query has to see at least one
/// - output: as `q`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{masked_attention, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let q = Tensor::new(&[0f32, 0.0], &Device::Cpu)?.reshape((1, 1, 2, 1))?;
/// let v = Tensor::new(&[1f32, 3.0], &Device::Cpu)?.reshape((1, 1, 2, 1))?;
/// let y = masked_attention(&q, &q, &v, &Tensor::new(&[0u8, 1], &Device::Cpu)?)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [3.0, 3.0]); // all see the second only
/// # Ok(())
/// # }
/// ```
pub fn masked_attention(q: &Tensor, k: &Tensor, v: &Tensor, mask: &Tensor) -> Result<Tensor> {
    sizes("masked_attention", q, k, v, false)?;
    softmax(&hide(&scores(q, k)?, mask)?, D::Minus1)?.matmul(&v.contiguous()?)
}

/// `Q Kᵀ / √width`.
fn scores(q: &Tensor, k: &Tensor) -> Result<Tensor> {
    let width = q.dim(D::Minus1)? as f64;
    q.contiguous()?.matmul(&k.t()?.contiguous()?)? / width.sqrt()
}

/// −∞ where the mask is 0.
fn hide(scores: &Tensor, mask: &Tensor) -> Result<Tensor> {
    let mask = mask.broadcast_as(scores.shape())?;
    let hidden = Tensor::full(f32::NEG_INFINITY, scores.shape(), scores.device())?;
    mask.where_cond(scores, &hidden.to_dtype(scores.dtype())?)
}

/// A mask for [`masked_attention`] in which a query sees no key after its own; the last query
/// stands beside the last key.
///
/// # Shapes
/// - output: `(queries, keys)`, u8
///
/// # Errors
/// If there are more queries than keys.
///
/// ```
/// # use candlelab_nn::{causal_mask, Device, Result};
/// # fn main() -> Result<()> {
/// assert_eq!(causal_mask(2, 3, &Device::Cpu)?.to_vec2::<u8>()?, [[1, 1, 0], [1, 1, 1]]);
/// # Ok(())
/// # }
/// ```
pub fn causal_mask(queries: usize, keys: usize, device: &Device) -> Result<Tensor> {
    let Some(before) = keys.checked_sub(queries) else {
        bail!("causal_mask: {queries} queries but only {keys} keys");
    };
    let seen = (0..queries).flat_map(|query| (0..keys).map(move |key| key <= query + before));
    Tensor::from_iter(seen.map(u8::from), device)?.reshape((queries, keys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::DType;

    #[test]
    fn the_fused_form_is_the_simple_one() -> Result<()> {
        for (queries, keys, causal) in [(5, 5, true), (3, 7, true), (5, 2, false), (1, 1, true)] {
            let random = |length| crate::randn(0.0, 1.0, (2, 3, length, 4), &Device::Cpu);
            let (q, k, v) = (random(queries)?, random(keys)?, random(keys)?);
            let fused = attention(&q, &k, &v, causal)?;
            let simple = attention_weights(&q, &k, causal)?.matmul(&v)?;
            let error = (fused - simple)?.abs()?.max_all()?.to_dtype(DType::F64)?;
            assert!(error.to_scalar::<f64>()? < 1e-6);
        }
        Ok(())
    }
}
