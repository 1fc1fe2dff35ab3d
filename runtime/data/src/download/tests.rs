//! Downloads from a server on this machine that behaves as servers do.

use super::*;
use crate::places::sha256;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const NAME: &str = "numbers.gz";

/// Three blocks of the progress bar, the last one shorter.
fn body() -> Vec<u8> {
    (0..600_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn set() -> Remote {
    let (bytes, sha256) = (body().len() as u64, sha256(&body()));
    let files = vec![Pin { names: &["numbers"], bytes, sha256 }];
    Remote { title: "numbers", folder: "numbers", files, mirrors: vec![], embedded: None }
}

/// What a server does with a request.
#[derive(Clone, Debug)]
enum Answer {
    /// Sends the file, or the rest that was asked for.
    Ranges,
    /// Sends the whole file whatever was asked for.
    Whole,
    /// Sends the rest of the file from a place that was not asked for.
    From(usize),
    /// As `Ranges`, but the connection breaks after so many bytes.
    Cut(usize),
    /// Sends another file.
    Other(Vec<u8>),
    Status(&'static str),
    Redirect(String),
    /// Speaks no HTTP.
    Noise,
}

struct Server {
    address: String,
    /// The path of each request and the range it asked for.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Gives one answer after the other, the last one for ever.
    fn new(answers: &[Answer]) -> Self {
        let (listener, answers) = (TcpListener::bind("127.0.0.1:0").unwrap(), answers.to_vec());
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for (at, stream) in listener.incoming().flatten().enumerate() {
                let (path, start) = request(&stream);
                let range = start.map(|start| format!(" from {start}")).unwrap_or_default();
                seen.lock().unwrap().push(format!("{path}{range}"));
                answer(stream, &answers[at.min(answers.len() - 1)], start);
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// The path that is asked for and the first byte of the range.
fn request(stream: &TcpStream) -> (String, Option<usize>) {
    let lines = BufReader::new(stream).lines().map_while(io::Result::ok);
    let lines: Vec<String> =
        lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase()).collect();
    let path = lines[0].split(' ').nth(1).unwrap().to_owned();
    let start = lines.iter().find_map(|line| line.strip_prefix("range: bytes=")?.strip_suffix('-'));
    (path, start.map(|start| start.parse().unwrap()))
}

fn answer(mut stream: TcpStream, answer: &Answer, start: Option<usize>) {
    let body = body();
    let mut send = |head: &str, bytes: &[u8], length: usize| {
        let head =
            format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(bytes));
    };
    let rest = |start: Option<usize>| match start {
        Some(start) => {
            let range = format!("Content-Range: bytes {start}-{}/{}", body.len() - 1, body.len());
            (format!("206 Partial Content\r\n{range}"), &body[start..])
        }
        None => ("200 OK".to_owned(), &body[..]),
    };
    match answer {
        Answer::Ranges | Answer::Cut(_) | Answer::From(_) => {
            let (head, bytes) = rest(if let Answer::From(at) = answer { Some(*at) } else { start });
            let sent = if let Answer::Cut(sent) = answer { *sent } else { bytes.len() };
            send(&head, &bytes[..sent], bytes.len());
        }
        Answer::Whole => send("200 OK", &body, body.len()),
        Answer::Other(bytes) => send("200 OK", bytes, bytes.len()),
        Answer::Status(status) => send(status, b"sorry", 5),
        Answer::Redirect(to) => send(&format!("302 Found\r\nLocation: {to}"), b"", 0),
        Answer::Noise => drop(stream.write_all(b"220 smtp ready\r\n")),
    }
}

/// One try; the first line of the message if it fails.
fn try_once(server: &Server, cache: &TempDir) -> Result<Option<String>, String> {
    let fetched = fetch(&set(), &server.address, Some(&cache.path().join("numbers")));
    let (files, note) =
        fetched.map_err(|error| error.to_string().lines().next().unwrap().to_owned())?;
    assert_eq!(files[0].1[..], body());
    assert_eq!(held(cache), [(NAME.to_owned(), 600_000)]); // and no part of it is left
    assert_eq!(fs::read(cache.path().join("numbers").join(NAME)).unwrap(), body());
    Ok(note)
}

/// What is in the cache, with its length.
fn held(cache: &TempDir) -> Vec<(String, u64)> {
    let entries = fs::read_dir(cache.path().join("numbers")).unwrap().flatten();
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()))
        .collect()
}

/// Fails with each of the first answers, holds nothing under the file's name, and gets the file
/// with the last one; gives the messages and what was asked for.
fn fails_then_works(answers: &[Answer]) -> (Vec<String>, Vec<String>) {
    let (cache, server) = (TempDir::new().unwrap(), Server::new(answers));
    let mut messages = Vec::new();
    while messages.len() < answers.len() {
        match try_once(&server, &cache) {
            Ok(note) => {
                assert_eq!(note, None);
                return (messages, server.requests());
            }
            Err(message) => messages.push(message),
        }
        assert!(held(&cache).iter().all(|(name, _)| name != NAME), "{:?}", held(&cache));
    }
    panic!("never worked: {messages:?}");
}

#[test]
fn a_broken_download_goes_on_where_it_stopped() {
    let (messages, requests) =
        fails_then_works(&[Answer::Cut(200_000), Answer::Cut(1), Answer::Cut(0), Answer::Ranges]);
    assert_eq!(messages.len(), 3);
    let rest = ["", " from 200000", " from 200001", " from 200001"];
    assert_eq!(requests, rest.map(|rest| format!("/{NAME}{rest}")));
}

#[test]
fn a_server_without_ranges_begins_again() {
    let (messages, requests) = fails_then_works(&[Answer::Cut(200_000), Answer::Whole]);
    assert_eq!((messages.len(), requests.len()), (1, 2));
    assert!(requests[1].ends_with(" from 200000"));
}

#[test]
fn a_rest_from_another_place_is_refused_and_all_is_fetched() {
    for place in [100_000, 300_000] {
        let (messages, requests) =
            fails_then_works(&[Answer::Cut(200_000), Answer::From(place), Answer::Ranges]);
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert_eq!(requests.last(), Some(&format!("/{NAME}")), "{requests:?}");
    }
}

#[test]
fn a_rest_that_the_server_does_not_have_is_forgotten() {
    let status = Answer::Status("416 Range Not Satisfiable");
    let (messages, requests) = fails_then_works(&[Answer::Cut(7), status, Answer::Ranges]);
    assert_eq!((messages.len(), &requests[2]), (1, &format!("/{NAME}")));
}

#[test]
fn another_file_is_refused() {
    let (mut changed, longer) = (body(), [body(), vec![0; 300_000]].concat());
    changed[300_000] ^= 1;
    let (messages, _) = fails_then_works(&[
        Answer::Other(changed),
        Answer::Other(longer),
        Answer::Other(vec![]),
        Answer::Other(b"<html>log in</html>".to_vec()),
        Answer::Other(b"and another".to_vec()),
        Answer::Ranges,
    ]);
    assert!(messages[0].contains("600000 bytes came whose sha256 is not that of numbers.gz"));
    assert!(messages[2].contains("0 of 600000 bytes came"), "{messages:?}");
    assert_eq!(messages.len(), 5, "{messages:?}");
}

#[test]
fn a_server_that_has_nothing_is_quoted() {
    for (answer, expected) in [
        (Answer::Status("404 Not Found"), "404"),
        (Answer::Status("503 Service Unavailable"), "503"),
        (Answer::Noise, "cannot download http://127.0.0.1"),
    ] {
        let (messages, _) = fails_then_works(&[answer, Answer::Ranges]);
        assert!(messages[0].contains(expected), "{messages:?}");
        assert!(messages[0].contains(&format!("/{NAME}: ")), "{messages:?}");
    }
}

#[test]
fn a_redirection_is_followed_also_for_a_rest() {
    let (cache, other) = (TempDir::new().unwrap(), Server::new(&[Answer::Cut(9), Answer::Ranges]));
    let server = Server::new(&[Answer::Redirect(format!("{}/there", other.address))]);
    assert!(try_once(&server, &cache).is_err());
    assert_eq!(try_once(&server, &cache), Ok(None));
    assert_eq!(other.requests(), ["/there", "/there from 9"]);
}

#[test]
fn a_circle_of_redirections_is_left() {
    let (cache, server) = (TempDir::new().unwrap(), Server::new(&[Answer::Redirect("/x".into())]));
    let message = try_once(&server, &cache).unwrap_err();
    assert!(message.contains("redirect"), "{message}");
}

/// This program is run twice more with only this test, which then downloads and says so.
#[test]
fn two_processes_download_once_and_show_their_progress() {
    let name = "download::tests::two_processes_download_once_and_show_their_progress";
    if let (Ok(mirror), Ok(cache)) = (std::env::var("TEST_MIRROR"), std::env::var("TEST_CACHE")) {
        let (files, note) = fetch(&set(), &mirror, Some(Path::new(&cache))).unwrap();
        assert!(files[0].1[..] == body() && note.is_none());
        return;
    }
    let (cache, server) = (TempDir::new().unwrap(), Server::new(&[Answer::Ranges]));
    let children = [(); 2].map(|()| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env("TEST_MIRROR", &server.address)
            .env("TEST_CACHE", cache.path().join("numbers"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    });
    let texts = children.map(|child| {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    });
    assert_eq!(server.requests(), [format!("/{NAME}")]); // the second found the file of the first
    assert_eq!(held(&cache), [(NAME.to_owned(), 600_000)]);
    let loads: Vec<&String> = texts.iter().filter(|text| text.contains("downloading")).collect();
    let [text] = loads[..] else { panic!("{texts:?}") };
    assert!(text.contains(&format!("downloading {}/{NAME}, 0.6 MB", server.address)), "{text}");
    assert!(text.contains("3/3 (100 %)"), "{text}");
}
