//! A kernel, and the sockets that lead to it.

use crate::heard::{Heard, WAITING, listen};
use crate::process::Process;
use candlelab_engine::EngineError;
use jupyter_protocol::connection_info::Transport;
use jupyter_protocol::{
    ConnectionInfo, InterruptRequest, JupyterMessage, JupyterMessageContent as Content,
    KernelInfoRequest,
};
use jupyter_zmq_client::{
    ClientControlConnection, DealerSendConnection, KernelspecDir, RuntimeError,
    create_client_control_connection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, find_kernelspec_with_jupyter_paths,
    peek_ports_with_listeners, peer_identity_for_session,
};
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use uuid::Uuid;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// How long a kernel may take to start.
const START: Duration = Duration::from_secs(60);
/// How long to wait before trying once more.
const TICK: Duration = Duration::from_millis(100);

/// A kernel that runs; it ends when dropped.
pub struct Kernel {
    sockets: Sockets,
    // Dropped last: the sockets need it.
    runtime: Runtime,
}

impl Kernel {
    /// Starts an installed kernel and waits until it answers.
    pub fn start(name: &str) -> Result<(Self, Heard), EngineError> {
        let failed = |problem: &dyn std::fmt::Display| EngineError {
            message: format!("the kernel `{name}` does not start: {problem}"),
            hint: Some("`jupyter kernelspec list` shows what is installed".into()),
        };
        let runtime = Runtime::new().map_err(|error| failed(&error))?;
        let start = async {
            let spec = find_kernelspec_with_jupyter_paths(name).await?;
            let (mut sockets, heard) = Sockets::open(spec).await?;
            sockets.ready(&heard).await?;
            Ok((sockets, heard))
        };
        let started = runtime.block_on(start);
        let (sockets, heard) = started.map_err(|error| failed(&not_found(error)))?;
        Ok((Self { sockets, runtime }, Heard(heard)))
    }

    /// Sends a request; whether that could be done.
    pub fn ask(&mut self, request: JupyterMessage) -> bool {
        self.runtime.block_on(self.sockets.shell.send(request)).is_ok()
    }

    /// Interrupts the running cell the way its kernelspec wants; where that cannot be done, the
    /// kernel has ended, which whoever waits for the cell will see.
    pub fn interrupt(&mut self) {
        if self.sockets.interrupt_by_message {
            let request = InterruptRequest {}.into();
            let _ = self.runtime.block_on(self.sockets.control.send(request));
        } else {
            let _ = self.sockets.process.interrupt();
        }
    }

    pub fn is_alive(&mut self) -> bool {
        self.sockets.process.is_alive()
    }

    pub fn how_it_ended(&mut self) -> String {
        self.sockets.process.how_it_ended()
    }
}

/// The crate's own words list every path it looked at.
fn not_found(error: RuntimeError) -> String {
    match error {
        RuntimeError::KernelNotFound { mut available, .. } if !available.is_empty() => {
            available.sort();
            format!("there are only {}", available.join(", "))
        }
        RuntimeError::KernelNotFound { .. } => "no kernel is installed".into(),
        error => error.to_string(),
    }
}

/// A process with what is said to it.
struct Sockets {
    process: Process,
    interrupt_by_message: bool,
    shell: DealerSendConnection,
    control: ClientControlConnection,
}

impl Sockets {
    /// Starts the process; gives what it says too.
    async fn open(
        spec: KernelspecDir,
    ) -> Result<(Self, mpsc::Receiver<JupyterMessage>), RuntimeError> {
        let (ports, reserved) = peek_ports_with_listeners(LOCAL, 5).await?;
        let info = connection(&ports, &spec.kernel_name);
        let interrupt_by_message = spec.kernelspec.interrupt_mode.as_deref() == Some("message");
        let mut process = Process::start(spec, &info)?;
        drop(reserved);

        let session = Uuid::new_v4().to_string();
        let (tell, heard) = mpsc::sync_channel(WAITING);
        let connect = || create_client_iopub_connection(&info, "", &session);
        let iopub = connected(&mut process, connect).await?;
        tokio::spawn(listen(iopub, tell.clone()));
        let identity = peer_identity_for_session(&session)?;
        let connect =
            || create_client_shell_connection_with_identity(&info, &session, identity.clone());
        let (shell, replies) = connected(&mut process, connect).await?.split();
        tokio::spawn(listen(replies, tell));
        let connect = || create_client_control_connection(&info, &session);
        let control = connected(&mut process, connect).await?;
        Ok((Self { process, interrupt_by_message, shell, control }, heard))
    }

    /// Waits until the kernel has answered, and what it publishes arrives.
    async fn ready(&mut self, heard: &mpsc::Receiver<JupyterMessage>) -> Result<(), RuntimeError> {
        let began = Instant::now();
        let (mut answered, mut published) = (false, false);
        while began.elapsed() < START {
            self.shell.send(KernelInfoRequest {}.into()).await?;
            tokio::time::sleep(TICK).await;
            for message in heard.try_iter() {
                answered |= matches!(message.content, Content::KernelInfoReply(_));
                published |= matches!(message.content, Content::Status(_));
            }
            if answered && published {
                return Ok(());
            }
            if !self.process.is_alive() {
                return Err(io::Error::other(self.process.how_it_ended()).into());
            }
        }
        Err(io::Error::other(format!("no answer within {} s", START.as_secs())).into())
    }
}

fn connection(ports: &[u16], kernel: &str) -> ConnectionInfo {
    ConnectionInfo {
        ip: LOCAL.to_string(),
        transport: Transport::TCP,
        shell_port: ports[0],
        iopub_port: ports[1],
        stdin_port: ports[2],
        control_port: ports[3],
        hb_port: ports[4],
        key: Uuid::new_v4().to_string(),
        signature_scheme: "hmac-sha256".into(),
        kernel_name: Some(kernel.into()),
    }
}

/// Tries until the kernel has opened the socket.
async fn connected<T, F: Future<Output = Result<T, RuntimeError>>>(
    process: &mut Process,
    connect: impl Fn() -> F,
) -> Result<T, RuntimeError> {
    let began = Instant::now();
    loop {
        let connected = tokio::select! {
            connected = connect() => connected,
            ended = process.ended() => return Err(io::Error::other(ended).into()),
        };
        if connected.is_ok() || began.elapsed() > START {
            return connected;
        }
        tokio::time::sleep(TICK).await;
    }
}
