//! Windows beside the operator's: the call screen on a second monitor or a television.

use api::ApiError;
use tauri::{AppHandle, Manager, Monitor, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

/// The screens there are: name, page and title.
const SCREENS: &[(&str, &str, &str)] = &[("call", "index.html?screen=call", "叫号屏 Gradbooth")];

/// Opens a screen, on a monitor where the operator's window is not; brings it to the front if it is open.
#[tauri::command]
pub async fn open_screen(app: AppHandle, name: String) -> Result<(), ApiError> {
    let refused = |why: &dyn std::fmt::Display| {
        ApiError::new(
            "screen_refused",
            "这个画面打不开，请重启毕采站。",
            "This screen cannot be opened: restart Gradbooth.",
        )
        .with_story(why)
    };
    let Some((label, page, title)) = SCREENS.iter().find(|(label, ..)| *label == name) else {
        return Err(refused(&"no such screen"));
    };
    if let Some(open) = app.get_webview_window(label) {
        return open.set_focus().map_err(|e| refused(&e));
    }
    let mut builder = WebviewWindowBuilder::new(&app, *label, WebviewUrl::App((*page).into()))
        .title(*title)
        .inner_size(1280.0, 720.0);
    match other_monitor(&app) {
        Some(monitor) => {
            let at = monitor.position().to_logical::<f64>(monitor.scale_factor());
            builder = builder.position(at.x, at.y).fullscreen(true);
        }
        // On the only monitor it stays a window that can be moved or closed.
        None => builder = builder.center(),
    }
    builder.build().map(drop).map_err(|e| refused(&e))
}

/// A monitor on which the operator's window is not.
fn other_monitor(app: &AppHandle) -> Option<Monitor> {
    let here = app.get_webview_window("main")?.current_monitor().ok()??;
    app.available_monitors().ok()?.into_iter().find(|monitor| monitor.position() != here.position())
}

/// The station ends with the operator's window, whatever else is still open.
pub fn end_with(main: &WebviewWindow) {
    let app = main.app_handle().clone();
    main.on_window_event(move |event| {
        if let WindowEvent::Destroyed = event {
            for (label, window) in app.webview_windows() {
                if label != "main" {
                    // A window that is gone already is closed.
                    let _ = window.destroy();
                }
            }
        }
    });
}
