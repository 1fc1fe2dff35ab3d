//! A request to stop is the process's, hence a test program of its own.

use candlelab_host::Interrupted;
use candlelab_host::cell::candlelab_interrupt;
use candlelab_nn::{Device, Linear, Module, Result, Sequential, Sgd, Tensor};
use candlelab_train::fit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Asks for a stop while the third step is computed.
#[derive(Debug)]
struct Impatient {
    layer: Sequential,
    steps: AtomicUsize,
}

impl Module for Impatient {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if self.steps.fetch_add(1, Ordering::SeqCst) == 2 {
            candlelab_interrupt();
        }
        self.layer.forward(x)
    }
}

#[test]
fn an_interrupt_stops_before_the_next_step_and_keeps_what_is_learnt() -> Result<()> {
    let layer = Linear::new(2, 2, &Device::Cpu)?;
    let before = layer.weight().to_vec2::<f32>()?;
    let weight = layer.clone();
    let model = Impatient { layer: Sequential::new().add(layer), steps: AtomicUsize::new(0) };
    let mut optimizer = Sgd::new(model.layer.vars(), 0.1);
    let (x, y) = candlelab_data::xor()?;
    let run = catch_unwind(AssertUnwindSafe(|| fit(&model, &mut optimizer, &x, &y, 100, 2)));
    assert!(run.expect_err("it went on").is::<Interrupted>());
    assert_eq!(model.steps.load(Ordering::SeqCst), 3);
    assert_ne!(weight.weight().to_vec2::<f32>()?, before);
    Ok(())
}
