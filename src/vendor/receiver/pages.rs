//! The pages of the system, and who may use the push endpoint.

use super::System;
use super::value_lists;
use crate::web::Peer;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

pub(super) fn router(system: Arc<System>) -> Router {
    Router::new()
        .route("/beskeder/{id}", get(stored))
        .route("/status", get(status))
        .route("/store/stop", post(stop))
        .route("/store/start", post(start))
        .route("/fetch", get(fetch))
        .route("/send", post(send))
        .route("/value-lists/maintain", post(maintain))
        .with_state(system)
}

/// Lets in the Beskedfordeler's certificate and no other. That its key is at the other end is proven in the handshake.
pub(super) async fn only_beskedfordeler(
    State(system): State<Arc<System>>,
    Extension(peer): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if peer.certificate.as_ref() == Some(&system.trusted_client) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "klientcertifikatet er ikke Beskedfordelerens").into_response()
    }
}

fn answer(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn fault(error: &dyn std::fmt::Display) -> Response {
    answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "fejl": error.to_string() }))
}

async fn stored(
    State(system): State<Arc<System>>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let read = || -> Result<Value, super::StoreError> {
        let effects = system.store.effects(&id)?;
        let count = match query.get("cvr") {
            Some(cvr) => effects.get(cvr).copied().unwrap_or_default(),
            None => effects.values().sum(),
        };
        Ok(json!({
            "beskedId": id.chars().take(100).collect::<String>(),
            "antal": count,
            "myndigheder": effects,
            "parkeret": system.store.parked(&id)?,
        }))
    };
    read().map_or_else(|error| fault(&error), |value| answer(StatusCode::OK, &value))
}

async fn status(State(system): State<Arc<System>>) -> Response {
    let problem = system.problem.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match system.store.totals() {
        Ok([messages, effects, unreadable]) => answer(
            StatusCode::OK,
            &json!({ "beskeder": messages, "udført": effects, "ulæselige": unreadable, "senesteFejl": problem }),
        ),
        Err(error) => fault(&error),
    }
}

async fn stop(State(system): State<Arc<System>>) -> StatusCode {
    system.store.switch(false);
    StatusCode::NO_CONTENT
}

async fn start(State(system): State<Arc<System>>) -> StatusCode {
    system.store.switch(true);
    StatusCode::NO_CONTENT
}

async fn fetch(State(system): State<Arc<System>>, Query(query): Query<HashMap<String, String>>) -> Response {
    let Some(address) = query.get("url").filter(|a| a.starts_with("http://")) else {
        return answer(StatusCode::BAD_REQUEST, &json!({ "fejl": "url mangler" }));
    };
    match system.fetch(address).await {
        Ok(status) => answer(StatusCode::OK, &json!({ "status": status })),
        Err(error) => answer(StatusCode::BAD_GATEWAY, &json!({ "fejl": error.to_string() })),
    }
}

async fn send(State(system): State<Arc<System>>) -> Response {
    match system.compose() {
        Ok(id) => answer(StatusCode::ACCEPTED, &json!({ "beskedId": id })),
        Err(error) => fault(&error),
    }
}

async fn maintain(State(system): State<Arc<System>>) -> Response {
    match value_lists::maintain(&system).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => answer(StatusCode::BAD_GATEWAY, &json!({ "fejl": error.to_string() })),
    }
}
