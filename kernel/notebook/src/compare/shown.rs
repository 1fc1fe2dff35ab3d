//! Compares what one cell shows, output by output.

use super::number::Grammar;
use super::picture::{self, Format};
use super::{Mismatch, Tolerance, diff, text, tree};
use crate::json;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What differs between the outputs of a cell.
pub fn compare(stored: &[Value], new: &[Value], tolerance: &Tolerance) -> Vec<Mismatch> {
    let (stored, new) = (read(stored, tolerance), read(new, tolerance));
    if !stored.iter().map(Shown::kind).eq(new.iter().map(Shown::kind)) {
        return vec![other_kinds(&stored, &new, tolerance)];
    }
    let several = stored.len() > 1;
    let pairs = stored.iter().zip(&new).enumerate();
    let mismatches = pairs.flat_map(|(index, (stored, new))| {
        let place = match stored.kind() {
            kind if several => format!("output {} ({kind})", index + 1),
            kind => kind.to_owned(),
        };
        let found = stored.compare(new, tolerance);
        found.into_iter().map(move |found| found.within(&place))
    });
    mismatches.collect()
}

/// An output in the form in which it is compared.
enum Shown<'a> {
    Stream { name: &'static str, text: String },
    Data { kind: &'static str, data: BTreeMap<&'a str, &'a Value> },
    Error { name: &'a str, message: &'a str },
}

/// The outputs, with neighbouring parts of one stream joined and without what is ignored.
fn read<'a>(outputs: &'a [Value], tolerance: &Tolerance) -> Vec<Shown<'a>> {
    let mut all: Vec<Shown> = Vec::new();
    let string = |value: &'a Value| value.as_str().unwrap_or_default();
    for output in outputs {
        let next = match &output["output_type"] {
            kind if kind == "stream" => Shown::Stream {
                name: if output["name"] == "stderr" { "stderr" } else { "stdout" },
                text: json::join(&output["text"]).unwrap_or_default(),
            },
            kind if kind == "error" => {
                Shown::Error { name: string(&output["ename"]), message: string(&output["evalue"]) }
            }
            kind => {
                let data = output["data"].as_object().into_iter().flatten();
                let data = data.map(|(mime, content)| (mime.as_str(), content));
                let kind = if kind == "execute_result" { "result" } else { "display" };
                Shown::Data {
                    kind,
                    data: data.filter(|(mime, _)| !tolerance.ignores(mime)).collect(),
                }
            }
        };
        match (all.last_mut(), next) {
            (Some(Shown::Stream { name: last, text: so_far }), Shown::Stream { name, text })
                if *last == name =>
            {
                so_far.push_str(&text);
            }
            (_, next) if next.is_empty() => {}
            (_, next) => all.push(next),
        }
    }
    all
}

fn other_kinds(stored: &[Shown], new: &[Shown], tolerance: &Tolerance) -> Mismatch {
    let kinds = |all: &[Shown]| match all {
        [] => "none".to_owned(),
        all => diff::window(&all.iter().map(Shown::kind).collect::<Vec<_>>().join(", "), 0, 60),
    };
    let what = format!("stored outputs: {}; new outputs: {}", kinds(stored), kinds(new));
    let lines = |all: &[Shown]| -> String { all.iter().map(|it| it.lines(tolerance)).collect() };
    let (stored, new) = (lines(stored), lines(new));
    let (stored, new): (Vec<&str>, Vec<&str>) = (stored.lines().collect(), new.lines().collect());
    let diff = diff::mismatch(&stored, &new).map(|lines| lines.diff).unwrap_or_default();
    Mismatch { what, diff }
}

impl Shown<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Stream { name, .. } => name,
            Self::Data { kind, .. } => kind,
            Self::Error { .. } => "error",
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Stream { text, .. } => text.is_empty(),
            Self::Data { data, .. } => data.is_empty(),
            Self::Error { .. } => false,
        }
    }

    /// The output in lines, under its kind.
    fn lines(&self, tolerance: &Tolerance) -> String {
        let body = match self {
            Self::Stream { text, .. } => text.clone(),
            Self::Data { data, .. } => match data.get("text/plain").copied().and_then(json::join) {
                Some(text) => text,
                None => data.keys().copied().collect::<Vec<_>>().join(", "),
            },
            Self::Error { name, message } => format!("{name}: {message}"),
        };
        let body = text::settle(&body, tolerance);
        format!("[{}]\n{}\n", self.kind(), body.trim_end_matches('\n'))
    }

    /// What differs from an output of the same kind.
    fn compare(&self, new: &Self, tolerance: &Tolerance) -> Vec<Mismatch> {
        let texts = |stored: &str, new: &str| text::compare(stored, new, Grammar::Prose, tolerance);
        match (self, new) {
            (Self::Stream { text: stored, .. }, Self::Stream { text: new, .. }) => {
                texts(stored, new).into_iter().collect()
            }
            (Self::Data { data: stored, .. }, Self::Data { data: new, .. }) => {
                bundles(stored, new, tolerance)
            }
            (
                Self::Error { name: stored, message: stored_message },
                Self::Error { name, message },
            ) => {
                if stored != name {
                    return vec![Mismatch::plain(diff::sides(stored, name))];
                }
                texts(stored_message, message).into_iter().collect()
            }
            _ => unreachable!("outputs of one kind have one form"),
        }
    }
}

fn bundles(
    stored: &BTreeMap<&str, &Value>,
    new: &BTreeMap<&str, &Value>,
    tolerance: &Tolerance,
) -> Vec<Mismatch> {
    let mut types: Vec<&str> = stored.keys().chain(new.keys()).copied().collect();
    types.sort_unstable();
    types.dedup();
    let found = types.into_iter().filter_map(|mime| {
        let found = match (stored.get(mime), new.get(mime)) {
            (Some(stored), Some(new)) => contents(mime, stored, new, tolerance)?,
            (Some(_), None) => Mismatch::plain("is in the stored output only".into()),
            _ => Mismatch::plain("is in the new output only".into()),
        };
        Some(found.within(mime))
    });
    found.collect()
}

/// Compares two contents of one MIME type.
fn contents(mime: &str, stored: &Value, new: &Value, tolerance: &Tolerance) -> Option<Mismatch> {
    let is_json = mime.ends_with("json");
    let (Some(old), Some(fresh), false) = (json::join(stored), json::join(new), is_json) else {
        return tree::compare(stored, new, tolerance);
    };
    let pictures = |format| picture::compare(&old, &fresh, format, tolerance).map(Mismatch::plain);
    match mime {
        "image/svg+xml" => text::compare(&tags(&old), &tags(&fresh), Grammar::Svg, tolerance),
        "image/png" => pictures(Format::Png),
        "image/jpeg" => pictures(Format::Jpeg),
        _ if is_text(mime) => text::compare(&old, &fresh, Grammar::Prose, tolerance),
        _ => (old != fresh).then(|| Mismatch::plain(diff::sides(&old, &fresh))),
    }
}

fn is_text(mime: &str) -> bool {
    mime.starts_with("text/") || mime.ends_with("xml") || mime == "application/javascript"
}

/// XML with a line for each tag.
fn tags(xml: &str) -> String {
    static BETWEEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r">\s*<").expect("a valid pattern"));
    BETWEEN.replace_all(xml, ">\n<").into_owned()
}

impl Mismatch {
    fn plain(what: String) -> Self {
        Self { what, diff: String::new() }
    }

    fn within(self, place: &str) -> Self {
        Self { what: format!("{place}: {}", self.what), ..self }
    }
}
