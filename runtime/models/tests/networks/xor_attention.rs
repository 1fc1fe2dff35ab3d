//! The smallest transformer, and what is left of it without its parts.

use crate::given::{draw, layer_agrees};
use candlelab_data::xor;
use candlelab_models::{Mixing, XorAttention, XorAttentionConfig};
use candlelab_nn::*;

#[test]
fn it_is_pytorchs() -> Result<()> {
    let model = XorAttention::new(XorAttentionConfig::xor(), &Device::Cpu)?;
    layer_agrees("xor attention", &model, &xor()?.0)
}

/// The lowest loss of `restarts` trainings against targets ±1.
fn best(config: XorAttentionConfig, restarts: u64, steps: usize) -> Result<(f32, XorAttention)> {
    let (x, y) = xor()?;
    let targets = ((y.to_dtype(DType::F32)?.unsqueeze(1)? * 2.0)? - 1.0)?;
    let mut best = None;
    for restart in 0..restarts {
        let model = XorAttention::new(config, &Device::Cpu)?;
        draw(&model.parameters(), restart)?;
        let mut optimizer = Adam::new(model.vars(), 0.1);
        for _ in 0..steps {
            optimizer.backward_step(&mse(&model.forward(&x)?, &targets)?)?;
        }
        let loss = mse(&model.forward(&x)?, &targets)?.to_scalar::<f32>()?;
        if best.as_ref().is_none_or(|(lowest, _)| loss < *lowest) {
            best = Some((loss, model));
        }
    }
    Ok(best.expect("a restart"))
}

#[test]
fn it_solves_xor_within_five_restarts() -> Result<()> {
    for mixing in [Mixing::Trained, Mixing::Frozen, Mixing::Uniform] {
        let config = XorAttentionConfig { mixing, ..XorAttentionConfig::xor() };
        let (loss, model) = best(config, 5, 300)?;
        assert!(loss < 0.01, "{mixing:?}: {loss}");
        assert_eq!(accuracy(&model.forward(&xor()?.0)?, &xor()?.1)?, 1.0);
    }
    Ok(())
}

/// The outputs for 01 and 10 are then weighted means of those for 00 and 11.
#[test]
fn without_tanh_it_never_does() -> Result<()> {
    let config = XorAttentionConfig { tanh: false, ..XorAttentionConfig::xor() };
    let (loss, _) = best(config, 3, 200)?;
    assert!(loss > 0.88, "{loss}");
    Ok(())
}

#[test]
fn equal_tokens_look_at_each_other_equally() -> Result<()> {
    let (_, model) = best(XorAttentionConfig::xor(), 1, 50)?;
    let looks = model.attention(&xor()?.0)?; // (4, 2, 2)
    for sum in looks.sum(2)?.flatten_all()?.to_vec1::<f32>()? {
        assert!((sum - 1.0).abs() < 1e-6);
    }
    for equal in [0, 3] {
        assert_eq!(looks.get(equal)?.to_vec2::<f32>()?, [[0.5, 0.5], [0.5, 0.5]]);
    }
    assert_eq!(model.representation(&xor()?.0)?.dims(), [4, 2]);
    Ok(())
}

#[test]
fn frozen_attention_stays_as_it_was_drawn() -> Result<()> {
    let config = XorAttentionConfig { mixing: Mixing::Frozen, ..XorAttentionConfig::xor() };
    let weights = |steps| {
        let (_, model) = best(config, 1, steps)?;
        let tensors = model.parameters().tensors();
        tensors
            .iter()
            .map(|(_, var)| var.flatten_all()?.to_vec1::<f32>())
            .collect::<Result<Vec<_>>>()
    };
    let (before, after) = (weights(0)?, weights(5)?);
    assert_eq!(before[..2], after[..2]); // queries and keys
    assert_ne!(before[2..], after[2..]);
    Ok(())
}
