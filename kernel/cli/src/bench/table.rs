//! The table of `candlelab bench`.

use super::calm::Watch;
use super::peers::{Peer, Step};

/// The rounds of a model: a step of ours and one of each other, in order.
pub struct Row<'a> {
    model: &'a str,
    pub rounds: Vec<Vec<Step>>,
}

/// Billions of operations in a step: products of matrices and convolutions, forward and backward,
/// as PyTorch's `FlopCounterMode` counts them; none where they are not what takes the time.
fn giga_operations(model: &str) -> Option<f64> {
    Some(match model {
        "mlp_sgd" | "mlp_adam" => 0.064,
        "cnn" => 4.58,
        "resnet" => 3.57,
        "vit7" => 1.36,
        "vit4" => 4.36,
        "gpt64" => 4.02,
        "gpt128" => 23.3,
        "gptgen" => 0.109,
        "dcgan" => 10.3,
        "diffmlp" => 0.016,
        "unet" => 10.5,
        "gcn" => 0.068,
        _ => return None,
    })
}

/// Billions of operations a second, from the seconds of a product of matrices of side 2048.
pub fn peak(seconds: f64) -> f64 {
    2.0 * 2048f64.powi(3) / seconds / 1e9
}

/// The names of the columns.
pub fn head(others: &[Peer]) -> String {
    let mut line = format!("{:<9} {:>10} {:>7}", "model", "ours, ms", "MB");
    for peer in others {
        line += &format!(" {:>12} {:>7} {:>7}", format!("{}, ms", peer.name), "times", "MB");
    }
    line + &format!(" {:>8} {:>8}", "GFLOP/s", "of peak")
}

impl<'a> Row<'a> {
    /// No round yet.
    pub fn new(model: &'a str) -> Self {
        Self { model, rounds: Vec::new() }
    }

    /// The median over the rounds of a number of each.
    fn median(&self, of: impl Fn(&[Step]) -> f64) -> f64 {
        median(self.rounds.iter().map(|round| of(round)).collect())
    }

    /// How much longer a peer takes: the median over the rounds, each with its neighbour.
    fn ratio(&self, peer: usize) -> f64 {
        self.median(|round| round[peer].seconds / round[0].seconds)
    }

    /// A line of the table; `peak` is what the machine can do, in billions of operations a second.
    pub fn line(&self, peak: f64) -> String {
        let seconds = |peer: usize| self.median(|round| round[peer].seconds);
        let megabytes = |peer: usize| self.median(|round| round[peer].megabytes);
        let ours = seconds(0);
        let mut line = format!("{:<9} {:>10.3} {:>7.0}", self.model, ours * 1e3, megabytes(0));
        for peer in 1..self.rounds.first().map_or(1, Vec::len) {
            let (time, ratio) = (seconds(peer) * 1e3, self.ratio(peer));
            line += &format!(" {time:>12.3} {ratio:>7.2} {:>7.0}", megabytes(peer));
        }
        if let Some(operations) = giga_operations(self.model) {
            let rate = operations / ours;
            line += &format!(" {rate:>8.0} {:>7.0}%", 100.0 * rate / peak);
        }
        line
    }
}

/// What is to be said of all rows: the peak, rounds that were disturbed, and the geometric mean of
/// the ratios to each peer, without XOR, whose step is all overhead.
pub fn foot(rows: &[Row<'_>], others: &[Peer], watch: &Watch<'_>) -> String {
    let mut lines = vec![format!("peak: {:.0} GFLOP/s, of matrices of side 2048", watch.best)];
    if watch.disturbed > 0 {
        let all: usize = rows.iter().map(|row| row.rounds.len()).sum();
        let disturbed = watch.disturbed;
        lines.push(format!(
            "{disturbed} of {all} rounds count although the machine was slower than it can be"
        ));
    }
    for (peer, other) in (1..).zip(others).filter(|_| rows.iter().any(|row| counts(&row))) {
        let (mean, name) = (mean_ratio(rows, peer), other.name);
        lines.push(format!("{name} takes {mean:.2} times as long (geometric mean, without xor)"));
    }
    lines.join("\n")
}

/// Whether a model counts in the mean.
fn counts(row: &&Row<'_>) -> bool {
    row.model != "xor"
}

/// The geometric mean of the ratios to a peer.
fn mean_ratio(rows: &[Row<'_>], peer: usize) -> f64 {
    let rows: Vec<&Row<'_>> = rows.iter().filter(counts).collect();
    let logarithms = rows.iter().map(|row| row.ratio(peer).ln());
    (logarithms.sum::<f64>() / rows.len() as f64).exp()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(model: &'a str, rounds: &[[f64; 2]]) -> Row<'a> {
        let steps = |round: &[f64; 2]| round.map(|seconds| Step { seconds, megabytes: 7.0 });
        let rounds = rounds.iter().map(|round| steps(round).to_vec()).collect();
        Row { model, rounds }
    }

    #[test]
    fn a_ratio_is_taken_within_each_round() {
        let row = row("cnn", &[[0.01, 0.02], [0.02, 0.04], [0.04, 0.08]]); // a machine that slows down
        assert_eq!(row.ratio(1), 2.0);
        let words = row.line(916.0);
        let words: Vec<&str> = words.split_whitespace().collect();
        assert_eq!(words, ["cnn", "20.000", "7", "40.000", "2.00", "7", "229", "25%"]);
    }

    #[test]
    fn the_mean_is_geometric_and_leaves_xor_out() {
        let rows = [("cnn", 1.0), ("mlp_sgd", 4.0), ("xor", 100.0)];
        let rows = rows.map(|(model, ratio)| row(model, &[[1.0, ratio]]));
        assert!((mean_ratio(&rows, 1) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_peak_counts_two_operations_a_product() {
        assert!((peak(1.0) - 17.18).abs() < 0.01);
    }
}
