//! Event files that TensorBoard reads.

use crate::History;
use candle_core::{Result, bail};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A file of numbers over steps in a folder, for `tensorboard --logdir FOLDER`.
///
/// Each number is in the file as soon as it is written, so that a run can be watched.
///
/// ```
/// # fn main() -> candle_core::Result<()> {
/// use candlelab_train::EventWriter;
/// # let folder = std::env::temp_dir().join(format!("events-{}", std::process::id()));
/// let mut events = EventWriter::new(&folder)?;
/// events.scalar("loss", 1, 0.7)?;
/// events.scalar("loss", 2, 0.5)?;
/// assert!(events.path().starts_with(&folder));
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct EventWriter {
    file: File,
    path: PathBuf,
}

impl EventWriter {
    /// A new file in a folder, which is made if it is missing; one folder holds one run.
    ///
    /// # Errors
    /// If the folder or the file cannot be made.
    pub fn new(folder: impl AsRef<Path>) -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let (count, process) = (COUNT.fetch_add(1, Ordering::Relaxed), std::process::id());
        let name = format!("events.out.tfevents.{:010}.candlelab.{process}.{count}", now() as u64);
        let path = folder.as_ref().join(name);
        let made = std::fs::create_dir_all(&folder).and_then(|()| File::create_new(&path));
        let mut events = match made {
            Ok(file) => Self { file, path },
            Err(error) => bail!("cannot make the event file {}: {error}", path.display()),
        };
        events.write(&event(now(), 0, &version()))?;
        Ok(events)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a number of the curve `tag` at a step; TensorBoard keeps it as f32.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn scalar(&mut self, tag: &str, step: usize, value: f64) -> Result<()> {
        self.write(&event(now(), step, &summary(tag, value)))
    }

    /// Writes a whole run: the loss of each batch, and what was measured after each epoch.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn history(&mut self, history: &History) -> Result<()> {
        for (i, loss) in history.losses.iter().enumerate() {
            self.scalar("batch/loss", i + 1, *loss)?;
        }
        for (i, epoch) in history.epochs.iter().enumerate() {
            let curves = [
                ("epoch/loss", Some(epoch.loss)),
                ("epoch/validation loss", epoch.validation_loss),
                ("epoch/accuracy", epoch.accuracy),
                ("epoch/test accuracy", epoch.test_accuracy),
            ];
            for (tag, value) in curves {
                value.map(|value| self.scalar(tag, i + 1, value)).transpose()?;
            }
        }
        Ok(())
    }

    fn write(&mut self, event: &[u8]) -> Result<()> {
        match self.file.write_all(&record(event)) {
            Ok(()) => Ok(()),
            Err(error) => bail!("cannot write to {}: {error}", self.path.display()),
        }
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A record of a TFRecord file: length, its checksum, the data, their checksum.
fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let sums = [&length[..], data].map(|part| masked(crc32c(part)).to_le_bytes());
    [&length[..], &sums[0], data, &sums[1]].concat()
}

/// A checksum for data that hold checksums themselves, as the format has it.
fn masked(sum: u32) -> u32 {
    sum.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The Castagnoli checksum (RFC 3720), bit by bit: events are short.
fn crc32c(data: &[u8]) -> u32 {
    let divided = |sum: u32, _| (sum >> 1) ^ if sum & 1 == 1 { 0x82f6_3b78 } else { 0 };
    !data.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), divided))
}

/// `Event { wall_time: 1, step: 2, … }` of TensorFlow's `event.proto`; fields of 0 are left out.
fn event(wall_time: f64, step: usize, what: &[u8]) -> Vec<u8> {
    let mut event = vec![1 << 3 | 1];
    event.extend(wall_time.to_le_bytes());
    if step > 0 {
        event.push(2 << 3);
        event.extend(varint(step as u64));
    }
    event.extend(what);
    event
}

/// `file_version: 3`, with which a file begins.
fn version() -> Vec<u8> {
    field(3, b"brain.Event:2")
}

/// `summary: 5 { value: 1 { tag: 1, simple_value: 2 } }`
fn summary(tag: &str, value: f64) -> Vec<u8> {
    let number = [&[2 << 3 | 5][..], &(value as f32).to_le_bytes()].concat();
    field(5, &field(1, &[field(1, tag.as_bytes()), number].concat()))
}

/// A field of bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2][..], &varint(bytes.len() as u64), bytes].concat()
}

/// Seven bits a byte, the lowest first.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    // The check value of the polynomial: crc32c(b"123456789").
    #[test]
    fn the_checksum_is_castagnolis() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    /// The bytes that TensorBoard's own writer makes, of `tests/reference/events.py`.
    #[test]
    fn records_are_tensorboards_byte_for_byte() {
        let reference: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/reference/events.json")).unwrap();
        let hex = |bytes: Vec<u8>| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let long = "a long tag ".repeat(20);
        let events = [
            ("version", event(1.5, 0, &version())),
            ("first", event(2.25, 1, &summary("loss", 0.5))),
            ("large step", event(1_700_000_000.125, 1_000_000, &summary("epoch/loss", -1e-3))),
            ("zero", event(3.0, 0, &summary("zero", 0.0))),
            ("long tag", event(3.0, 300, &summary(&long, f64::NAN))),
        ];
        for (name, event) in events {
            assert_eq!(Some(hex(record(&event)).as_str()), reference[name].as_str(), "{name}");
        }
    }
}
