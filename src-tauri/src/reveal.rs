//! Shows a folder in the system's file browser.

use std::path::Path;

use api::ApiError;

/// Opens the folder of something that was just written. Files are never opened: a list may hold anything.
#[tauri::command]
pub async fn open_folder(path: String) -> Result<(), ApiError> {
    let refused = |story: &dyn std::fmt::Display| {
        ApiError::new(
            "folder_not_opened",
            format!("文件夹打不开，请自己到这里找：{path}"),
            format!("The folder does not open; look for it here: {path}"),
        )
        .with_story(story)
    };
    if !Path::new(&path).is_dir() {
        return Err(refused(&"not a folder"));
    }
    open::that_detached(&path).map_err(|e| refused(&e))
}
