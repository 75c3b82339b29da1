//! The system's own dialog for choosing a folder or a file.

use std::path::Path;

use api::ApiError;
use serde::Deserialize;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

/// What a person is asked to choose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathWish {
    pick: Pick,
    /// Title of the dialog.
    title: String,
    /// Endings of the files that are shown, without dots; none for all.
    extensions: Vec<String>,
    /// Where the dialog opens, if that is there.
    start: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Pick {
    Folder,
    File,
}

/// Asks for a path; `None` if nothing was chosen.
#[tauri::command]
pub async fn choose_path(app: AppHandle, wish: PathWish) -> Result<Option<String>, ApiError> {
    let (say, heard) = tokio::sync::oneshot::channel();
    // Nobody listens any more once the window is closed.
    let done = move |chosen: Option<FilePath>| drop(say.send(chosen));
    let dialog = dialog(&app, &wish);
    match wish.pick {
        Pick::Folder => dialog.pick_folder(done),
        Pick::File => dialog.pick_file(done),
    }
    let Some(chosen) = heard.await.ok().flatten() else { return Ok(None) };
    let path = chosen.into_path().map_err(|e| unusable(&e))?;
    // Paths travel as text; one that is none cannot be asked for again.
    path.into_os_string().into_string().map(Some).map_err(|_| unusable(&"not UTF-8"))
}

fn dialog(app: &AppHandle, wish: &PathWish) -> FileDialogBuilder<tauri::Wry> {
    let mut dialog = app.dialog().file().set_title(&wish.title);
    if let Some(window) = app.get_webview_window("main") {
        dialog = dialog.set_parent(&window);
    }
    let start = Path::new(&wish.start);
    if let Some(folder) = [Some(start), start.parent()].into_iter().flatten().find(|path| path.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    if !wish.extensions.is_empty() {
        let endings: Vec<&str> = wish.extensions.iter().map(String::as_str).collect();
        dialog = dialog.add_filter(wish.extensions.join(" "), &endings);
    }
    dialog
}

fn unusable(story: &dyn std::fmt::Display) -> ApiError {
    ApiError::new(
        "path_unusable",
        "这个位置的名称不能用，请换一个文件夹，或把名称改成普通文字。",
        "The name of this place cannot be used: take another folder, or rename it.",
    )
    .with_story(story)
}
