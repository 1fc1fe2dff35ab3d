use crate::relay::{Relay, inner_endpoint, remove_file};
use crate::sockets::{BindError, bind};
use crate::{Connection, Content, IopubWelcome, Message, Port, Session};
use bytes::Bytes;
use futures::executor::block_on;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use zeromq::{Socket, SocketRecv, SocketSend, XPubSocket, ZmqMessage};

/// How many bytes of outputs may wait before a cell that produces more has to.
const ROOM: u32 = 16 << 20;

/// Publishes what the kernel does to every front end, in order.
///
/// Each new subscriber is welcomed, so that it knows from where on it hears everything.
#[derive(Clone)]
pub struct Iopub {
    session: Arc<Session>,
    queue: mpsc::UnboundedSender<Item>,
    room: Arc<Semaphore>,
}

enum Item {
    Message(ZmqMessage, Option<OwnedSemaphorePermit>),
    Flush(oneshot::Sender<()>),
}

impl Iopub {
    pub(crate) async fn bind(
        connection: &Connection,
        session: Arc<Session>,
    ) -> Result<Self, BindError> {
        let endpoint = connection.endpoint(Port::Iopub);
        let mut socket = XPubSocket::new();
        let inner = bind(&mut socket, &inner_endpoint(&endpoint)).await?;
        remove_file(&endpoint);
        let relay = Relay::bind(&endpoint, inner.to_string())
            .await
            .map_err(|source| BindError { endpoint, source: source.into() })?;
        let (queue, items) = mpsc::unbounded_channel();
        tokio::spawn(relay.run());
        tokio::spawn(publish(socket, items, session.clone()));
        Ok(Self { session, queue, room: Arc::new(Semaphore::new(ROOM as usize)) })
    }

    /// Publishes a message that belongs to the request `parent`; returns at once.
    pub fn publish<C: Content>(&self, parent: Option<&Message>, content: &C) {
        self.put(Item::Message(self.message(parent, content), None));
    }

    /// Publishes an output of a cell; waits while too many of them wait already.
    ///
    /// Blocks its thread, which must not be one that serves sockets.
    pub fn publish_output<C: Content>(&self, parent: &Message, content: &C) {
        let message = self.message(Some(parent), content);
        let bytes: usize = message.iter().map(Bytes::len).sum();
        let bytes = u32::try_from(bytes).unwrap_or(ROOM).min(ROOM);
        let room = block_on(self.room.clone().acquire_many_owned(bytes)).ok();
        self.put(Item::Message(message, room));
    }

    /// Waits until everything published so far has left.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        self.put(Item::Flush(done));
        let _ = flushed.await;
    }

    fn message<C: Content>(&self, parent: Option<&Message>, content: &C) -> ZmqMessage {
        let topic = Bytes::from(format!("kernel.{}.{}", self.session.id(), C::MSG_TYPE));
        zmq(self.session.encode(&[topic], parent, content))
    }

    fn put(&self, item: Item) {
        // The receiver ends with the runtime, when nobody listens any more.
        let _ = self.queue.send(item);
    }
}

async fn publish(
    mut socket: XPubSocket,
    mut items: mpsc::UnboundedReceiver<Item>,
    session: Arc<Session>,
) {
    loop {
        tokio::select! {
            item = items.recv() => match item {
                Some(Item::Message(message, _room)) => send(&mut socket, message).await,
                Some(Item::Flush(done)) => drop(done.send(())),
                None => return,
            },
            frame = socket.recv() => {
                if let Some(topic) = frame.ok().and_then(subscription) {
                    send(&mut socket, welcome(&session, topic)).await;
                }
            }
        }
    }
}

async fn send(socket: &mut XPubSocket, message: ZmqMessage) {
    if let Err(error) = socket.send(message).await {
        crate::log(format_args!("an iopub message was lost: {error}"));
    }
}

/// The topic of a subscription frame; `None` where somebody unsubscribes.
fn subscription(message: ZmqMessage) -> Option<Bytes> {
    let mut frame = message.into_vec().into_iter().next()?;
    (frame.first() == Some(&1)).then(|| frame.split_off(1))
}

fn welcome(session: &Session, topic: Bytes) -> ZmqMessage {
    let subscription = String::from_utf8_lossy(&topic).into_owned();
    zmq(session.encode(&[topic], None, &IopubWelcome { subscription }))
}

fn zmq(frames: Vec<Bytes>) -> ZmqMessage {
    ZmqMessage::try_from(frames).expect("a message has at least its delimiter")
}
