//! Pooling: one number for each window, or one pixel for many.

use super::custom::{Op, apply1, compute1, compute2, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, wide};
use candle_core::{DType, Device, Result, Shape, Tensor, bail};

/// Square windows over planes; there are as many planes as images times channels.
#[derive(Clone, Copy, Debug)]
struct Pool {
    height: usize,
    width: usize,
    kernel: usize,
    stride: usize,
}

impl Pool {
    fn out_height(&self) -> usize {
        (self.height - self.kernel) / self.stride + 1
    }

    fn out_width(&self) -> usize {
        (self.width - self.kernel) / self.stride + 1
    }

    fn size(&self) -> usize {
        self.height * self.width
    }

    fn out_size(&self) -> usize {
        self.out_height() * self.out_width()
    }

    fn shape(&self, x: &Shape) -> Shape {
        let dims = x.dims();
        (dims[0], dims[1], self.out_height(), self.out_width()).into()
    }

    /// The first pixel of each window, in order.
    fn corners(&self) -> impl Iterator<Item = usize> + use<> {
        let (width, stride, columns) = (self.width, self.stride, self.out_width());
        (0..self.out_height())
            .flat_map(move |row| (0..columns).map(move |column| (row * width + column) * stride))
    }

    /// The first maximum of the window that starts at `corner`, and its pixel.
    #[inline(always)]
    fn maximum<T: Float>(&self, plane: &[T], corner: usize) -> (T, usize) {
        let (mut best, mut pixel) = (plane[corner], corner);
        for row in 0..self.kernel {
            let start = corner + row * self.width;
            for (right, value) in plane[start..start + self.kernel].iter().enumerate() {
                // NaN, the only number that is not itself, is passed on, so that it is seen. The
                // bitwise or, and two selections instead of a branch: which number wins is chance.
                #[allow(clippy::eq_op)]
                let better = (*value > best) | (*value != *value);
                best = if better { *value } else { best };
                pixel = if better { start + right } else { pixel };
            }
        }
        (best, pixel)
    }

    /// The commonest windows, which have a faster way: squares of four side by side.
    fn is_fours(&self) -> bool {
        (self.kernel, self.stride) == (2, 2)
    }

    /// The four pixels of each window in turn, with what belongs to the window in `of_windows`.
    #[inline(always)]
    fn fours<T: Float, R>(&self, x: &[T], of_windows: &mut [R], f: impl Fn([T; 4], &mut R)) {
        let lines = x.chunks_exact(2 * self.width);
        for (lines, own) in lines.zip(of_windows.chunks_exact_mut(self.out_width())) {
            let (top, bottom) = lines.split_at(self.width);
            let pairs = top.as_chunks::<2>().0.iter().zip(bottom.as_chunks::<2>().0);
            own.iter_mut().zip(pairs).for_each(|(own, ([a, b], [c, d]))| f([*a, *b, *c, *d], own));
        }
    }

    /// Calls `f(plane, pixels of it, outputs of it)` for planes of pixels that are made.
    fn each<T: Float>(
        &self,
        (out, out_size): (&mut [T], usize),
        work: usize,
        f: impl Fn(usize, &mut [T]) + Sync,
    ) {
        rows(out, out_size, work, |first, out| {
            for (plane, out) in (first..).zip(out.chunks_mut(out_size)) {
                f(plane, out);
            }
        });
    }
}

impl Pool {
    /// The gradient of each window to its first maximum.
    #[inline(always)]
    fn spread_fours<T: Float>(&self, x: &[T], dy: &[T], dx: &mut [T]) {
        let (x, dx) = (x.chunks_exact(2 * self.width), dx.chunks_exact_mut(2 * self.width));
        for ((x, dx), dy) in x.zip(dx).zip(dy.chunks_exact(self.out_width())) {
            let ((top, bottom), (dx_top, dx_bottom)) =
                (x.split_at(self.width), dx.split_at_mut(self.width));
            let x = top.as_chunks::<2>().0.iter().zip(bottom.as_chunks::<2>().0);
            let dx = dx_top.as_chunks_mut::<2>().0.iter_mut().zip(dx_bottom.as_chunks_mut::<2>().0);
            for (((a, b), (dx_a, dx_b)), dy) in x.zip(dx).zip(dy) {
                let place = first_maximum([a[0], a[1], b[0], b[1]]).1;
                let of = |at: u32| if place == at { *dy } else { T::ZERO };
                (*dx_a, *dx_b) = ([of(0), of(1)], [of(2), of(3)]);
            }
        }
    }
}

/// The first maximum of four and its place; NaN counts as larger than all.
#[inline(always)]
fn first_maximum<T: Float>(four: [T; 4]) -> (T, u32) {
    let (mut best, mut place) = (four[0], 0);
    for (at, value) in (1..).zip(&four[1..]) {
        // NaN is the only number that is not itself. No branch: which number wins is chance.
        #[allow(clippy::eq_op)]
        let better = (*value > best) | (*value != *value);
        best = if better { *value } else { best };
        place = if better { at } else { place };
    }
    (best, place)
}

struct Max(Pool);
struct MaxBack(Pool);
struct Mean(Pool);
struct MeanBack(Pool);

impl Op<1> for Max {
    const NAME: &'static str = "max_pool2d";

    fn shape(&self, [x]: [&Shape; 1]) -> Shape {
        self.0.shape(x)
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let pool = self.0;
        let mut y = room(x.len() / pool.size() * pool.out_size());
        pool.each((&mut y, pool.out_size()), x.len() * MOVE, |plane, y| {
            let x = &x[plane * pool.size()..(plane + 1) * pool.size()];
            if pool.is_fours() {
                return wide(|| pool.fours(x, y, |four, y| *y = first_maximum(four).0));
            }
            for (y, corner) in y.iter_mut().zip(pool.corners()) {
                *y = pool.maximum(x, corner).0;
            }
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], _: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        Ok([wanted(x, || compute2(MaxBack(self.0), x, dy))?])
    }
}

impl Op<2> for MaxBack {
    const NAME: &'static str = "the gradient of max_pool2d";

    fn shape(&self, [x, _]: [&Shape; 2]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, dy]: [&[T]; 2]) -> Vec<T> {
        let pool = self.0;
        let mut dx = vec![T::ZERO; x.len()];
        pool.each((&mut dx, pool.size()), x.len() * MOVE, |plane, dx| {
            let x = &x[plane * pool.size()..(plane + 1) * pool.size()];
            let dy = &dy[plane * pool.out_size()..(plane + 1) * pool.out_size()];
            if pool.is_fours() {
                return wide(|| pool.spread_fours(x, dy, dx));
            }
            for (dy, corner) in dy.iter().zip(pool.corners()) {
                dx[pool.maximum(x, corner).1] += *dy;
            }
        });
        dx
    }
}

impl Op<1> for Mean {
    const NAME: &'static str = "avg_pool2d";

    fn shape(&self, [x]: [&Shape; 1]) -> Shape {
        self.0.shape(x)
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let pool = self.0;
        let share = T::of(1.0 / (pool.kernel * pool.kernel) as f64);
        let mut y = room(x.len() / pool.size() * pool.out_size());
        pool.each((&mut y, pool.out_size()), x.len() * MOVE, |plane, y| {
            let x = &x[plane * pool.size()..(plane + 1) * pool.size()];
            for (y, corner) in y.iter_mut().zip(pool.corners()) {
                let lines = x[corner..].chunks(pool.width).take(pool.kernel);
                let numbers = lines.flat_map(|line| &line[..pool.kernel]);
                *y = numbers.fold(T::ZERO, |sum, number| sum + *number) * share;
            }
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], _: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        Ok([wanted(x, || compute1(MeanBack(self.0), dy))?])
    }
}

impl Op<1> for MeanBack {
    const NAME: &'static str = "the gradient of avg_pool2d";

    fn shape(&self, [dy]: [&Shape; 1]) -> Shape {
        let dims = dy.dims();
        (dims[0], dims[1], self.0.height, self.0.width).into()
    }

    fn map<T: Float>(&self, [dy]: [&[T]; 1]) -> Vec<T> {
        let pool = self.0;
        let share = T::of(1.0 / (pool.kernel * pool.kernel) as f64);
        let mut dx = vec![T::ZERO; dy.len() / pool.out_size() * pool.size()];
        let work = dx.len() * MOVE;
        pool.each((&mut dx, pool.size()), work, |plane, dx| {
            let dy = &dy[plane * pool.out_size()..(plane + 1) * pool.out_size()];
            for (dy, corner) in dy.iter().zip(pool.corners()) {
                let lines = dx[corner..].chunks_mut(pool.width).take(pool.kernel);
                let numbers = lines.flat_map(|line| &mut line[..pool.kernel]);
                numbers.for_each(|number| *number += *dy * share);
            }
        });
        dx
    }
}

fn check(name: &str, x: &Tensor, kernel: usize, stride: usize) -> Result<Pool> {
    let (batch, channels, height, width) = x.dims4()?;
    if batch == 0 || channels == 0 {
        bail!("{name}: there are no images, x: {:?}", x.dims());
    }
    if kernel == 0 || stride == 0 || kernel > height.min(width) {
        bail!("shape mismatch in {name}, x: {:?}, kernel: {kernel}, stride: {stride}", x.dims());
    }
    Ok(Pool { height, width, kernel, stride })
}

/// Does on the CPU, in f32 if need be, what this crate can do nowhere else.
fn elsewhere(x: &Tensor, f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let here = x.to_device(&Device::Cpu)?;
    let here = if ours(&here) { here } else { here.to_dtype(DType::F32)? };
    f(&here)?.to_dtype(x.dtype())?.to_device(x.device())
}

/// The largest value of each `kernel × kernel` window, windows `stride` apart.
///
/// The gradient goes to the first maximum of each window, as in PyTorch; Candle's own spreads it,
/// four times too small for 2×2 windows. A tensor on another device is pooled on the CPU, which is
/// slow but right.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - output: `(batch, channels, (height − kernel) / stride + 1, (width − kernel) / stride + 1)`
///
/// # Errors
/// If the window is empty or larger than the image, or the batch is empty.
///
/// ```
/// # use candlelab_nn::{max_pool2d, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 2.0], [4.0, 3.0]], &Device::Cpu)?.reshape((1, 1, 2, 2))?;
/// assert_eq!(max_pool2d(&x, 2, 2)?.flatten_all()?.to_vec1::<f32>()?, [4.0]);
/// # Ok(())
/// # }
/// ```
pub fn max_pool2d(x: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    let pool = check("max_pool2d", x, kernel, stride)?;
    if ours(x) { apply1(Max(pool), x) } else { elsewhere(x, |x| max_pool2d(x, kernel, stride)) }
}

/// The mean of each `kernel × kernel` window, windows `stride` apart.
///
/// Candle's own has a gradient only where the windows touch. A tensor on another device is pooled
/// on the CPU, which is slow but right.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - output: `(batch, channels, (height − kernel) / stride + 1, (width − kernel) / stride + 1)`
///
/// # Errors
/// If the window is empty or larger than the image, or the batch is empty.
///
/// ```
/// # use candlelab_nn::{avg_pool2d, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 2.0], [4.0, 3.0]], &Device::Cpu)?.reshape((1, 1, 2, 2))?;
/// assert_eq!(avg_pool2d(&x, 2, 2)?.flatten_all()?.to_vec1::<f32>()?, [2.5]);
/// # Ok(())
/// # }
/// ```
pub fn avg_pool2d(x: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    let pool = check("avg_pool2d", x, kernel, stride)?;
    if ours(x) { apply1(Mean(pool), x) } else { elsewhere(x, |x| avg_pool2d(x, kernel, stride)) }
}
