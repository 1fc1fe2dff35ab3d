//! Training on data with a known truth.

use candlelab_data::{circles, moons, xor};
use candlelab_nn::{
    Activation, Adam, Device, Linear, Module, Result, Sequential, Sgd, Tensor, seed,
};
use candlelab_train::{FitOptions, evaluate, fit, fit_with};
use std::sync::{Mutex, MutexGuard};

/// The random numbers are the process's; one test at a time draws from them.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn mlp(hidden: usize) -> Result<Sequential> {
    let model = Sequential::new().add(Linear::new(2, hidden, &Device::Cpu)?);
    Ok(model.add(Activation::Tanh).add(Linear::new(hidden, 2, &Device::Cpu)?))
}

#[test]
fn xor_is_learnt() -> Result<()> {
    let _alone = alone();
    seed(1);
    let (x, y) = xor()?;
    let model = mlp(8)?;
    let mut optimizer = Adam::new(model.vars(), 0.05);
    let history = fit(&model, &mut optimizer, &x, &y, 200, 4)?;
    assert_eq!(evaluate(&model, &x, &y)?, 1.0);
    assert!(history.losses[199] < 0.05, "{history}");
    Ok(())
}

#[test]
fn moons_and_circles_are_learnt_and_every_step_is_in_the_history() -> Result<()> {
    let _alone = alone();
    for (x, y) in [moons(210, 0.1, 3)?, circles(210, 0.05, 3)?] {
        seed(2);
        let model = mlp(16)?;
        let mut optimizer = Adam::new(model.vars(), 0.03);
        let history = fit(&model, &mut optimizer, &x, &y, 40, 20)?;
        assert_eq!(history.losses.len(), 40 * 11); // ten batches of 20, one of 10
        assert!(evaluate(&model, &x, &y)? > 0.97, "{history}");
    }
    Ok(())
}

#[test]
fn a_seed_repeats_a_run() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(50, 0.1, 3)?;
    let run = || {
        seed(7);
        let model = mlp(4)?;
        Ok::<_, candle_core::Error>(
            fit(&model, &mut Sgd::new(model.vars(), 0.1), &x, &y, 3, 8)?.losses,
        )
    };
    assert_eq!(run()?, run()?);
    Ok(())
}

#[test]
fn examples_without_labels_are_an_error() -> Result<()> {
    let _alone = alone();
    let (x, y) = (Tensor::zeros((3, 2), candle_core::DType::F32, &Device::Cpu)?, xor()?.1);
    let model = mlp(4)?;
    let mut optimizer = Sgd::new(model.vars(), 0.1);
    let text = fit(&model, &mut optimizer, &x, &y, 1, 2).unwrap_err().to_string();
    assert!(text.contains("3 examples but 4 labels"), "{text}");
    let none = x.narrow(0, 0, 0)?;
    assert!(fit(&model, &mut optimizer, &none, &none, 1, 2).is_err());
    assert!(fit(&model, &mut optimizer, &xor()?.0, &y, 1, 0).is_err());
    Ok(())
}

#[test]
fn a_whole_set_is_evaluated_as_its_parts_are() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(777, 0.1, 3)?; // more rows than are computed at once
    let model = mlp(4)?;
    let whole = candlelab_nn::accuracy(&model.forward(&x)?, &y)?;
    assert!((evaluate(&model, &x, &y)? - whole).abs() < 1e-9);
    Ok(())
}

#[test]
fn options_fix_the_order_and_measure_on_a_test_set() -> Result<()> {
    let _alone = alone();
    let (x, y) = moons(60, 0.1, 3)?;
    let test = moons(40, 0.1, 4)?;
    let options =
        FitOptions { epochs: 4, seed: Some(5), test: Some(test.clone()), ..FitOptions::default() };
    let run = || {
        let first = mlp(4)?;
        first.vars().iter().try_for_each(|var| var.set(&var.ones_like()?))?;
        let mut optimizer = Sgd::new(first.vars(), 0.1);
        let history = fit_with(&first, &mut optimizer, &x, &y, &options)?;
        Ok::<_, candle_core::Error>((history, evaluate(&first, &test.0, &test.1)?))
    };
    let ((one, accuracy), (two, _)) = (run()?, run()?);
    assert_eq!(one.losses, two.losses);
    assert_eq!(one.epochs.len(), 4);
    assert_eq!(one.epochs[3].test_accuracy, Some(accuracy));
    assert!(one.epochs.iter().all(|epoch| epoch.accuracy.is_some()));
    Ok(())
}
