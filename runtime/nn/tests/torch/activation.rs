//! Numbers of `tests/reference/activation.py`.

use crate::common::Reference;
use candle_core::{DType, Device, Result, Tensor, Var};
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/activation.json"))
}

const CURVES: [(&str, Activation); 9] = [
    ("relu", Activation::Relu),
    ("leaky_relu", Activation::LeakyRelu(0.2)),
    ("elu", Activation::Elu(1.5)),
    ("softplus", Activation::Softplus),
    ("tanh", Activation::Tanh),
    ("sigmoid", Activation::Sigmoid),
    ("silu", Activation::Silu),
    ("gelu", Activation::Gelu),
    ("gelu_tanh", Activation::GeluTanh),
];

#[test]
fn activations_are_pytorchs() -> Result<()> {
    for (name, curve) in CURVES {
        reference().agrees(name, &[&[40]], |inputs| curve.forward(&(&inputs[0] * 4.0)?))?;
    }
    Ok(())
}

#[test]
fn softmax_is_pytorchs_along_every_dimension() -> Result<()> {
    for dim in 0..3 {
        reference().agrees(&format!("softmax {dim}"), &[&[2, 3, 5]], |inputs| {
            softmax(&(&inputs[0] * 3.0)?, dim)
        })?;
        reference().agrees(&format!("log_softmax {dim}"), &[&[2, 3, 5]], |inputs| {
            log_softmax(&(&inputs[0] * 3.0)?, dim)
        })?;
    }
    Ok(())
}

#[test]
fn activations_are_finite_far_from_zero() -> Result<()> {
    for dtype in [DType::F32, DType::F64] {
        for (name, curve) in CURVES {
            let x = Tensor::new(&[-1e4f32, -100.0, 0.0, 100.0, 1e4], &Device::Cpu)?;
            let x = Var::from_tensor(&x.to_dtype(dtype)?)?;
            let y = curve.forward(&x)?;
            let gradients = y.sum_all()?.backward()?;
            for tensor in [&y, gradients.get(&x).expect("a gradient")] {
                let values = tensor.to_dtype(DType::F64)?.to_vec1::<f64>()?;
                assert!(values.iter().all(|value| value.is_finite()), "{name}: {values:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn numbers_that_are_none_are_passed_on() -> Result<()> {
    let x = Tensor::new(&[f32::NAN], &Device::Cpu)?;
    for (name, curve) in CURVES {
        assert!(curve.forward(&x)?.to_vec1::<f32>()?[0].is_nan(), "{name}");
    }
    assert!(softmax(&x, 0)?.to_vec1::<f32>()?[0].is_nan());
    Ok(())
}
