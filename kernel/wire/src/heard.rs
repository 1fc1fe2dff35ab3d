//! What a kernel says, on all its channels.

use jupyter_protocol::JupyterMessage;
use jupyter_zmq_client::{Connection, RuntimeError};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use zeromq::SocketRecv;

/// How often it is seen whether the kernel still lives.
const TICK: Duration = Duration::from_millis(100);

/// The messages of a kernel as they come.
pub struct Heard(pub Receiver<JupyterMessage>);

impl Heard {
    /// The next message; `None` where the kernel is gone, or says nothing for too long.
    pub fn next(
        &self,
        patience: Option<Duration>,
        is_alive: impl Fn() -> Option<bool>,
    ) -> Option<JupyterMessage> {
        let began = Instant::now();
        loop {
            match self.0.recv_timeout(TICK) {
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let is_late = patience.is_some_and(|patience| began.elapsed() > patience);
            if is_late || is_alive() != Some(true) {
                // What it said before it went may have come meanwhile.
                return self.0.try_recv().ok();
            }
        }
    }
}

/// Passes on what comes through a socket; a message that cannot be understood is left out.
pub async fn listen<S: SocketRecv>(mut socket: Connection<S>, to: Sender<JupyterMessage>) {
    loop {
        match socket.read().await {
            Ok(message) => {
                if to.send(message).is_err() {
                    return;
                }
            }
            Err(RuntimeError::ZmqError(_)) => return,
            Err(_) => {}
        }
    }
}
