use bytes::Bytes;
use candlelab_engine::{Echo, Engine, EngineError};
use candlelab_protocol::{Connection, Message, Metadata, Port, Session};
use candlelab_server::{KernelInfo, ServeError, serve};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use zeromq::{
    DealerSocket, Socket, SocketOptions, SocketRecv, SocketSend, SubSocket, ZmqMessage, ZmqResult,
};

const TIMEOUT: Duration = Duration::from_secs(10);

/// A kernel on a thread and a front end for it. Messages that no test took fail it at the end.
pub struct DummyFrontend {
    pub session: Session,
    pub connection: Connection,
    runtime: Runtime,
    dealers: HashMap<Channel, DealerSocket>,
    iopub: SubSocket,
    headers: HashMap<String, String>,
    /// What arrived while something else was waited for.
    aside: HashMap<Channel, VecDeque<Message>>,
    kernel: Option<JoinHandle<Result<(), ServeError>>>,
    _folder: TempDir,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    Shell,
    Control,
    Stdin,
    Heartbeat,
    Iopub,
}

/// What a test looks at in a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub msg_type: String,
    pub content: Value,
}

pub fn message(msg_type: &str, content: Value) -> Received {
    Received { msg_type: msg_type.into(), content }
}

pub fn status(state: &str) -> Received {
    message("status", json!({"execution_state": state}))
}

pub fn stdout(text: &str) -> Received {
    message("stream", json!({"name": "stdout", "text": text}))
}

impl DummyFrontend {
    pub fn start() -> Self {
        Self::with_engine(|| Ok(Box::new(Echo::default())))
    }

    pub fn with_engine(
        start: impl FnOnce() -> Result<Box<dyn Engine>, EngineError> + Send + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ip = folder.path().join("k").display().to_string();
        Self::connect(folder, "ipc", &ip, [1, 2, 3, 4, 5], start)
    }

    pub fn connect(
        folder: TempDir,
        transport: &str,
        ip: &str,
        ports: [u16; 5],
        start: impl FnOnce() -> Result<Box<dyn Engine>, EngineError> + Send + 'static,
    ) -> Self {
        let connection = connection(transport, ip, ports);
        let file = folder.path().join("kernel.json");
        std::fs::write(&file, serde_json::to_string(&connection).expect("JSON")).expect("written");
        let history = Some(folder.path().join("history.sqlite"));
        let info = KernelInfo { history, ..KernelInfo::default() };
        let kernel = std::thread::spawn(move || serve(&file, start, info));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (dealers, iopub) = runtime.block_on(open(&connection, folder.path()));
        let mut frontend = Self {
            session: Session::new(&connection.key),
            connection,
            runtime,
            dealers,
            iopub,
            headers: HashMap::new(),
            aside: HashMap::new(),
            kernel: Some(kernel),
            _folder: folder,
        };
        let welcome = frontend.recv_iopub();
        assert_eq!(received(&welcome), message("iopub_welcome", json!({"subscription": ""})));
        assert_eq!(welcome.parent_header.get(), "{}");
        frontend
    }

    /// Sends a request and gives its id.
    pub fn send(&mut self, channel: Channel, msg_type: &str, content: Value) -> String {
        self.send_to(channel, None, msg_type, content)
    }

    /// Sends a request to a subshell and gives its id.
    pub fn send_to(
        &mut self,
        channel: Channel,
        subshell: Option<&str>,
        msg_type: &str,
        content: Value,
    ) -> String {
        let mut header = self.session.header(msg_type);
        header.subshell_id = subshell.map(Into::into);
        let frames = self.session.frames(&[], &header, "{}", &Metadata::new(), &content);
        self.send_frames(channel, frames);
        let raw = serde_json::to_string(&header).expect("JSON");
        self.headers.insert(header.msg_id.clone(), raw);
        header.msg_id
    }

    pub fn send_frames(&mut self, channel: Channel, frames: Vec<Bytes>) {
        let message = ZmqMessage::try_from(frames).expect("frames");
        let socket = self.dealers.get_mut(&channel).expect("all channels are open");
        self.runtime.block_on(socket.send(message)).expect("sent");
    }

    pub fn recv_frames(&mut self, channel: Channel) -> Vec<Bytes> {
        let socket = self.dealers.get_mut(&channel).expect("all channels are open");
        let received = self.runtime.block_on(async { timeout(TIMEOUT, socket.recv()).await });
        let waited = || panic!("nothing came on {channel:?}");
        received.unwrap_or_else(|_| waited()).expect("open").into_vec()
    }

    /// The next message on a channel, also one that was set aside.
    pub fn recv_any(&mut self, channel: Channel) -> Message {
        if let Some(message) = self.aside.get_mut(&channel).and_then(VecDeque::pop_front) {
            return message;
        }
        let frames = match channel {
            Channel::Iopub => {
                let socket = &mut self.iopub;
                let received =
                    self.runtime.block_on(async { timeout(TIMEOUT, socket.recv()).await });
                received.expect("nothing came on iopub").expect("open").into_vec()
            }
            channel => self.recv_frames(channel),
        };
        self.session.decode(frames).expect("well-formed")
    }

    pub fn recv_iopub(&mut self) -> Message {
        self.recv_any(Channel::Iopub)
    }

    /// The next message on a channel that answers request `id`; sets others aside.
    #[track_caller]
    pub fn recv(&mut self, channel: Channel, id: &str) -> Message {
        let mut others = VecDeque::new();
        let message = loop {
            let message = self.recv_any(channel);
            if message.parent_id().as_deref() == Some(id) {
                break message;
            }
            others.push_back(message);
        };
        let aside = self.aside.entry(channel).or_default();
        others.append(aside);
        *aside = others;
        assert_eq!(message.parent_header.get(), self.headers[id]);
        assert_ne!(message.header.session, self.session.id());
        message
    }

    /// What is published about request `id` between its `busy` and its `idle`.
    #[track_caller]
    pub fn published(&mut self, id: &str) -> Vec<Received> {
        assert_eq!(received(&self.recv(Channel::Iopub, id)), status("busy"));
        self.until_idle(id)
    }

    /// The rest of what is published about request `id` up to its `idle`.
    #[track_caller]
    pub fn until_idle(&mut self, id: &str) -> Vec<Received> {
        let mut shown = Vec::new();
        loop {
            match received(&self.recv(Channel::Iopub, id)) {
                idle if idle == status("idle") => return shown,
                // While others were answered the cell was still running.
                busy if busy == status("busy") => {}
                other => shown.push(other),
            }
        }
    }

    /// The next iopub message that is there already.
    pub fn poll_iopub(&mut self) -> Option<Message> {
        let frames = self.runtime.block_on(at_once(self.iopub.recv()))?;
        Some(self.session.decode(frames.into_vec()).expect("well-formed"))
    }

    /// Whether a message is there already; takes it.
    pub fn poll(&mut self, channel: Channel) -> bool {
        let socket = self.dealers.get_mut(&channel).expect("all channels are open");
        self.runtime.block_on(at_once(socket.recv())).is_some()
    }

    /// The content of the reply to request `id`.
    #[track_caller]
    pub fn reply(&mut self, channel: Channel, id: &str, msg_type: &str) -> Value {
        let reply = received(&self.recv(channel, id));
        assert_eq!(reply.msg_type, msg_type);
        reply.content
    }

    /// The next iopub messages must be these, and belong to request `id`.
    #[track_caller]
    pub fn expect(&mut self, id: &str, messages: &[Received]) {
        for expected in messages {
            let message = self.recv_iopub();
            assert_eq!(&received(&message), expected);
            assert_eq!(message.parent_header.get(), self.headers[id]);
        }
    }

    /// Sends a request that publishes nothing but `busy` and `idle`, and gives its reply.
    #[track_caller]
    pub fn ask(&mut self, channel: Channel, name: &str, content: Value) -> Value {
        let id = self.send(channel, &format!("{name}_request"), content);
        assert_eq!(self.published(&id), []);
        self.reply(channel, &id, &format!("{name}_reply"))
    }

    /// Runs a cell; gives what it showed, without the statuses and the input, and the reply.
    #[track_caller]
    pub fn execute(&mut self, content: Value) -> (Vec<Received>, Value) {
        let id = self.send(Channel::Shell, "execute_request", content.clone());
        let mut shown = self.published(&id);
        if content["silent"] != json!(true) {
            let input = shown.remove(0);
            assert_eq!(
                (input.msg_type.as_str(), &input.content["code"]),
                ("execute_input", &content["code"])
            );
        }
        (shown, self.reply(Channel::Shell, &id, "execute_reply"))
    }

    /// Runs a cell that must succeed, and gives what it showed.
    #[track_caller]
    pub fn run(&mut self, code: &str) -> Vec<Received> {
        let (shown, reply) = self.execute(json!({"code": code}));
        assert_eq!(reply["status"], "ok");
        shown
    }

    /// Starts a cell that runs until it is interrupted, and waits until it runs.
    #[track_caller]
    pub fn run_endless(&mut self) -> String {
        let content = json!({"code": "print on\nsleep 600000"});
        let id = self.send(Channel::Shell, "execute_request", content);
        while received(&self.recv(Channel::Iopub, &id)) != stdout("on\n") {}
        id
    }

    /// Interrupts the running cell `id`, and waits for its end.
    #[track_caller]
    pub fn interrupt(&mut self, id: &str) {
        assert_eq!(self.ask(Channel::Control, "interrupt", json!({})), json!({"status": "ok"}));
        assert_eq!(self.reply(Channel::Shell, id, "execute_reply")["ename"], "Interrupted");
        assert_eq!(self.until_idle(id)[0].msg_type, "error");
    }

    /// Waits for the kernel's end.
    pub fn join(&mut self) {
        let kernel = self.kernel.take().expect("joined once");
        kernel.join().expect("the kernel panicked").expect("the kernel failed");
    }
}

impl Drop for DummyFrontend {
    fn drop(&mut self) {
        if self.kernel.is_none() || std::thread::panicking() {
            return;
        }
        self.ask(Channel::Shell, "kernel_info", json!({}));
        let reply = self.ask(Channel::Control, "shutdown", json!({"restart": false}));
        assert_eq!(reply["status"], "ok");
        self.join();
        for channel in [Channel::Shell, Channel::Control, Channel::Stdin] {
            assert!(!self.poll(channel), "a message is left over on {channel:?}");
        }
        let left: Vec<Received> = self.aside.values().flatten().map(received).collect();
        assert_eq!(left, [], "messages that nobody waited for");
    }
}

/// What has arrived by now; the yields let the sockets read, nothing waits.
async fn at_once(recv: impl Future<Output = ZmqResult<ZmqMessage>>) -> Option<ZmqMessage> {
    let yields = async {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        message = recv => message.ok(),
        () = yields => None,
    }
}

pub fn received(message: &Message) -> Received {
    let content = message.content().expect("JSON");
    Received { msg_type: message.header.msg_type.clone(), content }
}

fn connection(transport: &str, ip: &str, ports: [u16; 5]) -> Connection {
    let [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
    Connection {
        transport: transport.into(),
        ip: ip.into(),
        shell_port,
        iopub_port,
        stdin_port,
        control_port,
        hb_port,
        key: "a key".into(),
        signature_scheme: "hmac-sha256".into(),
    }
}

async fn open(
    connection: &Connection,
    folder: &Path,
) -> (HashMap<Channel, DealerSocket>, SubSocket) {
    // The iopub socket is the last to appear.
    while connection.transport == "ipc" && !folder.join("k-2").exists() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let channels = [
        (Channel::Shell, Port::Shell),
        (Channel::Control, Port::Control),
        (Channel::Stdin, Port::Stdin),
        (Channel::Heartbeat, Port::Heartbeat),
    ];
    let mut dealers = HashMap::new();
    for (channel, port) in channels {
        let mut options = SocketOptions::default();
        options.peer_identity("dummy".parse().expect("an identity"));
        let mut socket = DealerSocket::with_options(options);
        socket.connect(&connection.endpoint(port)).await.expect("connected");
        dealers.insert(channel, socket);
    }
    (dealers, subscribe(connection, "").await)
}

/// A new subscriber of the iopub channel.
pub async fn subscribe(connection: &Connection, topic: &str) -> SubSocket {
    let mut socket = SubSocket::new();
    socket.connect(&connection.endpoint(Port::Iopub)).await.expect("connected");
    socket.subscribe(topic).await.expect("subscribed");
    socket
}
