//! A variable in a line, for lists of variables.

use std::any::Any;

/// What a list of variables shows of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its value in a line; empty where its type is not known.
    pub value: String,
    /// The shape of a tensor.
    pub shape: Option<String>,
    /// The element type of a tensor.
    pub dtype: Option<String>,
    /// Where a tensor lies.
    pub device: Option<String>,
    /// How many bytes its data takes.
    pub bytes: Option<u64>,
}

/// The longest value that is shown whole, in characters.
const WIDTH: usize = 80;

pub(super) fn describe(name: &str, value: &dyn Any) -> Description {
    let found = simple(value).or_else(|| list(value)).or_else(|| tensor(value)).unwrap_or_default();
    Description { name: name.to_owned(), value: cut(&found.value), ..found }
}

fn cut(text: &str) -> String {
    let line = text.replace('\n', " ");
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

macro_rules! try_types {
    ($value:ident: $($type:ty),* => $describe:expr) => {
        $(if let Some(value) = $value.downcast_ref::<$type>() {
            return Some($describe(value));
        })*
    };
}

fn simple(value: &dyn Any) -> Option<Description> {
    fn by_debug(value: &dyn std::fmt::Debug, bytes: usize) -> Description {
        let value = format!("{value:?}");
        Description { value, bytes: Some(bytes as u64), ..Description::default() }
    }
    try_types!(value: f32, f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, bool, char =>
        |value| by_debug(value, size_of_val(value)));
    try_types!(value: String => |value: &String| by_debug(value, value.len()));
    try_types!(value: &'static str => |value: &&'static str| by_debug(value, value.len()));
    None
}

/// The first elements of a list, and how many there are.
fn list(value: &dyn Any) -> Option<Description> {
    fn elements<T: std::fmt::Debug>(list: &Vec<T>) -> Description {
        let first: Vec<String> = list.iter().take(8).map(|item| format!("{item:?}")).collect();
        let more = if list.len() > 8 { ", …" } else { "" };
        Description {
            value: format!("{} elements: [{}{more}]", list.len(), first.join(", ")),
            bytes: Some(size_of_val(list.as_slice()) as u64),
            ..Description::default()
        }
    }
    try_types!(value: Vec<f32>, Vec<f64>, Vec<i32>, Vec<i64>, Vec<u8>, Vec<u32>, Vec<usize>,
        Vec<bool>, Vec<String>, Vec<&'static str>, Vec<(f32, f32)>, Vec<(f64, f64)> => elements);
    None
}

#[cfg(feature = "candle")]
fn tensor(value: &dyn Any) -> Option<Description> {
    use candle_core::{Tensor, Var};
    let var = value.downcast_ref::<Var>().map(Var::as_tensor);
    value.downcast_ref::<Tensor>().or(var).map(crate::tensor::describe)
}

#[cfg(not(feature = "candle"))]
fn tensor(_value: &dyn Any) -> Option<Description> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_values_are_told_in_a_line() {
        assert_eq!(describe("x", &2.5f32).value, "2.5");
        assert_eq!(describe("x", &2.5f32).bytes, Some(4));
        assert_eq!(describe("s", &"a\"b".to_owned()).value, r#""a\"b""#);
        let list: Vec<i32> = (0..10).collect();
        let text = "10 elements: [0, 1, 2, 3, 4, 5, 6, 7, …]";
        assert_eq!(describe("v", &list).value, text);
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let value = describe("s", &"é".repeat(200)).value;
        assert_eq!(value.chars().count(), WIDTH + 1);
    }

    #[test]
    fn an_unknown_type_has_no_value() {
        struct Own;
        assert_eq!(describe("x", &Own).value, "");
    }
}
