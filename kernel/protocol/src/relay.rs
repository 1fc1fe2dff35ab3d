//! Keeps one stalled subscriber from stopping the others and the kernel.
//!
//! zeromq's XPUB socket writes to its subscribers one after the other and waits for each. So
//! subscribers connect here instead; each has its own connection to the XPUB socket, with a buffer
//! between. A subscriber that reads nothing while its buffer is full is cut off after a while;
//! one that merely reads slowly slows the cell down, and loses nothing.

use crate::log;
use bytes::{Buf, BytesMut};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// How much a subscriber may lag behind before it slows the kernel down.
const BUFFER: usize = 16 << 20;
/// How long to wait when no connection can be accepted, for want of file handles for instance.
const PAUSE: Duration = Duration::from_millis(100);
/// How much is read at once.
const CHUNK: usize = 64 << 10;
/// How long a subscriber with a full buffer may read nothing at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// Listens where subscribers connect.
pub(crate) struct Relay {
    listener: Listener,
    inner: String,
}

enum Listener {
    Tcp(TcpListener),
    Ipc(UnixListener),
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Relay {
    /// Listens at an endpoint such as `tcp://127.0.0.1:5555` or `ipc:///run/kernel-2`, for the
    /// XPUB socket at `inner`.
    pub(crate) async fn bind(endpoint: &str, inner: String) -> io::Result<Self> {
        let address = address(endpoint);
        let listener = if is_ipc(endpoint) {
            Listener::Ipc(UnixListener::bind(address)?)
        } else {
            Listener::Tcp(TcpListener::bind(address).await?)
        };
        Ok(Self { listener, inner })
    }

    /// Connects every subscriber to the XPUB socket.
    pub(crate) async fn run(self) {
        loop {
            match self.accept().await {
                Ok((subscriber, publisher)) => {
                    tokio::spawn(forward(subscriber, publisher));
                }
                Err(error) => {
                    log(format_args!("an iopub subscriber could not connect: {error}"));
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn accept(&self) -> io::Result<(Box<dyn Stream>, Box<dyn Stream>)> {
        match &self.listener {
            Listener::Tcp(listener) => {
                let subscriber = listener.accept().await?.0;
                let publisher = TcpStream::connect(address(&self.inner)).await?;
                subscriber.set_nodelay(true)?;
                publisher.set_nodelay(true)?;
                Ok((Box::new(subscriber), Box::new(publisher)))
            }
            Listener::Ipc(listener) => {
                let subscriber = listener.accept().await?.0;
                let publisher = UnixStream::connect(address(&self.inner)).await?;
                Ok((Box::new(subscriber), Box::new(publisher)))
            }
        }
    }
}

fn is_ipc(endpoint: &str) -> bool {
    endpoint.starts_with("ipc://")
}

fn address(endpoint: &str) -> &str {
    endpoint.split_once("://").map_or(endpoint, |(_, address)| address)
}

impl Drop for Relay {
    fn drop(&mut self) {
        remove_file(&self.inner);
    }
}

/// Removes the file of an `ipc` socket, which may stem from an earlier kernel.
pub(crate) fn remove_file(endpoint: &str) {
    if is_ipc(endpoint) {
        let _ = std::fs::remove_file(address(endpoint));
    }
}

/// Where the XPUB socket itself listens, behind a relay at `endpoint`.
pub(crate) fn inner_endpoint(endpoint: &str) -> String {
    if is_ipc(endpoint) { format!("{endpoint}-relay") } else { "tcp://127.0.0.1:0".into() }
}

/// Passes bytes on in both directions until either side leaves.
async fn forward(subscriber: Box<dyn Stream>, publisher: Box<dyn Stream>) {
    let (mut from_subscriber, to_subscriber) = split(subscriber);
    let (from_publisher, mut to_publisher) = split(publisher);
    let result = tokio::select! {
        result = copy(&mut from_subscriber, &mut to_publisher) => result.map(drop),
        result = forward_buffered(from_publisher, to_subscriber) => result,
    };
    if let Err(error) = result
        && error.kind() == io::ErrorKind::TimedOut
    {
        log(format_args!("an iopub subscriber was cut off: {error}"));
    }
}

async fn forward_buffered(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut buffer = BytesMut::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        tokio::select! {
            read = from.read(&mut chunk), if buffer.len() < BUFFER => match read? {
                0 => return to.write_all(&buffer).await,
                read => buffer.extend_from_slice(&chunk[..read]),
            },
            written = to.write(&buffer), if !buffer.is_empty() => buffer.advance(written?),
            () = tokio::time::sleep(PATIENCE), if buffer.len() >= BUFFER => {
                let reason = "it read nothing while its buffer was full";
                return Err(io::Error::new(io::ErrorKind::TimedOut, reason));
            }
        }
    }
}
