//! The innermost loops of a convolution whose images lie side by side in the lanes of vectors.
//!
//! A vector holds the same pixel of as many images as it has lanes, so that a number of a kernel
//! is multiplied with all of them at once, whatever the size of the image, the stride or the
//! padding. Several channels of several pixels are computed together, as many as the machine has
//! registers for: each vector that is read then serves several products.

use pulp::Simd;

/// How many output channels are computed together.
pub fn channels_at_once<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 8 } else { 4 }
}

/// A row of output pixels: where it is read and where it is written, in vectors.
#[derive(Clone, Copy)]
pub struct Row {
    /// The corner of the first pixel's window.
    pub from: usize,
    /// From the window of a pixel to that of the next.
    pub from_step: usize,
    /// The first pixel of the first channel.
    pub to: usize,
    /// From a pixel to the next.
    pub to_step: usize,
    /// From a channel to the next.
    pub to_plane: usize,
    /// How many pixels.
    pub length: usize,
}

/// `y[m, q] = Σ_t w[t, m] · x[window(q) + taps[t]]` for a row of pixels `q` and `channels` of `m`,
/// which are 1, 2, 4 or 8.
///
/// # Panics
/// If a pixel is outside `x` or `y`.
#[inline(always)]
pub fn forward<S: Simd>(
    simd: S,
    channels: usize,
    (x, taps): (&[S::f32s], &[usize]),
    w: &[f32],
    y: &mut [S::f32s],
    row: Row,
) {
    if row.length == 0 {
        return;
    }
    let reach = taps.iter().max().map_or(0, |tap| tap + 1);
    assert!(row.from + (row.length - 1) * row.from_step + reach <= x.len());
    assert!(row.to + (row.length - 1) * row.to_step + (channels - 1) * row.to_plane < y.len());
    assert!(w.len() >= taps.len() * channels);
    let mut done = 0;
    while done < row.length {
        let left = row.length - done;
        let at =
            Row { from: row.from + done * row.from_step, to: row.to + done * row.to_step, ..row };
        // SAFETY: all pixels are within both slices, as asserted, and `N` is at most `left`.
        unsafe {
            done += match (channels, left) {
                (8, 3..) => tile::<S, 8, 3>(simd, x, taps, w, y, at),
                (8, 2) => tile::<S, 8, 2>(simd, x, taps, w, y, at),
                (8, _) => tile::<S, 8, 1>(simd, x, taps, w, y, at),
                (4, 3..) => tile::<S, 4, 3>(simd, x, taps, w, y, at),
                (4, 2) => tile::<S, 4, 2>(simd, x, taps, w, y, at),
                (4, _) => tile::<S, 4, 1>(simd, x, taps, w, y, at),
                (2, 4..) => tile::<S, 2, 4>(simd, x, taps, w, y, at),
                (2, _) => tile::<S, 2, 1>(simd, x, taps, w, y, at),
                (_, 6..) => tile::<S, 1, 6>(simd, x, taps, w, y, at),
                (_, _) => tile::<S, 1, 1>(simd, x, taps, w, y, at),
            };
        }
    }
}

/// `N` pixels of `M` channels; gives `N`.
///
/// # Safety
/// The pixels of `row` are within `x` and `y`, and `w` has `M` numbers for each tap.
#[inline(always)]
unsafe fn tile<S: Simd, const M: usize, const N: usize>(
    simd: S,
    x: &[S::f32s],
    taps: &[usize],
    w: &[f32],
    y: &mut [S::f32s],
    row: Row,
) -> usize {
    let mut sums = [[simd.splat_f32s(0.0); N]; M];
    for (tap, w) in taps.iter().zip(w.chunks_exact(M)) {
        let mut pixels = [simd.splat_f32s(0.0); N];
        for (n, pixel) in pixels.iter_mut().enumerate() {
            // SAFETY: within `x`, as promised.
            *pixel = unsafe { *x.get_unchecked(row.from + n * row.from_step + tap) };
        }
        for (sums, w) in sums.iter_mut().zip(w) {
            let w = simd.splat_f32s(*w);
            for (sum, pixel) in sums.iter_mut().zip(pixels) {
                *sum = simd.mul_add_f32s(w, pixel, *sum);
            }
        }
    }
    for (m, sums) in sums.iter().enumerate() {
        for (n, sum) in sums.iter().enumerate() {
            // SAFETY: within `y`, as promised.
            unsafe { *y.get_unchecked_mut(row.to + m * row.to_plane + n * row.to_step) = *sum };
        }
    }
    N
}

/// Rows of output pixels whose products with their windows are summed, in vectors.
#[derive(Clone, Copy)]
pub struct Strip {
    /// The corner of the first pixel's window.
    pub from: usize,
    /// From the window of a pixel to that of the next, down and right.
    pub from_step: (usize, usize),
    /// The first pixel of the first channel.
    pub dy: usize,
    /// From a channel to the next.
    pub dy_plane: usize,
    /// Rows and pixels in a row.
    pub size: (usize, usize),
}

/// `sums[t, m] += Σ_q dy[m, q] · x[window(q) + taps[t]]`, lane by lane, over a strip of pixels `q`.
///
/// # Panics
/// If a pixel is outside `x` or `dy`.
#[inline(always)]
pub fn weights<S: Simd>(
    simd: S,
    channels: usize,
    (x, taps): (&[S::f32s], &[usize]),
    dy: &[S::f32s],
    sums: &mut [S::f32s],
    strip: Strip,
) {
    let (height, width) = strip.size;
    if height * width == 0 {
        return;
    }
    let reach = taps.iter().max().map_or(0, |tap| tap + 1);
    let last = (height - 1) * strip.from_step.0 + (width - 1) * strip.from_step.1;
    assert!(strip.from + last + reach <= x.len());
    assert!(strip.dy + (channels - 1) * strip.dy_plane + height * width <= dy.len());
    for (taps, sums) in taps.chunks(3).zip(sums.chunks_mut(3 * channels)) {
        // SAFETY: all pixels are within both slices, as asserted.
        unsafe {
            match (channels, taps) {
                (8, &[a, b, c]) => product::<S, 8, 3>(simd, x, [a, b, c], dy, sums, strip),
                (4, &[a, b, c]) => product::<S, 4, 3>(simd, x, [a, b, c], dy, sums, strip),
                (2, &[a, b, c]) => product::<S, 2, 3>(simd, x, [a, b, c], dy, sums, strip),
                (1, &[a, b, c]) => product::<S, 1, 3>(simd, x, [a, b, c], dy, sums, strip),
                _ => {
                    for (tap, sums) in taps.iter().zip(sums.chunks_mut(channels)) {
                        match channels {
                            8 => product::<S, 8, 1>(simd, x, [*tap], dy, sums, strip),
                            4 => product::<S, 4, 1>(simd, x, [*tap], dy, sums, strip),
                            2 => product::<S, 2, 1>(simd, x, [*tap], dy, sums, strip),
                            _ => product::<S, 1, 1>(simd, x, [*tap], dy, sums, strip),
                        }
                    }
                }
            }
        }
    }
}

/// `N` taps of `M` channels.
///
/// # Safety
/// The pixels of `strip` are within `x` and `dy`.
#[inline(always)]
unsafe fn product<S: Simd, const M: usize, const N: usize>(
    simd: S,
    x: &[S::f32s],
    taps: [usize; N],
    dy: &[S::f32s],
    sums: &mut [S::f32s],
    strip: Strip,
) {
    let (kept, _) = sums.as_chunks_mut::<M>();
    let mut sums = [[simd.splat_f32s(0.0); M]; N];
    sums.iter_mut().zip(&*kept).for_each(|(sum, kept)| *sum = *kept);
    let (height, width) = strip.size;
    for row in 0..height {
        let from = strip.from + row * strip.from_step.0;
        for column in 0..width {
            let from = from + column * strip.from_step.1;
            let mut pixels = [simd.splat_f32s(0.0); N];
            for (pixel, tap) in pixels.iter_mut().zip(taps) {
                // SAFETY: within `x`, as promised.
                *pixel = unsafe { *x.get_unchecked(from + tap) };
            }
            for m in 0..M {
                let at = strip.dy + m * strip.dy_plane + row * width + column;
                // SAFETY: within `dy`, as promised.
                let dy = unsafe { *dy.get_unchecked(at) };
                for (sums, pixel) in sums.iter_mut().zip(pixels) {
                    sums[m] = simd.mul_add_f32s(dy, pixel, sums[m]);
                }
            }
        }
    }
    kept.iter_mut().zip(sums).for_each(|(kept, sum)| *kept = sum);
}
