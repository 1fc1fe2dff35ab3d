//! Training on data with a known truth.

use candlelab_data::{circles, moons, xor};
use candlelab_nn::{
    Activation, Adam, Device, Embedding, Gru, Layer, Linear, Module, Result, Sequential, Sgd,
    Tensor, mse, rand, seed,
};
use candlelab_train::{FitOptions, evaluate, fit, fit_loss, fit_with};
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

/// Sixteen sequences that count in threes from four places: after 0 1 comes 2, after 2 comes 0.
fn counting() -> Result<(Tensor, Tensor)> {
    let row = |first: u32| (first..first + 6).map(|at| at % 3).collect::<Vec<_>>();
    let rows = |shift: u32| (0..16).map(|first| row(first + shift)).collect::<Vec<_>>();
    let tensor = |shift| Tensor::new(rows(shift), &Device::Cpu);
    Ok((tensor(0)?, tensor(1)?))
}

#[test]
fn a_class_for_each_token_is_learnt_and_counted() -> Result<()> {
    let _alone = alone();
    seed(3);
    let (x, y) = counting()?;
    let model = Sequential::new()
        .add(Embedding::new(3, 4, &Device::Cpu)?)
        .add(Gru::new(4, 8, &Device::Cpu)?)
        .add(Linear::new(8, 3, &Device::Cpu)?); // logits (batch, time, 3)
    let mut optimizer = Adam::new(model.vars(), 0.03);
    let options = FitOptions {
        epochs: 30,
        batch_size: 8,
        validation: Some((x.clone(), y.clone())),
        test: Some((x.clone(), y.clone())),
        ..FitOptions::default()
    };
    let history = fit_with(&model, &mut optimizer, &x, &y, &options)?;
    let last = &history.epochs[29];
    assert_eq!((last.accuracy, last.test_accuracy), (Some(1.0), Some(1.0)), "{history}");
    let wrong = counting()?.0; // each token itself, never the next
    assert_eq!(evaluate(&model, &x, &wrong)?, 0.0);
    Ok(())
}

#[test]
fn any_loss_of_a_batch_is_trained_by() -> Result<()> {
    let _alone = alone();
    seed(4);
    let x = rand(-1.0, 1.0, (40, 3), &Device::Cpu)?;
    let (code, back) = (Linear::new(3, 3, &Device::Cpu)?, Linear::new(3, 3, &Device::Cpu)?);
    let vars = [code.vars(), back.vars()].concat();
    let loss = |x: &Tensor, _: &Tensor| mse(&back.forward(&code.forward(x)?)?, x);
    let options = FitOptions {
        epochs: 60,
        batch_size: 10,
        validation: Some((x.clone(), x.clone())),
        ..FitOptions::default()
    };
    let history = fit_loss(&mut Adam::new(vars.clone(), 0.02), &x, &x, &options, loss)?;
    let last = &history.epochs[59];
    assert!(last.validation_loss.is_some_and(|loss| loss < 1e-3), "{history}");
    assert!(last.accuracy.is_none());

    let options = FitOptions { test: Some((x.clone(), x.clone())), ..options };
    let error = fit_loss(&mut Adam::new(vars.clone(), 0.02), &x, &x, &options, loss).unwrap_err();
    assert!(error.to_string().contains("accuracy"), "{error}");
    let root = |x: &Tensor, _: &Tensor| (code.forward(x)?.sum_all()? * 0.0)?.log()?.sqrt();
    let options = FitOptions::default();
    let error = fit_loss(&mut Sgd::new(vars, 0.1), &x, &x, &options, root).unwrap_err();
    assert!(error.to_string().contains("in epoch 1, batch 1 of 2"), "{error}");
    Ok(())
}
