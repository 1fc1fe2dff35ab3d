//! Convolutions of many images at once, for f32: an image a lane, no columns.

use super::geometry::Geometry;
use super::lanes::{Padded, separate};
use super::micro::{self, Row, Strip, channels_at_once};
use crate::ops::parallel::{Parts, room, tasks};
use crate::ops::rectify::Bend;
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Blocks of images that lie in lanes at the same time, so that a large batch needs no more memory.
const BLOCKS: usize = 4;

/// Parts of an image that are computed one by one.
const SHARES: usize = 4;

/// Numbers that stay in a core's own cache.
const CACHE: usize = 1 << 17;

/// Pixels of a part if the image is too large for that.
const PIXELS: usize = 48;

/// Pixels of a strip whose gradients stay in the cache.
const STRIP: usize = 48;

/// How many numbers a vector has, and how many channels are computed together.
pub fn machine() -> (usize, usize) {
    struct Ask;
    impl WithSimd for Ask {
        type Output = (usize, usize);

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> (usize, usize) {
            (S::F32_LANES, channels_at_once::<S>())
        }
    }
    Arch::new().dispatch(Ask)
}

/// Output pixels that lie in the same way to the numbers of the kernel.
struct Phase {
    /// The first pixel, and how far the next one is, down and right.
    first: (usize, usize),
    step: (usize, usize),
    /// How many there are, down and right.
    size: (usize, usize),
    /// Where the numbers of a window lie from its corner, in vectors, and the weight of each for
    /// the first channel.
    taps: Vec<usize>,
    weights: Vec<usize>,
}

/// A convolution forward, or back to the image.
struct Plan {
    source: Padded,
    /// From the window of a pixel to that of the next, down and right.
    from_step: (usize, usize),
    channels: usize,
    size: (usize, usize),
    /// From the weight of a channel to that of the next.
    weight_step: usize,
    phases: Vec<Phase>,
}

impl Geometry {
    /// Whether this way is the better one: there are images enough to fill the lanes.
    pub fn is_direct(&self) -> bool {
        let (lanes, _) = machine();
        let filled = self.batch.next_multiple_of(lanes) * 2 <= self.batch * 3;
        lanes > 1 && filled && self.groups == 1 && !self.is_pointwise()
    }

    /// What the windows see.
    fn seen(&self) -> Padded {
        let reach = |windows: usize, stride: usize, kernel: usize, dilation: usize| {
            (windows - 1) * stride + (kernel - 1) * dilation + 1
        };
        let down = reach(self.windows.0, self.stride.0, self.kernel.0, self.dilation.0);
        let right = reach(self.windows.1, self.stride.1, self.kernel.1, self.dilation.1);
        Padded {
            channels: self.inputs,
            size: self.image,
            before: self.padding,
            padded: (down, right),
        }
    }

    /// Where the numbers of a window lie from its corner, in vectors.
    fn taps(&self) -> Vec<usize> {
        let seen = self.seen();
        let mut taps = Vec::with_capacity(self.rows());
        for channel in 0..self.inputs {
            for down in 0..self.kernel.0 {
                for right in 0..self.kernel.1 {
                    let row = channel * seen.padded.0 + down * self.dilation.0;
                    taps.push(row * seen.padded.1 + right * self.dilation.1);
                }
            }
        }
        taps
    }

    /// `Y = W X`.
    pub fn direct_forward(
        &self,
        x: &[f32],
        w: &[f32],
        bias: Option<&[f32]>,
        bend: Bend,
    ) -> Vec<f32> {
        let phase = Phase {
            first: (0, 0),
            step: (1, 1),
            size: self.windows,
            taps: self.taps(),
            weights: (0..self.rows()).collect(),
        };
        let plan = Plan {
            source: self.seen(),
            from_step: self.stride,
            channels: self.outputs,
            size: self.windows,
            weight_step: self.rows(),
            phases: vec![phase],
        };
        plan.run(self.batch, (x, w), bias, bend)
    }

    /// `dX = Wᵀ dY`: for each phase of the stride a convolution with some numbers of the kernel.
    pub fn direct_spread(&self, dy: &[f32], w: &[f32]) -> Vec<f32> {
        let axis = |size, windows, kernel, stride, padding, dilation| Axis {
            size,
            windows,
            kernel,
            stride,
            padding,
            dilation,
        };
        let (kernel, stride, padding) = (self.kernel, self.stride, self.padding);
        let down =
            axis(self.image.0, self.windows.0, kernel.0, stride.0, padding.0, self.dilation.0);
        let right =
            axis(self.image.1, self.windows.1, kernel.1, stride.1, padding.1, self.dilation.1);
        let source = Padded {
            channels: self.outputs,
            size: self.windows,
            before: (down.before(), right.before()),
            padded: (down.padded(), right.padded()),
        };
        let mut phases = Vec::new();
        for first_down in 0..stride.0.min(self.image.0) {
            for first_right in 0..stride.1.min(self.image.1) {
                let first = (first_down, first_right);
                phases.push(self.phase(first, &down, &right, &source));
            }
        }
        let plan = Plan {
            source,
            from_step: (1, 1),
            channels: self.inputs,
            size: self.image,
            weight_step: kernel.0 * kernel.1,
            phases,
        };
        plan.run(self.batch, (dy, w), None, Bend(None))
    }

    /// The pixels `first`, `first + stride`, … of the image and the windows that see them.
    fn phase(&self, first: (usize, usize), down: &Axis, right: &Axis, source: &Padded) -> Phase {
        let (rows, columns) = (down.seeing(first.0), right.seeing(first.1));
        let (mut taps, mut weights) = (Vec::new(), Vec::new());
        for channel in 0..self.outputs {
            for (place, row) in &rows {
                for (across, column) in &columns {
                    taps.push((channel * source.padded.0 + row) * source.padded.1 + column);
                    weights.push(channel * self.rows() + place * self.kernel.1 + across);
                }
            }
        }
        let size = (down.count(first.0), right.count(first.1));
        Phase { first, step: self.stride, size, taps, weights }
    }

    /// `dW = dY Xᵀ`.
    pub fn direct_weights(&self, x: &[f32], dy: &[f32]) -> Vec<f32> {
        let (lanes, together) = machine();
        let (seen, taps, depth) = (self.seen(), self.taps(), self.rows());
        let made = Padded {
            channels: self.outputs,
            size: self.windows,
            before: (0, 0),
            padded: self.windows,
        };
        let blocks = blocks(self.outputs, together);
        let shares = 8usize.div_ceil(blocks.len());
        let share = depth.div_ceil(shares).next_multiple_of(3);
        let shares = depth.div_ceil(share);
        let mut dw = vec![0f32; self.outputs * depth];
        let (mut x_lanes, mut dy_lanes) = (Vec::new(), Vec::new());
        for start in (0..self.batch).step_by(BLOCKS * lanes) {
            let images = start..self.batch.min(start + BLOCKS * lanes);
            seen.interleave(x, images.clone(), lanes, &mut x_lanes);
            made.interleave(dy, images.clone(), lanes, &mut dy_lanes);
            let work = self.work() / self.batch * images.len();
            let parts = Parts::new(&mut dw);
            tasks(blocks.len() * shares, work, |task| {
                let (block, at) = (&blocks[task / shares], task % shares * share);
                let task = WeightsTask {
                    geometry: self,
                    seen: &seen,
                    taps: &taps[at..depth.min(at + share)],
                    channels: block.clone(),
                    x: &x_lanes,
                    dy: &dy_lanes,
                };
                let sums = Arch::new().dispatch(task);
                for (row, sums) in block.clone().zip(sums) {
                    let start = row * depth + at;
                    // SAFETY: these weights belong to this task alone.
                    let dw = unsafe { parts.part(start..start + sums.len()) };
                    dw.iter_mut().zip(sums).for_each(|(dw, sum)| *dw += sum);
                }
            });
        }
        dw
    }
}

/// One direction of a convolution, seen from its image.
struct Axis {
    size: usize,
    windows: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
}

impl Axis {
    /// Zeros before the first window, so that every pixel finds what it looks for.
    fn before(&self) -> usize {
        ((self.kernel - 1) * self.dilation).saturating_sub(self.padding).div_ceil(self.stride)
    }

    /// Pixels of a phase.
    fn count(&self, first: usize) -> usize {
        (self.size - first).div_ceil(self.stride)
    }

    /// The numbers of the kernel that meet the pixel `first`, each with the window, counted from
    /// the border.
    fn seeing(&self, first: usize) -> Vec<(usize, usize)> {
        let meets = |place: &usize| {
            let ahead = first + self.padding + self.before() * self.stride;
            let distance = ahead.checked_sub(place * self.dilation)?;
            distance.is_multiple_of(self.stride).then_some((*place, distance / self.stride))
        };
        (0..self.kernel).filter_map(|place| meets(&place)).collect()
    }

    /// Windows with a border wide enough for every pixel.
    fn padded(&self) -> usize {
        let last = (0..self.stride.min(self.size)).flat_map(|first| {
            let count = self.count(first);
            self.seeing(first).into_iter().map(move |(_, window)| window + count)
        });
        last.max().unwrap_or(0).max(self.before() + self.windows)
    }
}

/// Channels a few at a time: as many as can be computed together, then what is left in powers of
/// two.
fn blocks(channels: usize, together: usize) -> Vec<Range<usize>> {
    let (mut blocks, mut start) = (Vec::new(), 0);
    while start < channels {
        let mut size = together;
        while size > channels - start {
            size /= 2;
        }
        blocks.push(start..start + size);
        start += size;
    }
    blocks
}

impl Plan {
    fn run(
        &self,
        batch: usize,
        (x, w): (&[f32], &[f32]),
        bias: Option<&[f32]>,
        bend: Bend,
    ) -> Vec<f32> {
        let (lanes, together) = machine();
        let blocks = blocks(self.channels, together);
        let packed: Vec<Vec<Vec<f32>>> = blocks.iter().map(|block| self.pack(w, block)).collect();
        let pixels = self.size.0 * self.size.1;
        let mut y = room(batch * self.channels * pixels);
        let parts = Parts::new(&mut y);
        let mut x_lanes = Vec::new();
        let taps: usize = self.phases.iter().map(|phase| phase.taps.len()).sum();
        // A part of the rows of all channels at a time, for every core its share, and few where
        // many channels look at an image that is too large for the cache.
        let step = self.phases.first().map_or(1, |phase| phase.step.0);
        let large = self.source.block() * lanes > CACHE && blocks.len() > 2;
        let most = if large { PIXELS.div_ceil(self.size.1) } else { self.size.0 };
        let height = self.size.0.div_ceil(SHARES).min(most).next_multiple_of(step);
        let shares = self.size.0.div_ceil(height);
        for start in (0..batch).step_by(BLOCKS * lanes) {
            let images = start..batch.min(start + BLOCKS * lanes);
            self.source.interleave(x, images.clone(), lanes, &mut x_lanes);
            let work = images.len() * self.channels * pixels * taps;
            tasks(images.len().div_ceil(lanes) * shares, work, |task| {
                let (own, top) = (task / shares, task % shares * height);
                let first = images.start + own * lanes;
                let block = self.source.block() * lanes;
                let x = &x_lanes[own * block..(own + 1) * block];
                let rows = top..self.size.0.min(top + height);
                let size = rows.len() * self.size.1;
                let task = Task { plan: self, blocks: &blocks, weights: &packed, rows, x };
                let made = Arch::new().dispatch(task);
                for (channel, plane) in made.chunks(size * lanes).enumerate() {
                    let place = (first * self.channels + channel) * pixels + top * self.size.1;
                    let count = lanes.min(images.end - first);
                    let bias = bias.map_or(0.0, |bias| bias[channel]);
                    let to = (place, self.channels * pixels, count);
                    // SAFETY: these rows of these images belong to this task alone.
                    unsafe { separate(plane, lanes, (bias, bend), &parts, to) };
                }
            });
        }
        y
    }

    /// The weights of some channels, `(phase, tap, channel)`.
    fn pack(&self, w: &[f32], channels: &Range<usize>) -> Vec<Vec<f32>> {
        let of = |phase: &Phase| {
            let weights = phase.weights.iter();
            weights
                .flat_map(|start| channels.clone().map(move |m| w[m * self.weight_step + start]))
                .collect()
        };
        self.phases.iter().map(of).collect()
    }
}

/// Some rows of a block of images, all channels: `(channel, pixel, lane)`.
struct Task<'a> {
    plan: &'a Plan,
    blocks: &'a [Range<usize>],
    /// Of each block and phase.
    weights: &'a [Vec<Vec<f32>>],
    rows: Range<usize>,
    x: &'a [f32],
}

impl WithSimd for Task<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        let Plan { source, from_step, size, .. } = self.plan;
        let pixels = self.rows.len() * size.1;
        let mut made = room(self.plan.channels * pixels * S::F32_LANES);
        let (y, _) = S::as_mut_simd_f32s(&mut made);
        let (x, _) = S::as_simd_f32s(self.x);
        for (channels, weights) in self.blocks.iter().zip(self.weights) {
            let y = &mut y[channels.start * pixels..channels.end * pixels];
            for (phase, w) in self.plan.phases.iter().zip(weights) {
                for to in (phase.first.0..self.rows.len()).step_by(phase.step.0) {
                    let down = (self.rows.start + to) / phase.step.0;
                    let row = Row {
                        from: down * from_step.0 * source.padded.1,
                        from_step: from_step.1,
                        to: to * size.1 + phase.first.1,
                        to_step: phase.step.1,
                        to_plane: pixels,
                        length: phase.size.1,
                    };
                    micro::forward(simd, channels.len(), (x, &phase.taps), w, y, row);
                }
            }
        }
        made
    }
}

/// The gradients of some channels' weights for some taps, channel by channel.
struct WeightsTask<'a> {
    geometry: &'a Geometry,
    seen: &'a Padded,
    taps: &'a [usize],
    channels: Range<usize>,
    x: &'a [f32],
    dy: &'a [f32],
}

impl WithSimd for WeightsTask<'_> {
    type Output = Vec<Vec<f32>>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<Vec<f32>> {
        let Geometry { windows, stride, outputs, .. } = *self.geometry;
        let (channels, places) = (self.channels.len(), windows.0 * windows.1);
        let mut sums = vec![0f32; self.taps.len() * channels * S::F32_LANES];
        let (all, _) = S::as_mut_simd_f32s(&mut sums);
        let (x, _) = S::as_simd_f32s(self.x);
        let (dy, _) = S::as_simd_f32s(self.dy);
        let dy_blocks = dy.chunks_exact(outputs * places);
        let height = (STRIP / windows.1).max(1);
        for (x, dy) in x.chunks_exact(self.seen.block()).zip(dy_blocks) {
            for first in (0..windows.0).step_by(height) {
                let strip = Strip {
                    from: first * stride.0 * self.seen.padded.1,
                    from_step: (stride.0 * self.seen.padded.1, stride.1),
                    dy: self.channels.start * places + first * windows.1,
                    dy_plane: places,
                    size: (height.min(windows.0 - first), windows.1),
                };
                micro::weights(simd, channels, (x, self.taps), dy, all, strip);
            }
        }
        let sum = |tap: usize, m: usize| simd.reduce_sum_f32s(all[tap * channels + m]);
        let all_taps = 0..self.taps.len();
        (0..channels).map(|m| all_taps.clone().map(|tap| sum(tap, m)).collect()).collect()
    }
}
