//! What a kernel publishes, as events.

use candlelab_engine::{Bundle, CellError, Comm, CommAct, Event, StreamName};
use jupyter_protocol::{
    ErrorOutput, JupyterMessage, JupyterMessageContent as Content, Media, ReplyError, Stdio,
};
use serde_json::Value;

/// The event that a message tells of, if any.
pub fn event(message: JupyterMessage) -> Option<Event> {
    let metadata = object(message.metadata);
    let comm = |id: jupyter_protocol::CommId, act, data| {
        Event::Comm(Comm { id: id.0, act, data, metadata })
    };
    Some(match message.content {
        Content::StreamContent(stream) => Event::Stream {
            name: match stream.name {
                Stdio::Stdout => StreamName::Stdout,
                Stdio::Stderr => StreamName::Stderr,
            },
            text: stream.text,
        },
        Content::DisplayData(display) => Event::Display {
            data: bundle(&display.data),
            display_id: display.transient.and_then(|it| it.display_id),
            update: false,
        },
        Content::UpdateDisplayData(display) => Event::Display {
            data: bundle(&display.data),
            display_id: display.transient.display_id,
            update: true,
        },
        Content::ExecuteResult(result) => Event::Result { data: bundle(&result.data) },
        Content::ClearOutput(clear) => Event::Clear { wait: clear.wait },
        Content::CommOpen(open) => {
            comm(open.comm_id, CommAct::Open { target: open.target_name }, open.data)
        }
        Content::CommMsg(told) => comm(told.comm_id, CommAct::Message, told.data),
        Content::CommClose(close) => comm(close.comm_id, CommAct::Close, close.data),
        _ => return None,
    })
}

/// An error that a cell has shown.
pub fn shown_error(error: ErrorOutput) -> CellError {
    CellError { ename: error.ename, evalue: error.evalue, traceback: error.traceback }
}

/// An error that only the reply tells of.
pub fn reply_error(error: Option<Box<ReplyError>>) -> CellError {
    let aborted = || CellError { ename: "Aborted".into(), ..CellError::default() };
    error.map_or_else(aborted, |error| CellError {
        ename: error.ename,
        evalue: error.evalue,
        traceback: error.traceback,
    })
}

fn bundle(media: &Media) -> Bundle {
    serde_json::to_value(media).map(object).unwrap_or_default()
}

fn object(value: Value) -> Bundle {
    match value {
        Value::Object(map) => map,
        _ => Bundle::new(),
    }
}
