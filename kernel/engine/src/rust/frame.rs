//! Frames of the private channel between the engine and its worker process.
//!
//! A frame is a kind (one byte), the nonce of the execution (eight bytes), a length (four bytes)
//! and that many bytes. Numbers are little-endian. The nonce is renewed before each execution, so
//! that bytes which did not come from the worker's own code are noticed.

use std::io::{self, Read};

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Worker to engine: bytes written to standard output.
    Stdout = 1,
    /// Worker to engine: bytes written to standard error.
    Stderr = 2,
    /// Worker to engine: a message of the runtime, as JSON.
    Message = 3,
    /// Worker to engine: a line is wanted; `{"prompt": …, "password": …}`.
    Ask = 4,
    /// Worker to engine: everything before the `Sync` of this nonce has been sent.
    Synced = 5,
    /// Engine to worker: use this nonce from now on and answer `Synced`.
    Sync = 6,
    /// Engine to worker: the line asked for, as JSON; `null` where there is none.
    Line = 7,
    /// Engine to worker: stop the running cell.
    Interrupt = 8,
    /// Worker to engine: a cell is loaded.
    Began = 9,
    /// Worker to engine: the cell has its variables and runs.
    Started = 10,
    /// Worker to engine: the cell has run.
    Ended = 11,
    /// Engine to worker: a front end's message for a widget, as JSON.
    Comm = 12,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        use Kind::*;
        [Stdout, Stderr, Message, Ask, Synced, Sync, Line, Interrupt, Began, Started, Ended, Comm]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// A frame as received.
#[derive(Debug)]
pub struct Frame {
    pub kind: Kind,
    pub nonce: u64,
    pub payload: Vec<u8>,
}

/// The largest payload that is accepted: a forged length must not exhaust memory.
const LARGEST: usize = 256 << 20;

/// The bytes of a frame.
pub fn encode(kind: Kind, nonce: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(13 + payload.len());
    bytes.push(kind as u8);
    bytes.extend(nonce.to_le_bytes());
    bytes.extend((payload.len() as u32).to_le_bytes());
    bytes.extend(payload);
    bytes
}

/// The next frame; an error where the stream ends or holds anything else.
pub fn read(from: &mut impl Read) -> io::Result<Frame> {
    let mut head = [0; 13];
    from.read_exact(&mut head)?;
    let kind = Kind::from_byte(head[0]);
    let nonce = u64::from_le_bytes(head[1..9].try_into().expect("eight bytes"));
    let length = u32::from_le_bytes(head[9..13].try_into().expect("four bytes")) as usize;
    match kind {
        Some(kind) if length <= LARGEST => {
            let mut payload = vec![0; length];
            from.read_exact(&mut payload)?;
            Ok(Frame { kind, nonce, payload })
        }
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "not a frame of the private channel")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_the_trip() {
        let bytes = encode(Kind::Ask, 7, b"hello");
        let frame = read(&mut bytes.as_slice()).unwrap();
        assert_eq!((frame.kind, frame.nonce, frame.payload), (Kind::Ask, 7, b"hello".to_vec()));
    }

    #[test]
    fn other_bytes_are_refused() {
        assert!(read(&mut &b"this is no frame at all"[..]).is_err());
    }
}
