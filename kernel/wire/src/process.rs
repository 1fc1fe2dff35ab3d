//! The process of a kernel.

use jupyter_protocol::ConnectionInfo;
use jupyter_zmq_client::{KernelspecDir, RuntimeError};
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use tempfile::NamedTempFile;
use tokio::process::Child;

/// A kernel's process; it ends when dropped.
pub struct Process {
    child: Child,
    /// What it prints itself.
    printed: File,
    /// Where the kernel was told its ports.
    _connection: NamedTempFile,
}

impl Process {
    /// Starts a kernel that opens these ports.
    pub fn start(spec: KernelspecDir, ports: &ConnectionInfo) -> Result<Self, RuntimeError> {
        // Readable by its owner only, since it holds the key.
        let connection = NamedTempFile::with_prefix("candlelab-kernel-")?;
        fs::write(connection.path(), serde_json::to_string(ports)?)?;
        let printed = tempfile::tempfile()?;
        let (output, error) = (printed.try_clone()?, printed.try_clone()?);
        let mut command =
            spec.command(connection.path(), Some(error.into()), Some(output.into()))?;
        let child = command.kill_on_drop(true).spawn()?;
        Ok(Self { child, printed, _connection: connection })
    }

    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its end; gives it in words.
    pub async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => self.describe(status),
            Err(error) => error.to_string(),
        }
    }

    /// How it ended, for its user, with the last line that it left.
    pub fn how_it_ended(&mut self) -> String {
        match self.child.try_wait() {
            Ok(Some(status)) => self.describe(status),
            Ok(None) => "it does not answer".into(),
            Err(error) => error.to_string(),
        }
    }

    fn describe(&self, status: ExitStatus) -> String {
        let ending = match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit code {code}"),
            (_, Some(signal)) => format!("signal {signal}"),
            _ => status.to_string(),
        };
        match self.printed_text().lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) => format!("{ending}: {}", line.trim()),
            None => ending,
        }
    }

    fn printed_text(&self) -> String {
        let mut bytes = Vec::new();
        // What cannot be read is not there; it is only an addition to how the process ended.
        let _ = (&self.printed).rewind().and_then(|()| (&self.printed).read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Interrupts it as the terminal does.
    pub fn interrupt(&self) -> io::Result<()> {
        let Some(id) = self.child.id() else { return Ok(()) };
        // SAFETY: sends a signal to a child that has not been waited for.
        match unsafe { libc::kill(id.cast_signed(), libc::SIGINT) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
