//! The files of 空景: `plates/<sha256>.png`, kept beside the pictures of people and never among them.

use std::fs;
use std::io;
use std::path::PathBuf;

use domain::{ContentHash, Timestamp};
use serde_json::json;

use crate::faults::{Step, reach};
use crate::pictures::write_synced;
use crate::table::audit::{self, NewEvent};
use crate::table::{batch, plate};
use crate::{NewPlate, PlateRecord, Store, StoreError, platform};

impl Store {
    /// Keeps a picture of the empty seat: the file first, then its row with an event.
    pub fn add_plate(&mut self, new: &NewPlate<'_>, now: Timestamp) -> Result<PlateRecord, StoreError> {
        if new.png.is_empty() {
            return Err(StoreError::EmptyPicture);
        }
        let content = ContentHash::of(new.png);
        self.put_plate(&content, new.png)?;
        let who = self.who.clone();
        let tx = self.begin()?;
        let open = batch::open_one(&tx)?.map(|open| open.id);
        let record = plate::insert(&tx, new, &who.station, open, &content, now)?;
        let worst = new.notes.iter().map(|note| note.grade).max();
        let detail = json!({ "content": content, "batch": open, "worst": worst });
        audit::append(&tx, &who, &NewEvent::new("plate_taken", detail), now)?;
        tx.commit()?;
        Ok(record)
    }

    /// The last picture of the empty seat that this camera took since a moment.
    pub fn plate_since(&self, camera: &str, since: Timestamp) -> Result<Option<PlateRecord>, StoreError> {
        plate::latest(&self.db, camera, since)
    }

    /// The bytes of one, exactly those that were kept.
    pub fn plate_picture(&self, content: &ContentHash) -> Result<Vec<u8>, StoreError> {
        let path = self.plate_path(content);
        match fs::read(&path) {
            Ok(bytes) if ContentHash::of(&bytes) == *content => Ok(bytes),
            Ok(_) => Err(StoreError::PictureAltered(*content)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(StoreError::PictureMissing(*content)),
            Err(e) => Err(StoreError::disk(&path, e)),
        }
    }

    /// Rows whose file is gone or altered, as sentences for the technician, and how many are sound.
    pub(crate) fn verify_plates(&self) -> Result<(Vec<String>, u32), StoreError> {
        let (mut bad, mut sound) = (Vec::new(), 0);
        for (id, content) in plate::contents(&self.db)? {
            match self.plate_picture(&content) {
                Ok(_) => sound += 1,
                Err(error) => {
                    bad.push(format!("plate whose picture cannot be used ({}): {id}", error.code()))
                }
            }
        }
        Ok((bad, sound))
    }

    fn plate_path(&self, content: &ContentHash) -> PathBuf {
        self.layout.plates().join(format!("{}.png", content.to_hex()))
    }

    fn put_plate(&self, content: &ContentHash, png: &[u8]) -> Result<(), StoreError> {
        let path = self.plate_path(content);
        let part = self.layout.tmp().join(format!("plate-{}.png", content.to_hex()));
        let write = || {
            if !fs::read(&path).is_ok_and(|old| old == png) {
                let _ = fs::remove_file(&part);
                write_synced(&part, png)?;
                platform::rename(&part, &path)?;
            }
            platform::sync_dir(&self.layout.plates())?;
            reach(Step::NameSynced)
        };
        write().map_err(|e| {
            // Frees the space at once when the disk is full.
            let _ = fs::remove_file(&part);
            StoreError::disk(&path, e)
        })
    }
}
