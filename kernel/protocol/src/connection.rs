use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The connection file: where a kernel listens, and the key that signs its messages.
///
/// <https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// `tcp` or `ipc`.
    pub transport: String,
    /// The address to listen on; for `ipc`, the start of a path.
    pub ip: String,
    /// Requests that run in order.
    pub shell_port: u16,
    /// What a running cell shows.
    pub iopub_port: u16,
    /// Questions to the user.
    pub stdin_port: u16,
    /// Requests that overtake running cells.
    pub control_port: u16,
    /// The heartbeat.
    pub hb_port: u16,
    /// The secret that signs messages; empty for none.
    #[serde(default)]
    pub key: String,
    /// How messages are signed; only `hmac-sha256` exists.
    #[serde(default = "hmac_sha256")]
    pub signature_scheme: String,
}

/// The five channels of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Requests that run in order.
    Shell,
    /// What a running cell shows.
    Iopub,
    /// Questions to the user.
    Stdin,
    /// Requests that overtake running cells.
    Control,
    /// The heartbeat.
    Heartbeat,
}

/// Why a connection file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// It could not be read.
    #[error("cannot read the connection file `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It is no connection file.
    #[error("`{}` is no connection file", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It asks for signatures of another kind.
    #[error(
        "the connection file asks for signatures by `{scheme}`, this kernel knows `hmac-sha256`"
    )]
    Scheme {
        /// The scheme asked for.
        scheme: String,
    },
    /// It asks for sockets of another kind.
    #[error(
        "the connection file asks for `{transport}` sockets, this kernel knows `tcp` and `ipc`"
    )]
    Transport {
        /// The transport asked for.
        transport: String,
    },
}

impl Connection {
    /// Reads and checks a connection file.
    ///
    /// # Errors
    /// If it cannot be read, is not JSON of that form, or asks for what this kernel lacks.
    pub fn read(path: &Path) -> Result<Self, ConnectionError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConnectionError::Read { path: path.into(), source })?;
        let connection: Self = serde_json::from_str(&text)
            .map_err(|source| ConnectionError::Parse { path: path.into(), source })?;
        connection.check()
    }

    fn check(self) -> Result<Self, ConnectionError> {
        if self.signature_scheme != hmac_sha256() && !self.key.is_empty() {
            return Err(ConnectionError::Scheme { scheme: self.signature_scheme });
        }
        if !["tcp", "ipc"].contains(&self.transport.as_str()) {
            return Err(ConnectionError::Transport { transport: self.transport });
        }
        Ok(self)
    }

    /// The address of one channel as ZeroMQ writes it.
    pub fn endpoint(&self, port: Port) -> String {
        let number = match port {
            Port::Shell => self.shell_port,
            Port::Iopub => self.iopub_port,
            Port::Stdin => self.stdin_port,
            Port::Control => self.control_port,
            Port::Heartbeat => self.hb_port,
        };
        let separator = if self.transport == "ipc" { '-' } else { ':' };
        format!("{}://{}{separator}{number}", self.transport, self.ip)
    }
}

fn hmac_sha256() -> String {
    "hmac-sha256".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"transport": "tcp", "ip": "127.0.0.1", "shell_port": 1, "iopub_port": 2,
        "stdin_port": 3, "control_port": 4, "hb_port": 5, "key": "k", "kernel_name": "x"}"#;

    fn parse(text: &str) -> Result<Connection, ConnectionError> {
        serde_json::from_str::<Connection>(text).expect("JSON").check()
    }

    #[test]
    fn endpoints_follow_the_transport() {
        let tcp = parse(FILE).expect("valid");
        assert_eq!(tcp.endpoint(Port::Control), "tcp://127.0.0.1:4");
        let ipc = parse(&FILE.replace("tcp", "ipc").replace("127.0.0.1", "/tmp/k")).expect("valid");
        assert_eq!(ipc.endpoint(Port::Heartbeat), "ipc:///tmp/k-5");
    }

    #[test]
    fn errors_name_both_sides() {
        let error = parse(&FILE.replace("tcp", "pgm")).expect_err("unknown transport");
        assert!(error.to_string().contains("`pgm` sockets, this kernel knows `tcp`"), "{error}");
        let error = Connection::read(Path::new("/nowhere/kernel.json")).expect_err("no such file");
        assert!(error.to_string().contains("/nowhere/kernel.json"), "{error}");
    }
}
