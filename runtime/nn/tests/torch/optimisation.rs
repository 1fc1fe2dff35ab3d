//! Numbers of `tests/reference/optimisation.py`.

use crate::common::{Reference, close, fill};
use candle_core::{DType, Result};
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/optimisation.json"))
}

/// Ten steps down `w⁴ / 4 + sin 3w`.
fn agrees<O: Optimizer>(name: &str, make: impl Fn(Vec<Var>) -> O) -> Result<()> {
    for (dtype, tolerance) in [(DType::F64, 1e-9), (DType::F32, 1e-6)] {
        let w = [fill(&[5], 0)?, fill(&[2, 3], 1)?];
        let w = w.map(|w| Var::from_tensor(&w.to_dtype(dtype)?));
        let w: Vec<Var> = w.into_iter().collect::<Result<_>>()?;
        let mut optimizer = make(w.clone());
        for _ in 0..10 {
            let loss =
                |w: &Var| ((w.sqr()?.sqr()? / 4.0)? + (w.as_tensor() * 3.0)?.sin()?)?.sum_all();
            optimizer.backward_step(&(loss(&w[0])? + loss(&w[1])?)?)?;
        }
        let end = Tensor::cat(&[w[0].flatten_all()?, w[1].flatten_all()?], 0)?;
        close(name, &end, &reference().numbers(name), tolerance)?;
    }
    Ok(())
}

#[test]
fn descent_is_pytorchs() -> Result<()> {
    agrees("sgd", |w| Sgd::new(w, 0.05))?;
    agrees("sgd momentum", |w| Sgd::new(w, 0.05).with_momentum(0.9))?;
    agrees("sgd nesterov", |w| Sgd::new(w, 0.05).with_nesterov(0.9))?;
    agrees("sgd weight decay", |w| Sgd::new(w, 0.05).with_momentum(0.9).with_weight_decay(0.1))?;
    agrees("sgd clip", |w| Sgd::new(w, 0.05).with_clip(1.0))
}

#[test]
fn adaptive_optimisers_are_pytorchs() -> Result<()> {
    agrees("adagrad", |w| Adagrad::new(w, 0.05))?;
    agrees("adadelta", |w| AdaDelta::new(w, 1.0))?;
    agrees("rmsprop", |w| RmsProp::new(w, 0.05))?;
    agrees("rmsprop momentum", |w| RmsProp::new(w, 0.05).with_alpha(0.9).with_momentum(0.5))
}

#[test]
fn adam_is_pytorchs() -> Result<()> {
    agrees("adam", |w| Adam::new(w, 0.05))?;
    agrees("adam betas", |w| Adam::new(w, 0.05).with_betas(0.5, 0.9))?;
    agrees("adamw", |w| Adam::new(w, 0.05).with_weight_decay(0.1))?;
    agrees("adamw clip", |w| Adam::new(w, 0.05).with_weight_decay(0.1).with_clip(1.0))
}

#[test]
fn schedules_are_pytorchs() -> Result<()> {
    let cases = [
        ("steps", Schedule::steps(0.4, 3, 0.5)),
        ("cosine", Schedule::cosine(0.4, 12).with_least(0.01)),
        ("warm-up", Schedule::cosine(0.4, 12).with_warm_up(4)),
        ("one cycle", Schedule::one_cycle(0.4, 20)),
    ];
    for (name, schedule) in cases {
        for (step, truth) in reference().numbers(name).into_iter().enumerate() {
            let lr = schedule.lr(step);
            assert!((lr - truth).abs() < 1e-9, "{name} {step}: {lr}, PyTorch has {truth}");
        }
    }
    Ok(())
}
