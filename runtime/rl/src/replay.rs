//! The memory of an agent.

use candle_core::{Device, Result, Tensor, bail};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::index::sample;
use std::collections::VecDeque;

/// One step of an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// What it saw.
    pub observation: Vec<f64>,
    /// What it did.
    pub action: usize,
    /// What that brought.
    pub reward: f64,
    /// What it saw then.
    pub next: Vec<f64>,
    /// Whether the game ended.
    pub done: bool,
}

/// Transitions as tensors, f32.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `(n, width)`
    pub observations: Tensor,
    /// `(n)`, u32
    pub actions: Tensor,
    /// `(n)`
    pub rewards: Tensor,
    /// `(n, width)`
    pub next: Tensor,
    /// `(n)`, 0 where the game ended and 1 where it went on
    pub goes_on: Tensor,
}

/// The latest transitions, from which an agent learns in random order (Lin 1992).
#[derive(Clone, Debug)]
pub struct Replay {
    memory: VecDeque<Transition>,
    capacity: usize,
    rng: StdRng,
}

impl Replay {
    /// An empty memory for so many transitions, whose samples `seed` decides.
    ///
    /// ```
    /// use candlelab_rl::{Replay, Transition};
    /// # fn main() -> candlelab_nn::Result<()> {
    /// let mut replay = Replay::new(2, 42);
    /// for reward in [1.0, 2.0, 3.0] {
    ///     let next = vec![reward];
    ///     replay.push(Transition { observation: vec![0.0], action: 0, reward, next, done: false });
    /// }
    /// assert_eq!(replay.len(), 2); // the first one is forgotten
    /// let batch = replay.sample(2, &candlelab_nn::Device::Cpu)?;
    /// assert_eq!(batch.rewards.sum_all()?.to_scalar::<f32>()?, 5.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(capacity: usize, seed: u64) -> Self {
        let memory = VecDeque::new();
        Self { memory, capacity, rng: StdRng::seed_from_u64(seed) }
    }

    /// How many transitions there are.
    pub fn len(&self) -> usize {
        self.memory.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.memory.is_empty()
    }

    /// Adds a transition; the oldest one goes when there is no room.
    pub fn push(&mut self, transition: Transition) {
        self.memory.push_back(transition);
        if self.memory.len() > self.capacity {
            self.memory.pop_front();
        }
    }

    /// Draws `n` different transitions.
    ///
    /// # Errors
    /// If there are fewer, or none is asked for.
    pub fn sample(&mut self, n: usize, device: &Device) -> Result<Batch> {
        if n == 0 || n > self.memory.len() {
            bail!("cannot draw {n} transitions of {}", self.memory.len());
        }
        let drawn = sample(&mut self.rng, self.memory.len(), n);
        let drawn: Vec<&Transition> = drawn.into_iter().map(|at| &self.memory[at]).collect();
        let column = |number: fn(&Transition) -> f64| {
            Tensor::from_iter(drawn.iter().map(|step| number(step) as f32), device)
        };
        let rows = |row: fn(&Transition) -> &Vec<f64>| {
            let numbers = drawn.iter().flat_map(|step| row(step)).map(|number| *number as f32);
            Tensor::from_iter(numbers, device)?.reshape((n, ()))
        };
        Ok(Batch {
            observations: rows(|step| &step.observation)?,
            actions: Tensor::from_iter(drawn.iter().map(|step| step.action as u32), device)?,
            rewards: column(|step| step.reward)?,
            next: rows(|step| &step.next)?,
            goes_on: column(|step| if step.done { 0.0 } else { 1.0 })?,
        })
    }
}
