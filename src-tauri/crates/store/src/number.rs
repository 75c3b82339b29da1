//! The last 拍摄号 given out, kept in a file beside the database: students carry the numbers in their heads, so a
//! fresh database, or one put back from a copy, must not give them out again.

use std::fs;

use domain::ShotNumber;

use crate::faults::{Step, reach};
use crate::layout::Layout;
use crate::pictures::write_synced;
use crate::{StoreError, platform};

/// No station ever gets here; a higher number in the file is not ours.
const PLAUSIBLE: i64 = 9_999_999;

/// The last number in the file; 0 if there is none that makes sense.
pub(crate) fn last(layout: &Layout) -> ShotNumber {
    let text = fs::read_to_string(layout.last_number()).unwrap_or_default();
    let number = text.trim().parse().ok().filter(|n| (0..=PLAUSIBLE).contains(n));
    ShotNumber(number.unwrap_or(0))
}

/// Makes `number` the last one, durably, before anybody sees it.
pub(crate) fn take(layout: &Layout, number: ShotNumber) -> Result<(), StoreError> {
    let path = layout.last_number();
    let part = layout.tmp().join("shot_number");
    let write = || {
        let _ = fs::remove_file(&part);
        write_synced(&part, format!("{number}\n").as_bytes())?;
        platform::rename(&part, &path)?;
        platform::sync_dir(layout.root())?;
        reach(Step::NumberTaken)
    };
    write().map_err(|e| StoreError::disk(&path, e))
}
