use crate::frontend::Channel::{Control, Heartbeat, Shell};
use crate::frontend::{DummyFrontend, received, subscribe};
use bytes::Bytes;
use candlelab_engine::Echo;
use candlelab_protocol::{Metadata, Session};
use serde_json::json;
use zeromq::SocketRecv;

#[test]
fn the_heartbeat_echoes_bytes() {
    let mut frontend = DummyFrontend::start();
    let frames = vec![Bytes::new(), Bytes::from_static(b"\x00any\xffbytes")];
    frontend.send_frames(Heartbeat, frames.clone());
    assert_eq!(frontend.recv_frames(Heartbeat), frames);
}

#[test]
fn the_heartbeat_beats_while_a_cell_runs() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    let frames = vec![Bytes::from_static(b"ping")];
    frontend.send_frames(Heartbeat, frames.clone());
    assert_eq!(frontend.recv_frames(Heartbeat), frames);
    frontend.interrupt(&cell);
}

#[test]
fn every_subscription_is_welcomed() {
    let mut frontend = DummyFrontend::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let welcome = runtime.expect("a runtime").block_on(async {
        let mut socket = subscribe(&frontend.connection, "kernel.").await;
        socket.recv().await.expect("welcomed").into_vec()
    });
    assert_eq!(welcome[0], "kernel.");
    assert_eq!(frontend.recv_iopub().header.msg_type, "iopub_welcome");
    let welcome = received(&frontend.session.decode(welcome).expect("well-formed"));
    assert_eq!(welcome.msg_type, "iopub_welcome");
    assert_eq!(welcome.content, json!({"subscription": "kernel."}));
}

#[test]
fn messages_signed_with_another_key_are_ignored() {
    let mut frontend = DummyFrontend::start();
    let stranger = Session::new("another key");
    for msg_type in ["execute_request", "shutdown_request"] {
        let header = stranger.header(msg_type);
        let frames =
            stranger.frames(&[], &header, "{}", &Metadata::new(), &json!({"code": "print x"}));
        frontend.send_frames(Shell, frames.clone());
        frontend.send_frames(Control, frames);
    }
    assert_eq!(frontend.run(""), []);
}

#[test]
fn tcp_works_like_ipc() {
    let listeners = [(); 5].map(|()| std::net::TcpListener::bind("127.0.0.1:0").expect("a port"));
    let ports = listeners.map(|listener| listener.local_addr().expect("bound").port());
    let folder = tempfile::tempdir().expect("a folder");
    let start = || Ok(Box::new(Echo::default()) as Box<_>);
    let mut frontend = DummyFrontend::connect(folder, "tcp", "127.0.0.1", ports, start);
    let reply = frontend.ask(Shell, "connect", json!({}));
    assert_eq!(reply["iopub_port"], ports[1]);
}

#[test]
fn a_stalled_subscriber_stops_nobody() {
    let mut frontend = DummyFrontend::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let _stalled = runtime.block_on(subscribe(&frontend.connection, ""));
    // Both front ends subscribe to everything, so this one sees the other's welcome.
    assert_eq!(frontend.recv_iopub().header.msg_type, "iopub_welcome");
    let line = "x".repeat(1 << 20);
    let code = format!("print {line}\n").repeat(24);
    assert_eq!(frontend.run(&code).len(), 24);
}
