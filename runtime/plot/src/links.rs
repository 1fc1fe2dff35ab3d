//! The edges between the nodes of a drawing.

use crate::elements::{Anchor, Place, curve, head, label};
use crate::palette::{INK, Rgb};

/// A line from one node to another one, or back to itself.
pub(crate) struct Link {
    pub from: Place,
    pub to: Place,
    /// The radius of the nodes at both ends.
    pub radius: f64,
    pub colour: Rgb,
    pub width: f64,
    /// Whether it ends in an arrow head.
    pub directed: bool,
    /// How far it bends to its left, as a share of its length.
    pub bend: f64,
    /// What is written on it.
    pub text: String,
}

impl Link {
    /// The line and its head, then its text, which has to be drawn above all lines.
    pub fn draw(&self, centre: Place) -> (String, String) {
        match self.from == self.to {
            true => self.round(centre),
            false => self.across(),
        }
    }

    fn across(&self) -> (String, String) {
        let (x, y) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        let middle = ((self.from.0 + self.to.0) / 2.0, (self.from.1 + self.to.1) / 2.0);
        let control = (middle.0 + self.bend * y, middle.1 - self.bend * x);
        let start = towards(self.from, control, self.radius);
        let tip = towards(self.to, control, self.radius + 1.0);
        let end = if self.directed { towards(tip, control, self.head_length() * 0.8) } else { tip };
        let at = |t: f64| {
            let mix = |a: f64, b: f64, c: f64| {
                (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c
            };
            (mix(start.0, control.0, tip.0), mix(start.1, control.1, tip.1))
        };
        let path = format!(
            "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
            start.0, start.1, control.0, control.1, end.0, end.1
        );
        // Nearer to the start than to the middle, where lines cross.
        self.finish(&path, control, tip, at(if self.directed { 0.3 } else { 0.5 }))
    }

    /// A loop that points away from the middle of the drawing.
    fn round(&self, centre: Place) -> (String, String) {
        let (x, y) = (self.from.0 - centre.0, self.from.1 - centre.1);
        let size = x.hypot(y);
        let (x, y) = if size > 1.0 { (x / size, y / size) } else { (0.0, -1.0) };
        let (r, reach) = (self.radius, self.radius + 34.0);
        let side = |along: f64, across: f64| {
            (self.from.0 + along * x - across * y, self.from.1 + along * y + across * x)
        };
        let (start, tip) = (side(0.8 * r, -0.6 * r), side(0.8 * r, 0.6 * r));
        let (first, second) = (side(reach + 8.0, -1.2 * r - 8.0), side(reach + 8.0, 1.2 * r + 8.0));
        let end = if self.directed { towards(tip, second, self.head_length() * 0.8) } else { tip };
        let path = format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            start.0, start.1, first.0, first.1, second.0, second.1, end.0, end.1
        );
        self.finish(&path, second, tip, side(r + 36.0, 0.0))
    }

    fn head_length(&self) -> f64 {
        8.0 + 1.5 * self.width
    }

    fn finish(&self, path: &str, before: Place, tip: Place, middle: Place) -> (String, String) {
        let mut line = curve(path, self.colour, self.width);
        if self.directed {
            line += &head(before, tip, self.head_length(), self.colour);
        }
        let text = match self.text.is_empty() {
            true => String::new(),
            false => label(&self.text, middle, 13.0, INK, Anchor::Middle),
        };
        (line, text)
    }
}

/// The place `length` from `from` on the way to `to`.
fn towards(from: Place, to: Place, length: f64) -> Place {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let share = length / x.hypot(y).max(1e-9);
    (from.0 + share * x, from.1 + share * y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(to: Place, bend: f64, directed: bool) -> Link {
        let text = "0.5".to_owned();
        Link { from: (0.0, 0.0), to, radius: 10.0, colour: INK, width: 1.0, directed, bend, text }
    }

    #[test]
    fn a_link_runs_between_the_rims_of_its_nodes() {
        let (line, text) = link((100.0, 0.0), 0.0, false).draw((0.0, 0.0));
        assert!(line.contains("d=\"M10.0 0.0Q50.0 0.0 89.0 0.0\""), "{line}");
        assert!(text.contains("x=\"49.8\""), "{text}"); // the middle between both rims
        let (line, _) = link((100.0, 0.0), 0.0, true).draw((0.0, 0.0));
        assert!(line.contains("d=\"M89.0 0.0L"), "{line}"); // the tip
    }

    #[test]
    fn there_and_back_bend_apart() {
        let there = link((100.0, 0.0), 0.2, true).draw((0.0, 0.0)).0;
        let back = Link { from: (100.0, 0.0), to: (0.0, 0.0), ..link((0.0, 0.0), 0.2, true) };
        assert!(there.contains("Q50.0 -20.0"), "{there}");
        assert!(back.draw((0.0, 0.0)).0.contains("Q50.0 20.0"));
    }

    #[test]
    fn a_loop_points_outwards() {
        let (line, text) = link((0.0, 0.0), 0.0, true).draw((-50.0, 0.0));
        assert!(line.contains("C52.0"), "{line}");
        assert!(text.contains("x=\"46.0\""), "{text}");
    }
}
