//! The answer that evcxr waits for after each `LOAD_AND_RUN`.
//!
//! It is given as soon as a cell has its variables, not when it ends: evcxr, and rust-analyzer in
//! it, are then free to answer questions about code while the cell runs. The engine learns of the
//! end over the private socket.

use super::output;
use crate::rust::frame::Kind;
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The pipe to evcxr, while an answer is owed.
static OWED: Mutex<Option<File>> = Mutex::new(None);

/// A cell is about to be loaded.
pub fn owe(pipe: &File) -> std::io::Result<()> {
    *OWED.lock().unwrap_or_else(PoisonError::into_inner) = Some(pipe.try_clone()?);
    Ok(())
}

/// Called by the cell when it has its variables.
pub extern "C" fn started() {
    give(&[]);
}

/// Answers, if that is still owed; `lost` are variables that evcxr must forget.
pub fn give(lost: &[String]) {
    let Some(mut pipe) = OWED.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    output::mark(Kind::Started);
    let lost = lost.iter().map(|variable| format!("EVCXR_VARIABLE_CHANGED_TYPE:{variable}\n"));
    let answer = lost.collect::<String>() + "EVCXR_EXECUTION_COMPLETE\n";
    // An engine that has gone is noticed at its socket.
    let _ = pipe.write_all(answer.as_bytes());
}
