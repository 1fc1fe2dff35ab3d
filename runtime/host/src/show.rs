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

/// The first choice: the type's own formats.
pub trait ByRich {
    /// Sends the value.
    fn send_value(&self);
}

impl<T: Rich + ?Sized> ByRich for &&Shown<'_, T> {
    fn send_value(&self) {
        result(self.0.rich());
    }
}

/// The second choice: `{:?}`, and nothing for `()`.
pub trait ByDebug {
    /// Sends the value.
    fn send_value(&self);
}

impl<T: Debug + ?Sized> ByDebug for &Shown<'_, T> {
    fn send_value(&self) {
        let name = type_name::<T>();
        if name != "()" {
            result(Bundle::text(format!("{:?}", self.0)));
        }
    }
}

/// The last choice: the name of the type.
pub trait Opaque {
    /// Sends the name.
    fn send_value(&self);
}

impl<T: ?Sized> Opaque for Shown<'_, T> {
    fn send_value(&self) {
        result(Bundle::text(format!("[a value of type {}]", type_name::<T>())));
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
