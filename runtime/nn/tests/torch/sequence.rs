//! Numbers of `tests/reference/sequence.py`.

use crate::common::{Reference, close, fill};
use candle_core::{DType, Result};
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/sequence.json"))
}

/// Half of [`fill`], as an f32 parameter.
fn half(shape: &[usize], start: usize) -> Result<Tensor> {
    (fill(shape, start)? * 0.5)?.to_dtype(DType::F32)
}

/// Compares output and gradients of a layer, whose parameters are set, with the reference.
fn agrees(name: &str, layer: &dyn Layer, shape: &[usize], vars: &[Vec<Var>]) -> Result<()> {
    let x = Var::from_tensor(&fill(shape, 0)?.to_dtype(DType::F32)?)?;
    let y = layer.forward(&x)?;
    close(name, &y, &reference().values(name), 1e-5)?;
    let gradients = (&y * fill(y.dims(), 9)?.to_dtype(DType::F32)?)?.sum_all()?.backward()?;
    let of = |var: &Var| gradients.get(var).expect("a gradient").clone();
    close(name, &of(&x), &reference().gradient(name, 0), 1e-4)?;
    for (at, parts) in vars.iter().enumerate() {
        let parts: Vec<Tensor> = parts.iter().map(of).collect();
        close(name, &Tensor::cat(&parts, 0)?, &reference().gradient(name, at + 1), 1e-4)?;
    }
    Ok(())
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
fn recurrent_layers_are_pytorchs() -> Result<()> {
    fn check<C: Cell + 'static>(name: &str, gates: usize) -> Result<()> {
        let layer = Recurrent::<C>::new(3, 2, &Device::Cpu)?;
        let shapes: [&[usize]; 4] = [&[2 * gates, 3], &[2 * gates, 2], &[2 * gates], &[2 * gates]];
        let vars = layer.vars();
        for (at, (var, shape)) in vars.iter().zip(shapes).enumerate() {
            var.set(&half(shape, 3 + at)?)?;
        }
        let vars: Vec<Vec<Var>> = vars.into_iter().map(|var| vec![var]).collect();
        agrees(name, &layer, &[2, 4, 3], &vars)
    }
    check::<RnnCell>("rnn", 1)?;
    check::<GruCell>("gru", 3)?;
    check::<LstmCell>("lstm", 4)
}

#[test]
fn multi_head_attention_is_pytorchs() -> Result<()> {
    let layer = MultiHeadAttention::new(4, 2, &Device::Cpu)?;
    let vars = layer.vars(); // w and b of queries, keys and values, then of the output
    for (at, (var, shape)) in vars.iter().zip([&[12, 4][..], &[12], &[4, 4], &[4]]).enumerate() {
        var.set(&half(shape, 3 + at)?)?;
    }
    let vars: Vec<Vec<Var>> = vars.into_iter().map(|var| vec![var]).collect();
    agrees("multi-head attention", &layer, &[2, 3, 4], &vars)
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
