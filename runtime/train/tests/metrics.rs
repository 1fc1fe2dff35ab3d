//! Metrics against scikit-learn's numbers of `tests/reference/metrics.py`.

use candle_core::D;
use candlelab_host::Rich;
use candlelab_nn::{Device, Result, Tensor, softmax};
use candlelab_train::*;
use serde_json::Value;

struct Reference(Value);

impl Reference {
    fn new() -> Self {
        let json = include_str!("../../../tests/reference/metrics.json");
        Self(serde_json::from_str(json).expect("a reference file"))
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.0[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
    }

    fn tensor(&self, name: &str) -> Result<Tensor> {
        Tensor::new(self.numbers(name), &Device::Cpu)
    }

    #[track_caller]
    fn agrees(&self, name: &str, values: &[f64]) {
        let truth = self.numbers(name);
        assert_eq!(values.len(), truth.len(), "{name}");
        for (value, truth) in values.iter().zip(&truth) {
            assert!((value - truth).abs() < 1e-12, "{name}: {value}, scikit-learn has {truth}");
        }
    }
}

fn tensor(values: &[f64]) -> Tensor {
    Tensor::new(values, &Device::Cpu).unwrap()
}

/// That the first line of an error is `line`, or begins so.
#[track_caller]
fn fails<T: std::fmt::Debug>(result: Result<T>, line: &str) {
    let text = result.unwrap_err().to_string();
    assert!(text.starts_with(line), "{text}");
}

#[test]
fn counts_and_scores_of_classes_are_scikit_learns() -> Result<()> {
    let truth = Reference::new();
    let (logits, labels) = (truth.tensor("logits")?.reshape((60, 4))?, truth.tensor("classes")?);
    let confusion = confusion(&logits, &labels, 4)?;
    let counts: Vec<f64> = confusion.counts.concat().into_iter().map(|n| n as f64).collect();
    truth.agrees("confusion", &counts);
    truth.agrees("accuracy", &[confusion.accuracy()]);
    let classes = confusion.per_class(); // one of them is never the answer
    truth.agrees("precision", &classes.iter().map(|c| c.precision).collect::<Vec<_>>());
    truth.agrees("recall", &classes.iter().map(|c| c.recall).collect::<Vec<_>>());
    truth.agrees("f1", &classes.iter().map(|c| c.f1).collect::<Vec<_>>());
    for (name, scores) in
        [("macro", confusion.macro_average()), ("micro", confusion.micro_average())]
    {
        truth.agrees(name, &[scores.precision, scores.recall, scores.f1]);
    }
    let answers = candlelab_train::confusion(&logits.argmax(D::Minus1)?, &labels, 4)?;
    assert_eq!(answers, confusion);
    Ok(())
}

#[test]
fn curves_with_ties_are_scikit_learns() -> Result<()> {
    let truth = Reference::new();
    let (scores, labels) = (truth.tensor("scores")?, truth.tensor("labels")?);
    let curve = roc(&scores, &labels)?;
    truth.agrees("fpr", &curve.false_positive_rates);
    truth.agrees("tpr", &curve.true_positive_rates);
    truth.agrees("thresholds", &curve.thresholds[1..]);
    truth.agrees("auc", &[auc(&scores, &labels)?]);
    let curve = precision_recall(&scores, &labels)?;
    // scikit-learn ends once all positives are found.
    let n = truth.numbers("recalls").len();
    truth.agrees("recalls", &curve.recalls[..n]);
    truth.agrees("precisions", &curve.precisions[..n]);
    truth.agrees("average precision", &[average_precision(&scores, &labels)?]);
    Ok(())
}

#[test]
fn calibration_is_scikit_learns() -> Result<()> {
    let truth = Reference::new();
    let (p, labels) = (truth.tensor("probabilities")?, truth.tensor("labels")?);
    let bins = calibration(&p, &labels, 8)?;
    let full = |values: &[f64]| values.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<_>>();
    truth.agrees("confidences", &full(&bins.confidences));
    truth.agrees("frequencies", &full(&bins.frequencies));
    truth.agrees("brier", &[brier_score(&p, &labels)?]);
    let logits = truth.tensor("logits")?.reshape((60, 4))?;
    let classes = softmax(&logits, D::Minus1)?;
    truth.agrees("brier of classes", &[brier_score(&classes, &truth.tensor("classes")?)?]);
    Ok(())
}

#[test]
fn the_calibration_error_is_the_mean_gap() -> Result<()> {
    let labels = tensor(&[1.0, 0.0, 1.0, 1.0]);
    let p = tensor(&[0.25, 0.25, 0.75, 0.75]);
    assert_eq!(calibration_error(&p, &labels, 2)?, 0.25); // |.25 − .5| and |.75 − 1|
    let classes = Tensor::new(&[[0.75f64, 0.25], [0.25, 0.75]], &Device::Cpu)?;
    assert_eq!(calibration_error(&classes, &tensor(&[0.0, 0.0]), 10)?, 0.25); // .75 said, .5 came
    Ok(())
}

#[test]
fn curves_are_pictures_in_a_notebook() -> Result<()> {
    let (scores, labels) = (tensor(&[0.1, 0.9, 0.5]), tensor(&[0.0, 1.0, 0.0]));
    for bundle in [
        roc(&scores, &labels)?.rich(),
        precision_recall(&scores, &labels)?.rich(),
        calibration(&scores, &labels, 5)?.rich(),
    ] {
        assert!(bundle.get("image/svg+xml").is_some());
    }
    Ok(())
}

#[test]
fn bad_input_names_both_sides() {
    let labels = tensor(&[0.0, 1.0]);
    let two = |a, b| tensor(&[a, b]);
    fails(auc(&tensor(&[0.1]), &labels), "roc: scores has 1 values, labels has 2");
    fails(auc(&two(0.1, f64::NAN), &labels), "roc: 1 of 2 values of scores are NaN or infinite");
    let one = "roc: it takes both classes, found 2 positive and 0 negative labels";
    fails(auc(&two(0.1, 0.2), &two(1.0, 1.0)), one);
    fails(auc(&labels, &two(0.0, 2.0)), "roc: labels contains 2, but classes are 0 to 1");
    let logit =
        "brier_score: probabilities contains 3, which is not between 0 and 1\nhint: sigmoid";
    fails(brier_score(&two(0.5, 3.0), &labels), logit);
    let wide = Tensor::new(&[[0.5f64, 0.2, 0.3]], &Device::Cpu).unwrap();
    let three = "confusion: predictions [1, 3], but there are 2 classes";
    fails(confusion(&wide, &tensor(&[0.0]), 2), three);
    let none = "confusion: predictions and labels are empty";
    fails(confusion(&tensor(&[]), &tensor(&[]), 2), none);
    fails(calibration(&labels, &labels, 0), "calibration: it takes at least one bin, found 0");
    let confusion = confusion(&labels, &labels, 2).unwrap();
    fails(confusion.class(2), "there is no class 2: classes are 0 to 1");
}

/// The mean of 200 numbers: the interval is about ± 1.96 σ / √n.
#[test]
fn the_bootstrap_interval_of_a_mean_is_known() -> Result<()> {
    let values: Vec<f64> = (0..200).map(|i| (1.7 * f64::from(i)).sin()).collect();
    let mean =
        |rows: &[usize]| Ok(rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64);
    let interval = bootstrap(200, 3000, 0.95, 1, mean)?;
    let variance = values.iter().map(|v| (v - interval.value).powi(2)).sum::<f64>() / 200.0;
    let half = 1.96 * (variance / 200.0).sqrt();
    for (end, truth) in [(interval.low, -half), (interval.high, half)] {
        assert!((end - interval.value - truth).abs() < 0.06 * half, "{interval} ± {half}");
    }
    assert_eq!(bootstrap(200, 50, 0.9, 7, mean)?, bootstrap(200, 50, 0.9, 7, mean)?);
    let nan = "bootstrap: the metric of draw 0 is NaN\nhint: a class may be missing";
    fails(bootstrap(3, 5, 0.9, 7, |_| Ok(f64::NAN)), nan);
    let none = "bootstrap: it takes examples, draws and a level from 0 to below 1, found 0, 5";
    fails(bootstrap(0, 5, 0.9, 7, mean), none);
    Ok(())
}
