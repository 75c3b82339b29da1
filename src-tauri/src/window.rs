//! The window: one webview, one bridge for all operations, two doors for bytes (live frames, pictures).

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use api::view::DemoScene;
use api::{ApiError, Assets, CameraRequest, Config, Event, Operations, Station};
use serde_json::Value;
use tauri::{Emitter, Manager, State, WebviewUrl, WebviewWindowBuilder};

use crate::{choose, clock, doors, reveal, screens};

/// What the command line wishes for.
pub struct Wish {
    pub data: PathBuf,
    pub camera: Option<String>,
    pub demo: DemoScene,
    pub size: (f64, f64),
    pub assets: Assets,
}

type Shared = Arc<Station>;

/// What a station is started with on this machine.
pub fn config(data: PathBuf, assets: Assets, open_camera: bool, demo: DemoScene) -> Config {
    Config { data, assets, now: clock::now, day_start: clock::day_start, open_camera, demo }
}

/// Opens the window and stays until it is closed.
pub fn open(wish: Wish) -> ExitCode {
    let config = config(wish.data, wish.assets, wish.camera.is_none(), wish.demo);
    let station: Shared = Arc::new(Station::start(config));
    if let Some(id) = wish.camera {
        // A camera that cannot be opened is shown in the window.
        let _ = station.camera_choose(CameraRequest { id });
    }
    let (frames, pictures, managed) = (Arc::clone(&station), Arc::clone(&station), Arc::clone(&station));
    let size = wish.size;
    let run = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .manage(managed)
        .invoke_handler(tauri::generate_handler![
            rpc,
            screens::open_screen,
            choose::choose_path,
            reveal::open_folder
        ])
        .register_asynchronous_uri_scheme_protocol("frame", move |_, request, responder| {
            let station = Arc::clone(&frames);
            // One request at a time is in flight; a thread each is cheap and keeps the webview's own free.
            std::thread::spawn(move || responder.respond(doors::frame(&station, request.uri())));
        })
        .register_asynchronous_uri_scheme_protocol("picture", move |_, request, responder| {
            let station = Arc::clone(&pictures);
            std::thread::spawn(move || responder.respond(doors::picture(&station, request.uri())));
        })
        .setup(move |app| {
            let main = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("毕采站 Gradbooth")
                .inner_size(size.0, size.1)
                .min_inner_size(1024.0, 640.0)
                .build()?;
            screens::end_with(&main);
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
        .run(context());
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "window");
            ExitCode::FAILURE
        }
    }
}

/// What the build has put into the program: the window's files among them.
pub fn context() -> tauri::Context<tauri::Wry> {
    tauri::generate_context!()
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
