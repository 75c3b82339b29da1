//! The two doors for bytes: live frames and pictures, for whichever host the window runs in.

use std::time::Duration;

use api::Station;
use tauri::http::{Response, StatusCode, Uri, header};

/// How long a request for the next frame waits for one.
const FRAME_PATIENCE: Duration = Duration::from_millis(1000);
const PREVIEW_QUALITY: u8 = 80;

/// `…/live?after=N`: the newest frame after number N as a JPEG, or 204.
pub fn frame(station: &Station, uri: &Uri) -> Response<Vec<u8>> {
    let query = uri.query().unwrap_or_default();
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
pub fn picture(station: &Station, uri: &Uri) -> Response<Vec<u8>> {
    let path = uri.path().trim_start_matches('/');
    let answer = Response::builder().header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    let made = match station.picture(path) {
        Ok((bytes, media)) => {
            answer.header(header::CONTENT_TYPE, media).header(header::CACHE_CONTROL, "no-store").body(bytes)
        }
        Err(_) => answer.status(StatusCode::NOT_FOUND).body(Vec::new()),
    };
    made.unwrap_or_default()
}
