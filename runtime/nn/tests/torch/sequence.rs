//! Numbers of `tests/reference/sequence.py`.

use crate::common::{Reference, close, fill};
use candle_core::{DType, Result};
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/sequence.json"))
}

#[test]
fn attention_is_pytorchs() -> Result<()> {
    for (queries, keys, causal) in [(4, 4, false), (4, 4, true), (2, 5, false)] {
        let name = format!("attention {queries} {keys} {causal}");
        let (q, k) = ([2, 2, queries, 3], [2, 2, keys, 3]);
        reference().agrees(&name, &[&q, &k, &k], |inputs| {
            attention(&inputs[0], &inputs[1], &inputs[2], causal)
        })?;
    }
    Ok(())
}

#[test]
fn kernel_attention_is_the_formulas() -> Result<()> {
    let shapes: [&[usize]; 3] = [&[2, 4, 3], &[2, 5, 3], &[2, 5, 2]];
    reference().agrees("rbf attention", &shapes, |inputs| {
        kernel_attention(&inputs[0], &inputs[1], &inputs[2], |q, k| rbf_kernel(q, k, 0.3))
    })?;
    reference().agrees("polynomial attention", &shapes, |inputs| {
        kernel_attention(&inputs[0], &inputs[1], &inputs[2], |q, k| polynomial_kernel(q, k, 0.5, 2))
    })?;
    let shapes: [&[usize]; 3] = [&[2, 2, 4, 3], &[2, 2, 4, 3], &[2, 2, 4, 3]];
    reference().agrees("attention 4 4 false", &shapes, |inputs| {
        kernel_attention(&inputs[0], &inputs[1], &inputs[2], |q, k| {
            exponential_kernel(q, k, 1.0 / 3f64.sqrt())
        })
    })
}

/// The error falls about as `1 / √features`, eightfold from 8 to 512; its tails are long.
#[test]
fn more_random_features_are_nearer_to_attention() -> Result<()> {
    let x = fill(&[1, 2, 12, 8], 0)?;
    let truth = attention(&x, &x, &x, false)?;
    let error = |features| -> Result<f64> {
        let mut sum = 0.0;
        for _ in 0..40 {
            let features = RandomFeatures::new(8, features, &Device::Cpu)?;
            let y = performer_attention(&x, &x, &x, &features, false)?;
            sum += (y - &truth)?.sqr()?.mean_all()?.to_scalar::<f64>()?;
        }
        Ok((sum / 40.0).sqrt())
    };
    let errors = [error(8)?, error(64)?, error(512)?];
    assert!(errors[0] > 1.5 * errors[1] && errors[1] > 1.5 * errors[2], "{errors:?}");
    Ok(())
}

#[test]
fn random_features_are_orthogonal_and_as_long_as_chance() -> Result<()> {
    seed(2);
    let w = RandomFeatures::new(16, 160, &Device::Cpu)?;
    let w = w.vectors().reshape((10, 16, 16))?;
    let products = w.matmul(&w.t()?)?; // of each block
    let lengths =
        (products * Tensor::eye(16, DType::F32, &Device::Cpu)?.broadcast_as((10, 16, 16))?)?;
    let off = (w.matmul(&w.t()?)? - &lengths)?.abs()?.max_all()?.to_scalar::<f32>()?;
    let mean = lengths.sum_all()?.to_scalar::<f32>()? / 160.0; // of squares; 16 ± √(32 / 160)
    assert!(off < 1e-4 && (mean - 16.0).abs() < 1.5, "{off} {mean}");
    Ok(())
}

#[test]
fn recurrent_layers_are_pytorchs() -> Result<()> {
    fn check<C: Cell + 'static>(name: &str) -> Result<()> {
        let layer = Recurrent::<C>::new(3, 2, &Device::Cpu)?;
        reference().layer_agrees(name, &[2, 4, 3], &layer.vars(), |x| layer.forward(x))
    }
    check::<RnnCell>("rnn")?;
    check::<GruCell>("gru")?;
    check::<LstmCell>("lstm")
}

#[test]
fn multi_head_attention_is_pytorchs() -> Result<()> {
    let layer = MultiHeadAttention::new(4, 2, &Device::Cpu)?;
    let name = "multi-head attention";
    reference().layer_agrees(name, &[2, 3, 4], &layer.vars(), |x| layer.forward(x))
}

#[test]
fn embeddings_are_pytorchs() -> Result<()> {
    let layer = Embedding::new(5, 3, &Device::Cpu)?;
    layer.vars()[0].set(&fill(&[5, 3], 0)?.to_dtype(DType::F32)?)?;
    let y = layer.forward(&Tensor::new(&[[1u32, 1, 4], [0, 1, 3]], &Device::Cpu)?)?;
    close("embedding", &y, &reference().values("embedding"), 1e-6)?;
    let gradients = (&y * fill(y.dims(), 9)?.to_dtype(DType::F32)?)?.sum_all()?.backward()?;
    let gradient = gradients.get(&layer.vars()[0]).expect("a gradient");
    close("embedding", gradient, &reference().gradient("embedding", 0), 1e-6)
}
