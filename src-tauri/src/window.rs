//! The window: one webview, one bridge for all operations, two doors for bytes (live frames, pictures).

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use api::view::DemoScene;
use api::{ApiError, Assets, CameraRequest, Config, Event, Operations, Station};
use serde_json::Value;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Emitter, Manager, State, WebviewUrl, WebviewWindowBuilder};

use crate::clock;

/// What the command line wishes for.
pub struct Wish {
    pub data: PathBuf,
    pub camera: Option<String>,
    pub demo: DemoScene,
    pub size: (f64, f64),
    pub assets: Assets,
}

type Shared = Arc<Station>;

/// Opens the window and stays until it is closed.
pub fn open(wish: Wish) -> ExitCode {
    let config = Config {
        data: wish.data,
        assets: wish.assets,
        now: clock::now,
        day_start: clock::day_start,
        open_camera: wish.camera.is_none(),
        demo: wish.demo,
    };
    let station: Shared = Arc::new(Station::start(config));
    if let Some(id) = wish.camera {
        // A camera that cannot be opened is shown in the window.
        let _ = station.camera_choose(CameraRequest { id });
    }
    let (frames, pictures, managed) = (Arc::clone(&station), Arc::clone(&station), Arc::clone(&station));
    let size = wish.size;
    let run = tauri::Builder::default()
        .manage(managed)
        .invoke_handler(tauri::generate_handler![rpc])
        .register_asynchronous_uri_scheme_protocol("frame", move |_, request, responder| {
            let station = Arc::clone(&frames);
            // One request at a time is in flight; a thread each is cheap and keeps the webview's own free.
            std::thread::spawn(move || responder.respond(frame(&station, &request)));
        })
        .register_asynchronous_uri_scheme_protocol("picture", move |_, request, responder| {
            let station = Arc::clone(&pictures);
            std::thread::spawn(move || responder.respond(picture(&station, &request)));
        })
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("毕采站 Gradbooth")
                .inner_size(size.0, size.1)
                .min_inner_size(1024.0, 640.0)
                .build()?;
            let handle = app.handle().clone();
            station.listen(move |event| {
                // A window that is closing hears nothing, and need not.
                let _ = match event {
                    Event::Station(view) => handle.emit("station", &**view),
                    Event::Live(live) => handle.emit("live", live),
                };
            });
            Ok(())
        })
        .run(tauri::generate_context!());
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "window");
            ExitCode::FAILURE
        }
    }
}

/// The one bridge: every operation by its name.
#[tauri::command]
async fn rpc(app: tauri::AppHandle, name: String, request: Value) -> Result<Value, ApiError> {
    let done = tauri::async_runtime::spawn_blocking(move || {
        let station: State<'_, Shared> = app.state();
        api::call(&**station, &name, request)
    });
    let outcome = done.await.unwrap_or_else(|e| {
        Err(ApiError::new(
            "crashed",
            "程序内部出错，数据未受影响。请重试。",
            "An internal error; no data was changed. Try again.",
        )
        .with_story(e))
    });
    if let Err(error) = &outcome {
        tracing::info!(%error, "operation refused");
    }
    outcome
}

/// How long a request for the next frame waits for one.
const FRAME_PATIENCE: Duration = Duration::from_millis(1000);
const PREVIEW_QUALITY: u8 = 80;

/// `…/live?after=N`: the newest frame after number N as a JPEG, or 204.
fn frame(station: &Station, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let query = request.uri().query().unwrap_or_default();
    let after = query.split('&').find_map(|pair| pair.strip_prefix("after=")?.parse().ok()).unwrap_or(0);
    let answer = Response::builder()
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .header(header::ACCESS_CONTROL_EXPOSE_HEADERS, "X-Frame-Seq, X-Frame-Size")
        .header(header::CACHE_CONTROL, "no-store");
    let made = match station.preview_after(after, FRAME_PATIENCE, PREVIEW_QUALITY) {
        Some(preview) => answer
            .header(header::CONTENT_TYPE, "image/jpeg")
            .header("X-Frame-Seq", preview.seq)
            .header("X-Frame-Size", format!("{}x{}", preview.size.width, preview.size.height))
            .body(preview.jpeg),
        None => answer.status(StatusCode::NO_CONTENT).body(Vec::new()),
    };
    made.unwrap_or_default()
}

/// `…/portrait/HASH` and the like.
fn picture(station: &Station, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path().trim_start_matches('/');
    let answer = Response::builder().header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    let made = match station.picture(path) {
        Ok((bytes, media)) => {
            answer.header(header::CONTENT_TYPE, media).header(header::CACHE_CONTROL, "no-store").body(bytes)
        }
        Err(_) => answer.status(StatusCode::NOT_FOUND).body(Vec::new()),
    };
    made.unwrap_or_default()
}
