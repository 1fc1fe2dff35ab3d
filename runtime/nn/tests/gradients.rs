//! Every operation's gradient against central differences, in f64.

use candle_core::{DType, Device, Result, Tensor, Var};
use candlelab_nn::*;

/// Compares the gradient of `Σ r · f(x)`, for fixed random `r`, with central differences.
fn check(name: &str, x: Tensor, f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<()> {
    let x = x.to_dtype(DType::F64)?;
    let weights = randn(0.0, 1.0, f(&x)?.shape(), &Device::Cpu)?.to_dtype(DType::F64)?;
    let loss = |x: &Tensor| (f(x)? * &weights)?.sum_all();
    let var = Var::from_tensor(&x)?;
    let gradients = loss(&var)?.backward()?;
    let gradient = gradients.get(&var).expect("a gradient").flatten_all()?.to_vec1::<f64>()?;
    let values = x.flatten_all()?.to_vec1::<f64>()?;
    let step = 1e-5;
    for (at, gradient) in gradient.iter().enumerate() {
        let moved = |by: f64| {
            let mut values = values.clone();
            values[at] += by;
            loss(&Tensor::from_vec(values, x.shape(), &Device::Cpu)?)?.to_scalar::<f64>()
        };
        let difference = (moved(step)? - moved(-step)?) / (2.0 * step);
        let tolerance = 1e-6 * (1.0 + difference.abs());
        assert!((gradient - difference).abs() < tolerance, "{name}[{at}]: {gradient} {difference}");
    }
    Ok(())
}

fn random(shape: impl Into<candle_core::Shape>) -> Result<Tensor> {
    randn(0.0, 1.0, shape, &Device::Cpu)?.to_dtype(DType::F64)
}

#[test]
fn convolution() -> Result<()> {
    seed(1);
    for (stride, padding) in [(1, 0), (1, 2), (2, 0), (2, 1), (3, 2)] {
        let (x, w) = (random((2, 3, 7, 5))?, random((4, 3, 3, 2))?);
        check("x", x.clone(), |x| conv2d(x, &w, None, stride, padding))?;
        check("w", w, |w| conv2d(&x, w, None, stride, padding))?;
    }
    let (x, w) = (random((2, 1, 3, 3))?, random((2, 1, 2, 2))?);
    check("bias", random(2)?, |bias| conv2d(&x, &w, Some(bias), 1, 0))
}

#[test]
fn convolution_agrees_with_candle() -> Result<()> {
    seed(2);
    for (stride, padding, width) in [(1, 0, 5), (1, 2, 5), (2, 1, 6), (3, 4, 2), (2, 3, 1)] {
        let (x, w) = (random((2, 3, 7, width))?, random((4, 3, 3, 3))?);
        if width + 2 * padding < 3 {
            continue;
        }
        let ours = conv2d(&x, &w, None, stride, padding)?;
        let theirs = x.conv2d(&w, padding, stride, 1, 1)?;
        assert_eq!(ours.dims(), theirs.dims());
        let error = (ours - theirs)?.abs()?.max_all()?.to_scalar::<f64>()?;
        assert!(error < 1e-12, "stride {stride}, padding {padding}: {error}");
    }
    Ok(())
}

#[test]
fn max_pooling() -> Result<()> {
    seed(3);
    for (kernel, stride) in [(2, 2), (3, 2), (2, 3), (3, 1)] {
        check("max_pool2d", random((2, 2, 7, 5))?, |x| max_pool2d(x, kernel, stride))?;
    }
    Ok(())
}

#[test]
fn ties_give_the_gradient_to_the_first_maximum() -> Result<()> {
    // torch.nn.functional.max_pool2d(torch.ones(1, 1, 2, 2, requires_grad=True), 2).sum()
    // .backward() leaves [[1, 0], [0, 0]].
    let x = Var::ones((1, 1, 2, 2), DType::F32, &Device::Cpu)?;
    let gradients = max_pool2d(&x, 2, 2)?.sum_all()?.backward()?;
    let gradient = gradients.get(&x).expect("a gradient").flatten_all()?.to_vec1::<f32>()?;
    assert_eq!(gradient, [1.0, 0.0, 0.0, 0.0]);
    Ok(())
}

#[test]
fn an_input_used_twice_gets_both_gradients() -> Result<()> {
    seed(4);
    check("sum of two uses", random((1, 2, 4, 4))?, |x| {
        max_pool2d(x, 2, 2)?.add(&x.narrow(2, 0, 2)?.narrow(3, 0, 2)?)
    })
}

#[test]
fn activations_and_softmax() -> Result<()> {
    seed(5);
    check("relu", random((3, 4))?, relu)?;
    check("softmax", random((3, 4))?, |x| softmax(x, 1))?;
    check("log_softmax", random((3, 4))?, |x| log_softmax(x, 0))?;
    for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid, Activation::Gelu] {
        check("activation", random(6)?, |x| activation.forward(x))?;
    }
    Ok(())
}

#[test]
fn the_rectifier_is_flat_at_zero() -> Result<()> {
    let x = Var::new(&[0f32, 1.0], &Device::Cpu)?;
    let gradients = relu(&x)?.sum_all()?.backward()?;
    assert_eq!(gradients.get(&x).expect("a gradient").to_vec1::<f32>()?, [0.0, 1.0]);
    Ok(())
}

#[test]
fn losses() -> Result<()> {
    seed(6);
    let labels = Tensor::new(&[0u32, 2, 1], &Device::Cpu)?;
    check("cross_entropy", random((3, 4))?, |x| cross_entropy(x, &labels))?;
    let targets = Tensor::new(&[0f64, 1.0, 1.0, 0.0], &Device::Cpu)?;
    check("bce_with_logits", random(4)?, |x| bce_with_logits(x, &targets))?;
    check("mse", random(4)?, |x| mse(x, &targets))?;
    let signs = ((targets * 2.0)? - 1.0)?;
    check("hinge", random(4)?, |x| hinge(x, &signs))
}

/// Its slope is `σ(z) − y`, at 0 too, where the parts that it is written with have a kink.
#[test]
fn binary_cross_entropy_has_its_slope_at_zero() -> Result<()> {
    let targets = Tensor::new(&[0f64, 1.0], &Device::Cpu)?;
    check("bce_with_logits", Tensor::zeros(2, DType::F64, &Device::Cpu)?, |x| {
        bce_with_logits(x, &targets)
    })
}
