//! Models that make things up, and densities: numbers of others, and what training does.

#[path = "../../nn/tests/common/mod.rs"]
mod common;

#[path = "generative/seeded.rs"]
mod seeded;

#[path = "generative/codes.rs"]
mod codes;
