//! Messages of any form: reading them never panics, and what is written is read again.
//!
//! Each test takes `CANDLELAB_FUZZ_SECONDS`, two by default. Round `n` is always the same.

#[path = "../../../tests/support/fuzz.rs"]
mod support;

use bytes::Bytes;
use candlelab_protocol::{
    CommMsg, CompleteRequest, Content, DebugRequest, ExecuteRequest, Header, Message, Metadata,
    Request, Session, Signer,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestCaseResult;
use serde_json::{Map, Value};
use support::fuzz;

/// Message types and contents, one a line, from which the fuzzing starts.
const CORPUS: &str = include_str!("corpus.txt");

/// Reads frames as the kernel does.
fn read(frames: Vec<Bytes>) -> TestCaseResult {
    if let Ok(message) = Message::decode(frames, &Signer::new("")) {
        let _ = (message.parent_id(), message.reply_type(), Request::parse(&message));
    }
    Ok(())
}

fn bytes() -> impl Strategy<Value = Bytes> {
    let delimiter = Just(Bytes::from_static(b"<IDS|MSG>"));
    prop_oneof![delimiter, vec(any::<u8>(), 0..20).prop_map(Bytes::from)]
}

/// The frames of a message of the corpus.
fn seed() -> impl Strategy<Value = Vec<Bytes>> {
    select(CORPUS.lines().collect::<Vec<_>>()).prop_map(|line| {
        let (msg_type, content) = line.split_once(' ').expect("a type and a content");
        let session = Session::new("");
        let header = session.header(msg_type);
        let mut frames = session.frames(&[], &header, "{}", &Metadata::new(), &Value::Null);
        frames[5] = Bytes::copy_from_slice(content.as_bytes());
        frames
    })
}

/// A change to one frame: bytes that replace others.
fn change() -> impl Strategy<Value = (Index, Index, Index, Vec<u8>)> {
    let json = select(vec!["{", "}", "[", "]", "\"", ":", ",", "null", "-1", "1e999", "\\ud800"]);
    let json = json.prop_map(|text| text.as_bytes().to_vec());
    (any::<Index>(), any::<Index>(), any::<Index>(), prop_oneof![json, vec(any::<u8>(), 0..4)])
}

fn apply(frames: &mut [Bytes], (frame, from, to, new): (Index, Index, Index, Vec<u8>)) {
    let frame = frame.get_mut(frames);
    let from = from.index(frame.len() + 1);
    let to = from + to.index((frame.len() - from).min(4) + 1);
    *frame = Bytes::from([&frame[..from], &new, &frame[to..]].concat());
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any::<String>(), inner), 0..4).prop_map(|pairs| Map::from_iter(pairs).into()),
        ]
    })
}

fn header() -> impl Strategy<Value = Header> {
    let texts = any::<[String; 6]>();
    (texts, any::<Option<String>>()).prop_map(|(texts, subshell_id)| {
        let [msg_id, session, username, date, msg_type, version] = texts;
        Header { msg_id, session, username, date, msg_type, version, subshell_id }
    })
}

/// What a request is read as after it was written.
fn round_trip<C: Content>(content: &C) -> Option<Request> {
    let session = Session::new("key");
    let message = session.decode(session.encode(&[], None, content)).expect("own message");
    Request::parse(&message).expect("own request")
}

#[test]
fn any_frames_are_read_without_panic() {
    fuzz(vec(bytes(), 0..10), read);
}

#[test]
fn changed_messages_are_read_without_panic() {
    fuzz((seed(), vec(change(), 0..6)), |(mut frames, changes)| {
        changes.into_iter().for_each(|change| apply(&mut frames, change));
        read(frames)
    });
}

#[test]
fn deeply_nested_contents_are_read_without_panic() {
    let content = "[".repeat(1 << 20);
    for line in CORPUS.lines() {
        let msg_type = line.split(' ').next().expect("a type");
        let header = format!(r#"{{"msg_id": "1", "msg_type": "{msg_type}"}}"#);
        let nested = format!(r#"{{"data": {content}{} }}"#, "]".repeat(1 << 20));
        for content in [&content, &nested] {
            let frames = ["<IDS|MSG>", "", &header, "{}", "{}", content];
            read(frames.map(|frame| Bytes::copy_from_slice(frame.as_bytes())).into())
                .expect("no panic");
        }
    }
}

#[test]
fn what_is_written_is_read_again() {
    let frames = || vec(vec(any::<u8>(), 0..20).prop_map(Bytes::from), 0..3);
    let is_delimiter = |frame: &Bytes| frame == "<IDS|MSG>";
    let peers = frames().prop_filter("a peer", move |peers| !peers.iter().any(is_delimiter));
    let cases = (peers, header(), header(), vec((any::<String>(), json()), 0..3), json(), frames());
    fuzz(cases, |(peers, header, parent, metadata, content, buffers)| {
        let session = Session::new("key");
        let parent = serde_json::to_string(&parent).expect("JSON");
        let metadata = Map::from_iter(metadata);
        let mut frames = session.frames(&peers, &header, &parent, &metadata, &content);
        frames.extend(buffers.iter().cloned());
        let message = session.decode(frames).expect("own message");
        prop_assert_eq!(message.identities, peers);
        prop_assert_eq!(message.header, header);
        prop_assert_eq!(message.parent_header.get(), parent);
        prop_assert_eq!(message.metadata.get(), serde_json::to_string(&metadata).expect("JSON"));
        prop_assert_eq!(message.content.get(), content.to_string());
        prop_assert_eq!(message.buffers, buffers);
        Ok(())
    });
}

#[test]
fn requests_are_read_as_they_were_written() {
    let object = || vec((any::<String>(), any::<String>().prop_map(Value::from)), 0..3);
    let cases = (any::<String>(), any::<[bool; 4]>(), any::<usize>(), any::<i64>(), object());
    fuzz(cases, |(text, flags, cursor_pos, seq, object)| {
        let object = Map::from_iter(object);
        let [silent, store_history, allow_stdin, stop_on_error] = flags;
        let user_expressions = (!silent).then(|| object.clone());
        let code = text.clone();
        let execute = ExecuteRequest {
            code,
            silent,
            store_history,
            user_expressions,
            allow_stdin,
            stop_on_error,
        };
        prop_assert_eq!(round_trip(&execute), Some(Request::ExecuteRequest(execute)));
        let complete = CompleteRequest { code: text.clone(), cursor_pos };
        prop_assert_eq!(round_trip(&complete), Some(Request::CompleteRequest(complete)));
        let debug = DebugRequest { seq, command: text.clone(), arguments: Some(object.clone()) };
        prop_assert_eq!(round_trip(&debug), Some(Request::DebugRequest(debug)));
        let told = CommMsg { comm_id: text, data: object, metadata: Metadata::new() };
        prop_assert_eq!(round_trip(&told), Some(Request::CommMsg(told)));
        Ok(())
    });
}
