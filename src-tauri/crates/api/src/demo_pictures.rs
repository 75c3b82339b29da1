//! Pictures for demonstrations: the fetched photos cut out by our own matte, and drawn days.

use std::path::Path;

use imaging::engine::Options;
use testkit::{cutout, day, photos};

use crate::assets::Assets;
use crate::engine_slot;
use crate::error::ApiError;
use crate::files;

fn failed(error: impl std::fmt::Display) -> ApiError {
    ApiError::new("demo_failed", "演示图片没有准备好。", "The demo pictures could not be made.")
        .with_story(error)
}

/// Cuts out every fetched demo photo that has no cut-out yet. A photo that was not fetched is left out: the booth
/// draws people in its place.
pub fn prepare(assets: &Assets) -> Result<(), ApiError> {
    let folder = assets.path().join("demo");
    let list = std::fs::read_to_string(folder.join("demo.toml")).map_err(failed)?;
    let missing: Vec<_> = photos::listed(&list)
        .map_err(failed)?
        .into_iter()
        .filter(|photo| folder.join(&photo.file).is_file())
        .filter(|photo| !assets.cutouts().join(format!("{}.png", photo.name())).is_file())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let engine = engine_slot::load(assets)?;
    let spec = assets.spec("registry-safe", None)?;
    std::fs::create_dir_all(assets.cutouts()).map_err(failed)?;
    for photo in missing {
        let (_, picture) = files::read_picture(&folder.join(&photo.file))?;
        let made = engine.portrait(&picture, &spec, None, &Options { frame_alpha: true }).map_err(failed)?;
        let faces = engine.faces().find(&picture).map_err(failed)?;
        let points = faces.first().map(|face| face.points(face.estimated_head_top()));
        let cut = made
            .frame_alpha
            .zip(points)
            .and_then(|(matte, face)| cutout::from_photo(&picture, &matte, &face));
        let cut = cut.ok_or_else(|| failed(format!("{}: no face", photo.file)))?;
        cut.save(&assets.cutouts(), photo.name()).map_err(failed)?;
    }
    Ok(())
}

/// Draws a folder of frames for a replay.
pub fn draw_day(out: &Path, students: usize, seed: u64) -> Result<(), ApiError> {
    day::write_day(out, students, seed).map(drop).map_err(failed)
}
