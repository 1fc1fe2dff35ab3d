//! The models of the course, each with its configuration, its parts and the whole.
//!
//! They are made of the layers of `candlelab_nn`, and a checkpoint of one is
//! `model.parameters().save(path)`.
//!
//! - [`mlp`] is the multi-layer perceptron.
//! - [`Autoencoder`], [`Vae`] and [`VqVae`] find short codes, [`Flow`] a density;
//! - a [`Gan`] learns by [`train_gan`], a [`Denoiser`] by [`diffusion_loss`], and [`ddpm_sample`]
//!   and [`ddim_sample`] make examples with it;
//! - a [`GraphNet`] tells what a graph is;
//! - [`odeint`] solves equations, a [`NeuralOde`] finds them;
//! - [`Gmm`] and [`Kde`] estimate densities, [`InverseCdf`] draws from them, and
//!   [`sparse_regression`] finds formulas;
//! - [`categorical`] draws classes.

mod autoencoder;
mod density;
mod diffusion;
mod draws;
mod flow;
mod gan;
mod gnn;
mod mlp;
mod ode;
mod vae;
mod vqvae;

pub use autoencoder::{Autoencoder, AutoencoderConfig};
pub use density::{
    Gmm, InverseCdf, Kde, coin_log_likelihood, coin_mle, energy_distance, formula,
    sparse_regression,
};
pub use diffusion::{
    CoinDenoiser, Denoiser, DiffusionMlp, DiffusionMlpConfig, DiffusionUNet, DiffusionUNetConfig,
    Guidance, IdealCoinDenoiser, LatentDiffusion, NoiseSchedule, ddim_sample, ddim_step,
    ddpm_sample, ddpm_step, diffusion_loss, time_embedding,
};
pub use draws::categorical;
pub use flow::{Flow, FlowConfig};
pub use gan::{Gan, GanHistory, GanOptions, discriminator_loss, generator_loss, train_gan};
pub use gnn::{
    GraphConv, GraphNet, GraphNetConfig, MOLECULE_ELEMENTS, molecule_batch, slide_batch, xor_graphs,
};
pub use mlp::mlp;
pub use ode::{
    NeuralOde, NeuralOdeConfig, OdeGradient, Solver, free_fall, odeint, odeint_adjoint, pendulum,
    trajectory_windows,
};
pub use vae::{Vae, VaeConfig, VaeLoss, gaussian_kl, reparameterise};
pub use vqvae::{Quantised, VqVae, VqVaeConfig, VqVaeLoss};
