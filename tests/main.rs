//! End to end: the real binary, and peers that speak with it.

mod cli;
mod kernel;
mod python;
mod session;
