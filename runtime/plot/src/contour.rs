//! Where a sampled function is zero: marching squares.

/// Polylines along which a function, sampled on a grid, is zero.
///
/// `values` holds `rows` × `columns` samples. A place is `(column, row)` in grid units, with
/// linear interpolation between samples; squares with a sample that is not finite are left out.
pub(crate) fn zero_lines(values: &[f64], columns: usize) -> Vec<Vec<(f64, f64)>> {
    let rows = values.len() / columns;
    let at = |column: usize, row: usize| values[row * columns + column];
    let mut segments = Vec::new();
    for row in 0..rows.saturating_sub(1) {
        for column in 0..columns - 1 {
            let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(c, r)| (column + c, row + r));
            square(corners, corners.map(|(c, r)| at(c, r)), &mut segments);
        }
    }
    joined(segments)
}

/// A place on the edge between two neighbouring samples, named by that edge so that squares that
/// share it agree.
#[derive(Clone, Copy, PartialEq)]
struct Crossing {
    edge: ((usize, usize), (usize, usize)),
    at: (f64, f64),
}

/// Adds the segments that cross one square; its corners are given in order around it.
fn square(corners: [(usize, usize); 4], values: [f64; 4], segments: &mut Vec<[Crossing; 2]>) {
    if values.iter().any(|value| !value.is_finite()) {
        return;
    }
    let crossings: Vec<Crossing> = (0..4)
        .map(|i| (i, (i + 1) % 4))
        .filter(|&(i, j)| (values[i] > 0.0) != (values[j] > 0.0))
        .map(|(i, j)| crossing((corners[i], values[i]), (corners[j], values[j])))
        .collect();
    match crossings[..] {
        [a, b] => segments.push([a, b]),
        [a, b, c, d] => {
            // A saddle: the centre tells which of the two ways the lines turn.
            let centre_like_first = (values.iter().sum::<f64>() > 0.0) == (values[0] > 0.0);
            let pairs = if centre_like_first { [[a, b], [c, d]] } else { [[a, d], [b, c]] };
            segments.extend(pairs);
        }
        _ => {}
    }
}

fn crossing(one: ((usize, usize), f64), two: ((usize, usize), f64)) -> Crossing {
    let (((x0, y0), f0), ((x1, y1), f1)) = if one.0 < two.0 { (one, two) } else { (two, one) };
    let part = f0 / (f0 - f1);
    let between = |a: usize, b: usize| a as f64 + part * (b as f64 - a as f64);
    Crossing { edge: ((x0, y0), (x1, y1)), at: (between(x0, x1), between(y0, y1)) }
}

/// Joins segments that meet into polylines.
fn joined(segments: Vec<[Crossing; 2]>) -> Vec<Vec<(f64, f64)>> {
    use std::collections::HashMap;
    let mut meeting: HashMap<_, Vec<usize>> = HashMap::new();
    for (i, segment) in segments.iter().enumerate() {
        for end in segment {
            meeting.entry(end.edge).or_default().push(i);
        }
    }
    let mut used = vec![false; segments.len()];
    let mut follow = |mut end: Crossing| {
        let mut line = Vec::new();
        while let Some(&i) = meeting[&end.edge].iter().find(|&&i| !used[i]) {
            used[i] = true;
            let [a, b] = segments[i];
            end = if a.edge == end.edge { b } else { a };
            line.push(end);
        }
        line
    };
    let mut lines = Vec::new();
    for segment in &segments {
        let forward = follow(segment[0]);
        if forward.is_empty() {
            continue;
        }
        let backward = follow(segment[0]);
        let line = backward.into_iter().rev().chain([segment[0]]).chain(forward);
        lines.push(line.map(|crossing| crossing.at).collect());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        (0..11 * 11).map(|i| f((i % 11) as f64, (i / 11) as f64)).collect()
    }

    #[test]
    fn a_plane_is_zero_on_one_straight_line() {
        let lines = zero_lines(&sampled(|x, _| x - 3.25), 11);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), 11);
        assert!(lines[0].iter().all(|&(x, _)| (x - 3.25).abs() < 1e-12));
    }

    #[test]
    fn a_circle_is_one_closed_line_at_its_radius() {
        let lines = zero_lines(&sampled(|x, y| (x - 5.0).hypot(y - 5.0) - 3.3), 11);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        assert!(lines[0].iter().all(|&(x, y)| ((x - 5.0).hypot(y - 5.0) - 3.3).abs() < 0.1));
    }

    #[test]
    fn nothing_crosses_where_the_sign_stays_or_values_are_missing() {
        assert!(zero_lines(&sampled(|_, _| 1.0), 11).is_empty());
        assert!(zero_lines(&[f64::NAN, 1.0, -1.0, 1.0], 2).is_empty());
    }

    #[test]
    fn a_saddle_gives_two_lines() {
        assert_eq!(zero_lines(&[1.0, -1.0, -1.0, 1.0], 2).len(), 2);
    }
}
