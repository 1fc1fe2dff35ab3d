//! What a student reads when an idea holds and when it does not.

use candle_core::{Device, Tensor};
use candlelab_check::{Check, Failure, check, lab, progress};

/// What a failing check says.
fn says(body: impl FnOnce(&Check) -> Result<(), Failure>) -> String {
    check("exercise", 1, |c| body(c).map(|()| "passed"))
        .map_or_else(|it| it.to_string(), |()| String::new())
}

#[test]
fn close_names_the_place_that_differs() {
    let z = Tensor::new(&[[1f32, 2.5, 2.0]], &Device::Cpu).unwrap();
    assert_eq!(says(|c| c.close(&z, [[1.0, 2.5, 2.0]], 1e-6, "a bias in every score")), "");
    let text = says(|c| c.close(&z, [[1.0, 2.0, 2.0]], 1e-6, "a bias in every score"));
    assert_eq!(text, "exercise: a bias in every score\nyours: 2.5 at [0, 1]");
    let text = says(|c| c.close(&z, [1.0, 2.5, 2.0], 1e-6, "one row"));
    assert_eq!(text, "exercise: one row\nyours: the shape [1, 3] instead of [3]");
    let text = says(|c| c.close(f64::NAN, 1.0, 1e-6, "a number"));
    assert_eq!(text, "exercise: a number\nyours: NaN");
}

#[test]
fn bounds_hold_for_every_number_and_for_no_nan() {
    assert_eq!(says(|c| c.at_least([1.0, 2.0], 1.0, "large")), "");
    assert_eq!(says(|c| c.at_least([1.0, 0.5], 1.0, "large")), "exercise: large\nyours: 0.5");
    assert_eq!(says(|c| c.at_most([f32::NAN], 1.0, "small")), "exercise: small\nyours: NaN");
    assert_eq!(says(|c| c.finite([1.0, f64::INFINITY], "finite")), "exercise: finite\nyours: inf");
    assert_eq!(says(|c| c.equal(3, 3, "three")), "");
    assert_eq!(says(|c| c.equal("a", "b", "the letter")), "exercise: the letter\nyours: \"a\"");
    assert_eq!(says(|c| c.holds(false, "it is so")), "exercise: it is so");
}

#[test]
fn an_empty_list_has_no_numbers_that_could_fit() {
    let none = || Vec::<f64>::new();
    for text in [
        says(|c| c.at_least(none(), 1.0, "some")),
        says(|c| c.at_most(none(), 1.0, "some")),
        says(|c| c.finite(none(), "some")),
        says(|c| c.probability(none(), "some")),
    ] {
        assert_eq!(text, "exercise: some\nyours: no numbers");
    }
}

#[test]
fn shapes_and_probabilities() {
    let p = Tensor::new(&[[0.25f32, 0.75], [0.5, 0.6]], &Device::Cpu).unwrap();
    assert_eq!(says(|c| c.shape(&p, (2, 2), "two rows")), "");
    assert_eq!(says(|c| c.shape(&p, 4, "a row")), "exercise: a row\nyours: the shape [2, 2]");
    assert!(says(|c| c.probability(&p, "rows sum to one")).contains("whose sum is 1.1"));
    assert_eq!(says(|c| c.probability([[0.25, 0.75]], "rows sum to one")), "");
    assert!(says(|c| c.probability([1.5, -0.5], "none below zero")).contains("none below zero"));
}

#[test]
fn a_gradient_is_compared_with_small_steps() {
    let f = |x: &[f64]| x[0] * x[0] + 3.0 * x[1]; // slopes 2x, 3
    assert_eq!(says(|c| c.gradient(f, &[2.0, 5.0], [4.0, 3.0], 1e-6, "slopes")), "");
    let text = says(|c| c.gradient(f, &[2.0, 5.0], [4.0, 5.0], 1e-6, "slopes"));
    assert_eq!(text, "exercise: slopes\nyours: 5 at [1]");
}

#[test]
fn errors_are_expected_by_a_word() {
    let bad: Result<(), String> = Err("shape mismatch".into());
    assert_eq!(says(|c| c.error_message(bad.clone(), "shape", "sizes must meet")), "");
    let text = says(|c| c.error_message(bad.clone(), "dtype", "types must meet"));
    assert_eq!(text, "exercise: types must meet\nyours: the error `shape mismatch`");
    let good: Result<i32, String> = Ok(1);
    assert!(says(|c| c.error_message(good, "shape", "sizes")).ends_with("yours: no error"));
}

#[test]
fn one_good_start_is_enough() {
    let mut found = 0;
    let text = says(|c| {
        found = c.within_restarts(3, |seed| Ok(seed == 2), "some start works")?;
        Ok(())
    });
    assert_eq!((text.as_str(), found), ("", 2));
    let text = says(|c| c.within_restarts(3, |_| Ok(false), "some start works").map(|_| ()));
    assert_eq!(text, "exercise: some start works\nyours: none of 3 starts");
}

#[test]
fn what_is_unwritten_panics_or_errs_fails_the_check() {
    #[allow(clippy::todo)] // What a student starts from.
    fn unwritten() -> f64 {
        todo!()
    }
    let text = says(|c| c.close(unwritten(), 1.0, 0.1, "one"));
    assert_eq!(
        text,
        "exercise: this or an earlier exercise is still to be written, at `// YOUR CODE HERE`"
    );
    let text = says(|_| Err("x".parse::<f64>().unwrap_err().into()));
    assert_eq!(text, "exercise: your code gave an error: invalid float literal");
    let text = says(|c| c.equal(Vec::<i32>::new()[0], 1, "one"));
    assert!(text.starts_with("exercise: your code panicked: index out of bounds"), "{text}");
}

#[test]
fn progress_counts_what_passed() {
    // In a process of its own would be cleaner; the other tests all use one name.
    lab("00-counting", 3);
    check("first", 1, |c| c.holds(true, "so").map(|()| "done")).unwrap();
    check("second", 0.5, |c| c.holds(false, "not so").map(|()| "done")).unwrap_err();
    let text = progress();
    assert!(text.contains("✓ first") && text.contains("✗ second: not so"), "{text}");
    assert!(text.contains(" of 3 checks passed"), "{text}");
}
