//! A language model of few tokens as a Markov chain.

use crate::sampling::draw;
use candle_core::{D, DType, Device, Result, Tensor, bail};
use candlelab_nn::{Layer, softmax};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// What a language model does to every context of full length: it moves on to the context that has
/// lost its first token and got a new last one.
#[derive(Clone, Debug)]
pub struct MarkovChain {
    /// The contexts, in the order of numbers: 00, 01, 10, 11.
    pub states: Vec<Vec<u32>>,
    /// `(states, vocab)`, f32: how probable each next token is.
    pub next: Tensor,
}

/// More states are no picture any more, and too many to compute.
const MOST: usize = 4096;

impl MarkovChain {
    /// Asks the model for the token after each context.
    ///
    /// # Shapes
    /// - `model`: tokens `(batch, context)`, u32, to logits `(batch, context, vocab)`
    ///
    /// # Errors
    /// If there are more than 4096 contexts, or the model's shapes do not fit.
    ///
    /// ```
    /// # use candlelab_models::{Gpt, GptConfig, MarkovChain};
    /// # use candlelab_nn::{Device, Result};
    /// # fn main() -> Result<()> {
    /// let gpt = Gpt::new(&GptConfig::xor(), &Device::Cpu)?;
    /// let chain = MarkovChain::new(&gpt, 2, 2)?;
    /// assert_eq!(chain.states, [[0, 0], [0, 1], [1, 0], [1, 1]]);
    /// let p = chain.matrix()?.to_vec2::<f32>()?; // after 01 comes 10 or 11
    /// assert!(p[1][0] == 0.0 && p[1][1] == 0.0 && (p[1][2] + p[1][3] - 1.0).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(model: &dyn Layer, vocab: usize, context: usize) -> Result<Self> {
        let count = u32::try_from(context).ok().and_then(|context| vocab.checked_pow(context));
        let Some(count) = count.filter(|count| (1..=MOST).contains(count) && context > 0) else {
            bail!("a Markov chain of {vocab} tokens in contexts of {context}: 1 to {MOST} states");
        };
        let digit = |state: usize, place: usize| (state / vocab.pow(place as u32) % vocab) as u32;
        let state = |state| (0..context).rev().map(|place| digit(state, place)).collect();
        let states: Vec<Vec<u32>> = (0..count).map(state).collect();
        let device = model.vars().first().map_or(Device::Cpu, |var| var.device().clone());
        let tokens = Tensor::from_vec(states.concat(), (count, context), &device)?;
        let logits = model.predict(&tokens)?;
        if logits.dims() != [count, context, vocab] {
            let (logits, tokens) = (logits.dims(), tokens.dims());
            bail!("shape mismatch in MarkovChain, tokens: {tokens:?}, logits: {logits:?}");
        }
        let last = logits.narrow(1, context - 1, 1)?.squeeze(1)?; // (states, vocab)
        let next = softmax(&last, D::Minus1)?.detach().to_dtype(DType::F32)?;
        Ok(Self { states, next })
    }

    /// How probable each state is after each: `(states, states)`, f32, rows that sum to 1.
    ///
    /// # Errors
    /// If there are not as many rows in `next` as states.
    pub fn matrix(&self) -> Result<Tensor> {
        let (count, vocab) = self.sizes()?;
        let mut matrix = vec![0f32; count * count];
        for (state, next) in self.next.to_vec2::<f32>()?.into_iter().enumerate() {
            for (token, p) in next.into_iter().enumerate() {
                matrix[state * count + (state * vocab + token) % count] += p;
            }
        }
        Tensor::from_vec(matrix, (count, count), &Device::Cpu)
    }

    /// Walks `steps` tokens on from a context.
    ///
    /// # Errors
    /// If `start` is none of the states, or there are not as many rows in `next` as states.
    ///
    /// ```
    /// # use candlelab_models::MarkovChain;
    /// # use candlelab_nn::{Device, Result, Tensor};
    /// # fn main() -> Result<()> {
    /// let next = Tensor::new(&[[0f32, 1.0], [1.0, 0.0]], &Device::Cpu)?; // the other bit
    /// let chain = MarkovChain { states: vec![vec![0], vec![1]], next };
    /// assert_eq!(chain.walk(&[0], 5, 42)?, [1, 0, 1, 0, 1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn walk(&self, start: &[u32], steps: usize, seed: u64) -> Result<Vec<u32>> {
        let Some(mut state) = self.states.iter().position(|state| state == start) else {
            bail!("{start:?} is none of the chain's {} states", self.states.len());
        };
        let (count, vocab) = self.sizes()?;
        let next = self.next.to_dtype(DType::F64)?.to_vec2::<f64>()?;
        let mut generator = StdRng::seed_from_u64(seed);
        let mut tokens = Vec::with_capacity(steps);
        for _ in 0..steps {
            let token = draw(&next[state], &mut generator);
            state = (state * vocab + token as usize) % count;
            tokens.push(token);
        }
        Ok(tokens)
    }

    /// States and tokens.
    fn sizes(&self) -> Result<(usize, usize)> {
        let (rows, vocab) = self.next.dims2()?;
        if rows != self.states.len() || vocab == 0 {
            let (states, next) = (self.states.len(), self.next.dims());
            bail!("shape mismatch in MarkovChain, states: {states}, next: {next:?}");
        }
        Ok((rows, vocab))
    }
}
