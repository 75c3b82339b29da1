//! Reading beside the writer: lists, searches and reports get a connection of their own, so that the photographer's
//! key press never waits for them.

use std::path::PathBuf;

use domain::payment::FeeStanding;
use domain::{
    Admission, BatchId, CaptureBatch, CorrectionId, PortraitId, Reconciliation, RetakeId, ShotNumber,
    SittingId, Slot, SlotId, Subject, SubjectId, TicketId, Timestamp,
};
use rusqlite::Connection;

use super::{DayRefusal, DayReport, Label, PersonRow, report, roster, swap};
use crate::table::{
    audit, batch, correction, late_entry, outbox_correction, payment, portrait, relabel, retake, slot,
    subject, ticket,
};
use crate::{
    AuditCheck, CashSum, CorrectionRecord, OverrideLine, PortraitRecord, RetakeRecord, RowOutcome, Store,
    StoreError, SubjectRecord, TicketRecord, connection,
};

/// Where a reader can be opened, on any thread, as long as the store is open.
#[derive(Debug, Clone)]
pub struct ReaderDoor(PathBuf);

impl ReaderDoor {
    /// A second connection, which cannot write.
    pub fn open(&self) -> Result<Reader, StoreError> {
        Ok(Reader { db: connection::read_only(&self.0)? })
    }
}

/// A connection that cannot write.
#[derive(Debug)]
pub struct Reader {
    pub(crate) db: Connection,
}

impl Store {
    /// Where readers of this folder are opened.
    pub fn reader_door(&self) -> ReaderDoor {
        ReaderDoor(self.layout.database())
    }
}

impl Reader {
    /// Runs several questions on one and the same moment of the data.
    pub fn at_once<T>(&self, ask: impl FnOnce(&Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let moment = self.db.unchecked_transaction()?;
        let answer = ask(self);
        moment.finish()?;
        answer
    }

    /// This batch, or the open one.
    pub fn batch_or_open(&self, id: Option<BatchId>) -> Result<CaptureBatch, StoreError> {
        match id {
            Some(id) => batch::get(&self.db, id),
            None => batch::open_one(&self.db)?.ok_or_else(|| DayRefusal::NoBatch.into()),
        }
    }

    /// All batches, newest first.
    pub fn batches(&self) -> Result<Vec<CaptureBatch>, StoreError> {
        batch::list(&self.db)
    }

    /// Lines of the roster, numbers given out, numbers with a picture.
    pub fn batch_counts(&self, id: BatchId) -> Result<(u32, u32, u32), StoreError> {
        let tickets = "SELECT count(*) FROM ticket WHERE batch = ?1";
        let tickets = self.db.prepare_cached(tickets)?.query_row([id.0], |row| row.get(0))?;
        Ok((subject::count(&self.db, id)?, tickets, ticket::count(&self.db, id, "shot")?))
    }

    /// Looks for people by 学号 or its beginning, characters of the name, or initials of its pinyin.
    pub fn search(&self, id: BatchId, text: &str, limit: u32) -> Result<Vec<SubjectRecord>, StoreError> {
        subject::search(&self.db, id, text, limit)
    }

    /// A line of the roster.
    pub fn subject(&self, id: SubjectId) -> Result<SubjectRecord, StoreError> {
        subject::get(&self.db, id)
    }

    /// Every line of the roster of a batch, in its order.
    pub fn subjects(&self, id: BatchId) -> Result<Vec<SubjectRecord>, StoreError> {
        subject::all(&self.db, id)
    }

    /// What is known of somebody's fee.
    pub fn fee(
        &self,
        open: &CaptureBatch,
        line: Option<&SubjectRecord>,
        ticket: Option<TicketId>,
    ) -> Result<FeeStanding, StoreError> {
        let taken = payment::latest(&self.db, line.map(|l| l.id), ticket)?;
        let roster = line.and_then(|l| l.subject.paid);
        Ok(Admission { roster, taken }.standing(open.plan.fee))
    }

    /// Whether a person was added on the spot.
    pub fn is_late_entry(&self, id: SubjectId) -> Result<bool, StoreError> {
        late_entry::is_one(&self.db, id)
    }

    /// What would come of a row of a roster.
    pub fn judge_row(
        &self,
        id: BatchId,
        row: &Subject,
        identities_too: bool,
    ) -> Result<RowOutcome, StoreError> {
        Ok(roster::judge(&self.db, id, row, identities_too)?.0)
    }

    /// The tickets of a person, newest first.
    pub fn tickets_of(&self, id: SubjectId) -> Result<Vec<TicketRecord>, StoreError> {
        ticket::of_subject(&self.db, id)
    }

    /// A ticket.
    pub fn ticket(&self, id: TicketId) -> Result<TicketRecord, StoreError> {
        ticket::get(&self.db, id)
    }

    /// The ticket of a number.
    pub fn numbered(&self, number: ShotNumber) -> Result<Option<TicketRecord>, StoreError> {
        ticket::by_number(&self.db, number)
    }

    /// Tickets in one stage, by the name of the stage: the waiting in the order of call, others the latest first.
    pub fn in_stage(&self, id: BatchId, stage: &str, limit: u32) -> Result<Vec<TicketRecord>, StoreError> {
        ticket::in_stage(&self.db, id, stage, limit)
    }

    /// How many tickets are in one stage.
    pub fn count_in_stage(&self, id: BatchId, stage: &str) -> Result<u32, StoreError> {
        ticket::count(&self.db, id, stage)
    }

    /// The schedule, in the order of the day.
    pub fn slots(&self, id: BatchId) -> Result<Vec<(SlotId, Slot)>, StoreError> {
        slot::list(&self.db, id)
    }

    /// A line of the retake list.
    pub fn retake(&self, id: RetakeId) -> Result<RetakeRecord, StoreError> {
        retake::get(&self.db, id)
    }

    /// The retake list, open lines first.
    pub fn retakes(&self, id: BatchId) -> Result<Vec<RetakeRecord>, StoreError> {
        retake::list(&self.db, id)
    }

    /// Everybody of a batch, each in exactly one end state.
    pub fn people(&self, id: BatchId) -> Result<Vec<PersonRow>, StoreError> {
        report::people(&self.db, id)
    }

    /// 对账.
    pub fn reconcile(&self, id: BatchId) -> Result<Reconciliation, StoreError> {
        report::reconcile(&self.db, id)
    }

    /// How a batch goes.
    pub fn report(&self, id: BatchId, now: Timestamp) -> Result<DayReport, StoreError> {
        report::report(&self.db, id, now)
    }

    /// Why a person was put on the list on the spot; `None` for everybody else.
    pub fn late_reason(&self, id: SubjectId) -> Result<Option<String>, StoreError> {
        late_entry::reason(&self.db, id)
    }

    /// Pictures that were accepted against the checks, oldest first.
    pub fn overrides(&self, id: BatchId) -> Result<Vec<OverrideLine>, StoreError> {
        portrait::overrides(&self.db, id)
    }

    /// What was taken in, by cashier and method.
    pub fn cash(&self, id: BatchId) -> Result<Vec<CashSum>, StoreError> {
        payment::sums(&self.db, id)
    }

    /// A correction.
    pub fn correction(&self, id: CorrectionId) -> Result<CorrectionRecord, StoreError> {
        correction::get(&self.db, id)
    }

    /// All corrections, newest first.
    pub fn corrections(&self) -> Result<Vec<CorrectionRecord>, StoreError> {
        correction::list(&self.db)
    }

    /// Whether a correction has marked a picture because it was handed over already.
    pub fn is_marked(&self, portrait: PortraitId, correction: CorrectionId) -> Result<bool, StoreError> {
        outbox_correction::is_marked(&self.db, portrait, correction)
    }

    /// An accepted portrait.
    pub fn portrait(&self, id: PortraitId) -> Result<PortraitRecord, StoreError> {
        portrait::get(&self.db, id)
    }

    /// Under whose name a picture goes now.
    pub fn label_of(&self, id: PortraitId) -> Result<Label, StoreError> {
        swap::label(&self.db, relabel::label_of(&self.db, id)?)
    }

    /// What a sitting says of the person, before any correction.
    pub fn label_of_sitting(&self, id: SittingId) -> Result<Label, StoreError> {
        swap::label(&self.db, id)
    }

    /// Follows the chain of the audit log.
    pub fn verify_audit(&self) -> Result<AuditCheck, StoreError> {
        audit::check(&self.db)
    }
}
