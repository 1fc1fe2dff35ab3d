//! Faults of Candle 0.11.1 that this crate works around. When one of these tests fails, a new
//! Candle has mended it, and our own operation may go.

use candle_core::{DType, Device, Module, Result, Tensor, Var};

fn gradient(x: &Var, y: &Tensor) -> Result<Option<Vec<f32>>> {
    let gradients = y.sum_all()?.backward()?;
    gradients.get(x).map(|gradient| gradient.flatten_all()?.to_vec1()).transpose()
}

#[test]
fn max_pooling_spreads_its_gradient() -> Result<()> {
    let x = Var::from_tensor(
        &Tensor::new(&[1f32, 2.0, 3.0, 4.0], &Device::Cpu)?.reshape((1, 1, 2, 2))?,
    )?;
    assert_eq!(gradient(&x, &x.max_pool2d(2)?)?, Some(vec![0.0, 0.0, 0.0, 0.25])); // should be 1
    Ok(())
}

#[test]
fn the_rectifier_has_gradient_one_at_zero() -> Result<()> {
    let x = Var::new(&[0f32], &Device::Cpu)?;
    assert_eq!(gradient(&x, &x.relu()?)?, Some(vec![1.0])); // should be 0
    Ok(())
}

#[test]
fn fused_layers_have_no_gradient() -> Result<()> {
    let x = Var::new(&[[1f32, 2.0]], &Device::Cpu)?;
    assert_eq!(gradient(&x, &candle_nn::ops::softmax_last_dim(&x)?)?, None);
    let ones = Tensor::ones(2, DType::F32, &Device::Cpu)?;
    let norm = candle_nn::LayerNorm::new(ones.clone(), ones, 1e-5);
    assert_eq!(gradient(&x, &norm.forward(&x)?)?, None);
    Ok(())
}

#[test]
fn binary_cross_entropy_overflows() -> Result<()> {
    let (logits, targets) =
        (Tensor::new(&[200f32], &Device::Cpu)?, Tensor::new(&[0f32], &Device::Cpu)?);
    let loss = candle_nn::loss::binary_cross_entropy_with_logit(&logits, &targets)?;
    assert!(!loss.to_scalar::<f32>()?.is_finite()); // should be 200
    Ok(())
}

#[test]
fn enlarging_forgets_another_use() -> Result<()> {
    let x = Var::ones((1, 1, 1, 1), DType::F32, &Device::Cpu)?;
    let large = x.upsample_nearest2d(2, 2)?.sum_all()?;
    let other = (x.as_tensor() * 3.0)?.sum_all()?;
    let both = [(&large + &other)?, (&other + &large)?];
    let gradients = both.map(|y| gradient(&x, &y).map(|gradient| gradient.unwrap_or_default()[0]));
    let gradients = gradients.into_iter().collect::<Result<Vec<f32>>>()?;
    assert!(gradients.contains(&4.0), "{gradients:?}"); // both should be 7
    Ok(())
}

#[test]
fn overlapping_windows_have_no_gradient() -> Result<()> {
    let x = Var::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
    assert!(gradient(&x, &x.avg_pool2d_with_stride(2, 1)?).is_err());
    assert!(gradient(&x, &x.max_pool2d_with_stride(2, 1)?).is_err());
    Ok(())
}

#[test]
fn the_absolute_value_has_a_slope_at_zero() -> Result<()> {
    let x = Var::new(&[0f32], &Device::Cpu)?;
    assert_ne!(gradient(&x, &x.abs()?)?, Some(vec![0.0])); // should be 0
    Ok(())
}

#[test]
fn fused_root_mean_square_has_no_gradient() -> Result<()> {
    let x = Var::new(&[[1f32, 2.0]], &Device::Cpu)?;
    let ones = Tensor::ones(2, DType::F32, &Device::Cpu)?;
    assert_eq!(gradient(&x, &candle_nn::ops::rms_norm(&x, &ones, 1e-5)?)?, None);
    Ok(())
}

#[test]
fn a_batch_of_sequences_has_a_wrong_gradient() -> Result<()> {
    let x = Var::from_tensor(&Tensor::ones((2, 1, 3), DType::F32, &Device::Cpu)?)?;
    let w = Tensor::new(&[[[1f32, 2.0]]], &Device::Cpu)?.repeat((2, 1, 1))?;
    let weights = Tensor::arange(0f32, 8.0, &Device::Cpu)?.reshape((2, 2, 2))?;
    let found = gradient(&x, &(x.conv1d(&w, 0, 1, 1, 1)? * weights)?)?;
    assert_ne!(found, Some(vec![2.0, 8.0, 8.0, 10.0, 32.0, 24.0]));
    Ok(())
}

#[test]
fn a_stride_that_leaves_over_different_numbers_has_no_gradient() -> Result<()> {
    let x = Var::from_tensor(&Tensor::ones((1, 1, 4, 5), DType::F32, &Device::Cpu)?)?;
    let w = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
    assert!(gradient(&x, &x.conv2d(&w, 0, 2, 1, 1)?).is_err());
    Ok(())
}
