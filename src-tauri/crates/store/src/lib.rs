//! What was shot, durably: SQLite rows and picture files named by their content.
//!
//! One [`Store`] holds one data folder:
//!
//! ```text
//! gradbooth.db                  the rows; write-ahead log, synchronous=FULL
//! originals/ab/<sha256>.jpg     原图 as the camera gave them, or .png
//! portraits/ab/<sha256>.jpg     成片 as they are delivered
//! plates/<sha256>.png           空景, the empty seat
//! rescued/                      pictures that no row knows, found at a start
//! tmp/                          files that are being written
//! shot_number                   the last 拍摄号 given out
//! station.lock                  keeps a second program out
//! ```
//!
//! What it promises:
//! - When [`Store::accept`] returns, picture, rows and outbox entry are on the disk. A crash at any moment leaves no
//!   row without its file, and the next start puts away the files without a row.
//! - A shot belongs to one sitting, a sitting to one code; the tables themselves refuse to re-label or to delete.
//! - At most one sitting is open, and nothing is accepted for a code that the caller did not name.
//! - No name on the disk comes from a payload, a station or any other input. The store reads no clock.

mod connection;
mod day;
mod error;
mod faults;
mod hall;
mod handover;
mod layout;
mod look;
mod number;
mod open;
mod pictures;
mod plates;
mod platform;
mod recovery;
mod references;
mod shooting;
mod table;
mod verify;

#[cfg(test)]
mod tests;

use domain::{CaptureCode, ContentHash, PortraitId, SittingId, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use day::{
    BoothCount, DayRefusal, DayReport, DeskFacts, Label, NewCheckIn, PersonRow, Reader, ReaderDoor,
    Remaining, RosterChunk, RosterCounts, check_rows,
};
pub use error::StoreError;
pub use hall::{HallBatch, HallJoin, ShotElsewhere};
pub use handover::{ErasePaths, EraseScope, HandoverPicture, NewIntake};
pub use look::{DayCounts, SittingDetail, StripEntry};
pub use pictures::{PictureKind, Pictures};
pub use recovery::OpenReport;
pub use references::PictureRef;
pub use table::audit::{AuditBreak, AuditCheck, AuditEvent, NewEvent};
pub use table::correction::CorrectionRecord;
pub use table::erasure::ErasureRecord;
pub use table::outbox::{Handover, OutboxEntry, OutboxState};
pub use table::outbox_correction::CorrectionDue;
pub use table::parcel::{NewParcel, ParcelFile, ParcelRecord};
pub use table::payment::{CashSum, NewPayment};
pub use table::plate::{NewPlate, PlateRecord};
pub use table::portrait::{EarlierAccept, NewPortrait, OverrideLine, PortraitRecord};
pub use table::result::{NewResult, ResultRecord};
pub use table::retake::{RetakeRecord, RetakeSource};
pub use table::shot::{Disposition, NewShot, ShotRecord};
pub use table::sitting::{Ending, Outcome, SittingRecord};
pub use table::subject::{RowOutcome, RowRefusal, SubjectRecord};
pub use table::ticket::TicketRecord;
pub use table::upload::{NewUpload, UploadChange, UploadRow, UploadRowState};
pub use verify::{BadPicture, VerifyReport};

use crate::layout::{FolderLock, Layout};
use crate::table::audit::Signature;
use crate::table::{audit, outbox, portrait, setting, sitting};

/// One data folder, held by this program alone.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    pictures: Pictures,
    layout: Layout,
    who: Signature,
    /// Declared last: released after the database is closed.
    _lock: FolderLock,
}

impl Store {
    /// Where new sittings and events are said to happen.
    pub fn station(&self) -> &str {
        &self.who.station
    }

    /// The name that is written beside everything from now on.
    pub fn set_station(&mut self, station: &str) -> Result<(), StoreError> {
        open::check_station(station)?;
        self.who.station = station.to_owned();
        Ok(())
    }

    /// Who sits here; empty for nobody in particular.
    pub fn operator(&self) -> &str {
        &self.who.operator
    }

    /// The name that the audit log has beside everything from now on.
    pub fn set_operator(&mut self, operator: &str) -> Result<(), StoreError> {
        open::check_station(operator)?;
        self.who.operator = operator.trim().to_owned();
        Ok(())
    }

    /// The picture files, for reading them from another thread.
    pub fn pictures(&self) -> Pictures {
        self.pictures.clone()
    }

    /// The bytes of a picture, checked against its hash.
    pub fn picture(&self, kind: PictureKind, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        self.pictures.read(kind, hash)
    }

    /// The sitting that is open.
    pub fn unfinished(&self) -> Result<Option<SittingRecord>, StoreError> {
        sitting::open_one(&self.db)
    }

    /// The code of a sitting, exactly as read.
    pub fn code_of(&self, sitting: SittingId) -> Result<CaptureCode, StoreError> {
        sitting::code(&self.db, sitting)
    }

    /// The latest accepted picture of exactly this payload.
    pub fn earlier_accept(&self, code: &CaptureCode) -> Result<Option<EarlierAccept>, StoreError> {
        portrait::latest_of(&self.db, code)
    }

    /// An accepted portrait.
    pub fn portrait(&self, id: PortraitId) -> Result<PortraitRecord, StoreError> {
        portrait::get(&self.db, id)
    }

    /// 待发箱: the entries in one state, oldest first.
    pub fn outbox(&self, state: OutboxState) -> Result<Vec<OutboxEntry>, StoreError> {
        outbox::list(&self.db, state)
    }

    /// Records what delivery reports about the entry of a portrait.
    pub fn hand_over(
        &mut self,
        portrait: PortraitId,
        change: &Handover<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let what = match change {
            Handover::Attempt => "handover_attempted",
            Handover::Sent => "handover_done",
            Handover::Park(_) => "handover_parked",
            Handover::Retry => "handover_retried",
        };
        let who = self.who.clone();
        let tx = self.begin()?;
        if !outbox::change(&tx, portrait, change, now)? {
            return Err(StoreError::Unknown {
                what: "outbox entry in that state for portrait",
                id: portrait.0,
            });
        }
        let event = NewEvent { portrait: Some(portrait), ..NewEvent::new(what, serde_json::json!({})) };
        audit::append(&tx, &who, &event, now)?;
        Ok(tx.commit()?)
    }

    /// What the operator has chosen under a name.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        setting::get(&self.db, key)
    }

    /// Keeps a choice. The audit log gets its name, not its value.
    pub fn set_setting(&mut self, key: &str, value: &str, now: Timestamp) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        setting::set(&tx, key, value, now)?;
        let event = NewEvent::new("setting_changed", serde_json::json!({ "key": key }));
        audit::append(&tx, &who, &event, now)?;
        Ok(tx.commit()?)
    }

    /// Adds an event to the audit log. Everything that the store itself does is recorded already.
    pub fn record(&mut self, event: &NewEvent<'_>, now: Timestamp) -> Result<(), StoreError> {
        let who = self.who.clone();
        let tx = self.begin()?;
        audit::append(&tx, &who, event, now)?;
        Ok(tx.commit()?)
    }

    /// The latest events, newest first.
    pub fn audit(&self, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        audit::latest(&self.db, limit)
    }

    /// Follows the chain of the audit log.
    pub fn verify_audit(&self) -> Result<AuditCheck, StoreError> {
        audit::check(&self.db)
    }

    /// A transaction that nobody can get in front of.
    fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(self.db.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}
