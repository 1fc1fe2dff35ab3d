use crate::exchange::Exchange;
use crate::frontend::CellFrontend;
use crate::history::History;
use crate::queue::Queue;
use crate::subshell::Count;
use candlelab_engine::{Bundle, Cell, CellError, Cost, Engine, EngineError, Frontend, Reply};
use candlelab_protocol::{
    Error, ExecuteInput, ExecuteReply, ExecuteRequest, ExpressionValue, Metadata, MimeBundle,
    Payload, ReplyStatus,
};
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Runs a cell; where it fails, those that wait in the queue are aborted.
pub(crate) async fn execute(
    exchange: &Exchange,
    count: &Count,
    request: ExecuteRequest,
    queue: &mut Queue,
) {
    let started = jiff::Timestamp::now();
    exchange.kernel.set_running(Some(exchange.request.clone()));
    let counts = request.store_history && !request.silent;
    let number = count.number_cell(counts);
    if !request.silent {
        let code = request.code.clone();
        exchange.publish(&ExecuteInput { code, execution_count: number });
    }
    let outcome = run(exchange, &request, number).await;
    if counts {
        let value = outcome.value.as_ref().and_then(|data| data.get("text/plain")?.as_str());
        let (session, value) = (count.session, value.map(str::to_owned));
        let code = request.code.clone();
        let add = move |history: &History| history.add(session, number, &code, value.as_deref());
        exchange.kernel.with_history(add).await;
    }
    if request.stop_on_error && outcome.reply.error.is_some() {
        // Before the reply: what the front end sends after it is a new beginning.
        queue.doom_cells().await;
    }
    let metadata = metadata(started, &outcome.reply.cost);
    reply(exchange, outcome, number, request.silent, metadata).await;
    exchange.kernel.set_running(None);
}

/// Refuses to run a cell, since an earlier one failed.
pub(crate) async fn abort(exchange: &Exchange, count: &Count) {
    let reply = ExecuteReply {
        status: ReplyStatus::Aborted,
        execution_count: count.cells(),
        payload: Vec::new(),
        user_expressions: Map::new(),
        metadata: Metadata::new(),
    };
    exchange.reply_after_outputs(&reply).await;
}

/// What became of a cell and of the expressions after it.
#[derive(Default)]
struct Outcome {
    reply: Reply,
    value: Option<Bundle>,
    expressions: Map<String, Value>,
}

async fn run(exchange: &Exchange, request: &ExecuteRequest, number: usize) -> Outcome {
    let kernel = exchange.kernel.clone();
    kernel.stdin.begin().await;
    let frontend = CellFrontend::new(exchange.clone(), request, number, Handle::current());
    let cell = Cell { code: request.code.clone(), number };
    let expressions = request.user_expressions.clone().unwrap_or_default();
    let outcome = kernel.engine.with(move |engine| run_cell(engine, &cell, frontend, &expressions));
    outcome.await.unwrap_or_else(|error| Outcome {
        reply: Reply { error: Some(engine_failure(error)), ..Reply::default() },
        ..Outcome::default()
    })
}

fn run_cell(
    engine: &mut dyn Engine,
    cell: &Cell,
    frontend: CellFrontend,
    expressions: &Map<String, Value>,
) -> Outcome {
    if frontend.was_interrupted() {
        return Outcome { reply: interrupted(), ..Outcome::default() };
    }
    let (reply, value) = run_with(engine, cell, frontend.clone());
    let evaluate = |(name, code): (&String, &Value)| {
        let code = code.as_str().unwrap_or_default().to_owned();
        let cell = Cell { code, number: cell.number };
        (name.clone(), expression(run_with(engine, &cell, frontend.silent())))
    };
    let expressions = match reply.error {
        None => expressions.iter().map(evaluate).collect(),
        Some(_) => Map::new(),
    };
    Outcome { reply, value, expressions }
}

/// The reply of a cell that was interrupted before the engine was ready for it.
fn interrupted() -> Reply {
    let (ename, evalue) = ("Interrupted".to_owned(), "interrupted before it began".to_owned());
    let traceback = vec![format!("{ename}: {evalue}")];
    Reply { error: Some(CellError { ename, evalue, traceback }), ..Reply::default() }
}

fn run_with(
    engine: &mut dyn Engine,
    cell: &Cell,
    frontend: CellFrontend,
) -> (Reply, Option<Bundle>) {
    let frontend = Arc::new(frontend);
    let reply = engine.execute(cell, &(frontend.clone() as Arc<dyn Frontend>));
    (reply, frontend.take_value())
}

fn expression((reply, value): (Reply, Option<Bundle>)) -> Value {
    let value = match reply.error {
        Some(error) => ExpressionValue::Error(wire_error(error)),
        None => {
            ExpressionValue::Ok { data: value.unwrap_or_default(), metadata: MimeBundle::new() }
        }
    };
    serde_json::to_value(value).expect("JSON of strings and maps")
}

/// When a cell began, and what it cost in seconds and bytes.
fn metadata(started: jiff::Timestamp, cost: &Cost) -> Metadata {
    let mut spent = Metadata::new();
    for (what, time) in [("compile", cost.compile), ("load", cost.load), ("run", cost.run)] {
        spent.insert(what.into(), time.as_secs_f64().into());
    }
    if let Some(bytes) = cost.peak_memory {
        spent.insert("peak_memory".into(), bytes.into());
    }
    let started = format!("{started:.6}").into();
    Metadata::from_iter([("started".into(), started), ("cost".into(), spent.into())])
}

async fn reply(
    exchange: &Exchange,
    outcome: Outcome,
    execution_count: usize,
    silent: bool,
    metadata: Metadata,
) {
    let status = match outcome.reply.error.map(wire_error) {
        None => ReplyStatus::Ok,
        Some(error) => {
            if !silent {
                exchange.publish(&error);
            }
            ReplyStatus::Error(error)
        }
    };
    let page = |data| Payload::Page { data, start: 0 };
    let payload = outcome.reply.pages.into_iter().map(page).collect();
    let user_expressions = outcome.expressions;
    let reply = ExecuteReply { status, execution_count, payload, user_expressions, metadata };
    exchange.reply_after_outputs(&reply).await;
}

fn wire_error(error: CellError) -> Error {
    Error { ename: error.ename, evalue: error.evalue, traceback: error.traceback }
}

/// The error of every cell where the engine does not work.
fn engine_failure(error: EngineError) -> CellError {
    let hint = error.hint.map(|hint| format!("hint: {hint}"));
    let traceback = [format!("error: {}", error.message)].into_iter().chain(hint).collect();
    CellError { ename: "EngineError".into(), evalue: error.message, traceback }
}
