//! The pages of `candlelab mark`, and who may see them.

use super::form::Form;
use candlelab_grader::{Answer, Gradebook, MARKING_SCRIPT, MARKING_STYLE, Manual, overview, page};
use jiff::Timestamp;
use std::io::{Cursor, Read};
use tiny_http::{Header, Method, Request, Response};

/// More than a form can hold.
const LARGEST: u64 = 128 << 10;
/// Nothing but our own style and script; nothing from elsewhere, nothing in between.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All that is served.
pub struct Site {
    pub answers: Vec<Answer>,
    pub book: Gradebook,
    /// Who does not know it sees nothing.
    pub token: String,
    /// The address under which a browser must have been sent here.
    pub host: String,
    pub by: String,
}

type Reply = Response<Cursor<Vec<u8>>>;

impl Site {
    /// Answers a request; one that goes wrong concerns nobody else.
    pub fn answer(&mut self, mut request: Request) {
        let reply = self.reply(&mut request);
        // The browser may have gone.
        let _ = request.respond(reply);
    }

    fn reply(&mut self, request: &mut Request) -> Reply {
        let host = request.headers().iter().find(|it| it.field.equiv("Host"));
        // Another name that leads here is a page elsewhere that wants to look in.
        if host.is_none_or(|it| it.value.as_str() != self.host) {
            return html(403, "This page has another address.");
        }
        let url = request.url().to_owned();
        let Some(rest) = url.strip_prefix('/').and_then(|url| url.strip_prefix(&self.token)) else {
            return html(404, "There is no such page.");
        };
        match (request.method().clone(), rest) {
            (Method::Get, "/") => self.overview(),
            (Method::Get, "/mark.css") => with_type(200, "text/css", MARKING_STYLE),
            (Method::Get, "/mark.js") => with_type(200, "text/javascript", MARKING_SCRIPT),
            (method, rest) => {
                let number = rest.strip_prefix('/').and_then(|it| it.parse::<usize>().ok());
                let place = number.and_then(|it| it.checked_sub(1));
                match (method, place.filter(|place| *place < self.answers.len())) {
                    (Method::Get, Some(place)) => self.page(place, None),
                    (Method::Post, Some(place)) => self.save(place, request),
                    (_, Some(_)) => html(405, "This cannot be done."),
                    _ => html(404, "There is no such page."),
                }
            }
        }
    }

    fn overview(&self) -> Reply {
        match self.given() {
            Ok(given) => html(200, &overview(&self.answers, &given)),
            Err(error) => broken(&error),
        }
    }

    fn page(&self, place: usize, problem: Option<&str>) -> Reply {
        match self.given() {
            Ok(given) => {
                let text = page(&self.answers, place, given[place].as_ref(), problem);
                html(if problem.is_some() { 422 } else { 200 }, &text)
            }
            Err(error) => broken(&error),
        }
    }

    /// Keeps what was entered, and leads to the next answer that waits.
    fn save(&mut self, place: usize, request: &mut Request) -> Reply {
        let mut body = Vec::new();
        let read = request.as_reader().take(LARGEST + 1).read_to_end(&mut body);
        if read.is_err() || body.len() as u64 > LARGEST {
            return html(413, "That is too much.");
        }
        let Answer { student, lab, cell, max, .. } = &self.answers[place];
        let form = match Form::read(&body, *max) {
            Ok(form) => form,
            Err(problem) => return self.page(place, Some(&problem)),
        };
        let kept = self.book.mark(&Manual {
            student: student.clone(),
            lab: lab.clone(),
            cell: cell.clone(),
            points: form.points,
            comment: form.comment,
            by: self.by.clone(),
            at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        });
        match kept.map_err(Into::into).and_then(|()| self.next(place)) {
            Ok(next) => redirect(&format!("/{}/{next}", self.token)),
            Err(error) => broken(&error),
        }
    }

    /// The next answer without points after this one, else before it, else the overview.
    fn next(&self, place: usize) -> anyhow::Result<String> {
        let given = self.given()?;
        let mut places = (place + 1..given.len()).chain(0..place);
        let next = places.find(|place| given[*place].is_none());
        Ok(next.map_or(String::new(), |place| (place + 1).to_string()))
    }

    /// What each answer has been given.
    fn given(&self) -> anyhow::Result<Vec<Option<Manual>>> {
        let all = self.book.manual_marks()?;
        let is_for = |it: &Manual, answer: &Answer| {
            it.student == answer.student && it.lab == answer.lab && it.cell == answer.cell
        };
        let given = |answer| all.iter().find(|it| is_for(it, answer)).cloned();
        Ok(self.answers.iter().map(given).collect())
    }
}

fn broken(error: &anyhow::Error) -> Reply {
    html(500, &format!("The gradebook cannot be used: {error}").replace('<', "&lt;"))
}

fn html(code: u16, text: &str) -> Reply {
    with_type(code, "text/html; charset=utf-8", text)
}

fn redirect(to: &str) -> Reply {
    html(303, "").with_header(header("Location", to))
}

fn with_type(code: u16, kind: &str, text: &str) -> Reply {
    let headers = [
        ("Content-Type", kind),
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
    ];
    let reply = Response::from_data(text).with_status_code(code);
    headers.into_iter().fold(reply, |reply, (name, value)| reply.with_header(header(name, value)))
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values are our own")
}
