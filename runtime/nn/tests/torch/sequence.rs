//! Numbers of `tests/reference/sequence.py`.

use crate::common::{Reference, close, fill, half};
use candle_core::{DType, Result};
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/sequence.json"))
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
    let vars = layer.vars(); // w, b of queries, keys, values and output
    let (weights, biases) = (half(&[12, 4], 3)?, half(&[12], 4)?);
    for part in 0..3 {
        vars[2 * part].set(&weights.narrow(0, 4 * part, 4)?)?;
        vars[2 * part + 1].set(&biases.narrow(0, 4 * part, 4)?)?;
    }
    vars[6].set(&half(&[4, 4], 5)?)?;
    vars[7].set(&half(&[4], 6)?)?;
    let of = |places: &[usize]| places.iter().map(|at| vars[*at].clone()).collect();
    let joined = [of(&[0, 2, 4]), of(&[1, 3, 5]), of(&[6]), of(&[7])];
    agrees("multi-head attention", &layer, &[2, 3, 4], &joined)
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
