//! Whole networks: values and gradients against PyTorch's, and what training does to them.

#[path = "../../nn/tests/common/mod.rs"]
mod common;

#[path = "networks/char_rnn.rs"]
mod char_rnn;

#[path = "networks/chat.rs"]
mod chat;

#[path = "networks/clip.rs"]
mod clip;

#[path = "networks/given.rs"]
mod given;

#[path = "networks/gpt.rs"]
mod gpt;

#[path = "networks/perceptron.rs"]
mod perceptron;

#[path = "networks/photos.rs"]
mod photos;

#[path = "networks/sentences.rs"]
mod sentences;

#[path = "networks/vision.rs"]
mod vision;

#[path = "networks/xor_attention.rs"]
mod xor_attention;
