//! A class at a glance: a page without scripts, a section for each lab.

mod alike;
mod items;
mod numbers;
mod own;
mod tokens;

pub use alike::{Pair, Work, alike};
pub use items::{Item, items};
pub use own::{given, work_of};

use crate::Grade;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use numbers::{mean, median, most_common, spread};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many bars a distribution has.
const BARS: usize = 10;
/// How many notes are shown.
const NOTES: usize = 8;

/// What the page says of a lab.
#[derive(Serialize)]
struct Section<'a> {
    lab: &'a str,
    graded: usize,
    mean: f64,
    median: f64,
    spread: f64,
    max: f64,
    /// How many reached each tenth of the points.
    bars: Vec<usize>,
    tallest: usize,
    items: Vec<Item>,
    time: Time,
    notes: Vec<(String, usize)>,
    pairs: Vec<Pair>,
}

/// How long grading took, in seconds.
#[derive(Serialize)]
struct Time {
    median: f64,
    longest: f64,
    all: f64,
}

/// The page for a class: its grades, and pairs of submissions that are alike, by lab.
pub fn report(grades: &[Grade], mut pairs: BTreeMap<String, Vec<Pair>>) -> String {
    let mut labs: BTreeMap<&str, Vec<&Grade>> = BTreeMap::new();
    for grade in grades {
        labs.entry(&grade.lab).or_default().push(grade);
    }
    let mut sections = Vec::new();
    for (lab, grades) in labs {
        sections.push(section(lab, &grades, pairs.remove(lab).unwrap_or_default()));
    }
    let students: BTreeSet<&str> = grades.iter().map(|grade| grade.student.as_str()).collect();
    let mut templates = Environment::new();
    let text = include_str!("report/report.html");
    templates.add_template("report.html", text).expect("the template is valid");
    let page = templates.get_template("report.html").expect("added above");
    let values = context! { students => students.len(), grades => grades.len(),
    sections => Value::from(Serde(sections)) };
    page.render(values).expect("the template fits its values")
}

fn section<'a>(lab: &'a str, grades: &[&Grade], pairs: Vec<Pair>) -> Section<'a> {
    let points: Vec<f64> = grades.iter().map(|grade| grade.points()).collect();
    let seconds: Vec<f64> = grades.iter().map(|grade| grade.seconds).collect();
    let bars = bars(grades);
    let notes = grades.iter().flat_map(|grade| grade.notes.iter().map(String::as_str));
    Section {
        lab,
        graded: grades.len(),
        mean: mean(&points),
        median: median(&points),
        spread: spread(&points),
        max: grades.iter().map(|grade| grade.max()).fold(0.0, f64::max),
        tallest: bars.iter().copied().max().unwrap_or(0).max(1),
        bars,
        items: items(grades),
        time: Time {
            median: median(&seconds),
            longest: seconds.iter().copied().fold(0.0, f64::max),
            all: seconds.iter().sum(),
        },
        notes: most_common(notes, NOTES),
        pairs,
    }
}

/// How many reached each tenth of the points; all points belong to the last.
fn bars(grades: &[&Grade]) -> Vec<usize> {
    let mut bars = vec![0; BARS];
    for grade in grades {
        let share = if grade.max() > 0.0 { grade.points() / grade.max() } else { 0.0 };
        // Rounded away: 0.7 · 10 is a little less than 7.
        let bar = (share * BARS as f64 + 1e-9).floor().clamp(0.0, BARS as f64 - 1.0);
        bars[bar as usize] += 1;
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradebook::tests::grade;

    #[test]
    fn the_page_shows_the_class_and_runs_nothing() {
        let mut eve = grade("<script>alert(1)</script>", 2.0);
        eve.notes = vec!["<img src=x>".into()];
        eve.verdicts[1].message = "<b>bold</b>".into();
        let pair = Pair {
            one: "<script>alert(1)</script>".into(),
            other: "bob".into(),
            shared: 12,
            share: 0.75,
        };
        let pairs = BTreeMap::from([("01-lines".to_owned(), vec![pair])]);
        let page = report(&[eve, grade("bob", 0.0)], pairs);
        assert!(page.contains("<h2>01-lines</h2>") && page.contains("75 %"), "{page}");
        assert!(page.contains("Content-Security-Policy"), "{page}");
        for text in ["<script", "<img", "<b>bold"] {
            assert!(!page.contains(text), "{text} is in:\n{page}");
        }
    }

    #[test]
    fn all_points_are_in_the_last_tenth_and_none_in_the_first() {
        let with = |points: f64| {
            let mut grade = grade("ada", points);
            grade.verdicts.truncate(1);
            grade.verdicts[0].max = 10.0;
            grade
        };
        let grades = [0.0, 0.9, 1.0, 7.0, 10.0, 11.0].map(with);
        let bars = bars(&grades.iter().collect::<Vec<_>>());
        assert_eq!(bars, [2, 1, 0, 0, 0, 0, 0, 1, 0, 2]);
    }
}
