//! The kernel over real sockets with the toy engine, read as transcripts.

mod channels;
mod execution;
mod frontend;
mod history;
mod introspection;
mod lifecycle;
mod stdin;
