//! Where the nodes of a graph go.

use crate::elements::Place;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How nodes are placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GraphLayout {
    /// Neighbours attract and all nodes repel each other (Fruchterman and Reingold 1991), from a
    /// start that the seed alone decides.
    Force(u64),
    /// On a circle, the first node at the top, clockwise.
    Circle,
}

impl GraphLayout {
    /// A place in the unit square for each of `n` nodes.
    pub(crate) fn places(self, n: usize, edges: &[(usize, usize)]) -> Vec<Place> {
        if n == 1 {
            return vec![(0.5, 0.5)];
        }
        match self {
            Self::Circle => circle(n),
            Self::Force(seed) => fitted(forced(n, edges, seed)),
        }
    }
}

fn circle(n: usize) -> Vec<Place> {
    let place = |i: usize| {
        let turn = std::f64::consts::TAU * i as f64 / n as f64;
        (0.5 + 0.5 * turn.sin(), 0.5 - 0.5 * turn.cos())
    };
    (0..n).map(place).collect()
}

/// Pairwise work, for all steps together.
const WORK: usize = 12_000_000;

fn forced(n: usize, edges: &[(usize, usize)], seed: u64) -> Vec<Place> {
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut places: Vec<Place> = (0..n).map(|_| (rng.random(), rng.random())).collect();
    let distance = (1.0 / n as f64).sqrt();
    let steps = (WORK / (n * n)).clamp(20, 400);
    for step in 0..steps {
        let mut forces = vec![(0.0, 0.0); n];
        for i in 0..n {
            for j in 0..i {
                // k²/d apart, along the line between them.
                let (x, y) = (places[i].0 - places[j].0, places[i].1 - places[j].1);
                let push = distance * distance / (x * x + y * y).max(1e-9);
                add(&mut forces[i], (x, y), push);
                add(&mut forces[j], (x, y), -push);
            }
            let (x, y) = (0.5 - places[i].0, 0.5 - places[i].1);
            add(&mut forces[i], (x, y), distance); // keeps parts together that no edge joins
        }
        for &(i, j) in edges.iter().filter(|(i, j)| i != j) {
            // d²/k together.
            let (x, y) = (places[i].0 - places[j].0, places[i].1 - places[j].1);
            let pull = x.hypot(y) / distance;
            add(&mut forces[i], (x, y), -pull);
            add(&mut forces[j], (x, y), pull);
        }
        let furthest = 0.1 * (1.0 - step as f64 / steps as f64) + 0.001;
        for (place, force) in places.iter_mut().zip(forces) {
            let size = force.0.hypot(force.1);
            add(place, force, size.min(furthest) / size.max(1e-12));
        }
    }
    places
}

fn add(sum: &mut Place, direction: Place, factor: f64) {
    sum.0 += factor * direction.0;
    sum.1 += factor * direction.1;
}

/// The same drawing, as large as the unit square allows, in its middle.
fn fitted(places: Vec<Place>) -> Vec<Place> {
    let range = |coordinate: fn(&Place) -> f64| {
        let values = places.iter().map(coordinate);
        (values.clone().fold(f64::MAX, f64::min), values.fold(f64::MIN, f64::max))
    };
    let ((left, right), (top, bottom)) = (range(|place| place.0), range(|place| place.1));
    let size = (right - left).max(bottom - top).max(1e-9);
    let fit = |(x, y): Place| {
        (0.5 + (x - 0.5 * (left + right)) / size, 0.5 + (y - 0.5 * (top + bottom)) / size)
    };
    places.into_iter().map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: Place, b: Place) -> f64 {
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    #[test]
    fn a_circle_starts_at_the_top() {
        let places = GraphLayout::Circle.places(4, &[]);
        for (place, truth) in places.iter().zip([(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)]) {
            assert!(distance(*place, truth) < 1e-12, "{place:?} {truth:?}");
        }
    }

    #[test]
    fn the_seed_decides_and_neighbours_are_near() {
        let path: Vec<(usize, usize)> = (0..5).map(|i| (i, i + 1)).collect();
        let places = GraphLayout::Force(1).places(6, &path);
        assert_eq!(places, GraphLayout::Force(1).places(6, &path));
        assert_ne!(places, GraphLayout::Force(2).places(6, &path));
        assert!(distance(places[0], places[5]) > 2.5 * distance(places[0], places[1]));
        assert!(places.iter().all(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y)));
    }

    #[test]
    fn nodes_without_edges_are_placed() {
        let places = GraphLayout::Force(0).places(3, &[(0, 0)]);
        assert!(distance(places[0], places[1]) > 0.2 && distance(places[1], places[2]) > 0.2);
        assert_eq!(GraphLayout::Force(0).places(1, &[]), [(0.5, 0.5)]);
    }
}
