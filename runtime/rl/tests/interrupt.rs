//! A request to stop is the process's, hence a test program of its own.

use candle_core::{Device, Result};
use candlelab_host::Interrupted;
use candlelab_host::cell::candlelab_interrupt;
use candlelab_nn::{Layer, Linear, Sgd};
use candlelab_rl::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Asks for a stop in its third step; it has no end of its own.
#[derive(Default)]
struct Impatient {
    steps: usize,
}

impl Environment for Impatient {
    fn actions(&self) -> usize {
        2
    }

    fn width(&self) -> usize {
        1
    }

    fn reset(&mut self, _: u64) -> Vec<f64> {
        vec![0.0]
    }

    fn step(&mut self, _: usize) -> Result<Step> {
        self.steps += 1;
        if self.steps == 3 {
            candlelab_interrupt();
        }
        Ok(Step { observation: vec![0.0], reward: 0.0, done: false })
    }
}

/// Runs something that would go on for ever.
fn stops(run: impl FnOnce(&mut Impatient) -> Result<()>) {
    let mut environment = Impatient::default();
    let stopped = catch_unwind(AssertUnwindSafe(|| run(&mut environment)));
    assert!(stopped.expect_err("it went on").is::<Interrupted>());
    assert_eq!(environment.steps, 3);
}

#[test]
fn an_interrupt_stops_every_loop_before_its_next_step() -> Result<()> {
    let network = Linear::new(1, 2, &Device::Cpu)?;
    let optimizer = &mut Sgd::new(network.vars(), 0.1);
    let max_steps = usize::MAX;
    stops(|environment| rollout(environment, &mut |_| Ok(0), 0, max_steps).map(drop));
    let options = QOptions { max_steps, ..QOptions::default() };
    stops(|environment| q_learning(environment, 1, &|_| 0, &options).map(drop));
    let options = DqnOptions { max_steps, ..DqnOptions::default() };
    stops(|environment| dqn(environment, &network, optimizer, &options).map(drop));
    let options = ReinforceOptions { max_steps, ..ReinforceOptions::default() };
    stops(|environment| reinforce(environment, &network, optimizer, &options).map(drop));
    Ok(())
}
