use crate::exchange::Exchange;
use candlelab_engine::{Comm, CommAct, Event};
use candlelab_protocol::{
    ClearOutput, CommClose, CommMsg, CommOpen, DisplayData, ExecuteResult, MimeBundle, Stream,
    Transient, UpdateDisplayData,
};

/// Publishes what a cell of that number shows, or a widget that belongs to none.
///
/// Waits while too much is under way, so it must not run on the event loop.
pub(crate) fn show(exchange: &Exchange, number: Option<usize>, event: Event) {
    match event {
        Event::Stream { name, text } => {
            exchange.publish_output(&Stream { name: name.as_str().into(), text });
        }
        Event::Display { data, display_id, update: true } => {
            exchange.publish_output(&UpdateDisplayData(display(data, display_id)));
        }
        Event::Display { data, display_id, update: false } => {
            exchange.publish_output(&display(data, display_id));
        }
        Event::Result { data } => match number {
            Some(execution_count) => {
                let metadata = MimeBundle::new();
                exchange.publish_output(&ExecuteResult { execution_count, data, metadata });
            }
            None => exchange.publish_output(&display(data, None)),
        },
        Event::Clear { wait } => exchange.publish_output(&ClearOutput { wait }),
        Event::Comm(comm) => send(exchange, comm),
    }
}

fn display(data: MimeBundle, display_id: Option<String>) -> DisplayData {
    DisplayData { data, metadata: MimeBundle::new(), transient: Transient { display_id } }
}

fn send(exchange: &Exchange, comm: Comm) {
    exchange.kernel.comms.note(&comm);
    let Comm { id: comm_id, act, data, metadata } = comm;
    match act {
        CommAct::Open { target: target_name } => {
            exchange.publish_output(&CommOpen { comm_id, target_name, data, metadata });
        }
        CommAct::Message => exchange.publish_output(&CommMsg { comm_id, data, metadata }),
        CommAct::Close => exchange.publish_output(&CommClose { comm_id, data, metadata }),
    }
}
