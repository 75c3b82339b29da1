//! What is sent, under which keys, and what is written last.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use domain::{BatchId, ContentHash};
use store::{HandoverPicture, NewUpload, PictureKind, UploadRow};
use upload::{Closing, Kind, Listed, ObjectKey, Replacement};

use super::super::door::Room;
use super::super::outbox::plain_name;
use super::super::view::*;
use super::super::{lists, words};
use super::settings::folder_id;
use crate::ApiError;

/// Where sealed bodies wait, beside the store.
pub(in super::super) fn spool(room: &Room, batch: Option<BatchId>) -> PathBuf {
    room.root.join("sealed").join(plain_name(batch))
}

fn kind(extension: &str) -> Kind {
    if extension == "png" { Kind::Png } else { Kind::Jpg }
}

/// Name of the batch in keys: the same for ever, no school, no person; the folder's id tells two stations apart.
pub(super) fn batch_name(room: &Room, batch: Option<BatchId>) -> Result<upload::BatchId, ApiError> {
    upload::BatchId::new(format!("{}-{}", folder_id(room)?, plain_name(batch))).map_err(words::upload)
}

/// Every object of the batch as it stands now.
pub(super) fn wanted(
    room: &Room,
    name: &upload::BatchId,
    settings: &UploadSettings,
    pictures: &[HandoverPicture],
    lists_too: bool,
) -> Result<Vec<NewUpload>, ApiError> {
    let sealed = settings.recipient.is_some();
    let mut all = Vec::new();
    for picture in pictures {
        let new = |content: ContentHash, bytes, kind| NewUpload {
            portrait: Some(picture.portrait),
            key: ObjectKey::picture(name, &picture.fingerprint, content, kind, sealed).to_string(),
            content,
            bytes,
            body: None,
        };
        all.push(new(picture.hash, picture.bytes, Kind::Jpg));
        // A picture from elsewhere is its own original, and one object is enough.
        if settings.originals && picture.original != picture.hash {
            let bytes = room.pictures.length(PictureKind::Original, &picture.original);
            let bytes = bytes.map_err(crate::words::store)?;
            all.push(new(picture.original, bytes, kind(&picture.original_extension)));
        }
    }
    if lists_too && !pictures.is_empty() {
        let paths: Vec<String> = pictures
            .iter()
            .map(|p| ObjectKey::picture(name, &p.fingerprint, p.hash, Kind::Jpg, sealed).to_string())
            .collect();
        let body = lists::codes_list(pictures, &paths);
        let content = ContentHash::of(&body);
        all.push(NewUpload {
            portrait: None,
            key: ObjectKey::list(name, content, Kind::Jsonl, sealed).to_string(),
            content,
            bytes: body.len() as u64,
            body: Some(body),
        });
    }
    Ok(all)
}

/// Decides what is written last; `true` beside it if the ledger has only new objects.
pub(super) fn closing(room: &Room, start: UploadStart) -> Result<(Closing, bool), ApiError> {
    let (prepared, written, rows, replaced) = room.read(|reader| {
        Ok((
            reader.upload_prepared(start.batch)?,
            reader.upload_closings(start.batch)?,
            reader.uploads(start.batch)?,
            reader.uploads_replaced(start.batch)?,
        ))
    })?;
    if !start.close {
        return Ok((Closing::Open, false));
    }
    if let Some((number, bytes)) = prepared {
        return Ok((Closing::Prepared { number, bytes }, true));
    }
    if written == 0 {
        return Ok((Closing::Manifest, false));
    }
    let fresh: Vec<&UploadRow> = rows.iter().filter(|row| row.closing.is_none()).collect();
    if fresh.is_empty() {
        return Ok((Closing::Open, false));
    }
    let code_of = |row: &UploadRow| row.key.split('/').nth(2).map(str::to_owned);
    let old: HashMap<Option<String>, &UploadRow> = replaced.iter().map(|row| (code_of(row), row)).collect();
    let mut told = HashSet::new();
    let mut replacements = Vec::new();
    for row in fresh {
        let before = old.get(&code_of(row)).filter(|before| told.insert(before.id));
        let key = before.map(|before| ObjectKey::parse(&before.key)).transpose().map_err(words::upload)?;
        let by = ObjectKey::parse(&row.key).map_err(words::upload)?;
        let reason = if key.is_some() { "replaced" } else { "late" };
        let by = Some(Listed { key: by, sha256: row.content, bytes: row.bytes });
        replacements.push(Replacement { key, by, reason: reason.to_owned() });
    }
    Ok((Closing::Correction { number: written, replacements }, true))
}
