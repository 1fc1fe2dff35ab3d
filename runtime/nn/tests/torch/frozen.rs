//! Layers that are not trained, and tables of layers.

use candle_core::{DType, Device, Result, Tensor, Var};
use candlelab_nn::*;

const DEVICE: &Device = &Device::Cpu;

fn values(layer: &dyn Layer) -> Result<Vec<Vec<f32>>> {
    let tensors = layer.parameters().tensors().into_iter();
    tensors.map(|(_, var)| var.flatten_all()?.to_vec1()).collect()
}

/// As in the lab on transfer: the same numbers to the bit, and a gradient before them.
#[test]
fn what_is_frozen_stays_and_lets_gradients_through() -> Result<()> {
    let conv = |inputs, outputs| Conv2d::new(inputs, outputs, 3, 1, DEVICE);
    let features = Sequential::new()
        .add(conv(2, 4)?)
        .add(BatchNorm::new(4, DEVICE)?)
        .add(Activation::Relu)
        .add(Dropout { p: 0.5 });
    let before = values(&features)?;
    let model = Sequential::new()
        .add(conv(1, 2)?)
        .add(Frozen(features.clone()))
        .add(Flatten)
        .add(Linear::new(4 * 16, 3, DEVICE)?);
    let first = model.vars()[0].clone();
    assert_eq!(parameter_count(&model.vars()), (18 + 2) + (64 * 3 + 3));
    assert_eq!(model.parameters().tensors().len(), 2 + 6 + 2);
    let moved = first.as_detached_tensor().copy()?;
    let mut adam = Adam::new(model.vars(), 0.01);
    for _ in 0..3 {
        let x = randn(0.0, 1.0, (5, 1, 4, 4), DEVICE)?;
        adam.backward_step(&model.forward(&x)?.sqr()?.mean_all()?)?;
    }
    assert_eq!(values(&features)?, before);
    assert!((first.as_tensor() - moved)?.abs()?.max_all()?.to_scalar::<f32>()? > 0.0);
    let x = Var::from_tensor(&randn(0.0, 1.0, (2, 2, 4, 4), DEVICE)?)?;
    let gradients = Frozen(features).forward(&x)?.sum_all()?.backward()?;
    assert!(gradients.get(&x).is_some());
    Ok(())
}

#[test]
fn a_summary_goes_into_what_is_within() -> Result<()> {
    let block = Sequential::new().add(Linear::new(4, 4, DEVICE)?).add(Activation::Gelu);
    let model =
        Sequential::new().add(Embedding::new(10, 4, DEVICE)?).add(block.clone()).add(Frozen(block));
    let table = summary(&model, &Tensor::zeros((2, 3), DType::U32, DEVICE)?)?;
    let row = |name: &str, parameters| (name.to_owned(), vec![2, 3, 4], parameters);
    let rows = [row("Embedding", 40), row("Linear", 20), row("Gelu", 0), row("Frozen", 0)];
    assert_eq!(table.rows, rows);
    let parameters = format!("{:?}", model.parameters());
    let lines: Vec<&str> = parameters.lines().collect();
    assert_eq!(lines[1], "1.0.weight   [4, 4]                       16");
    assert_eq!(lines[3], "2.0.weight   [4, 4]                       16 kept");
    assert_eq!(lines[5], "trained                                   60");
    Ok(())
}

#[test]
fn a_wrong_gradient_is_found() -> Result<()> {
    let x = Tensor::new(&[[0.3f32, -0.7], [1.1, 0.2]], DEVICE)?;
    assert!(gradient_check(|x| softmax(x, 1), &x)? < 1e-8);
    assert!(gradient_check(candle_nn::ops::softmax_last_dim, &x)? > 0.9); // has none
    assert_eq!(gradient_check(|x| x * 0.0, &x)?, 0.0);
    assert!(gradient_check(|x| x.log(), &x)?.is_nan());
    Ok(())
}
