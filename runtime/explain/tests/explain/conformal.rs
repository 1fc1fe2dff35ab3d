//! Coverage of conformal sets and intervals.

use crate::alone;
use crate::common::random;
use candlelab_data::blobs;
use candlelab_explain::*;
use candlelab_nn::{DType, Result, Tensor, softmax};

/// Blobs that overlap, with a classifier that is right about their centres and too sure of itself.
fn overlapping(n: usize, seed: u64) -> Result<(Tensor, Tensor)> {
    let centres = [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]];
    let (x, y) = blobs(n, &centres, 1.0, seed)?;
    let logits: Vec<Tensor> = centres
        .iter()
        .map(|centre| {
            let centre = Tensor::new(centre, x.device())?.to_dtype(DType::F32)?;
            x.broadcast_sub(&centre)?.sqr()?.sum(1)? * -1.5 // the truth is −0.5
        })
        .collect::<Result<_>>()?;
    Ok((softmax(&Tensor::stack(&logits, 1)?, 1)?, y))
}

#[test]
fn sets_hold_the_truth_as_often_as_promised() -> Result<()> {
    let _alone = alone();
    let (calibration, new) = (overlapping(5000, 1)?, overlapping(2000, 2)?);
    let scores = label_scores(&calibration.0, &calibration.1)?;
    let sets = prediction_sets(&new.0, conformal_quantile(&scores, 0.1)?)?;
    let coverage = set_coverage(&sets, &new.1)?;
    assert!((0.88..=0.92).contains(&coverage), "{coverage}");
    let size = sets.iter().map(Vec::len).sum::<usize>() as f64 / 2000.0;
    assert!((1.0..2.0).contains(&size), "{size}");
    let everything = prediction_sets(&new.0, f64::INFINITY)?;
    assert!(everything.iter().all(|set| set == &[0, 1, 2]));
    Ok(())
}

#[test]
fn intervals_hold_the_truth_as_often_as_promised() -> Result<()> {
    let _alone = alone();
    let predictions = random(7000)?;
    let targets = (&predictions + random(7000)?.powf(3.0)?)?; // noise far from normal
    let part = |from, n| {
        Ok::<_, candle_core::Error>((predictions.narrow(0, from, n)?, targets.narrow(0, from, n)?))
    };
    let ((p, y), (p_new, y_new)) = (part(0, 5000)?, part(5000, 2000)?);
    let quantile = conformal_quantile(&residual_scores(&p, &y)?, 0.1)?;
    let coverage = interval_coverage(&p_new, &y_new, quantile)?;
    assert!((0.88..=0.92).contains(&coverage), "{coverage}");
    Ok(())
}

#[test]
fn what_is_no_probability_or_score_is_an_error() -> Result<()> {
    let _alone = alone();
    let (p, y) = overlapping(9, 1)?;
    let error = prediction_sets(&(&p * 3.0)?, 0.5).unwrap_err().to_string();
    assert!(error.contains("hint: apply softmax"), "{error}");
    assert!(label_scores(&p, &y.narrow(0, 0, 8)?).is_err());
    assert!(
        label_scores(&p, &(&y + 1.0)?).unwrap_err().to_string().contains("label 3 is no class")
    );
    assert!(residual_scores(&p, &y).is_err() && set_coverage(&[], &y).is_err());
    assert!(conformal_quantile(&[], 0.1).is_err() && conformal_quantile(&[f64::NAN], 0.1).is_err());
    assert!(conformal_quantile(&[0.5], 1.0).is_err());
    Ok(())
}
