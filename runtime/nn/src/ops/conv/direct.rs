//! Convolutions of many images at once, for f32: an image a lane, no columns.

use super::geometry::Geometry;
use super::lanes::separate;
use super::micro::{self, Row, channels_at_once};
use super::plan::{Phase, Plan, blocks};
use super::winograd::{self, Tiles, plane};
use crate::ops::parallel::{MOVE, Parts, room, rows, tasks};
use crate::ops::rectify::Bend;
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Vectors of tiles that stay in a core's own cache.
const TILE_CACHE: usize = 1 << 12;

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

impl Geometry {
    /// `Y = W X`.
    pub fn direct_forward(
        &self,
        x: &[f32],
        w: &[f32],
        bias: Option<&[f32]>,
        bend: Bend,
    ) -> Vec<f32> {
        self.forward_plan().run(self.batch, (x, w), bias, bend)
    }

    /// `dX = Wᵀ dY`.
    pub fn direct_spread(&self, dy: &[f32], w: &[f32]) -> Vec<f32> {
        self.spread_plan().run(self.batch, (dy, w), None, Bend(None))
    }
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
        let mut packed = vec![Vec::new(); blocks.len()];
        rows(&mut packed, 1, w.len() * MOVE, |first, packed| {
            let blocks = blocks[first..].iter();
            blocks.zip(packed).for_each(|(block, packed)| *packed = self.pack(w, block));
        });
        let pixels = self.size.0 * self.size.1;
        let mut y = room(batch * self.channels * pixels);
        let parts = Parts::new(&mut y);
        let taps: usize = self.phases.iter().map(|phase| phase.weights.len()).sum();
        let step = self.phases.first().map_or(1, |phase| phase.step.0);
        let shares = self.size.0.div_ceil(self.height);
        let work = batch * self.channels * pixels * taps;
        tasks(batch.div_ceil(lanes) * shares, work, |task| {
            let (first, top) = (task / shares * lanes, task % shares * self.height);
            let images = first..batch.min(first + lanes);
            let rows = top..self.size.0.min(top + self.height);
            let seen = top / step * self.from_step.0;
            let x = self.source.interleave_block(x, images.clone(), seen, lanes);
            let task =
                Task { plan: self, blocks: &blocks, weights: &packed, rows: rows.len(), x: &x };
            let made = Arch::new().dispatch(task);
            let size = rows.len() * self.size.1;
            for (channel, plane) in made.chunks(size * lanes).enumerate() {
                let place = (first * self.channels + channel) * pixels + top * self.size.1;
                let bias = bias.map_or(0.0, |bias| bias[channel]);
                let to = (place, self.channels * pixels, images.len());
                // SAFETY: these rows of these images belong to this task alone.
                unsafe { separate(plane, lanes, (bias, bend), &parts, to) };
            }
        });
        y
    }

    /// The weights of some channels for each phase: `(tap, channel)`, or those of tiles,
    /// `(number, corner, channel)`.
    fn pack(&self, w: &[f32], channels: &Range<usize>) -> Vec<Vec<f32>> {
        let of = |phase: &Phase| match (self.tiles, phase.offsets.len()) {
            (false, _) => {
                let weights = phase.weights.iter();
                let of = |start| channels.clone().map(move |m| w[m * self.weight_step + start]);
                weights.flat_map(of).collect()
            }
            (true, 4) => self.pack_tiles::<2, 3>(w, channels, phase),
            (true, _) => self.pack_tiles::<3, 4>(w, channels, phase),
        };
        self.phases.iter().map(of).collect()
    }

    fn pack_tiles<const R: usize, const A: usize>(
        &self,
        w: &[f32],
        channels: &Range<usize>,
        phase: &Phase,
    ) -> Vec<f32> {
        let plane = phase.corners.len() * channels.len();
        let mut packed = vec![0.0; A * A * plane];
        let mut tiles = vec![[[0.0; A]; A]; channels.len()];
        for (corner, window) in phase.weights.chunks_exact(R * R).enumerate() {
            for (tile, channel) in tiles.iter_mut().zip(channels.clone()) {
                let w = &w[channel * self.weight_step..];
                let mut square = [[0.0; R]; R];
                let numbers = square.as_flattened_mut().iter_mut();
                numbers.zip(window).for_each(|(number, place)| *number = w[*place]);
                *tile = winograd::weights_of(square);
            }
            for k in 0..A * A {
                let packed = packed[k * plane + corner * channels.len()..].iter_mut();
                packed.zip(&tiles).for_each(|(number, tile)| *number = tile.as_flattened()[k]);
            }
        }
        packed
    }
}

/// Some rows of a block of images, all channels: `(channel, pixel, lane)`.
struct Task<'a> {
    plan: &'a Plan,
    blocks: &'a [Range<usize>],
    /// Of each block and phase.
    weights: &'a [Vec<Vec<f32>>],
    rows: usize,
    x: &'a [f32],
}

impl WithSimd for Task<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        let pixels = self.rows * self.plan.size.1;
        let mut made = room(self.plan.channels * pixels * S::F32_LANES);
        let (y, _) = S::as_mut_simd_f32s(&mut made);
        let (x, _) = S::as_simd_f32s(self.x);
        for phase in 0..self.plan.phases.len() {
            match (self.plan.tiles, self.plan.phases[phase].offsets.len()) {
                (false, _) => self.by_windows(simd, phase, x, y),
                (true, 4) => self.by_tiles::<S, 3>(simd, phase, x, y),
                (true, _) => self.by_tiles::<S, 4>(simd, phase, x, y),
            }
        }
        made
    }
}

impl Task<'_> {
    /// Rows of this task's that belong to a phase, counted within it.
    fn height(&self, phase: &Phase) -> usize {
        self.rows.saturating_sub(phase.first.0).div_ceil(phase.step.0)
    }

    /// Where the first window of a row of the phase starts, in vectors.
    fn from(&self, row: usize) -> usize {
        row * self.plan.from_step.0 * self.plan.source.padded.1
    }

    /// Where a pixel of the phase is written, in vectors.
    fn to(&self, phase: &Phase, (row, column): (usize, usize)) -> usize {
        let (row, column) = (row * phase.step.0, column * phase.step.1);
        (phase.first.0 + row) * self.plan.size.1 + phase.first.1 + column
    }

    #[inline(always)]
    fn by_windows<S: Simd>(&self, simd: S, phase: usize, x: &[S::f32s], y: &mut [S::f32s]) {
        let pixels = self.rows * self.plan.size.1;
        let (at, phase) = (phase, &self.plan.phases[phase]);
        let taps = phase.taps();
        for (channels, weights) in self.blocks.iter().zip(self.weights) {
            let y = &mut y[channels.start * pixels..channels.end * pixels];
            for row in 0..self.height(phase) {
                let row = Row {
                    from: self.from(row),
                    from_step: self.plan.from_step.1,
                    to: self.to(phase, (row, 0)),
                    to_step: phase.step.1,
                    to_plane: pixels,
                    length: phase.size.1,
                };
                micro::forward(simd, channels.len(), (x, &taps), &weights[at], y, row);
            }
        }
    }

    /// A few tiles at a time: all their numbers, then for a few channels the products, then their
    /// pixels.
    #[inline(always)]
    fn by_tiles<S: Simd, const A: usize>(
        &self,
        simd: S,
        phase: usize,
        x: &[S::f32s],
        y: &mut [S::f32s],
    ) {
        let (at, phase) = (phase, &self.plan.phases[phase]);
        let pixels = self.rows * self.plan.size.1;
        let from_step = self.plan.from_step;
        let corners = phase.corners.len();
        let places = phase.tiles(self.height(phase));
        let together =
            (TILE_CACHE / (A * A * corners)).max(1).next_multiple_of(3).min(places.len());
        let zero = simd.splat_f32s(0.0);
        let mut v = vec![zero; A * A * plane(corners * together)];
        let mut m = vec![zero; A * A * plane(channels_at_once::<S>() * together)];
        for places in places.chunks(together.max(1)) {
            let count = places.len();
            let origin = |&(row, column): &(usize, usize)| self.from(row) + column * from_step.1;
            let origins: Vec<usize> = places.iter().map(origin).collect();
            let step = (from_step.0 * self.plan.source.padded.1, from_step.1);
            let tiles = Tiles { origins: &origins, step };
            winograd::enter::<S, A>(simd, x, &phase.corners, tiles, &mut v);
            let taps: Vec<usize> = (0..corners).map(|corner| corner * count).collect();
            for (channels, weights) in self.blocks.iter().zip(self.weights) {
                let plane = plane(channels.len() * count);
                for (k, w) in weights[at].chunks_exact(corners * channels.len()).enumerate() {
                    let (from, to) = (k * winograd::plane(corners * count), k * plane);
                    let row =
                        Row { from, from_step: 1, to, to_step: 1, to_plane: count, length: count };
                    micro::forward(simd, channels.len(), (&v, &taps), w, &mut m, row);
                }
                for (own, channel) in channels.clone().enumerate() {
                    let y = &mut y[channel * pixels..(channel + 1) * pixels];
                    for (tile, (row, column)) in places.iter().enumerate() {
                        let square = winograd::leave::<S, A>(simd, &m, (own * count + tile, plane));
                        for (down, right) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                            let (row, column) = (row + down, column + right);
                            if row < self.height(phase) && column < phase.size.1 {
                                y[self.to(phase, (row, column))] = square[down][right];
                            }
                        }
                    }
                }
            }
        }
    }
}
