//! Runs that stop, go on, accumulate and meet a NaN.

use candlelab_data::moons;
use candlelab_nn::{
    Activation, Adam, BatchNorm, Device, Dropout, Layer, Linear, Module, Optimizer, Result,
    Schedule, Sequential, Sgd, Tensor, evaluating, mse, seed,
};
use candlelab_train::{EarlyStopping, FitOptions, evaluate_loss, fit_each, fit_with, resume};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

/// The random numbers are the process's; one test at a time draws from them.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("candlelab-train-{}-{name}.safetensors", std::process::id()))
}

/// Everything that a step can change: weights, running statistics, random numbers.
fn model() -> Result<Sequential> {
    let device = &Device::Cpu;
    let model = Sequential::new().add(Linear::new(2, 8, device)?).add(BatchNorm::new(8, device)?);
    Ok(model.add(Activation::Relu).add(Dropout { p: 0.3 }).add(Linear::new(8, 2, device)?))
}

fn numbers(model: &Sequential) -> Result<Vec<Vec<f32>>> {
    let tensors = model.parameters().tensors();
    tensors.iter().map(|(_, var)| var.flatten_all()?.to_vec1()).collect()
}

#[test]
fn a_resumed_run_is_the_uninterrupted_one_bit_for_bit() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(50, 0.2, 3)?;
    let validation = Some(moons(30, 0.2, 4)?);
    let path = file("resume");
    let options = |model: &Sequential, epochs| FitOptions {
        epochs,
        batch_size: 8,
        schedule: Some(Schedule::cosine(0.05, 42)),
        validation: validation.clone(),
        stop: Some(EarlyStopping { patience: 9, ..EarlyStopping::default() }),
        parameters: Some(model.parameters()),
        checkpoint: Some(path.clone()),
        ..FitOptions::default()
    };
    seed(5);
    let whole = model()?;
    let mut adam = Adam::new(whole.vars(), 0.05);
    let truth = fit_with(&whole, &mut adam, &x, &y, &options(&whole, 6))?;

    seed(5);
    let first = model()?;
    fit_with(&first, &mut Adam::new(first.vars(), 0.05), &x, &y, &options(&first, 2))?;
    seed(99); // another day, another program
    let second = model()?;
    let mut adam = Adam::new(second.vars(), 0.7);
    let resumed = Some(resume(&path, &second.parameters(), &mut adam)?);
    let rest = FitOptions { resumed, ..options(&second, 6) };
    let history = fit_with(&second, &mut adam, &x, &y, &rest)?;
    std::fs::remove_file(&path)?;

    assert_eq!(history.losses, truth.losses);
    let losses = |history: &candlelab_train::History| {
        history.epochs.iter().map(|e| (e.loss, e.accuracy, e.validation_loss)).collect::<Vec<_>>()
    };
    assert_eq!(losses(&history), losses(&truth));
    assert_eq!(numbers(&second)?, numbers(&whole)?);
    Ok(())
}

#[test]
fn a_checkpoint_of_something_else_changes_nothing() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(20, 0.2, 3)?;
    let path = file("foreign");
    let first = model()?;
    let parameters = Some(first.parameters());
    let options = FitOptions {
        epochs: 1,
        parameters,
        checkpoint: Some(path.clone()),
        ..FitOptions::default()
    };
    fit_with(&first, &mut Adam::new(first.vars(), 0.05), &x, &y, &options)?;
    let second = model()?;
    let before = numbers(&second)?;
    let mut sgd = Sgd::new(second.vars(), 0.1);
    let error = resume(&path, &second.parameters(), &mut sgd).unwrap_err().to_string();
    assert!(error.starts_with("cannot resume from ") && error.contains("foreign"), "{error}");
    let wide = Linear::new(3, 2, &Device::Cpu)?;
    let mut adam = Adam::new(second.vars(), 0.25); // the right one for the wrong model
    let error = resume(&path, &wide.parameters(), &mut adam).unwrap_err().to_string();
    assert!(error.contains("it has no tensor `weight`"), "{error}");
    assert_eq!((adam.lr(), adam.state()?.len()), (0.25, 2)); // no memory of a step
    assert_eq!(numbers(&second)?, before);
    let missing = resume(file("missing"), &second.parameters(), &mut sgd).unwrap_err().to_string();
    assert!(missing.contains("missing"), "{missing}");
    let mut adam = Adam::new(first.vars(), 0.1);
    let resumed = Some(resume(&path, &first.parameters(), &mut adam)?);
    let other = FitOptions { batch_size: 5, resumed, ..options };
    let error = fit_with(&first, &mut adam, &x, &y, &other).unwrap_err().to_string();
    assert!(error.contains("had 1 batches in an epoch, this one has 4"), "{error}");
    std::fs::remove_file(path)?;
    Ok(())
}

#[test]
fn early_stopping_ends_with_the_best_epoch() -> Result<()> {
    let _alone = alone();
    seed(1);
    // Targets whose validation set asks for the opposite: every step makes it worse.
    let x = Tensor::new(&[[1f32], [2.0]], &Device::Cpu)?;
    let y = (&x * -1.0)?;
    let model = Linear::new(1, 1, &Device::Cpu)?;
    let (path, whole) = (file("best"), file("whole"));
    let options = FitOptions {
        epochs: 50,
        loss: mse,
        validation: Some((x.clone(), y.clone())),
        stop: Some(EarlyStopping { patience: 3, min_delta: 0.0, file: Some(path.clone()) }),
        parameters: Some(model.parameters()),
        checkpoint: Some(whole.clone()),
        ..FitOptions::default()
    };
    let mut optimizer = Sgd::new(model.vars(), 0.05);
    let history = fit_with(&model, &mut optimizer, &x, &x, &options)?;
    let losses: Vec<f64> = history.epochs.iter().filter_map(|e| e.validation_loss).collect();
    let best = losses.iter().copied().fold(f64::MAX, f64::min);
    let at = losses.iter().position(|loss| *loss == best).unwrap();
    assert_eq!(losses.len(), at + 4); // three more after the best
    assert_eq!(evaluate_loss(&model, &x, &y, mse)?, best);
    let saved = Linear::new(1, 1, &Device::Cpu)?;
    saved.parameters().load(&path)?;
    assert_eq!(evaluate_loss(&saved, &x, &y, mse)?, best);

    let resumed = Some(resume(&whole, &model.parameters(), &mut optimizer)?);
    assert!(evaluate_loss(&model, &x, &y, mse)? > best); // as the last epoch left it
    let again = FitOptions { resumed, ..options };
    let history = fit_with(&model, &mut optimizer, &x, &x, &again)?;
    assert_eq!(history.epochs.len(), at + 5);
    assert_eq!(evaluate_loss(&model, &x, &y, mse)?, best);
    [path, whole].iter().try_for_each(std::fs::remove_file)?;
    Ok(())
}

#[test]
fn accumulated_small_batches_make_the_steps_of_a_large_one() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(22, 0.2, 3)?;
    let run = |batch_size, accumulate| {
        seed(3);
        let device = &Device::Cpu;
        let model = Sequential::new().add(Linear::new(2, 4, device)?).add(Activation::Tanh);
        let model = model.add(Linear::new(4, 2, device)?);
        let options = FitOptions {
            epochs: 3,
            batch_size,
            accumulate,
            seed: Some(7),
            schedule: Some(Schedule::steps(0.1, 4, 0.5)),
            ..FitOptions::default()
        };
        let mut optimizer = Adam::new(model.vars(), 0.1);
        let history = fit_with(&model, &mut optimizer, &x, &y, &options)?;
        Ok::<_, candle_core::Error>((
            numbers(&model)?.concat(),
            history.losses.len(),
            optimizer.lr(),
        ))
    };
    let ((large, _, lr), (small, batches, same)) = (run(10, 1)?, run(5, 2)?);
    assert_eq!((batches, lr), (3 * 5, same)); // batches of 5, 5, 5, 5 and 2; steps of 10, 10 and 2
    for (large, small) in large.iter().zip(&small) {
        assert!((large - small).abs() < 1e-5, "{large} {small}");
    }
    Ok(())
}

#[test]
fn a_nan_names_its_place() -> Result<()> {
    let _alone = alone();
    seed(1);
    let (x, y) = moons(12, 0.1, 3)?;
    let model = Sequential::new().add(Linear::new(2, 3, &Device::Cpu)?);
    let options = |parameters| FitOptions { batch_size: 4, parameters, ..FitOptions::default() };
    let known = options(Some(model.parameters()));
    let fit = |x: &Tensor, lr: f64, options: &FitOptions| {
        let mut optimizer = Sgd::new(model.vars(), lr);
        fit_with(&model, &mut optimizer, x, &y, options).unwrap_err().to_string()
    };
    let mut rows = x.to_vec2::<f32>()?;
    rows[7][1] = f32::NAN;
    let bad = fit(&Tensor::new(rows, &Device::Cpu)?, 0.1, &known);
    assert!(
        bad.starts_with("1 of 24 numbers of x are NaN or infinite, the first in example 7\n"),
        "{bad}"
    );

    let diverged = fit(&x, f64::INFINITY, &known);
    let place = "the loss is NaN in epoch 1, batch 2 of 3: ";
    assert!(diverged.starts_with(place), "{diverged}");
    assert!(diverged.contains("numbers of `0.weight` are NaN or infinite\nhint: "), "{diverged}");
    let unknown = fit(&x, 0.1, &options(None));
    assert!(unknown.contains("outputs are NaN or infinite\nhint: "), "{unknown}");
    assert!(unknown.contains("parameters: Some(model.parameters())"), "{unknown}");

    let fresh = Linear::new(2, 2, &Device::Cpu)?;
    let broken = |_: &Tensor, y: &Tensor| y.to_dtype(candle_core::DType::F32)?.mean_all()? / 0.0;
    let options = FitOptions { loss: broken, ..options(Some(fresh.parameters())) };
    let mut optimizer = Sgd::new(fresh.vars(), 0.1);
    let error = fit_with(&fresh, &mut optimizer, &x, &y, &options).unwrap_err().to_string();
    assert!(error.contains("the outputs are finite, but their loss is not"), "{error}");
    Ok(())
}

#[test]
fn the_last_step_of_a_run_is_checked_too() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(4, 0.1, 3)?;
    let model = Linear::new(2, 2, &Device::Cpu)?;
    let parameters = Some(model.parameters());
    let options = FitOptions { epochs: 1, parameters, ..FitOptions::default() };
    let mut optimizer = Sgd::new(model.vars(), f64::INFINITY);
    let error = fit_with(&model, &mut optimizer, &x, &y, &options).unwrap_err().to_string();
    assert!(error.starts_with("after epoch 1: ") && error.contains("`weight`"), "{error}");
    Ok(())
}

#[test]
fn options_that_contradict_each_other_are_errors() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(4, 0.1, 3)?;
    let model = Linear::new(2, 2, &Device::Cpu)?;
    let error = |options: FitOptions| {
        let mut optimizer = Sgd::new(model.vars(), 0.1);
        fit_with(&model, &mut optimizer, &x, &y, &options).unwrap_err().to_string()
    };
    let stop = Some(EarlyStopping::default());
    let text = error(FitOptions { stop, ..FitOptions::default() });
    assert!(text.contains("found none and none\nhint: validation: Some((x, y))"), "{text}");
    let text = error(FitOptions { checkpoint: Some(file("none")), ..FitOptions::default() });
    assert!(text.contains("hint: parameters: Some(model.parameters())"), "{text}");
    let text = error(FitOptions { accumulate: 0, ..FitOptions::default() });
    assert!(text.contains("found accumulate: 0"), "{text}");
    Ok(())
}

#[test]
fn a_closure_after_each_epoch_may_end_the_run_or_fail_it() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(4, 0.1, 3)?;
    let model = Linear::new(2, 2, &Device::Cpu)?;
    let mut optimizer = Sgd::new(model.vars(), 0.1);
    let options = FitOptions::default();
    let mut outputs = Vec::new();
    let history = fit_each(&model, &mut optimizer, &x, &y, &options, &mut |history| {
        outputs.push(evaluating(|| model.forward(&x))?);
        Ok(history.epochs.len() < 4)
    })?;
    assert_eq!((history.epochs.len(), outputs.len()), (4, 4));
    let failed =
        fit_each(&model, &mut optimizer, &x, &y, &options, &mut |_| candle_core::bail!("enough"));
    assert_eq!(failed.unwrap_err().to_string().lines().next(), Some("enough"));
    Ok(())
}
