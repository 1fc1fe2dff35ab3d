//! What generated code and the host call; not for notebooks.

use crate::channel::{self, Host, Message, send};
use crate::interrupt::{self, Interrupted};
use std::any::{Any, TypeId};
use std::cell::Cell;
use std::collections::HashMap;
use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicU8, Ordering};

/// How a cell ended, for the host.
static ENDED: AtomicU8 = AtomicU8::new(0);
const FAILED: u8 = 1;

thread_local! {
    /// Whether this thread runs the cell itself rather than a thread that it started.
    static IS_CELL: Cell<bool> = const { Cell::new(false) };
}

/// Connects this runtime to its host; called once, when the worker starts.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_attach(host: Host) {
    channel::attach(host);
    std::panic::set_hook(Box::new(report_panic));
}

/// Called before a cell runs, on its thread.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_begin() {
    IS_CELL.set(true);
    ENDED.store(0, Ordering::SeqCst);
    interrupt::clear();
}

/// Called after a cell has run; 1 if it panicked or returned an error early.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_end() -> u8 {
    let _ = std::io::stdout().flush();
    interrupt::clear();
    ENDED.load(Ordering::SeqCst)
}

/// Passes partial lines on; called from time to time.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_flush() {
    let _ = std::io::stdout().flush();
}

/// Passes partial lines on before the cell's own thread writes to standard error, so that both
/// streams stay in the order of the program. Other threads might wait for a lock that it holds.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_flush_cell() {
    if IS_CELL.get() {
        candlelab_flush();
    }
}

/// Asks the running cell to stop. Safe in a signal handler.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_interrupt() {
    interrupt::request();
}

fn report_panic(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let (ename, message) = if payload.is::<Interrupted>() {
        ("Interrupted", "interrupted by the user".to_owned())
    } else {
        ("Panic", panic_text(payload))
    };
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let thread_message = match std::thread::current().name() {
        _ if IS_CELL.get() => message,
        name => format!("thread `{}`: {message}", name.unwrap_or("<unnamed>")),
    };
    if IS_CELL.get() {
        send(Message::Panic { ename: ename.into(), message: thread_message, location });
    } else {
        let _ = writeln!(std::io::stderr(), "{thread_message} ({location})");
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is not text".to_owned())
}

/// Notes that the cell's code panicked and was caught.
pub fn panicked() {
    ENDED.fetch_or(FAILED, Ordering::SeqCst);
}

/// Reports an error that a `?` in the cell returned.
pub fn failed<E: std::fmt::Display>(error: &E) {
    report_error(error, std::any::type_name::<E>());
}

fn report_error(error: &dyn std::fmt::Display, type_name: &str) {
    ENDED.fetch_or(FAILED, Ordering::SeqCst);
    let message = error.to_string();
    let ename = short_name(type_name);
    let message = without_backtrace(&message).to_owned();
    send(Message::Panic { ename, message, location: String::new() });
}

/// `candle_core::error::Error` → `candle_core::Error`
fn short_name(path: &str) -> String {
    let path = path.split('<').next().unwrap_or(path);
    match (path.split("::").next(), path.rsplit("::").next()) {
        (Some(root), Some(name)) if root != name && root != "alloc" && root != "core" => {
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

/// The variables of a notebook, kept from cell to cell.
///
/// Takes the place of the store that evcxr generates into every cell, so that it is compiled once.
#[derive(Default)]
pub struct VariableStore {
    variables: HashMap<&'static str, Box<dyn Any>>,
}

impl VariableStore {
    /// Keeps a value.
    pub fn put_variable<T: 'static>(&mut self, name: &'static str, value: T) {
        self.put(name, Box::new(value));
    }

    /// Whether the value kept under `name`, if any, still has the type `T`.
    pub fn check_variable<T: 'static>(&mut self, name: &'static str) -> bool {
        self.check(name, TypeId::of::<T>())
    }

    /// Takes a value out.
    ///
    /// # Panics
    /// If there is none of that name and type; [`Self::check_variable`] comes first.
    pub fn take_variable<T: 'static>(&mut self, name: &'static str) -> T {
        match self.take(name).downcast() {
            Ok(value) => *value,
            Err(_) => panic!("the type of the variable `{name}` has changed"),
        }
    }

    /// The shared value of that name, made on first use.
    pub fn lazy_arc<T: 'static, F: FnOnce() -> T>(
        &mut self,
        name: &'static str,
        create: F,
    ) -> std::sync::Arc<T> {
        let value =
            self.variables.entry(name).or_insert_with(|| Box::new(std::sync::Arc::new(create())));
        value.downcast_ref::<std::sync::Arc<T>>().expect("one type a name").clone()
    }

    fn check(&self, name: &str, expected: TypeId) -> bool {
        match self.variables.get(name) {
            Some(value) if (**value).type_id() != expected => {
                send(Message::Lost { variable: name.to_owned() });
                false
            }
            _ => true,
        }
    }

    #[inline(never)]
    fn put(&mut self, name: &'static str, value: Box<dyn Any>) {
        self.variables.insert(name, value);
    }

    #[inline(never)]
    fn take(&mut self, name: &'static str) -> Box<dyn Any> {
        let value = self.variables.remove(name);
        value.unwrap_or_else(|| panic!("the variable `{name}` is gone"))
    }
}

/// Makes the store of a new worker; it lives as long as the worker.
pub fn create_variable_store() -> *mut VariableStore {
    Box::into_raw(Box::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_named_by_crate_and_type() {
        assert_eq!(short_name("candle_core::error::Error"), "candle_core::Error");
        assert_eq!(short_name("alloc::string::String"), "String");
        assert_eq!(short_name("core::num::error::ParseIntError"), "ParseIntError");
    }

    #[test]
    fn a_candle_error_loses_its_backtrace() {
        let text = "shape mismatch in matmul\n   0: candle_core::error::Error::bt\n   1: main";
        assert_eq!(without_backtrace(text), "shape mismatch in matmul");
    }

    #[test]
    fn a_variable_of_another_type_is_noticed() {
        let mut store = VariableStore::default();
        store.put_variable("x", 1i32);
        assert!(store.check_variable::<i32>("x"));
        assert!(!store.check_variable::<String>("x"));
        assert_eq!(store.take_variable::<i32>("x"), 1);
    }
}
