//! What a notebook can be told before it runs.
//!
//! The first code cell with the tag `parameters` names them, as for papermill: each `let`, `const`
//! or `static` with a value is a parameter, its type stated or plain from the value, its comment the
//! one behind it. [`Assignment`] gives some of them other values, in a cell after that one.

mod assign;
mod declare;
mod inject;
mod kind;
mod sweep;

pub use assign::Assignment;
pub use declare::{Parameter, parameters};
pub use sweep::{Given, grid};

/// Why a notebook cannot be given its parameters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// No cell names parameters.
    #[error("the notebook has no parameters")]
    NoCell,
    /// The parameters' cell is no Rust.
    #[error("the parameters' cell cannot be read: {message}")]
    Unreadable {
        /// What the parser says.
        message: String,
    },
    /// There is no such parameter.
    #[error("there is no parameter `{name}`")]
    Unknown {
        /// The name that was given.
        name: String,
        /// A name that is much like it.
        nearest: Option<String>,
    },
    /// A value is not of the parameter's type.
    #[error("parameter `{name}` is a {type_name}, but was given `{value}`: {problem}")]
    WrongType {
        /// The parameter.
        name: String,
        /// Its type.
        type_name: String,
        /// What was given.
        value: String,
        /// Why that does not do.
        problem: String,
    },
    /// What was given is no value for a name.
    #[error("`{text}` gives no parameter a value")]
    NoValue {
        /// What was given.
        text: String,
    },
    /// A file of values has another form.
    #[error("`{name}` is no file of parameters: {message}")]
    File {
        /// The file.
        name: String,
        /// What is wrong with it.
        message: String,
    },
}

impl ParameterError {
    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::NoCell => "give a code cell the tag `parameters`, with lines such as \
                             `let lr: f64 = 0.1; // learning rate`"
                .into(),
            Self::Unreadable { .. } => "it should hold lines such as `let lr: f64 = 0.1;`".into(),
            Self::Unknown { nearest: Some(name), .. } => format!("did you mean `{name}`?"),
            Self::Unknown { .. } => "`--help-notebook` lists what there is".into(),
            Self::WrongType { .. } => "`--help-notebook` lists the types".into(),
            Self::NoValue { .. } => "write `-p name=value`, for several runs `-p name=1,2`".into(),
            Self::File { .. } => "it should be YAML or JSON with a value for each name".into(),
        }
    }
}
