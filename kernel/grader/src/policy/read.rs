//! Reads a `grading.toml`.

use super::Policy;
use crate::Error;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ToSpan};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use toml::value::Datetime;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    zone: Option<String>,
    grace: Option<String>,
    penalty: Option<f64>,
    per: Option<Unit>,
    cap: Option<f64>,
    #[serde(default)]
    labs: BTreeMap<String, Lab>,
    #[serde(default)]
    extensions: BTreeMap<String, BTreeMap<String, Datetime>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lab {
    due: Option<Datetime>,
    #[serde(default)]
    extra: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Hour,
    Day,
}

impl Policy {
    /// Takes the text of a `grading.toml`; `path` is what errors call it.
    ///
    /// # Errors
    /// If it is no TOML, has a key that is not known, or a value that makes no sense.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let wrong = |problem: String| Error::Policy { path: path.into(), problem };
        let file: File =
            toml::from_str(text).map_err(|error| wrong(error.to_string().trim_end().into()))?;
        policy(file).map_err(wrong)
    }
}

fn policy(file: File) -> Result<Policy, String> {
    let mut policy = Policy::default();
    if let Some(name) = file.zone {
        policy.zone =
            TimeZone::get(&name).map_err(|_| format!("there is no time zone `{name}`"))?;
    }
    if let Some(text) = file.grace {
        policy.grace = duration(&text)?;
    }
    policy.penalty = share("penalty", file.penalty.unwrap_or(policy.penalty))?;
    policy.cap = share("cap", file.cap.unwrap_or(policy.cap))?;
    if let Some(Unit::Hour) = file.per {
        policy.per = SignedDuration::from_hours(1);
    }
    for (name, lab) in file.labs {
        if let Some(due) = lab.due {
            policy.due.insert(name.clone(), moment(&due, &policy.zone)?);
        }
        policy.extra.extend(lab.extra.into_iter().map(|check| (name.clone(), check)));
    }
    for (student, labs) in file.extensions {
        for (lab, due) in labs {
            let due = moment(&due, &policy.zone)?;
            policy.extensions.insert((student.clone(), lab), due);
        }
    }
    Ok(policy)
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    let span = text.parse::<Span>().ok();
    let duration = span.and_then(|it| it.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let positive = duration.filter(|it| !it.is_negative());
    positive.ok_or_else(|| format!("`grace` is a time such as `15 min` or `1 day`, not `{text}`"))
}

fn share(name: &str, value: f64) -> Result<f64, String> {
    let fits = (0.0..=1.0).contains(&value);
    fits.then_some(value).ok_or_else(|| format!("`{name}` is a part from 0 to 1, not {value}"))
}

/// A time in its own zone or the course's; a date lasts until its end.
fn moment(at: &Datetime, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = at.to_string();
    let local = |time: DateTime| time.to_zoned(zone.clone()).ok().map(|it| it.timestamp());
    let found = match (at.date, at.time, at.offset) {
        (Some(_), Some(_), Some(_)) => text.parse().ok(),
        (Some(_), Some(_), None) => text.parse().ok().and_then(local),
        (Some(_), None, _) => text.parse::<Date>().ok().and_then(|date| {
            local(date.checked_add(1.day()).ok()?.to_datetime(jiff::civil::Time::midnight()))
        }),
        (None, _, _) => None,
    };
    found.ok_or_else(|| format!("`{text}` is no date"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Policy, String> {
        Policy::parse(text, Path::new("grading.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn times_are_the_courses_own_unless_they_name_a_zone() {
        let policy = parse(
            "zone = 'Europe/Berlin'
             grace = '1 day 30 min'
             penalty = 0.1
             per = 'hour'
             [labs.03-descent]
             due = 2026-07-01T12:00:00
             extra = ['bonus']
             [labs.04-neuron]
             due = 2026-12-01
             [extensions.ada]
             03-descent = 2026-07-02T12:00:00Z",
        )
        .unwrap();
        let due = |student, lab| policy.due(student, lab).map(|it| it.to_string());
        assert_eq!(due("bob", "03-descent").unwrap(), "2026-07-01T10:00:00Z");
        assert_eq!(due("ada", "03-descent").unwrap(), "2026-07-02T12:00:00Z");
        assert_eq!(due("ada", "04-neuron").unwrap(), "2026-12-01T23:00:00Z");
        assert_eq!(due("ada", "05"), None);
        assert_eq!(policy.grace, SignedDuration::from_mins(24 * 60 + 30));
        assert_eq!(policy.per, SignedDuration::from_hours(1));
        assert!(policy.is_extra("03-descent", "bonus") && !policy.is_extra("04-neuron", "bonus"));
        let strangers = policy.strangers(|lab| lab == "03-descent", |_, check| check != "bonus");
        let expected = [
            "the rules speak of `04-neuron`, which is no lab",
            "the rules speak of `bonus`, which is no check of `03-descent`",
        ];
        assert_eq!(strangers, expected);
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (text, expected) in [
            ("zone = 'Mars/Olympus'", "there is no time zone `Mars/Olympus`"),
            ("penalty = 10", "`penalty` is a part from 0 to 1, not 10"),
            ("cap = nan", "`cap` is a part from 0 to 1, not NaN"),
            ("grace = 'soon'", "`grace` is a time such as `15 min` or `1 day`, not `soon`"),
            ("[labs.a]\ndue = 12:00:00", "`12:00:00` is no date"),
            ("penaltly = 0.1", "unknown field `penaltly`"),
            ("penalty =", "TOML parse error at line 1"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
