use crate::{
    CommClose, CommInfoRequest, CommMsg, CommOpen, CompleteRequest, ConnectRequest, Content,
    CreateSubshellRequest, DebugRequest, DeleteSubshellRequest, ExecuteRequest, HistoryRequest,
    InspectRequest, InterruptRequest, IsCompleteRequest, KernelInfoRequest, ListSubshellRequest,
    Message, ShutdownRequest, UsageRequest, WireError,
};

macro_rules! requests {
    ($($name:ident),* $(,)?) => {
        /// What a front end asks for on the shell or control channel.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Request {
            $(#[doc = concat!("See [`", stringify!($name), "`].")] $name($name),)*
        }

        impl Request {
            /// The typed request in a message; `None` for kinds that this kernel does not know.
            ///
            /// # Errors
            /// If the content is not what the message's type says.
            pub fn parse(message: &Message) -> Result<Option<Self>, WireError> {
                Ok(Some(match message.header.msg_type.as_str() {
                    $($name::MSG_TYPE => Self::$name(message.content()?),)*
                    _ => return Ok(None),
                }))
            }
        }
    };
}

requests! {
    CommClose, CommInfoRequest, CommMsg, CommOpen, CompleteRequest, ConnectRequest,
    CreateSubshellRequest, DebugRequest, DeleteSubshellRequest, ExecuteRequest, HistoryRequest,
    InspectRequest, InterruptRequest, IsCompleteRequest, KernelInfoRequest, ListSubshellRequest,
    ShutdownRequest, UsageRequest,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HistoryAccess, Metadata, Session};
    use serde_json::{Value, json};

    fn parse(msg_type: &str, content: Value) -> Result<Option<Request>, WireError> {
        let session = Session::new("");
        let frames =
            session.frames(&[], &session.header(msg_type), "{}", &Metadata::new(), &content);
        Request::parse(&session.decode(frames).expect("own message"))
    }

    #[test]
    fn missing_fields_have_the_defaults_of_the_specification() {
        let request = parse("execute_request", json!({"code": "1"})).expect("valid");
        let Some(Request::ExecuteRequest(request)) = request else { panic!("{request:?}") };
        assert!(!request.silent && request.store_history && request.stop_on_error);
        let search = json!({"hist_access_type": "search", "pattern": "a*", "raw": true});
        let Ok(Some(Request::HistoryRequest(request))) = parse("history_request", search) else {
            panic!("history_request")
        };
        let pattern = Some("a*".into());
        assert_eq!(request.access, HistoryAccess::Search { pattern, n: None, unique: false });
    }

    #[test]
    fn unknown_kinds_are_none_and_malformed_ones_errors() {
        assert_eq!(parse("other_request", json!({})).expect("unknown"), None);
        let error = parse("execute_request", json!({"code": 1})).expect_err("code is no text");
        assert!(error.to_string().starts_with("the execute_request of"), "{error}");
    }
}
