//! How much faster a GPT writes with its caches than by full passes.
//!
//! `cargo run --release -p candlelab-models --example generation`

#![allow(clippy::print_stdout)] // A program of its own.

use candlelab_models::{Gpt, GptConfig, Sampling};
use candlelab_nn::{Device, Module, Result, Tensor, evaluating, seed};
use std::time::Instant;

fn main() -> Result<()> {
    seed(1);
    let config = GptConfig::nano(65);
    let gpt = Gpt::new(&config, &Device::Cpu)?;
    let count = config.context - 1; // a context's worth after one token
    for round in 0..3 {
        let start = Instant::now();
        let cached = gpt.generate(&[0], count, &Sampling::greedy())?;
        let with_caches = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let full = evaluating(|| full_passes(&gpt, count))?;
        let without = start.elapsed().as_secs_f64();
        assert_eq!(cached, full);
        println!(
            "round {round}: {:.0} tokens/s with caches, {:.0} without, {:.1} times as fast",
            count as f64 / with_caches,
            count as f64 / without,
            without / with_caches
        );
    }
    Ok(())
}

fn full_passes(gpt: &Gpt, count: usize) -> Result<Vec<u32>> {
    let mut text = vec![0u32];
    for _ in 0..count {
        let tokens = Tensor::new(text.as_slice(), &Device::Cpu)?.unsqueeze(0)?;
        let logits = gpt.forward(&tokens)?.squeeze(0)?; // (length, vocab)
        text.push(logits.get(text.len() - 1)?.argmax(0)?.to_scalar()?);
    }
    Ok(text.split_off(1))
}
