use crate::Signer;
use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// Separates the routing frames from the message proper.
pub(crate) const DELIMITER: &[u8] = b"<IDS|MSG>";

/// What every message says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Unlike any other message's.
    pub msg_id: String,
    /// The kernel's or front end's run that sent it.
    #[serde(default)]
    pub session: String,
    /// Who sent it.
    #[serde(default)]
    pub username: String,
    /// When it was sent, in ISO 8601.
    #[serde(default)]
    pub date: String,
    /// The kind of content, such as `execute_request`.
    pub msg_type: String,
    /// The protocol version the sender speaks.
    #[serde(default)]
    pub version: String,
    /// Which queue of cells a request is for; the main one where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subshell_id: Option<String>,
}

/// A message as it came over the wire.
#[derive(Clone, Debug)]
pub struct Message {
    /// Routing frames: the peer's identity, or the topic on iopub.
    pub identities: Vec<Bytes>,
    /// The header, read.
    pub header: Header,
    /// The header byte for byte: the `parent_header` of every answer.
    pub raw_header: Box<RawValue>,
    /// The header of the message that this one answers; `{}` for none.
    pub parent_header: Box<RawValue>,
    /// Free-form notes.
    pub metadata: Box<RawValue>,
    /// The content, by `header.msg_type`.
    pub content: Box<RawValue>,
    /// Binary data beside the content.
    pub buffers: Vec<Bytes>,
}

/// Why a message is ignored.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// There is no delimiter among its frames.
    #[error("a message of {frames} frames has no <IDS|MSG> among them")]
    NoDelimiter {
        /// How many frames it has.
        frames: usize,
    },
    /// Frames are missing.
    #[error("a message has {found} frames after <IDS|MSG>, expected at least 5")]
    TooShort {
        /// How many there are.
        found: usize,
    },
    /// It was not signed with this kernel's key.
    #[error("a message's signature does not match the key of the connection file")]
    Signature,
    /// A frame is not the JSON it should be.
    #[error("the {frame} of a message is malformed: {source}")]
    Malformed {
        /// Which frame, or which kind of content.
        frame: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Message {
    /// Reads a message from its frames, and checks its signature before anything else.
    ///
    /// # Errors
    /// If frames are missing or malformed, or the signature is wrong.
    pub fn decode(mut frames: Vec<Bytes>, signer: &Signer) -> Result<Self, WireError> {
        let delimiter = frames
            .iter()
            .position(|frame| frame == DELIMITER)
            .ok_or(WireError::NoDelimiter { frames: frames.len() })?;
        let mut rest = frames.split_off(delimiter + 1);
        frames.truncate(delimiter);
        if rest.len() < 5 {
            return Err(WireError::TooShort { found: rest.len() });
        }
        let buffers = rest.split_off(5);
        if !signer.verify(&rest[1..], &rest[0]) {
            return Err(WireError::Signature);
        }
        Ok(Self {
            identities: frames,
            header: json("header", &rest[1])?,
            raw_header: json("header", &rest[1])?,
            parent_header: json("parent header", &rest[2])?,
            metadata: json("metadata", &rest[3])?,
            content: json("content", &rest[4])?,
            buffers,
        })
    }

    /// The content as a type.
    ///
    /// # Errors
    /// If the content is not of that form.
    pub fn content<T: DeserializeOwned>(&self) -> Result<T, WireError> {
        json(&self.header.msg_type, self.content.get().as_bytes())
    }

    /// The kind of message that answers this one, where it is a request.
    pub fn reply_type(&self) -> Option<String> {
        Some(format!("{}_reply", self.header.msg_type.strip_suffix("_request")?))
    }

    /// The id of the message that this one answers, where it names one.
    pub fn parent_id(&self) -> Option<String> {
        let parent: Header = serde_json::from_str(self.parent_header.get()).ok()?;
        Some(parent.msg_id)
    }
}

fn json<T: DeserializeOwned>(frame: &str, bytes: &[u8]) -> Result<T, WireError> {
    serde_json::from_slice(bytes)
        .map_err(|source| WireError::Malformed { frame: frame.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"msg_id":"1", "msg_type":"x", "subshell_id":null,"extra":[1.50]}"#;

    fn frames(signer: &Signer) -> Vec<Bytes> {
        let parts = [HEADER, "{}", "{}", r#"{"a":1}"#];
        let signature = signer.sign(&parts);
        let all = ["peer", "<IDS|MSG>", &signature].into_iter().chain(parts).chain(["buffer"]);
        all.map(|frame| Bytes::copy_from_slice(frame.as_bytes())).collect()
    }

    #[test]
    fn keeps_the_header_byte_for_byte() {
        let signer = Signer::new("key");
        let message = Message::decode(frames(&signer), &signer).expect("valid");
        assert_eq!(message.raw_header.get(), HEADER);
        assert_eq!(message.identities, ["peer"]);
        assert_eq!(message.buffers, ["buffer"]);
    }

    #[test]
    fn malformed_frames_are_errors() {
        let signer = Signer::new("");
        let error = |frames| Message::decode(frames, &signer).expect_err("malformed").to_string();
        assert!(error(vec![]).contains("no <IDS|MSG>"));
        assert!(error(frames(&signer)[..4].to_vec()).contains("has 2 frames"));
        for (index, name) in [(3, "header"), (4, "parent header"), (6, "content")] {
            let mut frames = frames(&signer);
            frames[index] = Bytes::from_static(b"\xff{");
            assert!(error(frames).contains(&format!("the {name} of")));
        }
    }

    #[test]
    fn other_keys_are_refused() {
        let error = Message::decode(frames(&Signer::new("other")), &Signer::new("key"));
        assert!(matches!(error, Err(WireError::Signature)));
    }
}
