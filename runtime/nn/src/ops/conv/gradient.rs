//! The gradient of the weights of a convolution of many images.

use super::direct::machine;
use super::geometry::Geometry;
use super::lanes::Padded;
use super::micro::{self, Strip};
use super::plan::{CACHE, blocks, part, whole};
use super::winograd::{self, SIDE, Tiles, plane};
use crate::ops::matrix::{Place, multiply};
use crate::ops::parallel::{MOVE, room, rows, sum};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Pixels of a strip whose gradients stay in the cache.
const STRIP: usize = 48;

/// Vectors of tiles that stay in a core's own cache.
const TILE_CACHE: usize = 1 << 13;

impl Geometry {
    /// `dW = dY Xᵀ`.
    pub fn direct_weights(&self, x: &[f32], dy: &[f32]) -> Vec<f32> {
        match (self.has_tiles(), self.square()) {
            (true, Some(2)) => self.weights_by_tiles::<2, 3>(x, dy),
            (true, _) => self.weights_by_tiles::<3, 4>(x, dy),
            (false, _) => self.weights_by_windows(x, dy),
        }
    }

    fn weights_by_windows(&self, x: &[f32], dy: &[f32]) -> Vec<f32> {
        let (lanes, together) = machine();
        let blocks = blocks(self.outputs, together);
        let strips = self.strips(1);
        let phase = self.forward_phase(&strips.seen);
        let taps = phase.taps();
        sum(strips.count, self.outputs * self.rows(), self.work(), |range, sums| {
            for strip in range {
                let (top, [x, dy]) = strips.interleave(self, strip, [x, dy], lanes);
                for channels in &blocks {
                    let own = Arch::new().dispatch(Windows {
                        geometry: self,
                        strips: &strips,
                        taps: &taps,
                        channels: channels.clone(),
                        rows: strips.height.min(self.windows.0 - top),
                        x: &x,
                        dy: &dy,
                    });
                    for (channel, own) in channels.clone().zip(own.chunks(taps.len().max(1))) {
                        let sums = &mut sums[channel * self.rows()..][..self.rows()];
                        phase.weights.iter().zip(own).for_each(|(place, own)| sums[*place] += own);
                    }
                }
            }
        })
    }

    /// For each number of a tile the product of two matrices, whose rows are all tiles of a channel.
    fn weights_by_tiles<const R: usize, const A: usize>(&self, x: &[f32], dy: &[f32]) -> Vec<f32> {
        let (lanes, _) = machine();
        let strips = self.strips(SIDE);
        let (seen, made, height) = (&strips.seen, &strips.made, strips.height);
        let phase = self.forward_phase(seen);
        let corners = phase.corners.len();
        let size = corners * self.outputs;
        let together = (TILE_CACHE / (A * A * (corners + self.outputs))).max(1);
        let total = sum(strips.count, A * A * size, self.work(), |range, sums| {
            let mut numbers = (Vec::new(), Vec::new());
            for strip in range {
                let (top, [x, dy]) = strips.interleave(self, strip, [x, dy], lanes);
                let places = phase.tiles(height.min(self.windows.0 - top));
                for places in places.chunks(together) {
                    Arch::new().dispatch(Enter::<A> {
                        geometry: self,
                        corners: &phase.corners,
                        places,
                        widths: (seen.padded.1, made.padded.1),
                        x: &x,
                        dy: &dy,
                        numbers: &mut numbers,
                    });
                    let depth = places.len() * lanes;
                    let at = |k: usize, channels: usize| {
                        Place::rows(k * plane(channels * places.len()) * lanes, depth)
                    };
                    for (k, sums) in sums.chunks_exact_mut(size).enumerate() {
                        let v = (&numbers.0[..], at(k, corners).t());
                        let e = (&numbers.1[..], at(k, self.outputs));
                        let sums = (sums, Place::rows(0, corners));
                        multiply((self.outputs, depth, corners), e, v, sums, true);
                    }
                }
            }
        });
        let mut dw = room(self.outputs * self.rows());
        let work = self.outputs * self.rows() * MOVE;
        rows(&mut dw, self.rows(), work, |first, dw| {
            for (channel, dw) in (first..).zip(dw.chunks_exact_mut(self.rows())) {
                for (corner, places) in phase.weights.chunks_exact(R * R).enumerate() {
                    let mut tile = [[0.0; A]; A];
                    for (k, number) in tile.as_flattened_mut().iter_mut().enumerate() {
                        *number = total[k * size + channel * corners + corner];
                    }
                    let window: [[f32; R]; R] = winograd::window_of(tile);
                    places.iter().zip(window.as_flattened()).for_each(|(at, w)| dw[*at] = *w);
                }
            }
        });
        dw
    }

    /// So many rows of the gradient's own images, with a border where tiles reach over the edge.
    fn made(&self, rows: usize) -> Padded {
        let padded = (whole(rows, self.has_tiles()), whole(self.windows.1, self.has_tiles()));
        Padded { channels: self.outputs, size: self.windows, before: (0, 0), padded }
    }

    /// Rows of the gradient's images, a multiple of `step` at a time, so that they stay in the cache.
    fn strips(&self, step: usize) -> Strips {
        let (lanes, _) = machine();
        let all = self.seen(self.windows.0).block() + self.made(self.windows.0).block();
        let height = part(self.windows.0, (all * lanes).div_ceil(CACHE), step);
        let shares = self.windows.0.div_ceil(height);
        Strips {
            seen: self.seen(height),
            made: self.made(height),
            height,
            shares,
            count: self.batch.div_ceil(lanes) * shares,
        }
    }
}

/// A few rows of a block of images each.
struct Strips {
    /// What the windows of a strip see.
    seen: Padded,
    /// The gradients of these windows.
    made: Padded,
    /// Rows of windows in a strip.
    height: usize,
    /// Strips of an image.
    shares: usize,
    count: usize,
}

impl Strips {
    /// The first row of windows of a strip, and its numbers in lanes: those of `x` and of `dy`.
    fn interleave(
        &self,
        sizes: &Geometry,
        strip: usize,
        [x, dy]: [&[f32]; 2],
        lanes: usize,
    ) -> (usize, [Vec<f32>; 2]) {
        let (first, top) = (strip / self.shares * lanes, strip % self.shares * self.height);
        let images = first..sizes.batch.min(first + lanes);
        let x = self.seen.interleave_block(x, images.clone(), top * sizes.stride.0, lanes);
        (top, [x, self.made.interleave_block(dy, images, top, lanes)])
    }
}

/// The gradients of some channels' weights for some taps, channel by channel.
struct Windows<'a> {
    geometry: &'a Geometry,
    strips: &'a Strips,
    taps: &'a [usize],
    channels: Range<usize>,
    /// Rows of windows that there are.
    rows: usize,
    x: &'a [f32],
    dy: &'a [f32],
}

impl WithSimd for Windows<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        let Geometry { windows: (_, width), stride, .. } = *self.geometry;
        let Strips { seen, made, .. } = self.strips;
        let (channels, taps) = (self.channels.len(), self.taps);
        let mut sums = vec![simd.splat_f32s(0.0); taps.len() * channels];
        let height = (STRIP / width).max(1);
        let (x, _) = S::as_simd_f32s(self.x);
        let (dy, _) = S::as_simd_f32s(self.dy);
        for first in (0..self.rows).step_by(height) {
            let strip = Strip {
                from: first * stride.0 * seen.padded.1,
                from_step: (stride.0 * seen.padded.1, stride.1),
                dy: self.channels.start * made.plane() + first * width,
                dy_plane: made.plane(),
                size: (height.min(self.rows - first), width),
            };
            micro::weights(simd, channels, (x, taps), dy, &mut sums, strip);
        }
        let mut dw = Vec::with_capacity(sums.len());
        for m in 0..channels {
            dw.extend((0..taps.len()).map(|tap| simd.reduce_sum_f32s(sums[tap * channels + m])));
        }
        dw
    }
}

/// `Bᵀ d B` and `A dY Aᵀ` of some tiles of a block of images: `(number, channel, tile, lane)`.
struct Enter<'a, const A: usize> {
    geometry: &'a Geometry,
    corners: &'a [usize],
    places: &'a [(usize, usize)],
    /// Of a row of `x`, and of one of `dy`.
    widths: (usize, usize),
    x: &'a [f32],
    dy: &'a [f32],
    numbers: &'a mut (Vec<f32>, Vec<f32>),
}

impl<const A: usize> WithSimd for Enter<'_, A> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (stride, channels) = (self.geometry.stride, self.geometry.outputs);
        let count = self.places.len();
        let size = |channels: usize| A * A * plane(channels * count) * S::F32_LANES;
        self.numbers.0.resize(size(self.corners.len()), 0.0);
        self.numbers.1.resize(size(channels), 0.0);
        let (v, _) = S::as_mut_simd_f32s(&mut self.numbers.0);
        let (e, _) = S::as_mut_simd_f32s(&mut self.numbers.1);
        let (x, _) = S::as_simd_f32s(self.x);
        let (dy, _) = S::as_simd_f32s(self.dy);

        let step = (stride.0 * self.widths.0, stride.1);
        let origin = |&(row, column): &(usize, usize)| row * step.0 + column * step.1;
        let origins: Vec<usize> = self.places.iter().map(origin).collect();
        winograd::enter::<S, A>(simd, x, self.corners, Tiles { origins: &origins, step }, v);

        let width = self.widths.1;
        for (channel, dy) in dy.chunks_exact(dy.len() / channels).enumerate() {
            for (tile, (row, column)) in self.places.iter().enumerate() {
                let start = row * width + column;
                let (top, bottom) = (&dy[start..start + SIDE], &dy[start + width..][..SIDE]);
                let square = [[top[0], top[1]], [bottom[0], bottom[1]]];
                let at = (channel * count + tile, plane(channels * count));
                winograd::enter_gradient::<S, A>(simd, square, at, e);
            }
        }
    }
}
