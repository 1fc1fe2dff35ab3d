//! A computation, number by number.

use crate::axis::number;
use crate::elements::{Anchor, Place, card, curve, document, head, text};
use crate::palette::{FAINT, GREY, INK, SERIES, WHITE};
use crate::{Chart, Error, Result};

/// A number in a computation and what it was computed from.
///
/// ```
/// use candlelab_plot::ValueNode;
/// let w = ValueNode::new("w", 2.0, &[]);
/// let square = ValueNode { gradient: Some(1.0), ..ValueNode::new("w²", 4.0, &[0]) };
/// assert_eq!((w.gradient, square.inputs), (None, vec![0]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ValueNode {
    /// Its name or its operation.
    pub label: String,
    /// The number.
    pub value: f64,
    /// The derivative of the result by it, once that is known.
    pub gradient: Option<f64>,
    /// The nodes it was computed from, by their place in the list; each comes before this one.
    pub inputs: Vec<usize>,
}

impl ValueNode {
    /// A node without a gradient.
    pub fn new(label: &str, value: f64, inputs: &[usize]) -> Self {
        Self { label: label.to_owned(), value, gradient: None, inputs: inputs.to_vec() }
    }
}

/// More nodes than this are no picture.
const MOST_NODES: usize = 200;
/// A node's card, and the room around it.
const CARD: (f64, f64) = (124.0, 58.0);
const GAP: (f64, f64) = (56.0, 20.0);
/// The room that a line takes where it passes between the cards of a column.
const PASS: f64 = 24.0;
const MARGIN: f64 = 14.0;
const HEAD: f64 = 34.0;

/// A computation from left to right: each node with its value and, below, its gradient.
///
/// ```
/// use candlelab_plot::{ValueNode, computation_graph};
/// let nodes = [
///     ValueNode { gradient: Some(4.0), ..ValueNode::new("w", 2.0, &[]) },
///     ValueNode { gradient: Some(1.0), ..ValueNode::new("w²", 4.0, &[0]) },
/// ];
/// let chart = computation_graph("square", &nodes)?;
/// assert_eq!(chart.text(), "square\nw = 2, gradient 4\nw² = 4, gradient 1, from w");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If there is no node or more than 200, or a node's input does not come before it.
pub fn computation_graph(title: &str, nodes: &[ValueNode]) -> Result<Chart> {
    let chart = "computation_graph";
    let outside = |what: String, got: usize, low: f64, high: f64| {
        Err(Error::Outside { chart, what, got: got as f64, low, high })
    };
    if nodes.is_empty() || nodes.len() > MOST_NODES {
        return outside("the number of nodes".into(), nodes.len(), 1.0, MOST_NODES as f64);
    }
    for (i, node) in nodes.iter().enumerate() {
        if let Some(&input) = node.inputs.iter().find(|&&input| input >= i) {
            let what = format!("an input of node {i}, {:?},", node.label);
            return match i {
                0 => Err(Error::Empty { chart, what: format!("the list of nodes before {what}") }),
                _ => outside(what, input, 0.0, i as f64 - 1.0),
            };
        }
    }
    let plan = Plan::new(nodes);
    let size = plan.size();
    let mut svg = text(title, (size.0 / 2.0, 20.0), 17.0, INK, Anchor::Middle);
    (0..nodes.len()).for_each(|i| svg += &plan.edges(i));
    nodes.iter().enumerate().for_each(|(i, node)| svg += &drawn(node, plan.place(i)));
    let lines = nodes.iter().map(|node| format!("\n{}", told(node, nodes)));
    let text = format!("{title}{}", lines.collect::<String>());
    Ok(Chart::new(document(size.0, size.1, &svg), text))
}

/// A column for each node, one to the right of its last input.
fn columns(nodes: &[ValueNode]) -> Vec<usize> {
    let mut columns = vec![0; nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        columns[i] = node.inputs.iter().map(|&input| columns[input] + 1).max().unwrap_or(0);
    }
    // What is given stands right before its first use rather than far to the left.
    for i in (0..nodes.len()).filter(|&i| nodes[i].inputs.is_empty()) {
        let uses = (0..nodes.len()).filter(|&j| nodes[j].inputs.contains(&i));
        columns[i] = uses.map(|j| columns[j] - 1).min().unwrap_or(0);
    }
    columns
}

/// Where everything goes: a slot for each node, then those through which long lines pass.
struct Plan {
    slots: Vec<Slot>,
}

struct Slot {
    column: usize,
    /// The slots that lines come from.
    inputs: Vec<usize>,
    height: f64,
    /// The middle.
    y: f64,
}

impl Plan {
    fn new(nodes: &[ValueNode]) -> Self {
        let slot = |column| Slot { column, inputs: Vec::new(), height: CARD.1 + GAP.1, y: 0.0 };
        let mut slots: Vec<Slot> = columns(nodes).into_iter().map(slot).collect();
        for (i, node) in nodes.iter().enumerate() {
            for &input in &node.inputs {
                let mut last = input;
                for column in slots[input].column + 1..slots[i].column {
                    slots.push(Slot { column, inputs: vec![last], height: PASS, y: 0.0 });
                    last = slots.len() - 1;
                }
                slots[i].inputs.push(last);
            }
        }
        let mut plan = Self { slots };
        plan.stack();
        plan
    }

    /// Orders each column by where its inputs are, what has none last, and centres it.
    fn stack(&mut self) {
        for column in 0..self.columns() {
            let wish = |i: usize| {
                let inputs = &self.slots[i].inputs;
                let sum: f64 = inputs.iter().map(|&input| self.slots[input].y).sum();
                if inputs.is_empty() { f64::MAX } else { sum / inputs.len() as f64 }
            };
            let mut members: Vec<usize> =
                (0..self.slots.len()).filter(|&i| self.slots[i].column == column).collect();
            members.sort_by(|a, b| wish(*a).total_cmp(&wish(*b)));
            let mut top = -0.5 * members.iter().map(|&i| self.slots[i].height).sum::<f64>();
            for i in members {
                self.slots[i].y = top + 0.5 * self.slots[i].height;
                top += self.slots[i].height;
            }
        }
        let highest = self.slots.iter().map(|slot| slot.y - 0.5 * slot.height);
        let up = HEAD - 0.5 * GAP.1 - highest.fold(f64::MAX, f64::min);
        self.slots.iter_mut().for_each(|slot| slot.y += up);
    }

    fn columns(&self) -> usize {
        self.slots.iter().map(|slot| slot.column + 1).max().unwrap_or(1)
    }

    fn size(&self) -> (f64, f64) {
        let lowest = self.slots.iter().map(|slot| slot.y + 0.5 * slot.height);
        let width = 2.0 * MARGIN + (CARD.0 + GAP.0) * self.columns() as f64 - GAP.0;
        (width, lowest.fold(0.0, f64::max) - 0.5 * GAP.1 + MARGIN)
    }

    /// The left upper corner of the card in a slot.
    fn place(&self, i: usize) -> Place {
        let slot = &self.slots[i];
        (MARGIN + (CARD.0 + GAP.0) * slot.column as f64, slot.y - 0.5 * CARD.1)
    }

    /// The arrows that end at a node.
    fn edges(&self, i: usize) -> String {
        self.slots[i].inputs.iter().map(|&input| self.edge(input, i)).collect()
    }

    fn edge(&self, mut from: usize, to: usize) -> String {
        let (left, y) = (self.place(to).0, self.slots[to].y);
        let mut svg = head((left - 20.0, y), (left, y), 9.0, GREY);
        let mut end = (left - 7.0, y);
        loop {
            let (place, y) = (self.place(from), self.slots[from].y);
            svg += &bend((place.0 + CARD.0, y), end);
            match self.slots[from].inputs[..] {
                [input] if self.slots[from].height == PASS => {
                    svg += &curve(&format!("M{} {y:.1}h{}", place.0, CARD.0), GREY, 1.4);
                    (end, from) = ((place.0, y), input);
                }
                _ => return svg,
            }
        }
    }
}

/// A line that leaves and arrives level.
fn bend(start: Place, end: Place) -> String {
    let middle = 0.5 * (start.0 + end.0);
    let (x0, y0, x1, y1) = (start.0, start.1, end.0, end.1);
    let path = format!("M{x0:.1} {y0:.1}C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {x1:.1} {y1:.1}");
    curve(&path, GREY, 1.4)
}

fn drawn(node: &ValueNode, place: Place) -> String {
    let middle = place.0 + CARD.0 / 2.0;
    let line = |y: f64, what: &str, size: f64, colour| {
        text(what, (middle, place.1 + y), size, colour, Anchor::Middle)
    };
    let fill = if node.inputs.is_empty() { [236, 243, 249] } else { WHITE };
    let gradient = match node.gradient {
        Some(gradient) => line(47.0, &format!("gradient {}", number(gradient)), 12.0, SERIES[3]),
        None => line(47.0, "no gradient yet", 11.0, FAINT),
    };
    card(place, CARD, fill, GREY)
        + &line(13.0, &short(&node.label), 14.0, INK)
        + &line(31.0, &number(node.value), 13.0, SERIES[0])
        + &gradient
}

/// As much of a label as a card holds.
fn short(label: &str) -> String {
    match label.chars().count() {
        ..=13 => label.to_owned(),
        _ => label.chars().take(12).chain(['…']).collect(),
    }
}

fn told(node: &ValueNode, nodes: &[ValueNode]) -> String {
    let mut text = format!("{} = {}", node.label, number(node.value));
    if let Some(gradient) = node.gradient {
        text += &format!(", gradient {}", number(gradient));
    }
    if !node.inputs.is_empty() {
        let names: Vec<&str> = node.inputs.iter().map(|&i| nodes[i].label.as_str()).collect();
        text += &format!(", from {}", names.join(" and "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(a + b) · b`
    fn nodes() -> [ValueNode; 4] {
        [
            ValueNode::new("a", 1.0, &[]),
            ValueNode::new("b", 2.0, &[]),
            ValueNode::new("+", 3.0, &[0, 1]),
            ValueNode::new("·", 6.0, &[2, 1]),
        ]
    }

    #[test]
    fn a_node_stands_to_the_right_of_its_inputs() {
        let plan = Plan::new(&nodes());
        let places: Vec<Place> = (0..4).map(|i| plan.place(i)).collect();
        let columns: Vec<f64> = places.iter().map(|place| place.0).collect();
        assert_eq!(columns, [14.0, 14.0, 194.0, 374.0]);
        assert_eq!((places[0].1, places[1].1, places[3].1), (34.0, 112.0, 73.0));
        assert_eq!(plan.size(), (512.0, 184.0));
    }

    #[test]
    fn a_long_line_passes_between_the_cards() {
        let plan = Plan::new(&nodes()); // b is used twice, once past "+"
        let (pass, plus) = (&plan.slots[4], &plan.slots[2]);
        assert_eq!((pass.column, pass.height), (1, PASS));
        assert!((pass.y - plus.y).abs() >= 0.5 * (CARD.1 + PASS), "{} {}", pass.y, plus.y);
        assert!(plan.edges(3).contains("h124"));
    }

    #[test]
    fn each_use_is_an_edge_and_each_gradient_is_told() {
        let mut nodes = nodes();
        nodes[1].gradient = Some(-2.5);
        let chart = computation_graph("", &nodes).unwrap();
        assert_eq!(chart.svg().matches("Z\"").count(), 4);
        assert!(chart.svg().contains(">gradient -2.5</text>"));
        assert!(chart.text().contains("b = 2, gradient -2.5\n+ = 3, from a and b"), "{chart}");
    }

    #[test]
    fn errors_name_both_sides() {
        let error = |nodes: &[ValueNode]| computation_graph("", nodes).unwrap_err().to_string();
        let own = [ValueNode::new("a", 1.0, &[]), ValueNode::new("b", 1.0, &[1])];
        assert_eq!(
            error(&own),
            "computation_graph: an input of node 1, \"b\", must lie between 0 and 0, got 1"
        );
        assert!(error(&[]).contains("between 1 and 200, got 0"));
        assert!(error(&[ValueNode::new("a", 1.0, &[0])]).contains("the list of nodes before"));
    }
}
