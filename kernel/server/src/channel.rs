use crate::comms::Comms;
use crate::exchange::Exchange;
use crate::introspect::{complete, inspect, is_complete};
use crate::kernel::Kernel;
use crate::subshell::Subshell;
use crate::subshells::unknown;
use crate::{debug, subshells, usage};
use candlelab_engine::CommAct;
use candlelab_protocol::{
    Error, HistoryReply, InterruptReply, Receiver, ReplyStatus, Request, Sender, ShutdownReply,
    ShutdownRequest, log,
};
use std::sync::Arc;

/// Serves the shell or the control channel until a request shuts the kernel down.
///
/// Cells wait for their turn, messages of comms keep their order, and everything else is answered
/// at once. Both channels take every request: what matters is that they are two.
pub(crate) async fn serve(kernel: &Arc<Kernel>, (sender, mut receiver): (Sender, Receiver)) {
    while let Some(message) = receiver.next().await {
        let exchange = match message {
            Ok(message) => Exchange::new(kernel, &sender, message),
            Err(error) => {
                log(format_args!("ignoring a message: {error}"));
                continue;
            }
        };
        match Request::parse(&exchange.request) {
            Ok(Some(Request::ShutdownRequest(request))) => {
                return shutdown(exchange, request).await;
            }
            Ok(Some(request)) => route(exchange, request),
            Ok(None) => {
                let msg_type = &exchange.request.header.msg_type;
                let evalue = format!("this kernel knows no message of type `{msg_type}`");
                refuse(exchange, Error::new("UnknownRequest", evalue));
            }
            Err(error) => refuse(exchange, Error::new("InvalidRequest", error.to_string())),
        }
    }
}

async fn shutdown(exchange: Exchange, request: ShutdownRequest) {
    let reply = ShutdownReply { status: ReplyStatus::Ok, restart: request.restart };
    exchange.answer(exchange.reply(&reply)).await;
}

/// Gives a request to who answers it, without waiting for that.
fn route(exchange: Exchange, request: Request) {
    let id = exchange.request.header.subshell_id.as_deref();
    let Some(subshell) = exchange.kernel.subshells.find(id) else {
        let error = unknown(id.unwrap_or_default());
        return refuse(exchange, error);
    };
    match request {
        Request::ExecuteRequest(request) => subshell.queue((exchange, request)),
        Request::CommOpen(open) => Comms::queue(
            exchange,
            open.comm_id,
            CommAct::Open { target: open.target_name },
            open.data,
        ),
        Request::CommMsg(message) => {
            Comms::queue(exchange, message.comm_id, CommAct::Message, message.data)
        }
        Request::CommClose(close) => {
            Comms::queue(exchange, close.comm_id, CommAct::Close, close.data)
        }
        request => drop(tokio::spawn(async move {
            exchange.answer(dispatch(&exchange, &subshell, request)).await;
        })),
    }
}

async fn dispatch(exchange: &Exchange, subshell: &Subshell, request: Request) {
    let kernel = &exchange.kernel;
    match request {
        Request::CompleteRequest(request) => complete(exchange, request).await,
        Request::InspectRequest(request) => inspect(exchange, request).await,
        Request::IsCompleteRequest(request) => is_complete(exchange, request).await,
        Request::HistoryRequest(request) => {
            let session = subshell.session();
            let history = kernel.with_history(move |history| history.get(session, &request)).await;
            exchange.reply(&HistoryReply { status: ReplyStatus::Ok, history }).await;
        }
        Request::KernelInfoRequest(_) => exchange.reply(&kernel.info.reply()).await,
        Request::ConnectRequest(_) => exchange.reply(&kernel.ports()).await,
        Request::CommInfoRequest(request) => exchange.reply(&kernel.comms.info(&request)).await,
        Request::InterruptRequest(_) => {
            kernel.interrupt().await;
            exchange.reply(&InterruptReply { status: ReplyStatus::Ok }).await;
        }
        Request::CreateSubshellRequest(_) => subshells::create(exchange).await,
        Request::DeleteSubshellRequest(request) => subshells::delete(exchange, request).await,
        Request::ListSubshellRequest(_) => subshells::list(exchange).await,
        Request::DebugRequest(request) => debug::answer(exchange, request).await,
        Request::UsageRequest(_) => usage::answer(exchange).await,
        Request::ExecuteRequest(_)
        | Request::CommOpen(_)
        | Request::CommMsg(_)
        | Request::CommClose(_)
        | Request::ShutdownRequest(_) => unreachable!("`serve` and `route` take these"),
    }
}

/// Says why a request is not granted.
fn refuse(exchange: Exchange, error: Error) {
    log(format_args!("refusing a message: {}", error.evalue));
    tokio::spawn(async move { exchange.answer(exchange.reply_error(error)).await });
}
