//! The same operations for a browser on this machine: `gradbooth serve`. Loopback only, and nothing without the token.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use api::{ApiError, CameraRequest, Config, Event, Operations, Station};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::sse::{self, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::Stream;
use serde_json::Value;
use tauri::utils::assets::AssetKey;
use tokio::sync::watch;

use crate::{doors, window};

/// Name of the header that carries the token where an address cannot.
const TOKEN_HEADER: &str = "x-gradbooth-token";

/// What every request needs.
struct Served {
    station: Arc<Station>,
    files: tauri::Context<tauri::Wry>,
    token: String,
    port: u16,
    /// The newest of each event as JSON; empty before the first.
    heard: [(&'static str, watch::Receiver<String>); 2],
}

/// Serves until the program is ended. Prints one JSON line with the address, the token in it.
pub fn run(config: Config, port: u16, camera: Option<String>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error),
    };
    runtime.block_on(async {
        let listener =
            match tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
                Ok(listener) => listener,
                Err(error) => return complain(&error),
            };
        let (port, token) = match (listener.local_addr(), token()) {
            (Ok(address), Ok(token)) => (address.port(), token),
            (Err(error), _) => return complain(&error),
            (_, Err(error)) => return complain(&error),
        };
        println!("{}", serde_json::json!({ "url": format!("http://127.0.0.1:{port}/?token={token}") }));
        let served = Arc::new(serve(config, token, port));
        if let Some(id) = camera {
            // A camera that cannot be opened is shown in the browser.
            let station = Arc::clone(&served.station);
            let _ = tokio::task::spawn_blocking(move || station.camera_choose(CameraRequest { id })).await;
        }
        match axum::serve(listener, router(served)).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error),
        }
    })
}

fn complain(error: &impl std::fmt::Display) -> ExitCode {
    eprintln!("本机服务启动不了：{error}\n(The local service cannot start: {error})");
    ExitCode::FAILURE
}

/// 128 random bits in hex.
fn token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

fn serve(config: Config, token: String, port: u16) -> Served {
    let station = Arc::new(Station::start(config));
    let (say_station, station_heard) = watch::channel(String::new());
    let (say_live, live_heard) = watch::channel(String::new());
    station.listen(move |event| {
        // Only the newest counts, so a slow browser holds up nobody.
        let _ = match event {
            Event::Station(view) => say_station.send(json(&**view)),
            Event::Live(live) => say_live.send(json(live)),
        };
    });
    let heard = [("station", station_heard), ("live", live_heard)];
    Served { station, files: window::context(), token, port, heard }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn router(served: Arc<Served>) -> Router {
    let behind_the_token = Router::new()
        .route("/rpc/{name}", post(rpc))
        .route("/events", get(events))
        .route("/frame/live", get(frame))
        .route("/picture/{*path}", get(picture))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&served), with_token));
    Router::new()
        .merge(behind_the_token)
        .fallback(get(file))
        .layer(middleware::from_fn_with_state(Arc::clone(&served), from_here))
        .with_state(served)
}

/// A page of another site that talks its browser into asking us names another host.
async fn from_here(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let ours = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", served.port));
    if ours.iter().any(|name| name == host) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

async fn with_token(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    if token_of(request.headers(), request.uri()).is_some_and(|token| same(token, &served.token)) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

fn token_of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let in_header = headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    in_header.or_else(|| uri.query()?.split('&').find_map(|pair| pair.strip_prefix("token=")))
}

/// Compares without telling by its time where the first difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

async fn rpc(State(served): State<Arc<Served>>, Path(name): Path<String>, body: Bytes) -> Response {
    let asked = tokio::task::spawn_blocking(move || {
        let request: Value = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).map_err(|e| {
                ApiError::new("bad_request", "程序内部错误：请求格式不对", "Malformed request").with_story(e)
            })?
        };
        api::call(&*served.station, &name, request)
    });
    match asked.await {
        Ok(Ok(value)) => Json(value).into_response(),
        Ok(Err(error)) => (StatusCode::CONFLICT, Json(error)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn events(
    State(served): State<Arc<Served>>,
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let [(station, mut a), (live, mut b)] = served.heard.clone();
    // What was said before this browser came is news to it.
    a.mark_changed();
    let stream = futures_util::stream::unfold((a, b.clone()), move |(mut a, mut b)| async move {
        let (name, text) = tokio::select! {
            changed = a.changed() => { changed.ok()?; (station, a.borrow_and_update().clone()) }
            changed = b.changed() => { changed.ok()?; (live, b.borrow_and_update().clone()) }
        };
        let event = if text.is_empty() {
            sse::Event::default().comment("nothing yet")
        } else {
            sse::Event::default().event(name).data(text)
        };
        Some((Ok(event), (a, b)))
    });
    b.mark_unchanged();
    Sse::new(stream).keep_alive(sse::KeepAlive::default())
}

async fn frame(State(served): State<Arc<Served>>, uri: Uri) -> Response {
    bytes(move || doors::frame(&served.station, &uri)).await
}

async fn picture(State(served): State<Arc<Served>>, Path(path): Path<String>) -> Response {
    bytes(move || match format!("/{path}").parse() {
        Ok(uri) => doors::picture(&served.station, &uri),
        Err(_) => Default::default(),
    })
    .await
}

async fn bytes(made: impl FnOnce() -> tauri::http::Response<Vec<u8>> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(made).await {
        Ok(answer) => answer.map(Body::from),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The window's own files, as they lie in the program.
async fn file(State(served): State<Arc<Served>>, uri: Uri) -> Response {
    let path = if uri.path() == "/" { "/index.html" } else { uri.path() };
    let media = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    match served.files.assets().get(&AssetKey::from(path)) {
        Some(bytes) => ([(header::CONTENT_TYPE, media)], bytes.into_owned()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (a, b) = (token().unwrap(), token().unwrap());
        assert_eq!(a.len(), 32);
        assert!(!same(&a, &b));
        assert!(same(&a, &a.clone()));
    }

    #[test]
    fn the_token_comes_by_header_or_address() {
        let mut headers = HeaderMap::new();
        let uri: Uri = "/events?after=3&token=abc".parse().unwrap();
        assert_eq!(token_of(&headers, &uri), Some("abc"));
        headers.insert(TOKEN_HEADER, "xyz".parse().unwrap());
        assert_eq!(token_of(&headers, &uri), Some("xyz"));
        assert_eq!(token_of(&HeaderMap::new(), &"/events".parse().unwrap()), None);
    }
}
