use crate::exchange::Exchange;
use crate::subshell::Subshell;
use candlelab_protocol::{
    CreateSubshellReply, DeleteSubshellReply, DeleteSubshellRequest, Error, ListSubshellReply,
    ReplyStatus,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The main shell and those that front ends have created beside it.
pub(crate) struct Subshells {
    main: Subshell,
    others: Mutex<BTreeMap<String, Subshell>>,
}

impl Subshells {
    pub(crate) fn new(main: Subshell) -> Self {
        Self { main, others: Mutex::default() }
    }

    /// Adds one and gives its name.
    pub(crate) fn add(&self, subshell: Subshell) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        self.others().insert(id.clone(), subshell);
        id
    }

    /// Removes one, which still finishes its cells; tells whether it was there.
    pub(crate) fn remove(&self, id: &str) -> bool {
        self.others().remove(id).is_some()
    }

    /// The names of all but the main one.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.others().keys().cloned().collect()
    }

    /// The one of that name; the main one where there is no name.
    pub(crate) fn find(&self, id: Option<&str>) -> Option<Subshell> {
        match id {
            None => Some(self.main.clone()),
            Some(id) => self.others().get(id).cloned(),
        }
    }

    fn others(&self) -> MutexGuard<'_, BTreeMap<String, Subshell>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a subshell.
pub(crate) async fn create(exchange: &Exchange) {
    let kernel = &exchange.kernel;
    match kernel.with_history(|history| history.begin()).await {
        Ok(session) => {
            let subshell_id = kernel.subshells.add(Subshell::start(session));
            exchange.reply(&CreateSubshellReply { status: ReplyStatus::Ok, subshell_id }).await;
        }
        Err(error) => {
            let evalue = format!("a subshell needs a history: {error}");
            exchange.reply_error(Error::new("HistoryError", evalue)).await;
        }
    }
}

/// Removes a subshell.
pub(crate) async fn delete(exchange: &Exchange, request: DeleteSubshellRequest) {
    if exchange.kernel.subshells.remove(&request.subshell_id) {
        exchange.reply(&DeleteSubshellReply { status: ReplyStatus::Ok }).await;
    } else {
        exchange.reply_error(unknown(&request.subshell_id)).await;
    }
}

/// Names the subshells.
pub(crate) async fn list(exchange: &Exchange) {
    let subshell_id = exchange.kernel.subshells.ids();
    exchange.reply(&ListSubshellReply { status: ReplyStatus::Ok, subshell_id }).await;
}

/// The error of requests that name a subshell which is not there.
pub(crate) fn unknown(id: &str) -> Error {
    Error::new("UnknownSubshell", format!("there is no subshell `{id}`"))
}
