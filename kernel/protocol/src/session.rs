use crate::message::DELIMITER;
use crate::{Content, Header, Message, Metadata, Signer, WireError};
use bytes::Bytes;
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The protocol version that messages are written in.
pub const PROTOCOL_VERSION: &str = "5.5";

/// One side's run: gives its messages ids and signatures, and reads the other side's.
pub struct Session {
    id: String,
    username: String,
    signer: Signer,
    sent: AtomicUsize,
}

impl Session {
    /// A new session that signs with `key`.
    pub fn new(key: &str) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            username: std::env::var("USER").unwrap_or_else(|_| "kernel".into()),
            signer: Signer::new(key),
            sent: AtomicUsize::new(0),
        }
    }

    /// What sets this session apart from others.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A message's header; the next call gives another id.
    pub fn header(&self, msg_type: &str) -> Header {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        Header {
            msg_id: format!("{}_{number}", self.id),
            session: self.id.clone(),
            username: self.username.clone(),
            // Front ends read at most six digits of a second.
            date: format!("{:.6}", jiff::Timestamp::now()),
            msg_type: msg_type.into(),
            version: PROTOCOL_VERSION.into(),
            subshell_id: None,
        }
    }

    /// The frames of a message that answers `parent`, behind the routing frames `to`.
    pub fn encode<C: Content>(
        &self,
        to: &[Bytes],
        parent: Option<&Message>,
        content: &C,
    ) -> Vec<Bytes> {
        let parent = parent.map_or("{}", |parent| parent.raw_header.get());
        self.frames(to, &self.header(C::MSG_TYPE), parent, &content.metadata(), content)
    }

    /// The frames of a message with a given header.
    pub fn frames(
        &self,
        to: &[Bytes],
        header: &Header,
        parent_header: &str,
        metadata: &Metadata,
        content: &impl Serialize,
    ) -> Vec<Bytes> {
        let parent = Bytes::copy_from_slice(parent_header.as_bytes());
        let parts = [json(header), parent, json(metadata), json(content)];
        let signature = Bytes::from(self.signer.sign(&parts));
        let middle = [Bytes::from_static(DELIMITER), signature];
        to.iter().cloned().chain(middle).chain(parts).collect()
    }

    /// Reads a message and checks its signature.
    ///
    /// # Errors
    /// If it is malformed or signed with another key.
    pub fn decode(&self, frames: Vec<Bytes>) -> Result<Message, WireError> {
        Message::decode(frames, &self.signer)
    }
}

fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("contents have string keys and finite numbers").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ExecutionState, Status};

    #[test]
    fn what_is_encoded_decodes() {
        let session = Session::new("key");
        let content = Status { execution_state: ExecutionState::Busy };
        let topic = [Bytes::from_static(b"topic")];
        let first = session.decode(session.encode(&topic, None, &content)).expect("own message");
        assert_eq!(first.parent_header.get(), "{}");
        let second = session.decode(session.encode(&[], Some(&first), &content)).expect("own");
        assert_eq!(second.parent_header.get(), first.raw_header.get());
        assert_eq!(second.parent_id(), Some(first.header.msg_id.clone()));
        assert_ne!(second.header.msg_id, first.header.msg_id);
        assert_eq!(second.content.get(), r#"{"execution_state":"busy"}"#);
    }
}
