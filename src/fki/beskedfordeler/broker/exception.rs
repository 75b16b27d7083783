//! The errors of AMQP 0-9-1 with the words that RabbitMQ uses.

use amq_protocol::types::ShortString;

/// Why a channel or a connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    /// Reply code.
    pub(super) code: u16,
    /// Whether the whole connection goes.
    pub(super) connection: bool,
    /// Reply text.
    pub(super) text: String,
}

impl Exception {
    fn new(code: u16, connection: bool, name: &str, text: &str) -> Self {
        Self { code, connection, text: format!("{name} - {text}") }
    }

    pub(super) fn not_found(text: &str) -> Self {
        Self::new(404, false, "NOT_FOUND", text)
    }

    pub(super) fn refused(text: &str) -> Self {
        Self::new(403, false, "ACCESS_REFUSED", text)
    }

    pub(super) fn precondition(text: &str) -> Self {
        Self::new(406, false, "PRECONDITION_FAILED", text)
    }

    pub(super) fn login_refused(mechanism: &str) -> Self {
        let text = format!(
            "Login was refused using authentication mechanism {mechanism}. For details see the broker logfile."
        );
        Self::new(403, true, "ACCESS_REFUSED", &text)
    }

    pub(super) fn forced(text: &str) -> Self {
        Self::new(320, true, "CONNECTION_FORCED", text)
    }

    pub(super) fn frame(text: &str) -> Self {
        Self::new(501, true, "FRAME_ERROR", text)
    }

    pub(super) fn invalid(text: &str) -> Self {
        Self::new(503, true, "COMMAND_INVALID", text)
    }

    pub(super) fn channel(text: &str) -> Self {
        Self::new(504, true, "CHANNEL_ERROR", text)
    }

    pub(super) fn unexpected(text: &str) -> Self {
        Self::new(505, true, "UNEXPECTED_FRAME", text)
    }

    pub(super) fn not_allowed(text: &str) -> Self {
        Self::new(530, true, "NOT_ALLOWED", text)
    }

    pub(super) fn not_implemented(text: &str) -> Self {
        Self::new(540, true, "NOT_IMPLEMENTED", text)
    }
}

/// A short string, cut to what one may hold.
pub(super) fn short(text: &str) -> ShortString {
    let mut end = text.len().min(amq_protocol::types::MAX_SHORT_STRING_LENGTH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    ShortString::from(&text[..end])
}
