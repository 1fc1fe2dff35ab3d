//! `%%test`: runs a cell's tests.

use crate::cell::caught;
use std::any::Any;
use std::fmt::Debug;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the cell panics with when a test failed; the host shows it by its own name.
#[derive(Debug)]
pub struct TestsFailed(pub String);

/// What a test may return.
pub trait TestResult {
    /// The error's text, where the test failed by returning one.
    fn into_result(self) -> Result<(), String>;
}

impl TestResult for () {
    fn into_result(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: Debug> TestResult for Result<(), E> {
    fn into_result(self) -> Result<(), String> {
        self.map_err(|error| format!("{error:?}"))
    }
}

/// A test: its name, whether it should panic, and itself.
pub type Test<'a> = (&'a str, bool, &'a dyn Fn() -> Result<(), String>);

/// Runs tests one after the other and tells how each went.
///
/// # Panics
/// If one failed.
pub fn run_tests(tests: &[Test<'_>]) {
    let mut failed = 0;
    for (name, should_panic, test) in tests {
        let failure = judge(catch_unwind(AssertUnwindSafe(test)), *should_panic);
        let mark = if failure.is_none() { "✓" } else { "✗" };
        let text = failure.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
        let _ = writeln!(std::io::stdout(), "{mark} {name}{text}");
        failed += usize::from(failure.is_some());
    }
    if failed > 0 {
        std::panic::panic_any(TestsFailed(format!("{failed} of {} tests failed", tests.len())));
    }
}

fn judge(
    result: Result<Result<(), String>, Box<dyn Any + Send>>,
    should_panic: bool,
) -> Option<String> {
    match (result, should_panic) {
        (Ok(Ok(())), false) | (Err(_), true) => None,
        (Ok(Ok(())), true) => Some("it should have panicked".into()),
        (Ok(Err(error)), _) => Some(error),
        (Err(payload), false) => Some(caught(&*payload)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_judged_by_what_they_should_do() {
        assert_eq!(judge(Ok(Ok(())), false), None);
        assert_eq!(judge(Err(Box::new("boom")), true), None);
        assert_eq!(judge(Err(Box::new("boom")), false), Some("boom".into()));
        assert_eq!(judge(Ok(Err("no".into())), false), Some("no".into()));
        assert_eq!(judge(Ok(Ok(())), true), Some("it should have panicked".into()));
    }

    #[test]
    fn one_failure_fails_the_cell() {
        let run = || run_tests(&[("a", false, &|| Ok(())), ("b", false, &|| Err("no".into()))]);
        let failed = catch_unwind(run).unwrap_err();
        assert_eq!(failed.downcast_ref::<TestsFailed>().unwrap().0, "1 of 2 tests failed");
    }
}
