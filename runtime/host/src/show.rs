//! Chooses how a cell's last value is shown, in a single compile.
//!
//! [`show!`](crate::show) calls a method that three traits offer; Rust picks the one that needs
//! the fewest references, so [`Rich`] wins over `Debug`, and `Debug` over the type's name.

use crate::channel::{Message, send};
use crate::{Bundle, Rich};
use std::any::type_name;
use std::fmt::Debug;

/// A borrowed value on its way to the screen.
pub struct Shown<'a, T: ?Sized>(pub &'a T);

fn result(data: Bundle) {
    send(Message::Result { data: data.into_map() });
}

// What follows is compiled into every cell, so it only hands on to functions that are not.

fn send_rich(value: &dyn Rich) {
    result(value.rich());
}

fn send_debug(value: &dyn Debug, type_name: &str) {
    if type_name != "()" {
        result(Bundle::text(format!("{value:?}")));
    }
}

fn send_name(type_name: &str) {
    result(Bundle::text(format!("[a value of type {type_name}]")));
}

/// The first choice: the type's own formats.
pub trait ByRich {
    /// Sends the value.
    fn send_value(&self);
}

impl<T: Rich + ?Sized> ByRich for &&Shown<'_, T> {
    fn send_value(&self) {
        send_rich(&self.0);
    }
}

/// The second choice: `{:?}`, and nothing for `()`.
pub trait ByDebug {
    /// Sends the value.
    fn send_value(&self);
}

impl<T: Debug + ?Sized> ByDebug for &Shown<'_, T> {
    fn send_value(&self) {
        send_debug(&self.0, type_name::<T>());
    }
}

/// The last choice: the name of the type.
pub trait Opaque {
    /// Sends the name.
    fn send_value(&self);
}

impl<T: ?Sized> Opaque for Shown<'_, T> {
    fn send_value(&self) {
        send_name(type_name::<T>());
    }
}

/// Shows the value of a cell's last expression; the kernel wraps that expression in it.
#[macro_export]
macro_rules! show {
    ($value:expr) => {
        match $value {
            ref value => {
                #[allow(unused_imports)]
                use $crate::{ByDebug as _, ByRich as _, Opaque as _};
                (&&&$crate::Shown(value)).send_value()
            }
        }
    };
}

/// The statements themselves; the kernel wraps those in it whose variables end with their cell.
#[macro_export]
macro_rules! local {
    ($($code:tt)*) => {
        $($code)*
    };
}
