//! A roster goes in piece by piece: between two pieces the owner has time for the photographer's key press.

use domain::{BatchId, Subject};
use store::{RosterChunk, RosterCounts, RowOutcome};

use super::view::{RosterApply, RosterReport, RosterRow};
use crate::station::Station;
use crate::{ApiError, words};

/// Rows that are taken in at one go: some ten milliseconds of the owner's time.
const PIECE: usize = 250;
/// Most rows of one roster; the biggest schools have a quarter of it.
const MOST: usize = 50_000;

pub(super) fn apply(station: &Station, request: RosterApply) -> Result<RosterReport, ApiError> {
    if request.subjects.len() > MOST {
        return Err(ApiError::new(
            "roster_too_long",
            format!("名单超过 {MOST} 行，没有导入。请按批次分开。"),
            format!("More than {MOST} rows; nothing was taken. Split the roster by batch."),
        ));
    }
    let batch = station.read(|reader| reader.batch_or_open(request.batch))?.id;
    let refused = store::check_rows(&request.subjects);
    let mut outcomes: Vec<Option<RowOutcome>> =
        refused.iter().map(|r| r.map(|reason| RowOutcome::Refused { reason })).collect();
    let good: Vec<usize> = (0..outcomes.len()).filter(|&n| outcomes[n].is_none()).collect();
    let generation = if request.dry_run {
        let judged = station.read(|reader| {
            good.iter()
                .map(|&n| reader.judge_row(batch, &request.subjects[n], request.identities_too))
                .collect::<Result<Vec<_>, _>>()
        })?;
        good.iter().zip(judged).for_each(|(&n, outcome)| outcomes[n] = Some(outcome));
        0
    } else {
        write(station, batch, &request, &good, &mut outcomes)?
    };
    Ok(report(generation, outcomes))
}

fn write(
    station: &Station,
    batch: BatchId,
    request: &RosterApply,
    good: &[usize],
    outcomes: &mut [Option<RowOutcome>],
) -> Result<u32, ApiError> {
    let identities_too = request.identities_too;
    let mut counts = RosterCounts::default();
    outcomes.iter().flatten().for_each(|outcome| counts.add(outcome));
    let generation = station.write(move |store, now| store.begin_roster(batch, now))?;
    for piece in good.chunks(PIECE) {
        let rows: Vec<Subject> = piece.iter().map(|&n| request.subjects[n].clone()).collect();
        let mut sum = counts;
        let (done, after) = station.write(move |store, now| {
            let rows: Vec<&Subject> = rows.iter().collect();
            let chunk = RosterChunk { batch, generation, rows: &rows, identities_too };
            Ok((store.apply_roster(&chunk, &mut sum, now)?, sum))
        })?;
        counts = after;
        piece.iter().zip(done).for_each(|(&n, outcome)| outcomes[n] = Some(outcome));
    }
    station.write(move |store, now| store.end_roster(batch, generation, &counts, now))?;
    Ok(generation)
}

fn report(generation: u32, outcomes: Vec<Option<RowOutcome>>) -> RosterReport {
    let mut counts = RosterCounts::default();
    let mut rows = Vec::new();
    for (row, outcome) in outcomes.into_iter().enumerate() {
        let Some(outcome) = outcome else { continue };
        counts.add(&outcome);
        if matches!(outcome, RowOutcome::Changed { .. } | RowOutcome::Refused { .. }) {
            rows.push(RosterRow { row: row as u32, outcome });
        }
    }
    RosterReport {
        generation,
        added: counts.added,
        changed: counts.changed,
        unchanged: counts.unchanged,
        refused: counts.refused,
        rows,
    }
}

impl Station {
    /// Writes to the store, on the owner's thread: some milliseconds at most.
    pub(super) fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut store::Store, domain::Timestamp) -> Result<T, store::StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.ask(move |owner| owner.day(act))
    }

    /// Reads beside the owner, on the thread of whoever asks.
    pub(super) fn read<T>(
        &self,
        ask: impl FnOnce(&store::Reader) -> Result<T, store::StoreError>,
    ) -> Result<T, ApiError> {
        let door = self.ask(|owner| Ok(owner.desk()?.store().reader_door()))?;
        door.open().and_then(|reader| reader.at_once(ask)).map_err(words::store)
    }
}
