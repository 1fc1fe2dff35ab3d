//! End to end: the real binary, and peers that speak with it.

mod cli;
mod grade;
mod kernel;
mod python;
mod session;
mod wire;
