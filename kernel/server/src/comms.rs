use crate::exchange::Exchange;
use crate::show::show;
use candlelab_engine::{Bundle, Comm, CommAct, Event, Frontend};
use candlelab_protocol::{CommClose, CommInfoReply, CommInfoRequest, ReplyStatus, log};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// The open comms, and the front ends' messages to them.
pub(crate) struct Comms {
    /// Comm id to target.
    open: Mutex<BTreeMap<String, String>>,
    queue: mpsc::UnboundedSender<(Exchange, Comm)>,
}

impl Comms {
    /// Starts passing messages on, one after the other since a comm's messages have an order.
    pub(crate) fn start() -> Self {
        let (queue, messages) = mpsc::unbounded_channel();
        tokio::spawn(work(messages));
        Self { open: Mutex::default(), queue }
    }

    /// Takes a message from a front end.
    pub(crate) fn queue(exchange: Exchange, id: String, act: CommAct, data: Bundle) {
        let metadata = serde_json::from_str(exchange.request.metadata.get()).unwrap_or_default();
        let comm = Comm { id, act, data, metadata };
        // The other end works for as long as the event loop does.
        let _ = exchange.kernel.clone().comms.queue.send((exchange, comm));
    }

    /// The open comms of a target, or of all.
    pub(crate) fn info(&self, request: &CommInfoRequest) -> CommInfoReply {
        let wanted = |target: &String| request.target_name.as_ref().is_none_or(|it| it == target);
        let open = self.open();
        let comms = open.iter().filter(|(_, target)| wanted(target));
        let comms = comms.map(|(id, target)| (id.clone(), json!({"target_name": target})));
        CommInfoReply { status: ReplyStatus::Ok, comms: comms.collect() }
    }

    /// Notes what a message of either side does to its comm; tells whether the comm was open.
    pub(crate) fn note(&self, comm: &Comm) -> bool {
        let mut open = self.open();
        match &comm.act {
            CommAct::Open { target } => open.insert(comm.id.clone(), target.clone()).is_some(),
            CommAct::Message => open.contains_key(&comm.id),
            CommAct::Close => open.remove(&comm.id).is_some(),
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn work(mut messages: mpsc::UnboundedReceiver<(Exchange, Comm)>) {
    while let Some((exchange, comm)) = messages.recv().await {
        exchange.answer(pass_on(&exchange, comm)).await;
    }
}

/// Gives a front end's message to the engine, which refuses targets that it does not know.
async fn pass_on(exchange: &Exchange, comm: Comm) {
    let kernel = &exchange.kernel;
    let Comm { id, act, .. } = comm.clone();
    if !exchange.request.buffers.is_empty() {
        log(format_args!("ignoring the binary data of a message of comm `{id}`"));
    }
    match (kernel.comms.note(&comm), &act) {
        (false, CommAct::Message) => return refuse(exchange, id),
        (false, CommAct::Close) => return,
        _ => {}
    }
    let frontend: Arc<dyn Frontend> = Arc::new(CommFrontend(exchange.clone()));
    let passed = kernel.engine.ask(move |engine| engine.comm(comm, &frontend)).await;
    if let Err(error) = passed {
        log(format_args!("a message of comm `{id}` is lost: {error}"));
        if kernel.comms.open().remove(&id).is_some() {
            refuse(exchange, id);
        }
    }
}

/// Tells the front end that nobody listens.
fn refuse(exchange: &Exchange, comm_id: String) {
    exchange.publish(&CommClose { comm_id, data: Map::new(), metadata: Map::new() });
}

/// Publishes what comes of a front end's message.
struct CommFrontend(Exchange);

impl Frontend for CommFrontend {
    fn event(&self, event: Event) {
        show(&self.0, None, event);
    }

    fn input(&self, _prompt: &str, _password: bool) -> Option<String> {
        None
    }
}
