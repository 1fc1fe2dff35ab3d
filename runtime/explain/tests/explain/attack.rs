//! Attacks on a classifier of digits.

use crate::alone;
use candlelab_data::digits;
use candlelab_explain::*;
use candlelab_nn::{
    Activation, Adam, Device, Layer, Linear, Module, Result, Sequential, Tensor, accuracy, seed,
};
use candlelab_train::fit;
use std::sync::OnceLock;

type Trained = (Sequential, Tensor, Tensor);

/// A network of 16 hidden units, with 50 digits that it has not seen.
fn trained() -> &'static Trained {
    static TRAINED: OnceLock<Trained> = OnceLock::new();
    TRAINED.get_or_init(|| train().unwrap())
}

fn train() -> Result<Trained> {
    let parts = digits()?.flatten()?.split_stratified(0.8, 1)?;
    seed(5);
    let model = Sequential::new()
        .add(Linear::new(64, 16, &Device::Cpu)?)
        .add(Activation::Relu)
        .add(Linear::new(16, 10, &Device::Cpu)?);
    let mut optimizer = Adam::new(model.vars(), 0.01);
    fit(&model, &mut optimizer, &parts.train.x, &parts.train.y, 15, 50)?;
    Ok((model, parts.test.x.narrow(0, 0, 50)?, parts.test.y.narrow(0, 0, 50)?))
}

fn right(x: &Tensor) -> Result<f64> {
    let (model, _, y) = trained();
    accuracy(&model.predict(x)?, y)
}

/// Within ε of the originals and within 0..1, but for rounding.
fn assert_near(moved: &Tensor, x: &Tensor, epsilon: f64) -> Result<()> {
    let distance = (moved - x)?.abs()?.max_all()?.to_scalar::<f32>()?;
    assert!(f64::from(distance) <= epsilon + 1e-6, "{distance}");
    let numbers = moved.flatten_all()?.to_vec1::<f32>()?;
    assert!(numbers.iter().all(|number| (0.0..=1.0).contains(number)));
    Ok(())
}

#[test]
fn gradient_attacks_stay_near_and_mislead() -> Result<()> {
    let _alone = alone();
    let (model, x, y) = trained();
    let before = right(x)?;
    assert!(before >= 0.9, "{before}");
    let fast = fgsm(model, x, y, 0.2)?;
    assert_near(&fast, x, 0.2)?;
    assert!(right(&fast)? <= before - 0.2, "{before} {}", right(&fast)?);
    let many = pgd(model, x, y, 0.1, 10, 1)?;
    assert_near(&many, x, 0.1)?;
    let fast = fgsm(model, x, y, 0.1)?;
    assert!(right(&many)? <= right(&fast)?, "{} {}", right(&many)?, right(&fast)?);
    Ok(())
}

#[test]
fn an_attack_without_room_changes_nothing() -> Result<()> {
    let _alone = alone();
    let (model, x, y) = trained();
    assert_near(&fgsm(model, x, y, 0.0)?, x, 0.0)?;
    assert_near(&pgd(model, x, y, 0.0, 3, 1)?, x, 0.0)?;
    let error = fgsm(model, &(x * 255.0)?, y, 0.1).unwrap_err().to_string();
    assert!(error.contains("images in 0..1"), "{error}");
    assert!(fgsm(model, x, y, -0.1).is_err() && pgd(model, x, y, f64::NAN, 3, 1).is_err());
    Ok(())
}

#[test]
fn one_pixel_is_enough_for_some_digits() -> Result<()> {
    let _alone = alone();
    let (model, x, y) = trained();
    let classify = |images: &Tensor| model.forward(&images.flatten_from(1)?);
    let search = Evolution { population: 60, generations: 10, ..Evolution::default() };
    let mut flipped = 0;
    for image in 0..20 {
        let label = y.get(image)?.to_scalar::<u32>()? as usize;
        let digit = x.get(image)?.reshape((1, 8, 8))?;
        let found = one_pixel(&classify, &digit, label, &search)?;
        let changes = (&found.image - &digit)?.abs()?.squeeze(0)?.to_vec2::<f32>()?;
        for (at, change) in changes.concat().into_iter().enumerate() {
            assert!(change == 0.0 || at == 8 * found.row + found.column);
        }
        flipped += usize::from(found.predicted != label);
    }
    assert!(flipped >= 1);
    assert!(one_pixel(&classify, &x.get(0)?.reshape((1, 8, 8))?, 10, &search).is_err());
    Ok(())
}

/// Rosenbrock's valley, whose only minimum is at (1, 1).
#[test]
fn evolution_finds_the_end_of_a_bent_valley() -> Result<()> {
    let _alone = alone();
    let valley = |x: &Vec<f64>| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
    let objective = |all: &[Vec<f64>]| Ok(all.iter().map(valley).collect());
    let search = Evolution { population: 40, generations: 300, seed: 1, ..Evolution::default() };
    let bounds = [(-2.0, 2.0), (-1.0, 3.0)];
    let found = differential_evolution(&objective, &bounds, &search)?;
    assert!(found.value < 1e-12 && (found.best[0] - 1.0).abs() < 1e-6, "{found:?}");
    let edge = differential_evolution(&objective, &[(-2.0, 0.5), (-1.0, 3.0)], &search)?;
    assert!(edge.best[0] == 0.5 && edge.generations == 300, "{edge:?}"); // as far as it may go
    let nan = |all: &[Vec<f64>]| Ok(vec![f64::NAN; all.len()]);
    assert_eq!(differential_evolution(&nan, &bounds, &search)?.value, f64::INFINITY);
    assert!(differential_evolution(&|_| Ok(Vec::new()), &bounds, &search).is_err());
    assert!(differential_evolution(&objective, &[(1.0, 0.0)], &search).is_err());
    Ok(())
}
