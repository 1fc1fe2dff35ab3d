//! The Jupyter messaging protocol: wire messages as types, signing, and sockets.
//!
//! A [`Connection`] (the connection file) says where to listen; [`Sockets::bind`] listens there.
//! Requests arrive from a [`Receiver`] as [`Message`]s and become a typed [`Request`]; replies go
//! out through a [`Sender`], everything else through [`Iopub`]. A [`Session`] gives messages their
//! headers and signatures. Each content is a struct named as on the wire, such as
//! [`ExecuteRequest`]; its [`Content::MSG_TYPE`] is the name in the header.
//!
//! Nothing here knows what a cell's language is or how it is evaluated.
//! The specification: <https://jupyter-client.readthedocs.io/en/stable/messaging.html>.

mod connection;
mod content;
mod iopub;
mod log;
mod message;
mod relay;
mod request;
mod session;
mod signature;
mod sockets;

pub use connection::{Connection, ConnectionError, Port};
pub use content::*;
pub use iopub::Iopub;
pub use log::log;
pub use message::{Header, Message, WireError};
pub use request::Request;
pub use session::{PROTOCOL_VERSION, Session};
pub use signature::Signer;
pub use sockets::{BindError, Receiver, Sender, Sockets};

/// Notes beside a message's content: a JSON object.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

/// One value in several formats: MIME type to content.
pub type MimeBundle = serde_json::Map<String, serde_json::Value>;
