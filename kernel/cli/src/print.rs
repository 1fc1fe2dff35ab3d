//! Everything that the program prints goes through here.
//!
//! Colours vanish where the stream is no terminal. A reader that has gone away is no reason to
//! stop running notebooks, so failed writes are ignored.

use std::fmt::Display;
use std::io::Write;

/// A line of results.
pub fn line(text: impl Display) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// Lines for another program.
pub fn text(text: impl Display) {
    let _ = write!(anstream::stdout(), "{text}");
}

/// A line about what is going on.
pub fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// What is wrong.
pub fn error(text: impl Display) {
    note(format_args!("\u{1b}[1;31merror:\u{1b}[0m {text}"));
}

/// What to do about it.
pub fn hint(text: impl Display) {
    note(format_args!("\u{1b}[1;36mhint:\u{1b}[0m {text}"));
}
