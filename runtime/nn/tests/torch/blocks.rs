//! Numbers of `tests/reference/blocks.py`.

use crate::common::{Reference, fill};
use candle_core::{DType, Device, Result, Tensor};
use candlelab_nn::*;

const DEVICE: &Device = &Device::Cpu;

fn agrees(name: &str, shape: &[usize], layer: &dyn Layer) -> Result<()> {
    let reference = Reference::new(include_str!("../../../../tests/reference/blocks.json"));
    reference.layer_agrees(name, shape, &layer.vars(), |x| layer.forward(x))
}

#[test]
fn transformer_blocks_are_pytorchs() -> Result<()> {
    let encoder = BlockConfig::new(4, 2);
    let vit = BlockConfig { qkv_bias: false, scale: Some(0.5), ..encoder };
    let activation = Activation::Relu;
    let decoder = BlockConfig { hidden: 8, bias: false, causal: true, activation, ..encoder };
    for (name, config) in [("encoder", encoder), ("vit", vit), ("decoder", decoder)] {
        agrees(name, &[2, 3, 4], &TransformerBlock::new(config, DEVICE)?)?;
    }
    Ok(())
}

#[test]
fn mixing_blocks_are_their_papers() -> Result<()> {
    agrees("mixer", &[2, 3, 4], &MixerBlock::new(3, 4, (6, 8), DEVICE)?)?;
    agrees("gmlp", &[2, 3, 4], &GmlpBlock::new(3, 4, 5, DEVICE)?)?;
    agrees("attention_free", &[2, 3, 4], &AttentionFree::new(3, 4, DEVICE)?)
}

#[test]
fn residual_blocks_are_pytorchs() -> Result<()> {
    agrees("residual", &[2, 2, 4, 3], &ResidualBlock::new(2, 2, 1, DEVICE)?)?;
    agrees("residual 2", &[2, 2, 5, 4], &ResidualBlock::new(2, 3, 2, DEVICE)?)?;
    agrees("adapter", &[2, 3, 2, 2], &Adapter::new(3, 1, DEVICE)?)
}

#[test]
fn u_net_blocks_are_pytorchs() -> Result<()> {
    agrees("down", &[2, 2, 5, 6], &UNetDown::new(2, 4, DEVICE)?)?;
    let up = UNetUp::new(4, 2, DEVICE)?;
    let skip = fill(&[2, 2, 5, 6], 7)?.to_dtype(DType::F32)?;
    let reference = Reference::new(include_str!("../../../../tests/reference/blocks.json"));
    reference.layer_agrees("up", &[2, 4, 2, 3], &up.vars(), |x| up.forward(x, &skip))?;
    let small = Tensor::zeros((2, 4, 2, 2), DType::F32, DEVICE)?;
    let message = up.forward(&small, &skip).unwrap_err().to_string();
    assert!(message.contains("x: [2, 4, 2, 2], skip: [2, 2, 5, 6]"), "{message}");
    Ok(())
}

#[test]
fn patches_are_a_convolutions() -> Result<()> {
    let reference = Reference::new(include_str!("../../../../tests/reference/blocks.json"));
    reference.agrees("patches", &[&[2, 3, 4, 6], &[5, 12], &[5]], |inputs| {
        linear(&patchify(&inputs[0], 2)?, &inputs[1], Some(&inputs[2]))
    })?;
    let x = randn(0.0, 1.0, (2, 3, 4, 6), DEVICE)?;
    let back = unpatchify(&patchify(&x, 2)?, 2, 4, 6)?;
    assert_eq!((back - &x)?.abs()?.max_all()?.to_scalar::<f32>()?, 0.0);
    let message = patchify(&x, 4).unwrap_err().to_string();
    assert!(message.contains("4×6 pixels cannot be cut into patches of 4×4"), "{message}");
    assert!(unpatchify(&patchify(&x, 2)?, 2, 6, 6).is_err());
    Ok(())
}

/// The parts of the networks of the labs have as many numbers as the originals.
#[test]
fn parameter_counts_are_those_of_the_labs() -> Result<()> {
    let count = |parts: &[&dyn Layer]| {
        parts.iter().map(|part| parameter_count(&part.vars())).sum::<usize>()
    };
    let block = |config| TransformerBlock::new(config, DEVICE);
    let vit = BlockConfig { hidden: 128, qkv_bias: false, ..BlockConfig::new(64, 8) };
    let head = Sequential::new().add(Linear::new(64, 128, DEVICE)?).add(Activation::Gelu);
    let head = head.add(Linear::new(128, 10, DEVICE)?);
    let positions = Positions::learned(17, 64, DEVICE)?;
    let patches = PatchEmbedding::new(1, 7, 64, DEVICE)?;
    let rest = count(&[&patches, &positions, &ClassToken::new(64, DEVICE)?, &head]);
    assert_eq!(rest + 6 * count(&[&block(vit)?]), 213_642);

    let gpt = BlockConfig { bias: false, causal: true, ..BlockConfig::new(16, 4) };
    let rest = count(&[
        &Embedding::new(2, 16, DEVICE)?,
        &Positions::learned(2, 16, DEVICE)?,
        &LayerNorm::new(16, DEVICE)?,
    ]);
    assert_eq!(rest + 4 * count(&[&block(gpt)?]), 12_640);

    let stem = Conv2d::new(1, 16, 3, 1, DEVICE)?.without_bias();
    let wide = ResidualBlock::new(16, 16, 1, DEVICE)?;
    let ends = count(&[&stem, &BatchNorm::new(16, DEVICE)?, &Linear::new(32, 10, DEVICE)?]);
    let narrow = [ResidualBlock::new(16, 32, 2, DEVICE)?, ResidualBlock::new(32, 32, 1, DEVICE)?];
    assert_eq!(ends + count(&[&wide, &wide, &narrow[0], &narrow[1]]), 42_938);
    let adapters = [(16, 2), (16, 2), (32, 4), (32, 4)];
    let adapters = adapters.map(|(channels, hidden)| Adapter::new(channels, hidden, DEVICE));
    let adapters = adapters.into_iter().collect::<Result<Vec<_>>>()?;
    assert!(adapters.iter().map(|adapter| count(&[adapter])).sum::<usize>() * 20 < 42_938);
    Ok(())
}

/// As in the lab: with the second scale at 0 nothing but the shortcut is left.
#[test]
fn a_residual_block_without_its_second_scale_is_a_rectifier() -> Result<()> {
    let block = ResidualBlock::new(2, 2, 1, DEVICE)?;
    let scale = block.parameters().tensors().into_iter().find(|(name, _)| name == "norm_2.weight");
    let (_, scale) = scale.expect("a scale");
    scale.set(&scale.zeros_like()?)?;
    let x = randn(0.0, 1.0, (3, 2, 4, 4), DEVICE)?;
    let difference = (block.forward(&x)? - relu(&x)?)?.abs()?.max_all()?;
    assert_eq!(difference.to_scalar::<f32>()?, 0.0);
    Ok(())
}

#[test]
fn a_block_that_reads_on_sees_what_it_read() -> Result<()> {
    seed(4);
    let config = BlockConfig { causal: true, dropout: 0.5, ..BlockConfig::new(8, 2) };
    let block = TransformerBlock::new(config, DEVICE)?;
    let x = randn(0.0, 1.0, (2, 6, 8), DEVICE)?;
    let whole = block.predict(&x)?;
    let mut cache = KvCache::new();
    let parts = [(0, 3), (3, 1), (4, 2)].map(|(start, length)| {
        evaluating(|| block.read_on(&x.narrow(1, start, length)?, &mut cache))
    });
    let parts = Tensor::cat(&parts.into_iter().collect::<Result<Vec<_>>>()?, 1)?;
    assert!((whole - parts)?.abs()?.max_all()?.to_scalar::<f32>()? < 1e-5);
    Ok(())
}

/// Without positions, attention does not know the order of the patches.
#[test]
fn the_class_token_does_not_see_the_order_of_patches() -> Result<()> {
    seed(5);
    let block = TransformerBlock::new(BlockConfig::new(8, 2), DEVICE)?;
    let token = ClassToken::new(8, DEVICE)?;
    let x = randn(0.0, 1.0, (1, 4, 8), DEVICE)?;
    let mixed = x.index_select(&Tensor::new(&[2u32, 0, 3, 1], DEVICE)?, 1)?;
    let of = |x: &Tensor| block.forward(&token.forward(x)?)?.narrow(1, 0, 1);
    let difference = (of(&x)? - of(&mixed)?)?.abs()?.max_all()?.to_scalar::<f32>()?;
    assert!(difference < 1e-5, "{difference}");
    Ok(())
}
