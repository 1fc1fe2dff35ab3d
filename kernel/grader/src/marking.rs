//! Pages for a person who marks: one answer at a time, whose it is is not said.

use crate::manual::answer_to;
use crate::{Error, Lab, Manual, Marks, repair};
use candlelab_notebook::{Cell, Kind, Notebook};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The script of the pages: keys for everything.
pub const SCRIPT: &str = include_str!("marking/mark.js");
/// The style of the pages.
pub const STYLE: &str = include_str!("marking/mark.css");

/// An answer that a person marks.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Whose it is; no page says so.
    #[serde(skip)]
    pub student: String,
    /// The lab.
    pub lab: String,
    /// The `grade_id` of the cell.
    pub cell: String,
    /// All points that it can get.
    pub max: f64,
    /// The prose above it.
    pub question: String,
    /// What the student wrote.
    pub text: String,
    /// What the lab's author wrote, mark scheme included.
    pub solution: String,
}

/// A student's answers in a lab that wait for a person.
///
/// # Errors
/// If the lab itself is broken.
pub fn answers(lab: &Lab, student: &str, notebook: &Notebook) -> Result<Vec<Answer>, Error> {
    let repaired = repair(lab, notebook)?.notebook;
    let answer = |(cell, marks): (Cell, Marks)| Answer {
        student: student.into(),
        lab: lab.about.lab.clone(),
        max: marks.points(),
        question: question(lab, cell),
        // Below a task stand cells that the lab's frame has no place for.
        text: answer_to(if marks.task { notebook } else { &repaired }, &marks).unwrap_or_default(),
        solution: cell.source(),
        cell: marks.grade_id,
    };
    Ok(lab.graded().filter(|(_, marks)| marks.is_by_hand()).map(answer).collect())
}

/// The last prose above a cell of the lab.
fn question(lab: &Lab, cell: Cell) -> String {
    let above = lab.notebook.cells().take_while(|it| it.id() != cell.id());
    let prose = above.filter(|it| it.kind() == Kind::Markdown);
    prose.last().map_or_else(String::new, Cell::source)
}

/// Puts answers to one question beside each other, students in an order that `secret` decides.
pub fn shuffle(answers: &mut [Answer], secret: &str) {
    let place = |it: &Answer| {
        let mut hash = Sha256::new();
        for part in [secret, &it.lab, &it.cell, &it.student] {
            hash.update(part);
            hash.update([0]);
        }
        hash.finalize().to_vec()
    };
    answers.sort_by_cached_key(|it| (it.lab.clone(), it.cell.clone(), place(it)));
}

/// The page with all answers, and what they have been given.
pub fn overview(answers: &[Answer], given: &[Option<Manual>]) -> String {
    let lines =
        answers.iter().zip(given).map(|(it, given)| (it, given.as_ref().map(|it| it.points)));
    let lines = Value::from(Serde(lines.collect::<Vec<_>>()));
    let open = given.iter().filter(|it| it.is_none()).count();
    render("overview.html", context! { lines, open, all => answers.len() })
}

/// The page of one answer; `problem` says what was wrong with what has been entered.
pub fn page(
    answers: &[Answer],
    place: usize,
    given: Option<&Manual>,
    problem: Option<&str>,
) -> String {
    let answer = Value::from(Serde(&answers[place]));
    let (points, comment) = given.map(|it| (it.points, it.comment.as_str())).unzip();
    let (number, all) = (place + 1, answers.len());
    render("answer.html", context! { answer, number, all, points, comment, problem })
}

fn render(name: &str, values: Value) -> String {
    let mut templates = Environment::new();
    let texts = [
        ("overview.html", include_str!("marking/overview.html")),
        ("answer.html", include_str!("marking/answer.html")),
    ];
    for (name, text) in texts {
        templates.add_template(name, text).expect("the template is valid");
    }
    let page = templates.get_template(name).expect("added above");
    page.render(values).expect("the template fits its values")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(student: &str, cell: &str) -> Answer {
        Answer {
            student: student.into(),
            lab: "01-lines".into(),
            cell: cell.into(),
            max: 3.0,
            question: "Why does <it> fall?".into(),
            text: "<script>alert(1)</script> it falls".into(),
            solution: "it falls since …".into(),
        }
    }

    #[test]
    fn a_page_does_not_say_whose_it_is_and_runs_nothing_of_theirs() {
        let answers = [answer("ada", "why"), answer("bob", "why")];
        let page = page(&answers, 1, None, Some("at most <3>"));
        assert!(page.contains("2 of 2") && page.contains("max=\"3.0\""), "{page}");
        assert!(page.contains("Why does &lt;it&gt; fall?"), "{page}");
        assert!(page.contains("&lt;script&gt;") && page.contains("&lt;3&gt;"), "{page}");
        assert!(!page.contains("<script>") && !page.contains("bob"), "{page}");
        let overview = overview(&answers, &[None, None]);
        assert!(!overview.contains("ada") && overview.contains("2 of 2"), "{overview}");
    }

    #[test]
    fn students_come_in_another_order_at_each_question() {
        let students: Vec<String> = (0..20).map(|it| format!("student-{it:02}")).collect();
        let mut answers: Vec<Answer> =
            students.iter().flat_map(|it| [answer(it, "a"), answer(it, "b")]).collect();
        shuffle(&mut answers, "secret");
        let order = |cell: &str| {
            let own = answers.iter().filter(|it| it.cell == cell);
            own.map(|it| it.student.clone()).collect::<Vec<_>>()
        };
        assert!(order("a") != students && order("a") != order("b"));
        assert!(answers[..20].iter().all(|it| it.cell == "a"));
    }
}
