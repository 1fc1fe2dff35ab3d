use crate::exchange::Exchange;
use crate::kernel::Kernel;
use crate::receive::Queue;
use candlelab_protocol::{
    InterruptReply, Receiver, ReplyStatus, Request, Sender, ShutdownReply, log,
};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Answers requests that overtake the running cell, until one shuts the kernel down.
pub(crate) async fn serve(kernel: &Arc<Kernel>, (sender, receiver): (Sender, Receiver)) {
    let mut queue = Queue::new(receiver);
    while let Some(((message, request), _)) = queue.next().await {
        let exchange = Exchange::new(kernel, &sender, message);
        if exchange.answer(dispatch(&exchange, request)).await.is_break() {
            return;
        }
    }
}

/// Answers what the kernel knows without its engine.
pub(crate) async fn dispatch(exchange: &Exchange, request: Request) -> ControlFlow<()> {
    let kernel = &exchange.kernel;
    match request {
        Request::KernelInfoRequest(_) => exchange.reply(&kernel.info()).await,
        Request::ConnectRequest(_) => exchange.reply(&kernel.ports()).await,
        Request::InterruptRequest(_) => {
            kernel.interrupt().await;
            exchange.reply(&InterruptReply { status: ReplyStatus::Ok }).await;
        }
        Request::ShutdownRequest(request) => {
            let restart = request.restart;
            exchange.reply(&ShutdownReply { status: ReplyStatus::Ok, restart }).await;
            return ControlFlow::Break(());
        }
        _ => {
            let msg_type = &exchange.request.header.msg_type;
            log(format_args!("ignoring a `{msg_type}` on control; it belongs on shell"));
        }
    }
    ControlFlow::Continue(())
}
