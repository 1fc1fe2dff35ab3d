//! Numbers of `tests/reference/optimisation.py`.

use crate::common::{Reference, close, fill};
use candle_core::{DType, Result};
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/optimisation.json"))
}

/// Twenty steps down `w⁴ / 4 + sin 3w`.
fn agrees<O: Optimizer>(name: &str, make: impl Fn(Vec<Var>) -> O) -> Result<()> {
    for (dtype, tolerance) in [(DType::F64, 1e-9), (DType::F32, 2e-6)] {
        let w = start(dtype)?;
        descend(&mut make(w.clone()), &w, 20)?;
        close(name, &end(&w)?, &reference().numbers(name), tolerance)?;
    }
    Ok(())
}

fn start(dtype: DType) -> Result<Vec<Var>> {
    let w = [fill(&[5], 0)?, fill(&[2, 3], 1)?];
    w.into_iter().map(|w| Var::from_tensor(&w.to_dtype(dtype)?)).collect()
}

fn descend(optimizer: &mut dyn Optimizer, w: &[Var], steps: usize) -> Result<()> {
    let loss = |w: &Var| ((w.sqr()?.sqr()? / 4.0)? + (w.as_tensor() * 3.0)?.sin()?)?.sum_all();
    for _ in 0..steps {
        optimizer.backward_step(&(loss(&w[0])? + loss(&w[1])?)?)?;
    }
    Ok(())
}

fn end(w: &[Var]) -> Result<Tensor> {
    Tensor::cat(&[w[0].flatten_all()?, w[1].flatten_all()?], 0)
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
    agrees("adagrad weight decay", |w| Adagrad::new(w, 0.05).with_weight_decay(0.1))?;
    agrees("adadelta weight decay", |w| AdaDelta::new(w, 1.0).with_weight_decay(0.1))?;
    agrees("rmsprop weight decay", |w| {
        RmsProp::new(w, 0.05).with_momentum(0.5).with_weight_decay(0.1)
    })?;
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
fn groups_are_pytorchs() -> Result<()> {
    agrees("sgd groups", |w| {
        let second = vec![w[1].clone()];
        let sgd = Sgd::new(w, 0.05).with_momentum(0.9).with_weight_decay(0.1);
        sgd.with_group(second.clone(), 0.1).without_decay(second)
    })?;
    agrees("adamw groups", |w| {
        let (first, second) = (vec![w[0].clone()], vec![w[1].clone()]); // also if it is new
        let adam = Adam::new(first, 0.05).with_weight_decay(0.1);
        adam.without_decay(second.clone()).with_group(second, 0.1)
    })
}

#[test]
fn a_state_goes_on_as_if_nothing_had_been() -> Result<()> {
    type Make = fn(Vec<Var>) -> Box<dyn Optimizer>;
    let kinds: [Make; 5] = [
        |w| Box::new(Sgd::new(w, 0.05).with_momentum(0.9)),
        |w| Box::new(Adagrad::new(w, 0.05)),
        |w| Box::new(AdaDelta::new(w, 1.0)),
        |w| Box::new(RmsProp::new(w, 0.05).with_momentum(0.5)),
        |w| Box::new(Adam::new(w, 0.05).with_weight_decay(0.1)),
    ];
    let name = format!("candlelab-state-{}.safetensors", std::process::id());
    let file = std::env::temp_dir().join(name);
    for dtype in [DType::F32, DType::F64, DType::BF16] {
        for make in kinds {
            let w = start(dtype)?;
            let mut optimizer = make(w.clone());
            optimizer.set_lr(0.02);
            descend(&mut *optimizer, &w, 5)?;
            save_tensors(&optimizer.state()?, &file)?;
            let copy = w.iter().map(|w| Var::from_tensor(&w.as_detached_tensor().copy()?));
            let copy = copy.collect::<Result<Vec<Var>>>()?;
            let mut other = make(copy.clone());
            other.set_state(&load_tensors(&file)?)?;
            descend(&mut *optimizer, &w, 5)?;
            descend(&mut *other, &copy, 5)?;
            let difference = (end(&w)? - end(&copy)?)?.abs()?.max_all()?.to_dtype(DType::F64)?;
            assert_eq!(difference.to_scalar::<f64>()?, 0.0);
        }
    }
    std::fs::remove_file(file)?;
    Ok(())
}

#[test]
fn a_loss_that_is_no_number_changes_nothing() -> Result<()> {
    let w = Var::new(&[1f32, -1.0], &Device::Cpu)?;
    let mut sgd = Sgd::new(vec![w.clone()], 0.1);
    for (loss, name) in [((&*w / 0.0)?.sum_all()?, "NaN"), (w.abs()?.log()?.recip()?, "inf")] {
        let message = sgd.backward_step(&loss).unwrap_err().to_string();
        assert!(message.contains(&format!("the loss is {name}")), "{message}");
    }
    assert_eq!(w.to_vec1::<f32>()?, [1.0, -1.0]);
    Ok(())
}

#[test]
fn a_foreign_state_changes_nothing() -> Result<()> {
    let w = start(DType::F32)?;
    let mut adam = Adam::new(w.clone(), 0.05);
    descend(&mut adam, &w, 1)?;
    let mut sgd = Sgd::new(w.clone(), 0.3).with_momentum(0.9);
    let message = sgd.set_state(&adam.state()?).unwrap_err().to_string();
    assert!(message.contains("`0.exp_avg` has no place in this optimiser"), "{message}");
    let mut narrow = Adam::new(vec![w[1].clone(), w[0].clone()], 0.3);
    let message = narrow.set_state(&adam.state()?).unwrap_err().to_string();
    assert!(message.contains("`0.exp_avg` is [5] in the state and [2, 3] here"), "{message}");
    assert!(adam.set_state(&[]).unwrap_err().to_string().contains("`lr` and `steps`"));
    assert_eq!((sgd.lr(), narrow.lr(), narrow.state()?.len()), (0.3, 0.3, 2));
    Ok(())
}

#[test]
fn schedules_are_pytorchs() -> Result<()> {
    let cases = [
        ("steps", Schedule::steps(0.4, 3, 0.5)),
        ("cosine", Schedule::cosine(0.4, 12).with_least(0.01)),
        ("warm-up", Schedule::cosine(0.4, 12).with_warm_up(4)),
        ("one cycle", Schedule::one_cycle(0.4, 20)),
        ("one cycle 97", Schedule::one_cycle(0.01, 97)),
        ("one cycle 4", Schedule::one_cycle(0.4, 4)),
    ];
    for (name, schedule) in cases {
        for (step, truth) in reference().numbers(name).into_iter().enumerate() {
            let lr = schedule.lr(step);
            assert!((lr - truth).abs() < 1e-9, "{name} {step}: {lr}, PyTorch has {truth}");
        }
    }
    Ok(())
}
