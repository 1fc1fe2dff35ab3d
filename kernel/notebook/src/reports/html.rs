//! A page that shows every cell; nothing that a notebook holds can run in it.

use super::{Entry, label, megabytes, word};
use crate::json::join;
use crate::{Cell, CellReport, Kind, Notebook};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use pulldown_cmark::{Event, Options, Parser};
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct PageEntry {
    name: String,
    executed: usize,
    time: String,
    memory: String,
    outcome: &'static str,
    passed: bool,
    /// Why there are no cells.
    problem: Option<String>,
    cells: Vec<PageCell>,
}

#[derive(Default, Serialize)]
struct PageCell {
    /// Of a Markdown cell, as HTML.
    prose: Option<String>,
    label: Option<String>,
    cost: String,
    status: &'static str,
    source: Option<String>,
    outputs: Vec<PageOutput>,
    hide_source: bool,
    hide_outputs: bool,
}

#[derive(Serialize)]
struct PageOutput {
    /// `picture`, `page`, `prose`, or a class of text.
    kind: &'static str,
    data: String,
    /// The same as text, for those who cannot see it.
    text: String,
}

/// A page without scripts with all notebooks, their cells, outputs, times and memory. `executed`
/// gives the notebook of an entry, where it can be read.
///
/// The tags `remove-cell`, `remove-input` and `remove-output` leave parts out, `hide-cell`,
/// `hide-input` and `hide-output` fold them.
pub fn html(entries: &[Entry], executed: impl Fn(&Entry) -> Option<Notebook>) -> String {
    let mut templates = Environment::new();
    templates.add_template("page.html", include_str!("page.html")).expect("the template is valid");
    let page = templates.get_template("page.html").expect("added above");
    let passed = entries.iter().filter(|entry| entry.outcome() == "passed").count();
    let entries: Vec<_> =
        entries.iter().map(|entry| page_entry(entry, executed(entry).as_ref())).collect();
    let entries = minijinja::Value::from(Serde(entries));
    page.render(context! { passed, entries }).expect("the template fits its values")
}

fn page_entry(entry: &Entry, notebook: Option<&Notebook>) -> PageEntry {
    let cells = notebook.into_iter().flat_map(Notebook::cells).enumerate();
    let report = |position| entry.cells().iter().find(|report| report.position == position);
    let peak = entry.cells().iter().filter_map(|cell| cell.cost.peak_memory).max();
    PageEntry {
        name: entry.name.clone(),
        executed: entry.cells().iter().filter(|cell| cell.number.is_some()).count(),
        time: format!("{:.1} s", entry.seconds()),
        memory: peak.map_or(String::new(), megabytes),
        outcome: entry.outcome(),
        passed: entry.outcome() == "passed",
        problem: entry.result.as_ref().err().cloned(),
        cells: cells
            .filter(|(_, cell)| !cell.has_tag("remove-cell"))
            .map(|(position, cell)| page_cell(cell, report(position)))
            .collect(),
    }
}

fn page_cell(cell: Cell, report: Option<&CellReport>) -> PageCell {
    let source = cell.source();
    match (cell.kind(), report) {
        (Kind::Markdown, _) => PageCell { prose: Some(prose(&source)), ..PageCell::default() },
        (Kind::Code, Some(report)) => {
            let outputs = cell.outputs().iter().filter(|_| !cell.has_tag("remove-output"));
            let hidden = cell.has_tag("hide-cell");
            PageCell {
                label: Some(label(report)),
                cost: cost(report),
                status: word(report.status),
                source: (!cell.has_tag("remove-input")).then_some(source),
                outputs: outputs.map(page_output).collect(),
                hide_source: hidden || cell.has_tag("hide-input"),
                hide_outputs: hidden || cell.has_tag("hide-output"),
                ..PageCell::default()
            }
        }
        _ => PageCell { source: Some(source), ..PageCell::default() },
    }
}

fn cost(report: &CellReport) -> String {
    let peak = report.cost.peak_memory.map(|bytes| format!(", {}", megabytes(bytes)));
    let ran = report.number.is_some();
    let time = ran.then(|| format!("{:.2} s", report.time.as_secs_f64()));
    time.unwrap_or_default() + &peak.filter(|_| ran).unwrap_or_default()
}

fn page_output(output: &Value) -> PageOutput {
    let text =
        |value: &Value| anstream::adapter::strip_str(&join(value).unwrap_or_default()).to_string();
    let plain = |kind, data| PageOutput { kind, data, text: String::new() };
    match output["output_type"].as_str() {
        Some("stream") if output["name"] == "stderr" => plain("stderr", text(&output["text"])),
        Some("stream") => plain("stdout", text(&output["text"])),
        Some("error") => {
            let lines = output["traceback"].as_array().into_iter().flatten();
            let lines: Vec<&str> = lines.filter_map(Value::as_str).collect();
            plain("error", text(&lines.join("\n").into()))
        }
        _ => display(&output["data"], text(&output["data"]["text/plain"])),
    }
}

/// The richest form that a page without scripts can show.
fn display(data: &Value, text: String) -> PageOutput {
    let form = |mime: &str| join(&data[mime]);
    if let Some(page) = form("text/html") {
        return PageOutput { kind: "page", data: page, text };
    }
    if let Some(svg) = form("image/svg+xml") {
        // Within an `img` no script of the picture runs.
        let data = format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg));
        return PageOutput { kind: "picture", data, text };
    }
    for mime in ["image/png", "image/jpeg"] {
        if let Some(picture) = form(mime) {
            let data = format!("data:{mime};base64,{}", picture.replace('\n', ""));
            return PageOutput { kind: "picture", data, text };
        }
    }
    match form("text/markdown") {
        Some(markdown) => PageOutput { kind: "prose", data: prose(&markdown), text },
        None => PageOutput { kind: "value", data: text, text: String::new() },
    }
}

/// Markdown as HTML; HTML within it is shown as text.
fn prose(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(tag) => Event::Start(harmless(tag)),
        event => event,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    html
}

/// A link leads nowhere if following it would run something.
fn harmless(tag: pulldown_cmark::Tag) -> pulldown_cmark::Tag {
    use pulldown_cmark::Tag;
    let is_safe = |url: &str| {
        let scheme = url.split(['/', '?', '#']).next().unwrap_or_default();
        !scheme.contains(':') || ["http:", "https:", "mailto:"].iter().any(|it| url.starts_with(it))
    };
    match tag {
        Tag::Link { link_type, dest_url, title, id } if !is_safe(&dest_url) => {
            drop(dest_url);
            Tag::Link { link_type, dest_url: "".into(), title, id }
        }
        tag => tag,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failing, unread};
    use super::*;
    use serde_json::json;

    fn page(outputs: Value, tags: Value) -> String {
        let code = |outputs: Value, tags: Value| {
            json!({"cell_type": "code", "source": "let x = <1>;", "execution_count": 1,
                "metadata": {"tags": tags}, "outputs": outputs})
        };
        let prose = "# Title <script>alert(1)</script>\n[a](javascript:alert(2)) [b](https://b.c)";
        let root = json!({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [
            {"cell_type": "markdown", "source": prose, "metadata": {}},
            code(outputs, tags)]});
        let notebook = Notebook::from_json(root, "a.ipynb").unwrap();
        html(&[failing(), unread()], |entry| {
            entry.name.starts_with("labs").then(|| notebook.clone())
        })
    }

    #[track_caller]
    fn shows(outputs: Value, expected: &str) {
        let page = page(json!([outputs]), json!([]));
        assert!(page.contains(expected), "{expected} is not in:\n{page}");
    }

    #[test]
    fn nothing_of_a_notebook_runs() {
        let stream =
            json!({"output_type": "stream", "name": "stdout", "text": "<script>x\u{1b}[31m"});
        let page = page(json!([stream]), json!([]));
        assert!(!page.contains("<script") && !page.contains("javascript:"), "{page}");
        assert!(page.contains("href=\"https:&#x2f;&#x2f;b.c\"") || page.contains("https://b.c"));
        assert!(page.contains("let x = &lt;1&gt;;") && !page.contains('\u{1b}'));
    }

    #[test]
    fn displays_take_their_richest_harmless_form() {
        let display = |mime: &str, data: &str| {
            json!({"output_type": "display_data", "metadata": {},
                "data": {mime: data, "text/plain": "a picture"}})
        };
        shows(
            display("image/png", "AA\n"),
            r#"<img alt="a picture" src="data:image&#x2f;png;base64,AA">"#,
        );
        shows(display("image/svg+xml", "<svg/>"), "base64,PHN2Zy8+");
        shows(
            display("text/html", "<b>x</b>"),
            "<iframe sandbox srcdoc=\"&lt;b&gt;x&lt;&#x2f;b&gt;\">",
        );
        shows(display("text/markdown", "*x*"), "<em>x</em>");
        shows(display("text/latex", "$x$"), "<pre class=\"value\">a picture</pre>");
    }

    #[test]
    fn tags_remove_and_fold() {
        let stream = || json!([{"output_type": "stream", "name": "stdout", "text": "seen"}]);
        assert!(page(stream(), json!([])).contains("seen"));
        assert!(!page(stream(), json!(["remove-output"])).contains("seen"));
        assert!(!page(stream(), json!(["remove-cell"])).contains("seen"));
        assert!(!page(stream(), json!(["remove-input"])).contains("let x"));
        assert!(page(stream(), json!(["hide-input"])).contains("<summary>code</summary>"));
    }
}
