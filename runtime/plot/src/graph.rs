//! Graphs: nodes and the edges between them, and chains of states.

use crate::axis::{finite_range, short};
use crate::elements::{Anchor, Place, disc, document, label, text, text_width};
use crate::layout::GraphLayout;
use crate::links::Link;
use crate::palette::{BLUES, GREY, INK, Rgb, SERIES, VIRIDIS, WHITE, colour, is_light};
use crate::read::{all_finite, same_length, values};
use crate::{Chart, Error, Result, Titles};
use candle_core::Tensor;

/// More nodes than this would be a grey patch.
const MOST_NODES: usize = 1000;
/// More edges than this have no number written on them.
const MOST_TEXTS: usize = 30;

/// How the nodes of a graph are coloured.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Colours {
    /// All alike.
    #[default]
    One,
    /// By class, one number a node.
    Classes(Vec<u32>),
    /// From dark blue (lowest) to yellow (highest), one number a node.
    Values(Vec<f64>),
}

/// How a graph is drawn; `GraphOptions::default()` fills in what is not named.
///
/// ```
/// use candlelab_plot::{GraphOptions, GraphLayout};
/// let options = GraphOptions { directed: true, ..GraphOptions::default() };
/// assert_eq!(options.layout, GraphLayout::Force(0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GraphOptions {
    /// Whether edges are arrows; no.
    pub directed: bool,
    /// What is written on each node; its number.
    pub labels: Vec<String>,
    /// The weight of each edge, shown as its width and, of few edges, as a number; none.
    pub weights: Vec<f64>,
    /// The nodes' colours; one for all.
    pub colours: Colours,
    /// Where the nodes are; by forces from seed 0.
    pub layout: GraphLayout,
}

impl Default for GraphOptions {
    fn default() -> Self {
        Self {
            directed: false,
            labels: Vec::new(),
            weights: Vec::new(),
            colours: Colours::One,
            layout: GraphLayout::Force(0),
        }
    }
}

/// A graph of `nodes` nodes, numbered from 0, and the edges between pairs of them.
///
/// ```
/// use candlelab_plot::{GraphOptions, graph_chart};
/// let square = [(0, 1), (1, 2), (2, 3), (3, 0)];
/// let chart = graph_chart("square", 4, &square, &GraphOptions::default())?;
/// assert_eq!(chart.text(), "square\n4 nodes, 4 edges: 0–1, 1–2, 2–3, 3–0");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If there is no node or more than 1000, an edge names a node that is not there, or labels,
/// weights or colours are not one for each.
pub fn graph_chart(
    title: &str,
    nodes: usize,
    edges: &[(usize, usize)],
    options: &GraphOptions,
) -> Result<Chart> {
    let chart = "graph_chart";
    check(chart, nodes, edges, options)?;
    let fills = fills(chart, nodes, &options.colours)?;
    let widest = options.weights.iter().fold(0.0f64, |a, b| a.max(b.abs()));
    let numbered = edges.len() <= MOST_TEXTS;
    let look = |i: usize| match options.weights.get(i) {
        None => (1.4, String::new()),
        Some(weight) => {
            let share = if widest > 0.0 { weight.abs() / widest } else { 0.0 };
            (0.6 + 4.0 * share, if numbered { short(*weight) } else { String::new() })
        }
    };
    let loops = edges.iter().any(|(from, to)| from == to);
    let canvas = Canvas::new(nodes, &options.layout.places(nodes, edges), loops);
    let links = edges.iter().enumerate().map(|(i, &(from, to))| {
        let (width, text) = look(i);
        let both = options.directed && edges.contains(&(to, from));
        canvas.link((from, to), GREY, width, options.directed, both, text)
    });
    let name = |i: usize| options.labels.get(i).cloned().unwrap_or_else(|| i.to_string());
    let names: Vec<String> = (0..nodes).map(name).collect();
    let svg = canvas.draw(title, links.collect(), &names, &fills);
    let join = if options.directed { "→" } else { "–" };
    let shown: Vec<String> = (edges.iter().take(MOST_TEXTS))
        .map(|&(from, to)| format!("{}{join}{}", names[from], names[to]))
        .collect();
    let more = if edges.len() > MOST_TEXTS { ", …" } else { "" };
    let colon = if edges.is_empty() { "" } else { ": " };
    let told =
        format!("{title}\n{nodes} nodes, {} edges{colon}{}{more}", edges.len(), shown.join(", "));
    Ok(Chart::new(svg, told))
}

/// A chain of states on a circle: arrows with the probability of each step, loops included.
///
/// Steps with a probability below 0.005 are left out.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candlelab_plot::transition_graph;
/// let steps = Tensor::new(&[[0.9f32, 0.1], [0.5, 0.5]], &Device::Cpu)?;
/// let chart = transition_graph("weather", &["dry", "wet"], &steps)?;
/// assert_eq!(chart.text(), "weather\ndry → dry 0.90, wet 0.10\nwet → dry 0.50, wet 0.50");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `probabilities`: `(n, n)`, from the state in the row to that in the column; each row's sum
///   is 1
///
/// # Errors
/// If `probabilities` is not square, its side is not the number of states, or a row is no
/// distribution.
pub fn transition_graph(
    title: &str,
    states: impl Into<Titles>,
    probabilities: &Tensor,
) -> Result<Chart> {
    let chart = "transition_graph";
    let Titles(states) = states.into();
    let n = states.len();
    if n == 0 {
        return Err(Error::Empty { chart, what: "states".to_owned() });
    }
    if probabilities.dims() != [n, n] {
        let expected = format!("({n}, {n}), as there are {n} states");
        return Err(Error::Shape {
            chart,
            what: "probabilities",
            expected,
            got: probabilities.dims().to_vec(),
        });
    }
    let all = values(probabilities)?;
    all_finite(chart, "probabilities", &all)?;
    for (row, shares) in all.chunks(n).enumerate() {
        let sum: f64 = shares.iter().sum();
        let least = shares.iter().fold(0.0f64, |a, b| a.min(*b));
        for (what, got, low, high) in [
            (format!("the sum of row {row} of probabilities"), sum, 0.999, 1.001),
            (format!("row {row} of probabilities"), least, 0.0, 1.0),
        ] {
            if !(low - 1e-6..=high).contains(&got) {
                return Err(Error::Outside { chart, what, got, low, high });
            }
        }
    }
    let canvas = Canvas::new(n, &GraphLayout::Circle.places(n, &[]), true);
    let steps = (0..n * n).filter(|&i| all[i] >= 0.005);
    let links = steps.clone().map(|i| {
        let (from, to, p) = (i / n, i % n, all[i]);
        let both = all[to * n + from] >= 0.005;
        let shade = colour(BLUES, 0.35 + 0.65 * p);
        canvas.link((from, to), shade, 0.8 + 2.4 * p, true, both, format!("{p:.2}"))
    });
    let svg = canvas.draw(title, links.collect(), &states, &vec![[224, 236, 246]; n]);
    let lines = (0..n).map(|from| {
        let steps = (0..n).filter(|to| all[from * n + to] >= 0.005);
        let steps: Vec<String> =
            steps.map(|to| format!("{} {:.2}", states[to], all[from * n + to])).collect();
        format!("\n{} → {}", states[from], steps.join(", "))
    });
    Ok(Chart::new(svg, format!("{title}{}", lines.collect::<String>())))
}

fn check(
    chart: &'static str,
    nodes: usize,
    edges: &[(usize, usize)],
    options: &GraphOptions,
) -> Result<()> {
    let between = |what: &str, got: usize, low: usize, high: usize| {
        if (low..=high).contains(&got) {
            return Ok(());
        }
        let [got, low, high] = [got, low, high].map(|n| n as f64);
        Err(Error::Outside { chart, what: what.to_owned(), got, low, high })
    };
    between("the number of nodes", nodes, 1, MOST_NODES)?;
    for (i, (from, to)) in edges.iter().enumerate() {
        between(&format!("a node of edge {i}"), *from.max(to), 0, nodes - 1)?;
    }
    if !options.labels.is_empty() {
        same_length(chart, ("labels", options.labels.len()), ("nodes", nodes))?;
    }
    if !options.weights.is_empty() {
        same_length(chart, ("weights", options.weights.len()), ("edges", edges.len()))?;
    }
    all_finite(chart, "weights", &options.weights)
}

fn fills(chart: &'static str, nodes: usize, colours: &Colours) -> Result<Vec<Rgb>> {
    match colours {
        Colours::One => Ok(vec![[196, 220, 240]; nodes]),
        Colours::Classes(classes) => {
            same_length(chart, ("colours", classes.len()), ("nodes", nodes))?;
            Ok(classes.iter().map(|&class| SERIES[class as usize % SERIES.len()]).collect())
        }
        Colours::Values(values) => {
            same_length(chart, ("colours", values.len()), ("nodes", nodes))?;
            let (low, high) = finite_range(values.iter().copied()).unwrap_or((0.0, 1.0));
            let span = if high > low { high - low } else { 1.0 };
            Ok(values.iter().map(|value| colour(VIRIDIS, (value - low) / span)).collect())
        }
    }
}

/// Where nodes lie in the picture, and how large they are.
struct Canvas {
    side: f64,
    radius: f64,
    places: Vec<Place>,
}

/// Room for the title.
const HEAD: f64 = 30.0;

impl Canvas {
    /// For nodes at places of the unit square, with room around it for loops.
    fn new(nodes: usize, places: &[Place], loops: bool) -> Self {
        let (side, radius) = match nodes {
            ..=12 => (460.0, 22.0),
            13..=40 => (560.0, 13.0),
            41..=120 => (680.0, 7.0),
            _ => (800.0, 4.0),
        };
        let rim = radius + if loops { 56.0 } else { 22.0 };
        let inner = side - 2.0 * rim;
        let places = places.iter().map(|(x, y)| (rim + inner * x, HEAD + rim + inner * y));
        Self { side, radius, places: places.collect() }
    }

    fn link(
        &self,
        (from, to): (usize, usize),
        colour: Rgb,
        width: f64,
        directed: bool,
        both: bool,
        text: String,
    ) -> Link {
        let (from, to, radius) = (self.places[from], self.places[to], self.radius);
        let bend = if both { 0.16 } else { 0.0 };
        Link { from, to, radius, colour, width, directed, bend, text }
    }

    fn draw(&self, title: &str, links: Vec<Link>, names: &[String], fills: &[Rgb]) -> String {
        let centre = (self.side / 2.0, HEAD + self.side / 2.0);
        let drawn: Vec<(String, String)> = links.iter().map(|link| link.draw(centre)).collect();
        let mut svg = text(title, (self.side / 2.0, 20.0), 17.0, INK, Anchor::Middle);
        drawn.iter().for_each(|(line, _)| svg += line);
        for (place, fill) in self.places.iter().zip(fills) {
            svg += &disc(*place, self.radius, *fill, INK);
        }
        drawn.iter().for_each(|(_, number)| svg += number);
        for ((place, name), fill) in self.places.iter().zip(names).zip(fills) {
            svg += &self.name(*place, name, *fill);
        }
        document(self.side, self.side + HEAD, &svg)
    }

    /// A node's label, in it or, if that is too narrow, below it.
    fn name(&self, (x, y): Place, name: &str, fill: Rgb) -> String {
        let fitting = 1.9 * self.radius / text_width(name, 1.0);
        let size = fitting.min(0.85 * self.radius).min(15.0);
        if size >= 7.5 || self.radius < 5.0 {
            let ink = if is_light(fill) { INK } else { WHITE };
            return text(name, (x, y), size, ink, Anchor::Middle);
        }
        label(name, (x, y + self.radius + 8.0), 11.0, INK, Anchor::Middle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn error(result: Result<Chart>) -> String {
        result.unwrap_err().to_string()
    }

    fn chain(rows: &[[f32; 2]; 2]) -> Result<Chart> {
        transition_graph("", &["a", "b"], &Tensor::new(rows, &Device::Cpu).unwrap())
    }

    #[test]
    fn nodes_on_a_circle_are_where_they_belong() {
        let options = GraphOptions { layout: GraphLayout::Circle, ..GraphOptions::default() };
        let svg = graph_chart("", 4, &[(0, 2)], &options).unwrap().svg().to_owned();
        // A picture of 460 pixels with a rim of 44 below a head of 30.
        for place in ["cx=\"230.0\" cy=\"74.0\"", "cx=\"416.0\" cy=\"260.0\""] {
            assert!(svg.contains(place), "{place}");
        }
        assert!(svg.contains("d=\"M230.0 96.0Q"), "{svg}"); // from below the upper node's rim
    }

    #[test]
    fn directed_edges_have_heads_and_weights_their_numbers() {
        let edges = [(0, 1), (1, 0), (2, 2)];
        let weights = vec![0.5, 2.0, 1.0];
        let options = GraphOptions { directed: true, weights, ..GraphOptions::default() };
        let chart = graph_chart("", 3, &edges, &options).unwrap();
        assert_eq!(chart.svg().matches("Z\"").count(), 3);
        assert!(
            chart.svg().contains(">0.5</text>") && chart.svg().contains("stroke-width=\"4.6\"")
        );
        assert_eq!(chart.text(), "\n3 nodes, 3 edges: 0→1, 1→0, 2→2");
    }

    #[test]
    fn steps_that_never_happen_have_no_arrow() {
        let chart = chain(&[[0.0, 1.0], [0.25, 0.75]]).unwrap();
        assert_eq!(chart.svg().matches("Z\"").count(), 3);
        assert_eq!(chart.text(), "\na → b 1.00\nb → a 0.25, b 0.75");
    }

    #[test]
    fn errors_name_both_sides() {
        assert_eq!(
            error(graph_chart("", 2, &[(0, 2)], &GraphOptions::default())),
            "graph_chart: a node of edge 0 must lie between 0 and 1, got 2"
        );
        let options = GraphOptions { labels: vec!["a".into()], ..GraphOptions::default() };
        assert_eq!(
            error(graph_chart("", 2, &[], &options)),
            "graph_chart: labels has 1 values, nodes has 2"
        );
        assert!(error(graph_chart("", 0, &[], &options)).contains("between 1 and 1000, got 0"));
        let sum = "transition_graph: the sum of row 1 of probabilities must lie between 0.999 and 1.001, got 0.5";
        assert_eq!(error(chain(&[[1.0, 0.0], [0.25, 0.25]])), sum);
        assert!(error(chain(&[[1.5, -0.5], [0.5, 0.5]])).contains("between 0 and 1, got -0.5"));
        let three = transition_graph("", &["a"], &Tensor::new(&[1f32], &Device::Cpu).unwrap());
        assert!(error(three).ends_with("must have shape (1, 1), as there are 1 states, got [1]"));
    }

    #[test]
    fn a_large_graph_is_drawn_without_numbers_on_its_edges() {
        let edges: Vec<(usize, usize)> = (1..200).map(|i| (i, i / 3)).collect();
        let options = GraphOptions {
            weights: vec![1.0; edges.len()],
            colours: Colours::Values((0..200).map(f64::from).collect()),
            ..GraphOptions::default()
        };
        let chart = graph_chart("tree", 200, &edges, &options).unwrap();
        assert_eq!(chart.svg().matches("<circle").count(), 200);
        assert!(chart.svg().len() < 120_000, "{}", chart.svg().len());
    }
}
