//! Models that make things up, and densities: numbers of others, and what training does.

#[path = "../../nn/tests/common/mod.rs"]
mod common;

#[path = "generative/seeded.rs"]
mod seeded;

#[path = "generative/codes.rs"]
mod codes;

#[path = "generative/gan.rs"]
mod gan;

#[path = "generative/diffusion.rs"]
mod diffusion;

#[path = "generative/ode.rs"]
mod ode;

#[path = "generative/density.rs"]
mod density;

#[path = "generative/gnn.rs"]
mod gnn;
