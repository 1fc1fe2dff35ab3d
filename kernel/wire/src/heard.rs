//! What a kernel says, on all its channels.

use jupyter_protocol::JupyterMessage;
use jupyter_zmq_client::{Connection, RuntimeError};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};
use zeromq::SocketRecv;

/// How often it is seen whether the kernel still lives.
const TICK: Duration = Duration::from_millis(100);

/// How many messages may wait; a kernel that says more waits too.
pub const WAITING: usize = 1024;
/// How soon it is seen whether there is room again.
const PAUSE: Duration = Duration::from_millis(2);

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
pub async fn listen<S: SocketRecv>(mut socket: Connection<S>, to: SyncSender<JupyterMessage>) {
    loop {
        match socket.read().await {
            Ok(mut message) => {
                while let Err(error) = to.try_send(message) {
                    let TrySendError::Full(waiting) = error else { return };
                    message = waiting;
                    tokio::time::sleep(PAUSE).await;
                }
            }
            Err(RuntimeError::ZmqError(_)) => return,
            Err(_) => {}
        }
    }
}
