//! How a convolution of many images is laid out: which numbers each pixel of the result meets.

use super::direct::machine;
use super::geometry::Geometry;
use super::lanes::Padded;
use super::winograd::SIDE;
use candle_core::utils::get_num_threads;
use std::ops::Range;

/// Output pixels that lie in the same way to the numbers of the kernel.
pub struct Phase {
    /// The first pixel, and how far the next one is, down and right.
    pub first: (usize, usize),
    pub step: (usize, usize),
    /// How many there are, down and right.
    pub size: (usize, usize),
    /// Where the first pixel's windows start, one or more for each channel, in vectors.
    pub corners: Vec<usize>,
    /// Where the numbers of a window lie from its corner, in vectors.
    pub offsets: Vec<usize>,
    /// The weight of each number of each window for the first channel.
    pub weights: Vec<usize>,
}

impl Phase {
    /// Where the numbers of all windows lie.
    pub fn taps(&self) -> Vec<usize> {
        let corners = self.corners.iter();
        corners.flat_map(|corner| self.offsets.iter().map(move |offset| corner + offset)).collect()
    }

    /// The first row and column of each tile of the first `height` rows, row by row.
    pub fn tiles(&self, height: usize) -> Vec<(usize, usize)> {
        let tiles = places(height.div_ceil(SIDE), self.size.1.div_ceil(SIDE));
        tiles.map(|(row, column)| (row * SIDE, column * SIDE)).collect()
    }
}

/// A convolution forward, or back to the image.
pub struct Plan {
    /// What the windows of [`height`](Self::height) rows see.
    pub source: Padded,
    /// Rows of the result that are computed at a time.
    pub height: usize,
    /// From the window of a pixel to that of the next, down and right.
    pub from_step: (usize, usize),
    pub channels: usize,
    pub size: (usize, usize),
    /// From the weight of a channel to that of the next.
    pub weight_step: usize,
    pub phases: Vec<Phase>,
    /// Whether windows are squares that are computed by [tiles](super::winograd).
    pub tiles: bool,
}

/// Numbers that stay in a core's own cache.
pub const CACHE: usize = 1 << 18;

/// Channels on either side from which on tiles are worth the sums that they take.
const ENOUGH: usize = 8;

impl Geometry {
    /// Whether this way is the better one: there are images enough to fill the lanes.
    pub fn is_direct(&self) -> bool {
        let (lanes, _) = machine();
        let filled = self.batch.next_multiple_of(lanes) * 2 <= self.batch * 3;
        lanes > 1 && filled && self.groups == 1 && !self.is_pointwise()
    }

    /// The numbers of a window that are a stride apart, down or right, if they are squares of a
    /// side that there are tiles for; windows of a larger stride consist of several such squares.
    pub fn square(&self) -> Option<usize> {
        let side = self.kernel.0 / self.stride.0;
        let whole = (side * self.stride.0, side * self.stride.1);
        let is_square = self.kernel == whole && self.dilation == (1, 1) && (2..=3).contains(&side);
        is_square.then_some(side)
    }

    /// Parts of an image that are computed one by one: for every core its share, and so many that
    /// what they read and write, `vectors` in all, stays in the cache.
    fn parts(&self, vectors: usize) -> usize {
        let (lanes, _) = machine();
        let blocks = self.batch.div_ceil(lanes);
        (2 * get_num_threads()).div_ceil(blocks).max((vectors * lanes).div_ceil(CACHE))
    }

    /// Whether forward and the gradient of the weights are computed by tiles.
    pub fn has_tiles(&self) -> bool {
        let squares = self.inputs * self.stride.0 * self.stride.1;
        self.square().is_some() && squares >= ENOUGH && self.outputs >= ENOUGH
    }

    /// What the windows of so many rows see.
    pub fn seen(&self, rows: usize) -> Padded {
        let reach = |windows: usize, stride: usize, kernel: usize, dilation: usize| {
            (whole(windows, self.has_tiles()) - 1) * stride + (kernel - 1) * dilation + 1
        };
        let down = reach(rows, self.stride.0, self.kernel.0, self.dilation.0);
        let right = reach(self.windows.1, self.stride.1, self.kernel.1, self.dilation.1);
        Padded {
            channels: self.inputs,
            size: self.image,
            before: self.padding,
            padded: (down, right),
        }
    }

    /// The windows as [squares](Self::square) if there are any, else as they are.
    pub fn forward_phase(&self, seen: &Padded) -> Phase {
        let (height, width) = self.kernel;
        // Numbers of a square are so far apart, and so many squares make a window.
        let (apart, squares) = match self.square() {
            Some(_) => (self.stride, self.stride),
            None => (self.dilation, (1, 1)),
        };
        let (rows, columns) = (height / squares.0, width / squares.1);
        let mut phase = Phase {
            first: (0, 0),
            step: (1, 1),
            size: self.windows,
            corners: Vec::new(),
            offsets: Vec::new(),
            weights: Vec::with_capacity(self.rows()),
        };
        let offset = |down: usize, right: usize| down * apart.0 * seen.padded.1 + right * apart.1;
        phase.offsets = places(rows, columns).map(|(down, right)| offset(down, right)).collect();
        for channel in 0..self.inputs {
            for (top, left) in places(squares.0, squares.1) {
                phase.corners.push((channel * seen.padded.0 + top) * seen.padded.1 + left);
                phase.weights.extend(places(rows, columns).map(|(down, right)| {
                    let (row, column) = (top + down * squares.0, left + right * squares.1);
                    (channel * height + row) * width + column
                }));
            }
        }
        phase
    }

    /// `Y = W X`.
    pub fn forward_plan(&self) -> Plan {
        let seen = self.seen(self.windows.0).block();
        let parts = self.parts(seen + self.outputs * self.places());
        let height = part(self.windows.0, parts, whole(1, self.has_tiles()));
        let source = self.seen(height);
        Plan {
            source,
            height,
            from_step: self.stride,
            channels: self.outputs,
            size: self.windows,
            weight_step: self.rows(),
            phases: vec![self.forward_phase(&source)],
            tiles: self.has_tiles(),
        }
    }

    /// `dX = Wᵀ dY`: for each phase of the stride a convolution with some numbers of the kernel.
    pub fn spread_plan(&self) -> Plan {
        let tiles = self.square().is_some() && self.outputs >= ENOUGH && self.inputs >= ENOUGH;
        let axis = |size, kernel, stride, padding, dilation| Axis {
            size,
            kernel,
            stride,
            padding,
            dilation,
            tiles,
        };
        let (kernel, stride, padding) = (self.kernel, self.stride, self.padding);
        let down = axis(self.image.0, kernel.0, stride.0, padding.0, self.dilation.0);
        let right = axis(self.image.1, kernel.1, stride.1, padding.1, self.dilation.1);
        let source = |rows| Padded {
            channels: self.outputs,
            size: self.windows,
            before: (down.before(), right.before()),
            padded: (down.padded(rows), right.padded(self.image.1)),
        };
        let parts = self.parts(source(self.image.0).block() + self.image_size());
        let height = part(self.image.0, parts, whole(1, tiles) * stride.0);
        let source = source(height);
        let firsts = places(stride.0.min(self.image.0), stride.1.min(self.image.1));
        let phases = firsts.map(|first| self.phase(first, &down, &right, &source)).collect();
        Plan {
            source,
            height,
            from_step: (1, 1),
            channels: self.inputs,
            size: self.image,
            weight_step: kernel.0 * kernel.1,
            phases,
            tiles,
        }
    }

    /// The pixels `first`, `first + stride`, … of the image and the windows that see them.
    fn phase(&self, first: (usize, usize), down: &Axis, right: &Axis, source: &Padded) -> Phase {
        let (rows, columns) = (down.seeing(first.0), right.seeing(first.1));
        let corner = |seeing: &[(usize, usize)]| seeing.first().map_or(0, |(_, window)| *window);
        let (top, left) = (corner(&rows), corner(&columns));
        let numbers = || places(rows.len(), columns.len());
        let offset = |(row, column): (usize, usize)| {
            (rows[row].1 - top) * source.padded.1 + columns[column].1 - left
        };
        let (mut corners, mut weights) = (Vec::new(), Vec::new());
        for channel in 0..self.outputs {
            corners.push((channel * source.padded.0 + top) * source.padded.1 + left);
            weights.extend(numbers().map(|(row, column)| {
                channel * self.rows() + rows[row].0 * self.kernel.1 + columns[column].0
            }));
        }
        Phase {
            first,
            step: self.stride,
            size: (down.count(first.0), right.count(first.1)),
            corners,
            offsets: numbers().map(offset).collect(),
            weights,
        }
    }
}

/// The rows of a part, where so many parts are wanted; a multiple of `step`.
pub fn part(rows: usize, parts: usize, step: usize) -> usize {
    rows.div_ceil(parts).next_multiple_of(step)
}

/// All pairs, row by row.
fn places(rows: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column)))
}

/// As many results as whole tiles have, if there are tiles.
pub fn whole(results: usize, tiles: bool) -> usize {
    if tiles { results.next_multiple_of(SIDE) } else { results }
}

/// One direction of a convolution, seen from its image.
struct Axis {
    size: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
    tiles: bool,
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
    /// the border, window by window.
    fn seeing(&self, first: usize) -> Vec<(usize, usize)> {
        let meets = |place: &usize| {
            let ahead = first + self.padding + self.before() * self.stride;
            let distance = ahead.checked_sub(place * self.dilation)?;
            distance.is_multiple_of(self.stride).then_some((*place, distance / self.stride))
        };
        (0..self.kernel).rev().filter_map(|place| meets(&place)).collect()
    }

    /// Windows with a border wide enough for each of so many pixels.
    fn padded(&self, pixels: usize) -> usize {
        let last = (0..self.stride.min(pixels)).flat_map(|first| {
            let count = whole((pixels - first).div_ceil(self.stride), self.tiles);
            self.seeing(first).into_iter().map(move |(_, window)| window + count)
        });
        last.max().unwrap_or(0).max(1)
    }
}

/// Channels a few at a time: as many as can be computed together, then what is left in powers of
/// two.
pub fn blocks(channels: usize, together: usize) -> Vec<Range<usize>> {
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
