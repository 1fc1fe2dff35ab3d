//! The part of the Debug Adapter Protocol that needs no debugger: a front end's list of variables.
//!
//! JupyterLab's bug button sends `debugInfo`, `initialize`, `attach`, `setExceptionBreakpoints`
//! and `inspectVariables`, the last again after each message of a cell.

use crate::exchange::Exchange;
use crate::variables::{entry, rich};
use candlelab_engine::Variable;
use candlelab_protocol::{DebugReply, DebugRequest};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// Answers a request to a debugger as far as that goes without one.
pub(crate) async fn answer(exchange: &Exchange, request: DebugRequest) {
    let result = body(exchange, &request).await;
    let (success, message, body) = match result {
        Ok(body) => (true, None, body),
        Err(message) => (false, Some(message), json!({})),
    };
    let DebugRequest { seq, command, .. } = request;
    let kind = "response".to_owned();
    let reply = DebugReply { kind, seq, request_seq: seq, command, success, message, body };
    exchange.reply(&reply).await;
}

async fn body(exchange: &Exchange, request: &DebugRequest) -> Result<Value, String> {
    let debugging = &exchange.kernel.debugging;
    Ok(match request.command.as_str() {
        "debugInfo" => info(debugging.load(Ordering::Relaxed)),
        "initialize" => {
            debugging.store(true, Ordering::Relaxed);
            json!({"supportsModulesRequest": false, "exceptionBreakpointFilters": []})
        }
        "disconnect" => {
            debugging.store(false, Ordering::Relaxed);
            json!({})
        }
        "attach" | "configurationDone" => json!({}),
        "setBreakpoints" | "setExceptionBreakpoints" => json!({"breakpoints": []}),
        "threads" => json!({"threads": []}),
        "modules" => json!({"modules": [], "totalModules": 0}),
        "inspectVariables" => {
            let variables = variables(exchange).await?;
            json!({"variables": variables.iter().map(entry).collect::<Vec<_>>()})
        }
        "richInspectVariables" => {
            let name = request.arguments.as_ref().and_then(|it| it.get("variableName"));
            let variables = variables(exchange).await?;
            let named = variables.iter().find(|it| name.is_some_and(|name| *name == it.name));
            json!({"data": named.map(rich).unwrap_or_default(), "metadata": {}})
        }
        // No variable has parts that could be opened.
        "variables" => json!({"variables": []}),
        command => return Err(format!("there is no debugger that could do `{command}`")),
    })
}

async fn variables(exchange: &Exchange) -> Result<Vec<Variable>, String> {
    let variables = exchange.kernel.engine.ask(|engine| engine.variables()).await;
    variables.map_err(|error| error.to_string())
}

/// How cells would be named, and that nothing is stopped anywhere.
fn info(is_started: bool) -> Value {
    json!({
        "isStarted": is_started,
        "hashMethod": "Murmur2",
        "hashSeed": 0,
        "tmpFilePrefix": std::env::temp_dir().join(format!("candlelab_{}/", std::process::id())),
        "tmpFileSuffix": ".rs",
        "breakpoints": [],
        "stoppedThreads": [],
        "richRendering": true,
        "exceptionPaths": [],
        "copyToGlobals": false,
    })
}
