//! Types of parameters, and values written in Rust.

use serde_json::Value;
use std::fmt;
use syn::{Expr, GenericArgument, Lit, PathArguments, Type, UnOp};

/// A type whose values can be written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `f32` or `f64`; the name, where the value carries it as a suffix.
    Float(&'static str),
    /// An integer and its range.
    Int(&'static str, i128, i128),
    Bool,
    Char,
    /// `&str`.
    Str,
    String,
    Vec(Box<Kind>),
    Array(Box<Kind>, Option<usize>),
    Option(Box<Kind>),
}

const INTEGERS: [(&str, i128, i128); 12] = [
    ("i8", i8::MIN as i128, i8::MAX as i128),
    ("i16", i16::MIN as i128, i16::MAX as i128),
    ("i32", i32::MIN as i128, i32::MAX as i128),
    ("i64", i64::MIN as i128, i64::MAX as i128),
    ("i128", i128::MIN, i128::MAX),
    ("isize", i64::MIN as i128, i64::MAX as i128),
    ("u8", 0, u8::MAX as i128),
    ("u16", 0, u16::MAX as i128),
    ("u32", 0, u32::MAX as i128),
    ("u64", 0, u64::MAX as i128),
    ("u128", 0, i128::MAX),
    ("usize", 0, u64::MAX as i128),
];

impl Kind {
    fn named(name: &str) -> Option<Self> {
        let integer = INTEGERS.into_iter().find(|(own, ..)| *own == name);
        Some(match name {
            "f32" => Self::Float("f32"),
            "f64" => Self::Float("f64"),
            "bool" => Self::Bool,
            "char" => Self::Char,
            "String" => Self::String,
            _ => integer.map(|(name, low, high)| Self::Int(name, low, high))?,
        })
    }

    /// The kind that a type names.
    pub fn of_type(named: &Type) -> Option<Self> {
        match named {
            Type::Reference(inner) => match &*inner.elem {
                Type::Path(path) if path.path.is_ident("str") => Some(Self::Str),
                _ => None,
            },
            Type::Array(array) => {
                let length = match &array.len {
                    Expr::Lit(lit) => match &lit.lit {
                        Lit::Int(int) => int.base10_parse().ok(),
                        _ => None,
                    },
                    _ => None,
                };
                Some(Self::Array(Box::new(Self::of_type(&array.elem)?), length))
            }
            Type::Path(path) => {
                let last = path.path.segments.last()?;
                let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                    return Self::named(&last.ident.to_string());
                };
                let GenericArgument::Type(inner) = arguments.args.first()? else { return None };
                let inner = Box::new(Self::of_type(inner)?);
                match last.ident.to_string().as_str() {
                    "Vec" => Some(Self::Vec(inner)),
                    "Option" => Some(Self::Option(inner)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The kind that is plain from a value.
    pub fn of_value(value: &Expr) -> Option<Self> {
        match value {
            Expr::Lit(lit) => match &lit.lit {
                Lit::Float(float) if float.suffix() == "f32" => Some(Self::Float("f32")),
                Lit::Float(_) => Some(Self::Float("f64")),
                Lit::Int(int) if int.suffix().is_empty() => Self::named("i32"),
                Lit::Int(int) => Self::named(int.suffix()),
                Lit::Bool(_) => Some(Self::Bool),
                Lit::Char(_) => Some(Self::Char),
                Lit::Str(_) => Some(Self::Str),
                _ => None,
            },
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => Self::of_value(&unary.expr),
            Expr::Array(array) => {
                let inner = Box::new(Self::of_value(array.elems.first()?)?);
                Some(Self::Array(inner, Some(array.elems.len())))
            }
            Expr::Macro(call) if call.mac.path.is_ident("vec") => {
                let array: syn::ExprArray = syn::parse2(bracketed(call.mac.tokens.clone())).ok()?;
                Some(Self::Vec(Box::new(Self::of_value(array.elems.first()?)?)))
            }
            Expr::MethodCall(call)
                if ["to_string", "to_owned", "into"].iter().any(|it| call.method == it) =>
            {
                (Self::of_value(&call.receiver)? == Self::Str).then_some(Self::String)
            }
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return None };
                let names: Vec<_> =
                    path.path.segments.iter().map(|it| it.ident.to_string()).collect();
                match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                    ["String", "from"] => Some(Self::String),
                    ["Some"] => Some(Self::Option(Box::new(Self::of_value(call.args.first()?)?))),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A value of this kind in Rust, or why there is none.
    pub fn write(&self, value: &Value) -> Result<String, String> {
        match (self, value) {
            (Self::Float(_), Value::Number(number)) => float(number),
            (Self::Int(name, low, high), Value::Number(number)) => {
                let whole = number.as_i128().filter(|it| (*low..=*high).contains(it));
                whole
                    .map(|it| it.to_string())
                    .ok_or_else(|| format!("it must be a whole number that fits `{name}`"))
            }
            (Self::Bool, Value::Bool(value)) => Ok(value.to_string()),
            (Self::Char, Value::String(text)) if text.chars().count() == 1 => {
                Ok(format!("{:?}", text.chars().next().expect("counted above")))
            }
            (Self::Str, Value::String(text)) => Ok(format!("{text:?}")),
            (Self::String, Value::String(text)) => Ok(format!("String::from({text:?})")),
            (Self::Vec(kind), Value::Array(values)) => Ok(format!("vec![{}]", list(kind, values)?)),
            (Self::Array(_, Some(length)), Value::Array(values)) if values.len() != *length => {
                Err(format!("it must have {length} values, and has {}", values.len()))
            }
            (Self::Array(kind, _), Value::Array(values)) => {
                Ok(format!("[{}]", list(kind, values)?))
            }
            (Self::Option(_), Value::Null) => Ok("None".into()),
            (Self::Option(kind), value) => Ok(format!("Some({})", kind.write(value)?)),
            _ => Err(format!("it must be {}", self.words())),
        }
    }

    /// What a number of this kind, or in a list of it, may end with; empty where there is none.
    pub fn suffix(&self) -> &'static str {
        match self {
            Self::Float(suffix) | Self::Int(suffix, ..) => suffix,
            Self::Vec(kind) | Self::Array(kind, _) | Self::Option(kind) => kind.suffix(),
            Self::Bool | Self::Char | Self::Str | Self::String => "",
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Float(_) => "a number",
            Self::Int(..) => "a whole number",
            Self::Bool => "`true` or `false`",
            Self::Char => "one character",
            Self::Str | Self::String => "text",
            Self::Vec(_) | Self::Array(..) => "a list such as `[1, 2]`",
            Self::Option(kind) => kind.words(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Float(name) | Self::Int(name, ..) => to.write_str(name),
            Self::Bool => to.write_str("bool"),
            Self::Char => to.write_str("char"),
            Self::Str => to.write_str("&str"),
            Self::String => to.write_str("String"),
            Self::Vec(kind) => write!(to, "Vec<{kind}>"),
            Self::Array(kind, Some(length)) => write!(to, "[{kind}; {length}]"),
            Self::Array(kind, None) => write!(to, "[{kind}]"),
            Self::Option(kind) => write!(to, "Option<{kind}>"),
        }
    }
}

fn bracketed(tokens: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    use proc_macro2::{Delimiter, Group, TokenTree};
    TokenTree::from(Group::new(Delimiter::Bracket, tokens)).into()
}

/// With a point or an exponent, as Rust asks of floats.
fn float(number: &serde_json::Number) -> Result<String, String> {
    let value = number.as_f64().filter(|it| it.is_finite()).ok_or("it must be a finite number")?;
    Ok(format!("{value:?}"))
}

fn list(kind: &Kind, values: &[Value]) -> Result<String, String> {
    let texts: Result<Vec<_>, _> = values.iter().map(|value| kind.write(value)).collect();
    Ok(texts?.join(", "))
}
