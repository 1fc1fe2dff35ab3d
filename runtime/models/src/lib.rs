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
//!   and one can [`Chat`] with a pretrained language model.

mod char_rnn;
mod chat;
mod clip;
mod cnn;
mod efficientnet;
mod gpt;
mod heads;
mod mlp;
mod perceptron;
mod resize;
mod resnet;
mod sampling;
mod sentences;
mod tokenizer;
mod unet;
mod vit;
mod weights;
mod xor_attention;

pub use char_rnn::{CharRnn, CharRnnConfig, CharWriter};
pub use chat::{Chat, Llama, LlamaConfig};
pub use clip::{Clip, ClipConfig};
pub use cnn::{Cnn, CnnConfig};
pub use efficientnet::{EfficientNet, EfficientNetConfig, Stage, imagenet_classes};
pub use gpt::{Gpt, GptConfig, GptTokens, MarkovChain, bit_gpt, next_token_loss};
pub use mlp::mlp;
pub use perceptron::{Perceptron, PerceptronHistory, PerceptronUpdate};
pub use resize::resize;
pub use resnet::{ResNet, ResNetConfig};
pub use sampling::Sampling;
pub use sentences::{Bert, BertConfig, SentenceEncoder};
pub use unet::{UNet, UNetConfig};
pub use vit::{Vit, VitConfig};
pub use xor_attention::{Mixing, XorAttention, XorAttentionConfig};
