use crate::relay::remove_file;
use crate::{Connection, Content, Iopub, Message, Metadata, Port, Session, WireError};
use serde::Serialize;
use std::sync::Arc;
use zeromq::{
    Endpoint, RouterRecvHalf, RouterSendHalf, RouterSocket, Socket, SocketRecv, SocketSend,
    ZmqError, ZmqMessage,
};

/// The kernel's side of a connection, listening.
///
/// The heartbeat needs no attention: it echoes for as long as the runtime lives.
pub struct Sockets {
    /// Requests that run in order.
    pub shell: (Sender, Receiver),
    /// Requests that overtake running cells.
    pub control: (Sender, Receiver),
    /// Questions to the user.
    pub stdin: (Sender, Receiver),
    /// What the kernel does, for everybody.
    pub iopub: Iopub,
}

/// A channel that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen at `{endpoint}`")]
pub struct BindError {
    pub(crate) endpoint: String,
    pub(crate) source: ZmqError,
}

impl Sockets {
    /// Listens on all five channels. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// If an address is taken or is none of this machine's; the message names it.
    pub async fn bind(connection: &Connection, session: &Arc<Session>) -> Result<Self, BindError> {
        tokio::spawn(echo(router(connection, Port::Heartbeat).await?));
        Ok(Self {
            shell: channel(router(connection, Port::Shell).await?, session),
            control: channel(router(connection, Port::Control).await?, session),
            stdin: channel(router(connection, Port::Stdin).await?, session),
            iopub: Iopub::bind(connection, session.clone()).await?,
        })
    }
}

async fn router(connection: &Connection, port: Port) -> Result<RouterSocket, BindError> {
    let mut socket = RouterSocket::new();
    bind(&mut socket, &connection.endpoint(port)).await?;
    Ok(socket)
}

pub(crate) async fn bind(socket: &mut impl Socket, endpoint: &str) -> Result<Endpoint, BindError> {
    remove_file(endpoint);
    let wrap = |source| BindError { endpoint: endpoint.into(), source };
    socket.bind(endpoint).await.map_err(wrap)
}

fn channel(socket: RouterSocket, session: &Arc<Session>) -> (Sender, Receiver) {
    let (sender, receiver) = socket.split();
    let session = session.clone();
    (Sender { socket: sender, session: session.clone() }, Receiver { socket: receiver, session })
}

async fn echo(mut socket: RouterSocket) {
    while let Ok(message) = socket.recv().await {
        // Fails only when the peer is gone.
        let _ = socket.send(message).await;
    }
}

/// Receives the messages of one channel.
pub struct Receiver {
    socket: RouterRecvHalf,
    session: Arc<Session>,
}

impl Receiver {
    /// The next message; an error concerns only that message. `None` when the socket is closed.
    pub async fn next(&mut self) -> Option<Result<Message, WireError>> {
        let message = self.socket.recv().await.ok()?;
        Some(self.session.decode(message.into_vec()))
    }
}

/// Sends messages to single peers of one channel.
#[derive(Clone)]
pub struct Sender {
    socket: RouterSendHalf,
    session: Arc<Session>,
}

impl Sender {
    /// Sends `content` to the peer that sent `request`, as an answer to it; gives the id.
    pub async fn send<C: Content>(&self, request: &Message, content: &C) -> String {
        self.send_as(C::MSG_TYPE, request, &content.metadata(), content).await
    }

    /// The same under any name, for answers to requests of any kind.
    pub async fn send_as(
        &self,
        msg_type: &str,
        request: &Message,
        metadata: &Metadata,
        content: &impl Serialize,
    ) -> String {
        let header = self.session.header(msg_type);
        let (to, parent) = (&request.identities, request.raw_header.get());
        let frames = self.session.frames(to, &header, parent, metadata, content);
        let message = ZmqMessage::try_from(frames).expect("a message has at least its delimiter");
        if let Err(error) = self.socket.clone().send(message).await {
            crate::log(format_args!("a {msg_type} was lost: {error}"));
        }
        header.msg_id
    }
}
