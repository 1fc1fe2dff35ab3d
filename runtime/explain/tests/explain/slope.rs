//! Explanations by gradients.

use crate::alone;
use crate::common::random;
use candlelab_explain::*;
use candlelab_nn::{
    Activation, DType, Device, Dropout, Layer, Linear, Module, Result, Sequential, Tensor, randn,
};

/// A smooth network of four inputs and three classes.
fn network() -> Result<Sequential> {
    Ok(Sequential::new()
        .add(Linear::new(4, 6, &Device::Cpu)?)
        .add(Activation::Tanh)
        .add(Dropout { p: 0.5 }) // asleep in an explanation
        .add(Linear::new(6, 3, &Device::Cpu)?))
}

fn score(model: &Sequential, x: &Tensor) -> Result<f64> {
    let scores = model.predict(x)?.narrow(1, 2, 1)?;
    scores.to_dtype(DType::F64)?.sum_all()?.to_scalar()
}

#[test]
fn saliency_is_the_finite_difference() -> Result<()> {
    let _alone = alone();
    let (model, x) = (network()?, randn(0.0, 1.0, (1, 4), &Device::Cpu)?);
    let slope = saliency(&model, &x, 2)?.to_vec2::<f32>()?.concat();
    for (feature, slope) in slope.into_iter().enumerate() {
        let step: Vec<f32> = (0..4).map(|at| if at == feature { 0.01 } else { 0.0 }).collect();
        let step = Tensor::new(step, &Device::Cpu)?.unsqueeze(0)?;
        let difference = (score(&model, &(&x + &step)?)? - score(&model, &(&x - &step)?)?) / 0.02;
        assert!((f64::from(slope) - difference).abs() < 1e-3, "{slope} {difference}");
    }
    Ok(())
}

#[test]
fn integrated_gradients_add_up_to_the_difference_of_the_scores() -> Result<()> {
    let _alone = alone();
    let (model, x) = (network()?, randn(0.0, 1.0, (1, 4), &Device::Cpu)?);
    let baseline = x.ones_like()?;
    let parts = integrated_gradients(&model, &x, &baseline, 2, 50)?;
    let sum = f64::from(parts.sum_all()?.to_scalar::<f32>()?);
    let difference = score(&model, &x)? - score(&model, &baseline)?;
    assert!((sum - difference).abs() < 1e-3, "{sum} {difference}");
    Ok(())
}

/// The slope of `x³/3` at noisy places has the mean `x² + noise²`.
#[test]
fn smooth_gradients_are_means_over_the_noise() -> Result<()> {
    let _alone = alone();
    let model = |x: &Tensor| x.powf(3.0)? / 3.0;
    let x = Tensor::new(&[[2f64]], &Device::Cpu)?;
    let smooth = |seed| smooth_grad(&model, &x, 0, 0.5, 2000, seed)?.mean_all()?.to_scalar::<f64>();
    assert!((smooth(1)? - 4.25).abs() < 0.15, "{}", smooth(1)?); // 3 standard errors
    assert_eq!(smooth(1)?, smooth(1)?);
    assert_ne!(smooth(1)?, smooth(2)?);
    Ok(())
}

#[test]
fn a_concept_of_which_the_class_is_made_has_score_one() -> Result<()> {
    let _alone = alone();
    let shift = Tensor::new(&[3f64, 0.0, 0.0], &Device::Cpu)?;
    let (concept, other) = (random((40, 3))?.broadcast_add(&shift)?, random((40, 3))?);
    let vector = concept_vector(&concept, &other)?;
    assert!(vector.direction.to_vec1::<f64>()?[0] > 0.95);
    assert!(vector.accuracy(&concept, &other)? > 0.85);
    let head = |a: &Tensor| Tensor::cat(&[a.narrow(1, 0, 1)?, a.narrow(1, 0, 1)?.neg()?], 1);
    let examples = random((20, 3))?;
    assert_eq!(tcav_score(&head, &examples, &vector, 0)?, 1.0);
    assert_eq!(tcav_score(&head, &examples, &vector, 1)?, 0.0);
    Ok(())
}

#[test]
fn maximisation_climbs_and_says_when_it_flies_off() -> Result<()> {
    let _alone = alone();
    let (model, x) = (network()?, randn(0.0, 1.0, (1, 4), &Device::Cpu)?);
    let top = activation_maximisation(&model, &x, 2, 50, 0.1, 0.01)?;
    assert!(score(&model, &top)? > score(&model, &x)? + 0.1);
    let error = activation_maximisation(&model, &x, 2, 500, 1.0, 10.0).unwrap_err().to_string();
    assert!(error.contains("hint: a smaller lr"), "{error}");
    Ok(())
}

#[test]
fn classes_and_models_that_do_not_fit_are_named() -> Result<()> {
    let _alone = alone();
    let (model, x) = (network()?, randn(0.0, 1.0, (1, 4), &Device::Cpu)?);
    let error = saliency(&model, &x, 3).unwrap_err().to_string();
    assert!(error.starts_with("there is no class 3 among 3\nhint: classes are counted from 0"));
    let constant = |x: &Tensor| x.zeros_like();
    assert!(
        saliency(&constant, &x, 0).unwrap_err().to_string().contains("no gradient by the input")
    );
    let flat = |x: &Tensor| model.forward(x)?.flatten_all();
    assert!(saliency(&flat, &x, 0).unwrap_err().to_string().contains("(n, classes), found [3]"));
    assert!(integrated_gradients(&model, &x, &x, 0, 0).is_err());
    assert!(saliency(&model, &x.to_dtype(DType::U32)?, 0).is_err());
    let concept = random((3, 4))?;
    assert!(concept_vector(&concept, &concept).is_err()); // nothing tells them apart
    Ok(())
}
