//! Environments and agents against outside references and known truths.

#[path = "../../nn/tests/common/mod.rs"]
mod common;

#[path = "rl/environment.rs"]
mod environment;

#[path = "rl/network.rs"]
mod network;

#[path = "rl/preference.rs"]
mod preference;

#[path = "rl/table.rs"]
mod table;

use candle_core::Result;
use candlelab_rl::{Environment, Step};
use common::Reference;
use std::sync::{Mutex, MutexGuard, PoisonError};

fn reference() -> Reference {
    Reference::new(include_str!("../../../tests/reference/rl.json"))
}

/// The random numbers are the process's; one test at a time draws from them, all from one start.
fn alone(seed: u64) -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    candlelab_nn::seed(seed);
    guard
}

/// A game in which each action has a reward of its own; it may end at once or never.
struct Bandit {
    rewards: Vec<f64>,
    done: bool,
}

impl Environment for Bandit {
    fn actions(&self) -> usize {
        self.rewards.len()
    }

    fn width(&self) -> usize {
        1
    }

    fn reset(&mut self, _: u64) -> Vec<f64> {
        vec![1.0]
    }

    fn step(&mut self, action: usize) -> Result<Step> {
        Ok(Step { observation: vec![1.0], reward: self.rewards[action], done: self.done })
    }
}
