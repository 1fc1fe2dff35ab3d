//! Numbers of `tests/reference/loss.py`.

use crate::common::Reference;
use candle_core::{D, DType, Device, Result, Tensor, Var};
use candlelab_nn::*;

fn agrees(name: &str, shapes: &[&[usize]], f: impl Fn(&[Tensor]) -> Result<Tensor>) -> Result<()> {
    Reference::new(include_str!("../../../../tests/reference/loss.json")).agrees(name, shapes, f)
}

#[test]
fn losses_of_classes_are_pytorchs() -> Result<()> {
    let labels = Tensor::new(&[2u32, 0, 1], &Device::Cpu)?;
    agrees("cross_entropy", &[&[3, 4]], |x| cross_entropy(&(&x[0] * 5.0)?, &labels))?;
    agrees("nll", &[&[3, 4]], |x| nll(&x[0], &labels))?;
    agrees("bce_with_logits", &[&[12], &[12]], |x| {
        bce_with_logits(&(&x[0] * 100.0)?, &x[1].abs()?)
    })?;
    agrees("kl_divergence", &[&[3, 4], &[3, 4]], |x| {
        kl_divergence(&log_softmax(&x[0], D::Minus1)?, &softmax(&x[1], D::Minus1)?)
    })
}

#[test]
fn losses_of_numbers_are_pytorchs() -> Result<()> {
    agrees("mse", &[&[3, 4], &[3, 4]], |x| mse(&x[0], &x[1]))?;
    agrees("l1", &[&[3, 4], &[3, 4]], |x| l1(&x[0], &x[1]))?;
    agrees("smooth_l1", &[&[3, 4], &[3, 4]], |x| smooth_l1(&x[0], &x[1], 0.5))?;
    agrees("dice", &[&[2, 3, 4], &[2, 3, 4]], |x| dice(&x[0], &sigmoid(&x[1])?))
}

#[test]
fn losses_of_pairs_are_pytorchs() -> Result<()> {
    let shape: &[usize] = &[4, 3];
    agrees("triplet", &[shape; 3], |x| triplet(&x[0], &x[1], &x[2], 0.3))?;
    agrees("nt_xent", &[shape; 2], |x| nt_xent(&x[0], &x[1], 0.5))?;
    agrees("bradley_terry", &[&[6], &[6]], |x| bradley_terry(&(&x[0] * 9.0)?, &(&x[1] * 9.0)?))
}

/// Values and gradients at logits up to ±100, in f32 too.
#[test]
fn losses_far_from_zero_are_pytorchs() -> Result<()> {
    let labels = Tensor::new(&[2u32, 0, 1], &Device::Cpu)?;
    let far = |x: &Tensor| x * 100.0;
    agrees("cross_entropy far", &[&[3, 4]], |x| cross_entropy(&far(&x[0])?, &labels))?;
    agrees("nll far", &[&[3, 4]], |x| nll(&log_softmax(&far(&x[0])?, 1)?, &labels))?;
    agrees("kl_divergence far", &[&[3, 4], &[3, 4]], |x| {
        kl_divergence(&log_softmax(&far(&x[0])?, 1)?, &softmax(&far(&x[1])?, 1)?)
    })?;
    agrees("bradley_terry far", &[&[6], &[6]], |x| bradley_terry(&far(&x[0])?, &far(&x[1])?))?;
    let (images, rows): (&[usize], &[usize]) = (&[2, 3, 4], &[4, 3]);
    agrees("dice far", &[images; 2], |x| dice(&far(&x[0])?, &sigmoid(&far(&x[1])?)?))?;
    agrees("nt_xent far", &[rows; 2], |x| nt_xent(&far(&x[0])?, &far(&x[1])?, 0.5))?;
    agrees("triplet far", &[rows; 3], |x| triplet(&far(&x[0])?, &far(&x[1])?, &far(&x[2])?, 1.0))?;
    let signs = Tensor::new(&[1f64, -1.0, 1.0, -1.0, 1.0, -1.0], &Device::Cpu)?;
    agrees("hinge far", &[&[6]], |x| hinge(&far(&x[0])?, &signs.to_dtype(x[0].dtype())?))
}

/// Right at logits of ±100 and ±20, where the naive form is infinite or 0.
#[test]
fn binary_cross_entropy_is_right_far_from_zero() -> Result<()> {
    let z = Var::new(&[100f32, -100.0, 20.0, -20.0, 20.0], &Device::Cpu)?;
    let y = Tensor::new(&[0f32, 1.0, 1.0, 0.0, 0.0], &Device::Cpu)?;
    let truth = [100.0, 100.0, 2.061_153_6e-9, 2.061_153_6e-9, 20.0];
    for (at, truth) in truth.into_iter().enumerate() {
        let loss = bce_with_logits(&z.narrow(0, at, 1)?, &y.narrow(0, at, 1)?)?;
        let loss = loss.to_scalar::<f32>()?;
        assert!((loss - truth).abs() <= 1e-6 * truth, "{loss} {truth}");
    }
    let gradients = (bce_with_logits(&z, &y)? * 5.0)?.backward()?;
    let gradient = gradients.get(&z).expect("a gradient").to_vec1::<f32>()?;
    assert!((gradient[0] - 1.0).abs() < 1e-6 && (gradient[1] + 1.0).abs() < 1e-6);
    assert!((gradient[2] + 2.061_153_6e-9).abs() < 1e-14, "{gradient:?}");
    Ok(())
}

#[test]
fn sizes_that_do_not_fit_are_named() -> Result<()> {
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
    let (a, b, none) = (zeros(&[2, 3])?, zeros(&[3, 2])?, zeros(&[0, 3])?);
    for wrong in
        [mse(&a, &b), l1(&a, &b), dice(&a, &b), triplet(&a, &a, &b, 1.0), nt_xent(&a, &b, 1.0)]
    {
        assert!(wrong.unwrap_err().to_string().contains("[2, 3], rhs: [3, 2]"));
    }
    for (labels, text) in [
        (Tensor::new(&[0u32, 3], &Device::Cpu)?, "label 3 at place 1, but there are 3 classes"),
        (Tensor::new(&[-1i64, 2], &Device::Cpu)?, "label -1 at place 0, but there are 3 classes"),
        (Tensor::new(&[0f32, 1.0], &Device::Cpu)?, "whole numbers (u32) as labels, got F32"),
    ] {
        for wrong in [cross_entropy(&a, &labels), nll(&a, &labels)] {
            let message = wrong.unwrap_err().to_string();
            assert!(message.contains(text), "{message}");
        }
    }
    for wrong in [mse(&none, &none), nll(&none, &zeros(&[0])?), nt_xent(&a, &a, 0.0)] {
        assert!(wrong.is_err());
    }
    Ok(())
}
