//! Panics and early returns of a cell.

use super::IS_CELL;
use crate::channel::{Message, send};
use crate::interrupt::{Interrupted, is_callback};
use crate::magic::TestsFailed;
use crate::widgets::is_capturing;
use std::any::Any;
use std::fmt::Display;
use std::io::Write;
use std::panic::{Location, PanicHookInfo};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The newest panic of any thread that may work for the cell: its name, its message, its place.
static PANIC: Mutex<Option<(String, String, String)>> = Mutex::new(None);

fn panic() -> MutexGuard<'static, Option<(String, String, String)>> {
    PANIC.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on panics are kept for the cell's end instead of being printed.
pub(super) fn take_panics() {
    std::panic::set_hook(Box::new(keep));
}

pub(super) fn clear() {
    *panic() = None;
}

fn keep(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let (ename, message) = if payload.is::<Interrupted>() {
        ("Interrupted", panic_text(payload))
    } else if let Some(TestsFailed(text)) = payload.downcast_ref() {
        ("TestsFailed", text.clone())
    } else {
        ("Panic", panic_text(payload))
    };
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    if !IS_CELL.get() && !is_capturing() {
        let name = std::thread::current().name().unwrap_or("<unnamed>").to_owned();
        let _ = writeln!(std::io::stderr(), "thread `{name}`: {message} ({location})");
    }
    if !is_callback() {
        *panic() = Some((ename.into(), message, location));
    }
}

/// What a panic says.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> String {
    if payload.is::<Interrupted>() {
        return "interrupted by the user".to_owned();
    }
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is not text".to_owned())
}

/// Reports that a panic ended the cell; one that the cell's own code caught is nobody's business.
pub fn panicked() {
    let unknown = || ("Panic".into(), "a panic without a message".into(), String::new());
    let (ename, message, location) = panic().take().unwrap_or_else(unknown);
    send(Message::Panic { ename, message, location });
}

/// Reports an error that a `?` in the cell returned.
#[track_caller]
pub fn failed<E: Display>(error: &E) {
    report_error(error, std::any::type_name::<E>(), Location::caller());
}

fn report_error(error: &dyn Display, type_name: &str, location: &Location<'_>) {
    let text = error.to_string();
    let message = without_backtrace(&text).to_owned();
    let location = location.to_string();
    send(Message::Panic { ename: short_name(type_name), message, location });
}

/// `candle_core::error::Error` → `candle_core::Error`, and our own errors by their last name.
fn short_name(path: &str) -> String {
    let path = path.split('<').next().unwrap_or(path);
    match (path.split("::").next(), path.rsplit("::").next()) {
        (Some("alloc" | "core"), Some(name)) => name.to_owned(),
        (Some(root), Some(name)) if root != name && !root.starts_with("candlelab") => {
            format!("{root}::{name}")
        }
        (_, Some(name)) => name.to_owned(),
        _ => path.to_owned(),
    }
}

/// The first part of an error's text: Candle appends its backtrace when `RUST_BACKTRACE` is set.
fn without_backtrace(message: &str) -> &str {
    let start = message.match_indices('\n').find(|(at, _)| {
        let line = message[at + 1..].trim_start();
        line.starts_with("0: ") || line.starts_with("Stack backtrace:")
    });
    start.map_or(message, |(at, _)| message[..at].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_named_by_crate_and_type() {
        assert_eq!(short_name("candle_core::error::Error"), "candle_core::Error");
        assert_eq!(short_name("alloc::string::String"), "String");
        assert_eq!(short_name("core::num::error::ParseIntError"), "ParseIntError");
        assert_eq!(short_name("candlelab_check::failure::CheckFailed"), "CheckFailed");
    }

    #[test]
    fn a_candle_error_loses_its_backtrace() {
        let text = "shape mismatch in matmul\n   0: candle_core::error::Error::bt\n   1: main";
        assert_eq!(without_backtrace(text), "shape mismatch in matmul");
    }
}
