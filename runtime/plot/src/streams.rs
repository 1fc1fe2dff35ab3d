//! Streamlines that fill the unit square evenly.

/// The steps that a streamline takes are this long.
const STEP: f64 = 0.006;
/// The lines keep apart by about a cell of a grid of this many cells a side.
const CELLS: usize = 26;
/// Shorter lines are left out, in steps.
const SHORTEST: usize = 16;

/// Velocities on a grid of `side` × `side` places of the unit square, row by row from the bottom.
pub(crate) struct Grid {
    pub side: usize,
    pub velocities: Vec<(f64, f64)>,
}

type Point = (f64, f64);

impl Grid {
    /// The direction at a place, of length 1; `None` outside, at rest, and where it is unknown.
    fn direction(&self, (x, y): Point) -> Option<Point> {
        if !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y) {
            return None;
        }
        let scale = (self.side - 1) as f64;
        let (column, row) = [x, y].map(|z| ((z * scale) as usize).min(self.side - 2)).into();
        let (right, up) = (x * scale - column as f64, y * scale - row as f64);
        let corners = [
            (0, (1.0 - right) * (1.0 - up)),
            (1, right * (1.0 - up)),
            (self.side, (1.0 - right) * up),
            (self.side + 1, right * up),
        ];
        let first = row * self.side + column;
        let (u, v) = corners.into_iter().fold((0.0, 0.0), |(u, v), (offset, weight)| {
            let velocity = self.velocities[first + offset];
            (u + weight * velocity.0, v + weight * velocity.1)
        });
        let speed = u.hypot(v);
        (speed > 0.0 && speed.is_finite()).then(|| (u / speed, v / speed))
    }

    /// The place one step on, by the midpoint rule.
    fn step(&self, at: Point, length: f64) -> Option<Point> {
        let (u, v) = self.direction(at)?;
        let (u, v) = self.direction((at.0 + 0.5 * length * u, at.1 + 0.5 * length * v))?;
        let next = (at.0 + length * u, at.1 + length * v);
        self.direction(next).map(|_| next)
    }
}

/// Lines along the field, each stopping where it comes near another one (in the way of Matplotlib's
/// `streamplot`).
pub(crate) fn streamlines(grid: &Grid) -> Vec<Vec<Point>> {
    let mut taken = vec![false; CELLS * CELLS];
    let mut lines = Vec::new();
    for seed in seeds() {
        if taken[cell(seed)] || grid.direction(seed).is_none() {
            continue;
        }
        let mut own = vec![cell(seed)];
        taken[cell(seed)] = true;
        let forward = follow(grid, seed, STEP, &mut taken, &mut own);
        let backward = follow(grid, seed, -STEP, &mut taken, &mut own);
        let line: Vec<Point> = backward.into_iter().rev().chain([seed]).chain(forward).collect();
        if line.len() < SHORTEST {
            own.into_iter().for_each(|cell| taken[cell] = false);
        } else {
            lines.push(line);
        }
    }
    lines
}

fn follow(
    grid: &Grid,
    seed: Point,
    length: f64,
    taken: &mut [bool],
    own: &mut Vec<usize>,
) -> Vec<Point> {
    let mut line = Vec::new();
    let (mut at, mut here) = (seed, cell(seed));
    while let Some(next) = grid.step(at, length) {
        if cell(next) != here {
            here = cell(next);
            if taken[here] {
                break;
            }
            taken[here] = true;
            own.push(here);
        }
        line.push(next);
        at = next;
        if line.len() > 2000 {
            break; // it turns within one cell
        }
    }
    line
}

fn cell((x, y): Point) -> usize {
    let [column, row] = [x, y].map(|z| ((z * CELLS as f64) as usize).min(CELLS - 1));
    row * CELLS + column
}

/// The middles of the cells, the outer ones first, so that long lines come first.
fn seeds() -> Vec<Point> {
    let ring = |i: usize| {
        let (column, row) = (i % CELLS, i / CELLS);
        column.min(row).min(CELLS - 1 - column).min(CELLS - 1 - row)
    };
    let mut cells: Vec<usize> = (0..CELLS * CELLS).collect();
    cells.sort_by_key(|&i| ring(i));
    let middle = |i: usize| (i as f64 + 0.5) / CELLS as f64;
    cells.into_iter().map(|i| (middle(i % CELLS), middle(i / CELLS))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(f: impl Fn(f64, f64) -> Point) -> Grid {
        let place = |i: usize| ((i % 11) as f64 / 10.0, (i / 11) as f64 / 10.0);
        Grid { side: 11, velocities: (0..121).map(place).map(|(x, y)| f(x, y)).collect() }
    }

    #[test]
    fn a_constant_field_has_one_straight_line_a_row() {
        let lines = streamlines(&grid(|_, _| (3.0, 0.0)));
        assert_eq!(lines.len(), CELLS);
        for line in lines {
            assert!(line.iter().all(|point| (point.1 - line[0].1).abs() < 1e-12));
            assert!(line[0].0 < 0.01 && line[line.len() - 1].0 > 0.99);
        }
    }

    #[test]
    fn around_a_centre_the_distance_stays() {
        let lines = streamlines(&grid(|x, y| (0.5 - y, x - 0.5)));
        for line in &lines {
            let distance = |point: &Point| (point.0 - 0.5).hypot(point.1 - 0.5);
            assert!(line.iter().all(|point| (distance(point) - distance(&line[0])).abs() < 0.01));
        }
        assert!(lines.len() > 8);
    }

    #[test]
    fn lines_do_not_enter_what_is_not_finite() {
        let lines = streamlines(&grid(|x, _| if x > 0.5 { (f64::NAN, 0.0) } else { (1.0, 0.0) }));
        assert!(!lines.is_empty() && lines.iter().flatten().all(|point| point.0 <= 0.5));
    }
}
