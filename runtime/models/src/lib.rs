//! The models of the course, each with its configuration, its parts and the whole.
//!
//! They are made of the layers of `candlelab_nn`, and a checkpoint of one is
//! `model.parameters().save(path)`.
//!
//! - [`mlp`] is the multi-layer perceptron, [`Perceptron`] its ancestor with a rule of its own;
//! - [`Cnn`], [`ResNet`] and [`Vit`] classify images, [`EfficientNet`] photos, with weights that
//!   others have trained; [`UNet`] finds the pixels of things;
//! - [`XorAttention`] is the smallest transformer, [`Gpt`] continues texts, and [`MarkovChain`] is
//!   what it does to short ones; [`Sampling`] tells how the next token is drawn;
//! - [`CharRnn`] writes letter by letter, as it was done before;
//! - [`Clip`] brings images and texts together, [`SentenceEncoder`] sentences that mean the same,
//!   and one can [`Chat`] with a pretrained language model;
//! - [`Autoencoder`], [`Vae`] and [`VqVae`] find short codes, [`Flow`] a density;
//! - a [`Gan`] learns by [`train_gan`], a [`Denoiser`] by [`diffusion_loss`], and [`ddpm_sample`]
//!   and [`ddim_sample`] make examples with it;
//! - a [`GraphNet`] tells what a graph is;
//! - [`odeint`] solves equations, a [`NeuralOde`] finds them;
//! - [`Gmm`] and [`Kde`] estimate densities, [`InverseCdf`] draws from them, and
//!   [`sparse_regression`] finds formulas;
//! - [`categorical`] draws classes.

mod autoencoder;
mod char_rnn;
mod chat;
mod clip;
mod cnn;
mod density;
mod diffusion;
mod draws;
mod efficientnet;
mod flow;
mod gan;
mod gnn;
mod gpt;
mod heads;
mod mlp;
mod ode;
mod perceptron;
mod resnet;
mod sampling;
mod sentences;
mod tokenizer;
mod unet;
mod vae;
mod vit;
mod vqvae;
mod weights;
mod xor_attention;

pub use autoencoder::{Autoencoder, AutoencoderConfig};
pub use char_rnn::{CharRnn, CharRnnConfig, CharWriter};
pub use chat::{Chat, Llama, LlamaConfig};
pub use clip::{Clip, ClipConfig};
pub use cnn::{Cnn, CnnConfig};
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
pub use efficientnet::{EfficientNet, EfficientNetConfig, Stage, imagenet_classes};
pub use flow::{Flow, FlowConfig};
pub use gan::{Gan, GanHistory, GanOptions, discriminator_loss, generator_loss, train_gan};
pub use gnn::{
    GraphConv, GraphNet, GraphNetConfig, MOLECULE_ELEMENTS, molecule_batch, slide_batch, xor_graphs,
};
pub use gpt::{Gpt, GptConfig, GptTokens, MarkovChain, bit_gpt, next_token_loss};
pub use mlp::mlp;
pub use ode::{
    NeuralOde, NeuralOdeConfig, OdeGradient, Solver, free_fall, odeint, odeint_adjoint, pendulum,
    trajectory_windows,
};
pub use perceptron::{Perceptron, PerceptronHistory, PerceptronUpdate};
pub use resnet::{ResNet, ResNetConfig};
pub use sampling::Sampling;
pub use sentences::{Bert, BertConfig, SentenceEncoder};
pub use unet::{UNet, UNetConfig};
pub use vae::{Vae, VaeConfig, VaeLoss, gaussian_kl, reparameterise};
pub use vit::{Vit, VitConfig};
pub use vqvae::{Quantised, VqVae, VqVaeConfig, VqVaeLoss};
pub use xor_attention::{Mixing, XorAttention, XorAttentionConfig};
