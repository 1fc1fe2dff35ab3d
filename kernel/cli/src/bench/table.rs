//! The table of `candlelab bench`.

use super::peers::Peer;

/// The times of a model: seconds of a step in each round, of ours and of the others in order.
pub struct Row<'a> {
    model: &'a str,
    /// Ours.
    pub ours: Vec<f64>,
    /// The peers'.
    pub others: Vec<Vec<f64>>,
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
pub fn head(others: &[Peer], peak: f64) -> String {
    let mut line = format!("{:<9} {:>12}", "model", "ours, ms");
    for peer in others {
        line += &format!(" {:>12} {:>7}", format!("{}, ms", peer.name), "times");
    }
    line + &format!(" {:>8} {:>8}", "GFLOP/s", "of peak") + &format!("\n(peak: {peak:.0} GFLOP/s)")
}

impl<'a> Row<'a> {
    /// No round yet.
    pub fn new(model: &'a str, others: usize) -> Self {
        Self { model, ours: Vec::new(), others: vec![Vec::new(); others] }
    }

    /// How much longer a peer takes: the median over the rounds, each with its neighbour.
    fn ratio(&self, other: &[f64]) -> f64 {
        median(self.ours.iter().zip(other).map(|(ours, other)| other / ours).collect())
    }

    /// A line of the table.
    pub fn line(&self, peak: f64) -> String {
        let ours = median(self.ours.clone());
        let mut line = format!("{:<9} {:>12.3}", self.model, ours * 1e3);
        for other in &self.others {
            let (time, ratio) = (median(other.clone()), self.ratio(other));
            line += &format!(" {:>12.3} {ratio:>7.2}", time * 1e3);
        }
        if let Some(operations) = giga_operations(self.model) {
            let rate = operations / ours;
            line += &format!(" {rate:>8.0} {:>7.0}%", 100.0 * rate / peak);
        }
        line
    }
}

/// The geometric mean of the ratios to each peer, without XOR, whose step is all overhead.
pub fn foot(rows: &[Row<'_>], others: &[Peer]) -> String {
    let rows: Vec<&Row<'_>> = rows.iter().filter(|row| row.model != "xor").collect();
    let mean = |(at, peer): (usize, &Peer)| {
        let logarithms = rows.iter().map(|row| row.ratio(&row.others[at]).ln());
        let mean = (logarithms.sum::<f64>() / rows.len().max(1) as f64).exp();
        format!("{} takes {mean:.2} times as long (geometric mean, without xor)", peer.name)
    };
    others.iter().enumerate().map(mean).collect::<Vec<_>>().join("\n")
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

    #[test]
    fn a_ratio_is_taken_within_each_round() {
        let mut row = Row::new("cnn", 1);
        row.ours = vec![0.01, 0.02, 0.04]; // a machine that slows down
        row.others = vec![vec![0.02, 0.04, 0.08]];
        assert_eq!(row.ratio(&row.others[0]), 2.0);
        let line = row.line(916.0);
        assert!(
            line.starts_with("cnn") && line.contains("2.00") && line.ends_with("25%"),
            "{line}"
        );
    }

    #[test]
    fn the_mean_is_geometric_and_leaves_xor_out() {
        let row = |model, ratio| Row { model, ours: vec![1.0], others: vec![vec![ratio]] };
        let rows = [row("cnn", 1.0), row("mlp_sgd", 4.0), row("xor", 100.0)];
        let text = foot(&rows, &[Peer::candle("".as_ref())]);
        assert!(text.contains("2.00 times"), "{text}");
    }

    #[test]
    fn the_peak_counts_two_operations_a_product() {
        assert!((peak(1.0) - 17.18).abs() < 0.01);
    }
}
