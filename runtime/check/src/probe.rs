//! Checks cut in two for grading: what a student's code gives, and what the lab expects.
//!
//! A student's process runs [`probe`], which tells the grader numbers and never learns what they
//! should be; the grader runs the lab's own solution with [`expect`] and compares. The grader makes
//! both from a lab's [`check`](crate::check()).

use crate::check::panicked;
use crate::failure::{CheckFailed, Failure};
use crate::gradient::central;
use crate::numbers::Numbers;
use candle_core::{Shape, Tensor};
use candlelab_host::{Bundle, display};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The format in which the grader reads what was noted.
const MIME: &str = "application/vnd.candlelab.probe+json";

/// Runs a check that notes what the student's code gives; `nonce` tells the grader that it was this
/// check which did, `seed` is what [`Probe::seed`] gives.
///
/// # Errors
/// If the student's code fails or panics.
pub fn probe<S: Display>(
    nonce: &str,
    seed: u64,
    name: &str,
    body: impl FnOnce(&Probe) -> Result<S, Failure>,
) -> Result<(), CheckFailed> {
    let probe = Probe { notes: RefCell::default(), seed };
    finish(nonce, name, &probe.notes, || body(&probe))
}

/// Runs a check that notes what is expected.
///
/// # Errors
/// If the lab's own code fails or panics.
pub fn expect<S: Display>(
    nonce: &str,
    seed: u64,
    name: &str,
    body: impl FnOnce(&Expect) -> Result<S, Failure>,
) -> Result<(), CheckFailed> {
    let expect = Expect { notes: RefCell::default(), seed };
    finish(nonce, name, &expect.notes, || body(&expect))
}

fn finish<S: Display>(
    nonce: &str,
    name: &str,
    notes: &RefCell<Vec<Value>>,
    body: impl FnOnce() -> Result<S, Failure>,
) -> Result<(), CheckFailed> {
    let result =
        catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(panicked(payload)));
    let error = result.as_ref().err().map(|failure| &failure.message);
    let message = result.as_ref().ok().map(ToString::to_string);
    let told = json!({"nonce": nonce, "check": name, "notes": *notes.borrow(),
        "message": message, "error": error});
    display(&Bundle::text(format!("{name} was run")).with(MIME, told.to_string()));
    let failed = |Failure { message, yours }| CheckFailed { name: name.into(), message, yours };
    result.map(drop).map_err(failed)
}

/// Notes what the student's code gives.
#[derive(Debug)]
pub struct Probe {
    notes: RefCell<Vec<Value>>,
    seed: u64,
}

impl Probe {
    fn note(&self, note: Value) -> Result<(), Failure> {
        self.notes.borrow_mut().push(note);
        Ok(())
    }

    /// See [`Check::seed`](crate::Check::seed).
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Numbers.
    ///
    /// # Errors
    /// If they cannot be read; so below.
    pub fn numbers(&self, actual: impl Numbers) -> Result<(), Failure> {
        self.note(json!({"actual": numbers(&actual)?}))
    }

    /// Numbers, and those they should be, where these depend on the student's code too.
    pub fn pair(&self, actual: impl Numbers, expected: impl Numbers) -> Result<(), Failure> {
        self.note(json!({"actual": numbers(&actual)?, "expected": numbers(&expected)?}))
    }

    /// A value as text.
    pub fn text(&self, actual: impl Debug) -> Result<(), Failure> {
        self.note(json!({"actual": format!("{actual:?}")}))
    }

    /// A value and the one it should be, as text; they are compared here.
    pub fn same<A: PartialEq<B> + Debug, B: Debug>(
        &self,
        actual: A,
        expected: B,
    ) -> Result<(), Failure> {
        let is_same = actual == expected;
        let expected = if is_same { format!("{actual:?}") } else { format!("{expected:?}") };
        self.note(json!({"actual": format!("{actual:?}"), "expected": expected}))
    }

    /// Whether something holds.
    pub fn truth(&self, condition: bool) -> Result<(), Failure> {
        self.note(json!({"actual": condition}))
    }

    /// A tensor's shape.
    pub fn dims(&self, actual: &Tensor) -> Result<(), Failure> {
        self.note(json!({"actual": actual.dims()}))
    }

    /// A tensor's shape, and the one that it should have, where this depends on the student's code
    /// too.
    pub fn same_dims(&self, actual: &Tensor, expected: impl Into<Shape>) -> Result<(), Failure> {
        self.note(json!({"actual": actual.dims(), "expected": expected.into().dims()}))
    }

    /// A gradient, and the one by central differences.
    pub fn gradient(
        &self,
        f: impl Fn(&[f64]) -> f64,
        at: &[f64],
        claimed: impl Numbers,
    ) -> Result<(), Failure> {
        self.pair(claimed.numbers()?, central(f, at))
    }

    /// The text of an error, or nothing where there is none.
    pub fn error<T, E: Display>(&self, result: Result<T, E>) -> Result<(), Failure> {
        self.note(json!({"actual": result.err().map(|error| error.to_string())}))
    }

    /// The first attempt that succeeds.
    pub fn restarts(
        &self,
        restarts: u64,
        mut attempt: impl FnMut(u64) -> Result<bool, Failure>,
    ) -> Result<u64, Failure> {
        for seed in 0..restarts {
            if attempt(seed)? {
                self.note(json!({"actual": true}))?;
                return Ok(seed);
            }
        }
        Err(Failure::new(format!("none of {restarts} starts")))
    }
}

/// Notes what a lab expects, with the words for students where it does not hold. Its methods are
/// called as those of [`Check`](crate::Check): the lab's own solution runs too, so that whatever it
/// draws at random is drawn in both halves.
#[derive(Debug)]
pub struct Expect {
    notes: RefCell<Vec<Value>>,
    seed: u64,
}

impl Expect {
    fn note(&self, kind: &str, expected: Value, tolerance: f64, idea: &str) -> Result<(), Failure> {
        let note =
            json!({"kind": kind, "expected": expected, "tolerance": tolerance, "idea": idea});
        self.notes.borrow_mut().push(note);
        Ok(())
    }

    /// See [`Check::seed`](crate::Check::seed).
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// See [`Check::close`](crate::Check::close).
    ///
    /// # Errors
    /// If the lab's numbers cannot be read; so below.
    pub fn close(
        &self,
        _own: impl Numbers,
        expected: impl Numbers,
        tolerance: f64,
        idea: &str,
    ) -> Result<(), Failure> {
        self.note("close", numbers(&expected)?, tolerance, idea)
    }

    /// As [`close`](Self::close), where what is expected depends on the student.
    pub fn pair(
        &self,
        _own: impl Numbers,
        _expected: impl Numbers,
        tolerance: f64,
        idea: &str,
    ) -> Result<(), Failure> {
        self.note("close", Value::Null, tolerance, idea)
    }

    /// See [`Check::equal`](crate::Check::equal); what the lab's own solution gives tells the types,
    /// and whether equal values look equal.
    pub fn equal<A: PartialEq<B> + Debug, B: Debug>(
        &self,
        own: A,
        expected: B,
        idea: &str,
    ) -> Result<(), Failure> {
        let (own, expected) = (format!("{own:?}"), format!("{expected:?}"));
        let note = json!({"kind": "equal", "expected": expected, "own": own, "idea": idea});
        self.notes.borrow_mut().push(note);
        Ok(())
    }

    /// As [`equal`](Self::equal), where what is expected depends on the student.
    pub fn same<A: PartialEq<B> + Debug, B: Debug>(
        &self,
        _own: A,
        _expected: B,
        idea: &str,
    ) -> Result<(), Failure> {
        self.note("equal", Value::Null, 0.0, idea)
    }

    /// See [`Check::holds`](crate::Check::holds).
    pub fn holds(&self, _own: bool, idea: &str) -> Result<(), Failure> {
        self.note("holds", Value::Null, 0.0, idea)
    }

    /// See [`Check::shape`](crate::Check::shape).
    pub fn shape(
        &self,
        _own: &Tensor,
        expected: impl Into<Shape>,
        idea: &str,
    ) -> Result<(), Failure> {
        self.note("equal", expected.into().dims().into(), 0.0, idea)
    }

    /// As [`shape`](Self::shape), where what is expected depends on the student.
    pub fn same_dims(
        &self,
        _own: &Tensor,
        _expected: impl Into<Shape>,
        idea: &str,
    ) -> Result<(), Failure> {
        self.note("equal", Value::Null, 0.0, idea)
    }

    /// See [`Check::at_least`](crate::Check::at_least).
    pub fn at_least(&self, _own: impl Numbers, bound: f64, idea: &str) -> Result<(), Failure> {
        self.note("at_least", bound.into(), 0.0, idea)
    }

    /// See [`Check::at_most`](crate::Check::at_most).
    pub fn at_most(&self, _own: impl Numbers, bound: f64, idea: &str) -> Result<(), Failure> {
        self.note("at_most", bound.into(), 0.0, idea)
    }

    /// One of the two above by its name, where the bound depends on the student.
    pub fn bound(
        &self,
        kind: &str,
        _own: impl Numbers,
        _bound: f64,
        idea: &str,
    ) -> Result<(), Failure> {
        self.note(kind, Value::Null, 0.0, idea)
    }

    /// See [`Check::finite`](crate::Check::finite).
    pub fn finite(&self, _own: impl Numbers, idea: &str) -> Result<(), Failure> {
        self.note("finite", Value::Null, 0.0, idea)
    }

    /// See [`Check::probability`](crate::Check::probability).
    pub fn probability(&self, _own: impl Numbers, idea: &str) -> Result<(), Failure> {
        self.note("probability", Value::Null, 0.0, idea)
    }

    /// See [`Check::gradient`](crate::Check::gradient); it depends on the student.
    pub fn gradient(
        &self,
        f: impl Fn(&[f64]) -> f64,
        at: &[f64],
        _own: impl Numbers,
        tolerance: f64,
        idea: &str,
    ) -> Result<(), Failure> {
        central(f, at);
        self.note("close", Value::Null, tolerance, idea)
    }

    /// See [`Check::error_message`](crate::Check::error_message).
    pub fn error_message<T, E: Display>(
        &self,
        _own: Result<T, E>,
        word: &str,
        idea: &str,
    ) -> Result<(), Failure> {
        self.note("error", word.into(), 0.0, idea)
    }

    /// See [`Check::within_restarts`](crate::Check::within_restarts).
    pub fn within_restarts(
        &self,
        restarts: u64,
        mut attempt: impl FnMut(u64) -> Result<bool, Failure>,
        idea: &str,
    ) -> Result<u64, Failure> {
        self.note("holds", Value::Null, 0.0, idea)?;
        for seed in 0..restarts {
            if attempt(seed)? {
                return Ok(seed);
            }
        }
        Err(Failure::new(idea))
    }
}

/// The shape and the numbers; JSON has no word for those that are not finite.
fn numbers(value: &impl Numbers) -> Result<Value, Failure> {
    let number = |it: f64| if it.is_finite() { it.into() } else { Value::from(it.to_string()) };
    let numbers: Vec<Value> = value.numbers()?.into_iter().map(number).collect();
    Ok(json!({"shape": value.shape()?, "numbers": numbers}))
}
