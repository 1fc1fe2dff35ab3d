use crate::exchange::Exchange;
use crate::text::{to_bytes, to_code_points};
use candlelab_engine::{Completeness, Completion, Completions, EngineError};
use candlelab_protocol::{
    CompleteMetadata, CompleteReply, CompleteRequest, Error, InspectReply, InspectRequest,
    IsCompleteReply, IsCompleteRequest, MatchType, MimeBundle, ReplyStatus,
};

/// Tells how the text before the cursor could go on.
pub(crate) async fn complete(exchange: &Exchange, request: CompleteRequest) {
    let CompleteRequest { code, cursor_pos } = request;
    let offset = to_bytes(&code, cursor_pos);
    let found = exchange.kernel.engine.ask(move |engine| {
        let completions = engine.complete(&code, offset);
        let start = to_code_points(&code, completions.start);
        (start, to_code_points(&code, completions.end), completions)
    });
    let reply = match found.await {
        Ok((start, end, completions)) => complete_reply(start, end, completions),
        Err(error) => CompleteReply {
            status: failed(error),
            ..complete_reply(cursor_pos, cursor_pos, Completions::default())
        },
    };
    exchange.reply(&reply).await;
}

fn complete_reply(start: usize, end: usize, completions: Completions) -> CompleteReply {
    let typed =
        |Completion { text, kind, signature }| MatchType { start, end, text, kind, signature };
    CompleteReply {
        status: ReplyStatus::Ok,
        matches: completions.items.iter().map(|item| item.text.clone()).collect(),
        cursor_start: start,
        cursor_end: end,
        metadata: CompleteMetadata { types: completions.items.into_iter().map(typed).collect() },
    }
}

/// Shows the documentation of the name at the cursor.
pub(crate) async fn inspect(exchange: &Exchange, request: InspectRequest) {
    let InspectRequest { code, cursor_pos, .. } = request;
    let offset = to_bytes(&code, cursor_pos);
    let engine = &exchange.kernel.engine;
    let found = engine.ask(move |engine| engine.inspect(&code, offset));
    let (status, data) = match found.await {
        Ok(data) => (ReplyStatus::Ok, data),
        Err(error) => (failed(error), None),
    };
    let (found, data) = (data.is_some(), data.unwrap_or_default());
    exchange.reply(&InspectReply { status, found, data, metadata: MimeBundle::new() }).await;
}

/// Tells whether code can run as it stands.
pub(crate) async fn is_complete(exchange: &Exchange, request: IsCompleteRequest) {
    let reply = match (exchange.kernel.info.completeness)(&request.code) {
        Completeness::Complete => IsCompleteReply::Complete,
        Completeness::Incomplete(indent) => IsCompleteReply::Incomplete { indent },
        Completeness::Invalid => IsCompleteReply::Invalid,
    };
    exchange.reply(&reply).await;
}

fn failed(error: EngineError) -> ReplyStatus {
    let traceback = error.hint.into_iter().collect();
    ReplyStatus::Error(Error { ename: "EngineError".into(), evalue: error.message, traceback })
}
