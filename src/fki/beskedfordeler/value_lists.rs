//! WS-Trust.
use super::hub::Hub;
use axum::Router;
use std::sync::Arc;

pub(super) fn router(_hub: &Arc<Hub>) -> Router {
    Router::new()
}
