//! The kernel over real sockets with the toy engine, read as transcripts.

mod channels;
mod comms;
mod concurrency;
mod debug;
mod execution;
mod frontend;
mod history;
mod introspection;
mod invalid;
mod lifecycle;
mod queue;
mod stdin;
mod subshells;
mod usage;
mod wire;
