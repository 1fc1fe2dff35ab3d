//! Shows a value as the notebook does: with `{:?}`, or else the name of its type.

use std::any::type_name;
use std::fmt::Debug;

pub struct Shown<'a, T: ?Sized>(pub &'a T);

/// The first choice: `{:?}`, and nothing for `()`.
pub trait ByDebug {
    fn show(&self);
}

impl<T: Debug + ?Sized> ByDebug for &Shown<'_, T> {
    fn show(&self) {
        if type_name::<T>() != "()" {
            println!("{:?}", self.0);
        }
    }
}

/// The last choice: the name of the type.
pub trait Opaque {
    fn show(&self);
}

impl<T: ?Sized> Opaque for Shown<'_, T> {
    fn show(&self) {
        println!("[a value of type {}]", type_name::<T>());
    }
}

macro_rules! show_value {
    ($value:expr) => {
        match $value {
            ref value => {
                use crate::show_value::{ByDebug as _, Opaque as _};
                (&&crate::show_value::Shown(value)).show()
            }
        }
    };
}
