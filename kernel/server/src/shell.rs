use crate::control;
use crate::exchange::Exchange;
use crate::execute::{abort, execute};
use crate::introspect::{complete, inspect, is_complete};
use crate::kernel::Kernel;
use crate::receive::Queue;
use candlelab_protocol::{
    CommClose, CommInfoReply, HistoryReply, Receiver, ReplyStatus, Request, Sender,
};
use serde_json::Map;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Answers requests one after the other, until one shuts the kernel down.
pub(crate) async fn serve(kernel: &Arc<Kernel>, (sender, receiver): (Sender, Receiver)) {
    let mut queue = Queue::new(receiver);
    while let Some(((message, request), doomed)) = queue.next().await {
        let exchange = Exchange::new(kernel, &sender, message);
        let flow = match request {
            Request::ExecuteRequest(_) if doomed => exchange.answer(abort(&exchange)).await,
            request => exchange.answer(dispatch(&exchange, request, &mut queue)).await,
        };
        if flow.is_break() {
            return;
        }
    }
}

async fn dispatch(exchange: &Exchange, request: Request, queue: &mut Queue) -> ControlFlow<()> {
    match request {
        Request::ExecuteRequest(request) => execute(exchange, request, queue).await,
        Request::CompleteRequest(request) => complete(exchange, request).await,
        Request::InspectRequest(request) => inspect(exchange, request).await,
        Request::IsCompleteRequest(request) => is_complete(exchange, request).await,
        Request::HistoryRequest(request) => {
            let history = exchange.kernel.with_history(|history| history.get(&request));
            exchange.reply(&HistoryReply { status: ReplyStatus::Ok, history }).await;
        }
        Request::CommInfoRequest(_) => {
            let reply = CommInfoReply { status: ReplyStatus::Ok, comms: Map::new() };
            exchange.reply(&reply).await;
        }
        // No comm target exists, and the protocol wants that said.
        Request::CommOpen(open) => {
            exchange.publish(&CommClose { comm_id: open.comm_id, data: Map::new() });
        }
        request => return control::dispatch(exchange, request).await,
    }
    ControlFlow::Continue(())
}
