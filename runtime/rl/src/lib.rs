//! Learning by trial and error: environments, and agents that learn in them.
//!
//! An [`Environment`] answers an action with an observation and a reward; [`rollout`] lets a
//! policy act in it and returns a [`Trajectory`] to plot. The agents:
//!
//! - [`value_iteration`] knows the rules of the game, [`q_learning`] finds the same [`QTable`]
//!   without them;
//! - [`dqn`] has a network in place of the table, fed from a [`Replay`] buffer;
//! - [`reinforce`] follows the gradient of the return itself;
//! - [`fit_reward_model`], [`best_of_n`] and [`rlhf`] learn from people's preferences.
//!
//! The environments are [`Maglev`], [`CatMouse`], [`GridWorld`] and [`CartPole`]; any type with
//! the trait is one, too. All loops stop when the user interrupts, and keep what is learnt.
//!
//! ```
//! use candlelab_rl::{Environment, GridWorld, QOptions, q_learning, rollout};
//! # fn main() -> candlelab_nn::Result<()> {
//! let mut grid = GridWorld::new(&["S.#", ".O.", "..G"])?; // start, hole, wall, goal
//! let rules = grid.clone();
//! let state = |observation: &[f64]| rules.state(observation);
//! let (table, _) = q_learning(&mut grid, rules.states(), &state, &QOptions::default())?;
//! let run = rollout(&mut grid, &mut |s| table.best(rules.state(s)), 0, 50)?;
//! assert_eq!(run.observations.last().unwrap(), &[2.0, 2.0]); // at the goal
//! assert_eq!(run.actions.len(), 4);
//! # Ok(())
//! # }
//! ```

mod cart_pole;
mod cat_mouse;
mod dqn;
mod environment;
mod epsilon;
mod grid_world;
mod maglev;
mod numbers;
mod policy;
mod preference;
mod q_learning;
mod reinforce;
mod replay;
mod rlhf;
mod table;

pub use cart_pole::CartPole;
pub use cat_mouse::CatMouse;
pub use dqn::{DqnOptions, TargetNetwork, dqn, td_loss};
pub use environment::{Environment, Episode, Step, Trajectory, discounted, rollout};
pub use epsilon::Epsilon;
pub use grid_world::{GridWorld, Outcome};
pub use maglev::Maglev;
pub use policy::greedy;
pub use preference::{best_of_n, fit_reward_model, ranked_pairs};
pub use q_learning::{QOptions, q_learning};
pub use reinforce::{ReinforceOptions, policy_loss, reinforce};
pub use replay::{Batch, Replay, Transition};
pub use rlhf::{RlhfOptions, kl_optimum, rlhf, rlhf_loss};
pub use table::{QTable, value_iteration};
