//! One check of an exercise.

use crate::failure::{CheckFailed, Failure};
use crate::gradient::central;
use crate::numbers::Numbers;
use crate::{lab, report};
use candle_core::{Shape, Tensor};
use candlelab_host::Interrupted;
use std::any::Any;
use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Runs a check worth so many points; its closure returns what has been achieved.
///
/// # Errors
/// If an idea does not hold, or the student's code fails or panics.
pub fn check<S: Display>(
    name: &str,
    points: impl Into<f64>,
    body: impl FnOnce(&Check) -> Result<S, Failure>,
) -> Result<(), CheckFailed> {
    let result = catch_unwind(AssertUnwindSafe(|| body(&Check(()))))
        .unwrap_or_else(|payload| Err(panicked(payload)));
    match result {
        Ok(message) => {
            let count = lab::note(name, None);
            report::passed(name, points.into(), &count, &message.to_string());
            Ok(())
        }
        Err(failure) => {
            let count = lab::note(name, Some(&failure.message));
            report::failed(name, points.into(), &count, &failure);
            let Failure { message, yours } = failure;
            Err(CheckFailed { name: name.into(), message, yours })
        }
    }
}

/// What a panic of the student's code means.
pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    if payload.is::<Interrupted>() {
        resume_unwind(payload);
    }
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    if text.starts_with("not yet implemented") {
        return Failure::new(
            "this or an earlier exercise is still to be written, at `// YOUR CODE HERE`",
        );
    }
    Failure::new(format!("your code panicked: {text}"))
}

/// What of an empty list holds for all its numbers, holds for no student's work.
const NOTHING: &str = "no numbers";

/// The comparisons of a check; each takes the idea that must hold, which is what the student reads.
#[derive(Debug)]
pub struct Check(());

impl Check {
    /// A number from which a check may draw its examples, such as by `seed(c.seed())`: always the
    /// same in a notebook, and another each time that submissions are graded. What the check asks
    /// must then hold for any.
    pub fn seed(&self) -> u64 {
        1
    }

    /// Numbers agree to within `tolerance`, each by itself, and their shapes are equal.
    ///
    /// # Errors
    /// If they do not.
    pub fn close(
        &self,
        actual: impl Numbers,
        expected: impl Numbers,
        tolerance: f64,
        idea: &str,
    ) -> Result<(), Failure> {
        let (shape, wanted) = (actual.shape()?, expected.shape()?);
        if shape != wanted {
            return Err(Failure::with(idea, format!("the shape {shape:?} instead of {wanted:?}")));
        }
        let (actual, expected) = (actual.numbers()?, expected.numbers()?);
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance || a == b;
        match actual.iter().zip(&expected).position(|pair| !near(pair)) {
            None => Ok(()),
            Some(at) if shape.is_empty() => Err(Failure::with(idea, actual[at])),
            Some(at) => {
                Err(Failure::with(idea, format!("{} at {:?}", actual[at], index(at, &shape))))
            }
        }
    }

    /// Two values are equal.
    ///
    /// # Errors
    /// If they are not.
    pub fn equal<A: PartialEq<B> + Debug, B: Debug>(
        &self,
        actual: A,
        expected: B,
        idea: &str,
    ) -> Result<(), Failure> {
        if actual == expected { Ok(()) } else { Err(Failure::with(idea, format!("{actual:?}"))) }
    }

    /// Something holds.
    ///
    /// # Errors
    /// If it does not.
    pub fn holds(&self, condition: bool, idea: &str) -> Result<(), Failure> {
        if condition { Ok(()) } else { Err(Failure::new(idea)) }
    }

    /// All numbers are at least `bound`.
    ///
    /// # Errors
    /// If one is below it, or is not a number, or there is none.
    pub fn at_least(&self, actual: impl Numbers, bound: f64, idea: &str) -> Result<(), Failure> {
        self.all(actual, |number| number >= bound, idea)
    }

    /// All numbers are at most `bound`.
    ///
    /// # Errors
    /// If one is above it, or is not a number, or there is none.
    pub fn at_most(&self, actual: impl Numbers, bound: f64, idea: &str) -> Result<(), Failure> {
        self.all(actual, |number| number <= bound, idea)
    }

    /// No number is infinite or NaN.
    ///
    /// # Errors
    /// If one is, or there is none.
    pub fn finite(&self, actual: impl Numbers, idea: &str) -> Result<(), Failure> {
        self.all(actual, f64::is_finite, idea)
    }

    fn all(
        &self,
        actual: impl Numbers,
        fits: impl Fn(f64) -> bool,
        idea: &str,
    ) -> Result<(), Failure> {
        let numbers = actual.numbers()?;
        match numbers.iter().find(|number| !fits(**number)) {
            None if numbers.is_empty() => Err(Failure::with(idea, NOTHING)),
            None => Ok(()),
            Some(number) => Err(Failure::with(idea, number)),
        }
    }

    /// A tensor has a shape.
    ///
    /// # Errors
    /// If it has another.
    pub fn shape(
        &self,
        actual: &Tensor,
        expected: impl Into<Shape>,
        idea: &str,
    ) -> Result<(), Failure> {
        if *actual.shape() == expected.into() {
            return Ok(());
        }
        Err(Failure::with(idea, format!("the shape {:?}", actual.dims())))
    }

    /// Rows along the last axis are probabilities: none below zero, each row's sum one (to 1e-5).
    ///
    /// # Errors
    /// If a row's are not, or there is none.
    pub fn probability(&self, actual: impl Numbers, idea: &str) -> Result<(), Failure> {
        let width = actual.shape()?.last().copied().unwrap_or(1).max(1);
        let numbers = actual.numbers()?;
        if numbers.is_empty() {
            return Err(Failure::with(idea, NOTHING));
        }
        for row in numbers.chunks(width) {
            let sum: f64 = row.iter().sum();
            if row.iter().any(|p| *p < 0.0) || (sum - 1.0).abs() > 1e-5 || sum.is_nan() {
                return Err(Failure::with(idea, format!("the row {row:?}, whose sum is {sum}")));
            }
        }
        Ok(())
    }

    /// `claimed` is the gradient of `f` at a point, by central differences, to within `tolerance`.
    ///
    /// # Errors
    /// If it is not.
    pub fn gradient(
        &self,
        f: impl Fn(&[f64]) -> f64,
        at: &[f64],
        claimed: impl Numbers,
        tolerance: f64,
        idea: &str,
    ) -> Result<(), Failure> {
        self.close(claimed.numbers()?, central(f, at), tolerance, idea)
    }

    /// A result is an error whose text has `word` in it.
    ///
    /// # Errors
    /// If it is a value, or another error.
    pub fn error_message<T, E: Display>(
        &self,
        result: Result<T, E>,
        word: &str,
        idea: &str,
    ) -> Result<(), Failure> {
        match result {
            Err(error) if error.to_string().contains(word) => Ok(()),
            Err(error) => Err(Failure::with(idea, format!("the error `{error}`"))),
            Ok(_) => Err(Failure::with(idea, "no error")),
        }
    }

    /// One of `restarts` attempts succeeds; each gets its number, to be used as a seed. Returns the
    /// number of the first that did.
    ///
    /// # Errors
    /// If none does, or one gives an error.
    pub fn within_restarts(
        &self,
        restarts: u64,
        attempt: impl FnMut(u64) -> Result<bool, Failure>,
        idea: &str,
    ) -> Result<u64, Failure> {
        let mut attempt = attempt;
        for seed in 0..restarts {
            if attempt(seed)? {
                return Ok(seed);
            }
        }
        Err(Failure::with(idea, format!("none of {restarts} starts")))
    }
}

/// The place of the `at`th number: `index(4, &[2, 3])` is `[1, 1]`.
fn index(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut place: Vec<usize> = shape
        .iter()
        .rev()
        .map(|size| {
            let here = at % size;
            at /= size;
            here
        })
        .collect();
    place.reverse();
    place
}
