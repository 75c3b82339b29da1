//! One station in the hall: decides what it may do, writes it on its own disk first, and tells the hall.
//!
//! Only who calls whom is asked of the database beforehand. Everything else is written down here and sent: what a
//! booth has done is never refused or lost because a cable is out.

mod acts;

use std::collections::BTreeSet;

use domain::{ShotNumber, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::server::PAGE;
use crate::{
    Book, BoothName, CodeKey, Cursor, Fact, FactId, HallError, Happening, Journal, Membership, NumberRange,
    Server, StampClock, StationRow, TicketKey, Wanted,
};

/// How many sequence numbers are taken from the journal at a time: one disk write per so many facts.
const SEQS_AT_A_TIME: u64 = 64;
/// Pages that one joining or synchronising moves before it gives way to the booth's own work.
const PAGES_AT_A_TIME: usize = 40;

/// More own facts than a station can have forgotten by being put back from a backup.
const MAX_FORGOTTEN: u64 = 10_000_000;

/// How a station stands to the hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Link {
    /// Everything is sent and read.
    Online,
    /// Cut off; works with its own numbers.
    Alone {
        /// Since when.
        since: Timestamp,
    },
    /// Connected again; sending what was written alone and reading what was missed.
    Joining,
}

/// What a new ticket is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTicket {
    /// Whose code, if one was read.
    pub code: Option<CodeKey>,
    /// Before the others.
    pub priority: bool,
    /// An accepted picture is to be taken again.
    pub retake: bool,
}

/// What one synchronising did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Synced {
    /// Facts that the hall confirmed.
    pub sent: usize,
    /// Facts of others (and own ones whose answer was lost) that were new here.
    pub new: usize,
    /// There is more; synchronise again soon.
    pub more: bool,
}

/// What came of asking the hall for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// Called; nobody else gets this ticket.
    Yes(TicketKey),
    /// Nobody waits who may be called from here.
    Nobody,
    /// The hall cannot be asked now.
    Alone,
}

/// One station's part in one batch.
pub struct Member<J> {
    who: Membership,
    journal: J,
    book: Book,
    clock: StampClock,
    cursor: Cursor,
    ranges: Vec<NumberRange>,
    seqs: std::ops::Range<u64>,
    seq_floor: u64,
    reused: BTreeSet<FactId>,
    numbers_ahead: u32,
    floor: ShotNumber,
    server: Option<Server>,
    link: Link,
}

impl<J: Journal> Member<J> {
    /// Reads the journal. The station is alone until [`Member::attach`].
    pub fn open(
        who: Membership,
        mut journal: J,
        numbers_ahead: u32,
        now: Timestamp,
    ) -> Result<Self, HallError> {
        let saved = journal.load(&who.batch)?;
        let (mut book, mut clock) = (Book::default(), StampClock::default());
        let mut seq_floor = 0;
        for fact in &saved.facts {
            book.add(fact)?;
            clock.observe(fact.stamp);
            if fact.id.station == who.station {
                seq_floor = seq_floor.max(fact.id.seq);
            }
        }
        Ok(Self {
            who,
            journal,
            book,
            clock,
            cursor: saved.cursor,
            ranges: saved.ranges,
            seqs: 0..0,
            seq_floor,
            reused: BTreeSet::new(),
            numbers_ahead,
            floor: ShotNumber(0),
            server: None,
            link: Link::Alone { since: now },
        })
    }

    /// The hall gives out greater numbers only: so far this station has come in other batches.
    pub fn above(mut self, floor: ShotNumber) -> Self {
        self.floor = floor;
        self
    }

    /// Who this is.
    pub fn who(&self) -> &Membership {
        &self.who
    }

    /// Everything that is known here.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// How it stands to the hall.
    pub fn link(&self) -> Link {
        self.link
    }

    /// Numbers left for working alone.
    pub fn numbers_left(&self) -> u32 {
        let left: i64 = self.ranges.iter().map(|range| range.last.0 + 1 - self.unused(*range).0).sum();
        u32::try_from(left).unwrap_or(0)
    }

    /// Gives the journal back.
    pub fn into_journal(self) -> J {
        self.journal
    }

    /// Joins the hall over a new connection: sends what was written alone, reads what was missed, and lets the others
    /// call those who were kept here. On an error the station stays alone.
    pub fn attach(&mut self, mut server: Server, now: Timestamp) -> Result<Synced, HallError> {
        self.link = match self.link {
            alone @ Link::Alone { .. } => alone,
            _ => Link::Alone { since: now },
        };
        let held = self.ranges.iter().map(|range| range.last).max();
        let highest = held.max(self.book.highest_number()).unwrap_or(ShotNumber(0)).max(self.floor);
        let standing = server.enter(&self.who, &self.cursor, highest)?;
        if !standing.remembers || standing.last_pos < self.cursor.pos {
            tracing::warn!("the hall's database has forgotten facts; everything is sent again");
            self.journal.forget_sent(&self.who.batch)?;
            self.cursor = Cursor::default();
        }
        self.check_seq(standing.own_seq)?;
        if standing.own_seq > self.seq_floor {
            self.seq_floor = standing.own_seq;
            self.seqs = 0..0;
        }
        self.server = Some(server);
        self.link = Link::Joining;
        let mut all = Synced { more: true, ..Synced::default() };
        while all.more {
            let part = self.sync(now)?;
            all = Synced { sent: all.sent + part.sent, new: all.new + part.new, more: part.more };
        }
        self.release(now)?;
        Ok(all)
    }

    /// The connection is of no use: the station is alone from `now` on.
    pub fn cut(&mut self, now: Timestamp) {
        self.server = None;
        if !matches!(self.link, Link::Alone { .. }) {
            self.link = Link::Alone { since: now };
        }
    }

    /// Whoever is wanted, to `booth`, by the hall's word. What happens alone is the caller's to decide.
    pub fn claim_for(
        &mut self,
        wanted: &Wanted,
        booth: &BoothName,
        now: Timestamp,
    ) -> Result<Claimed, HallError> {
        self.claim(wanted, booth, now)
    }

    /// A number of the hall for a code, or `None` alone; refuses a code that has one.
    pub fn take_number(
        &mut self,
        code: Option<&CodeKey>,
        retake: bool,
        now: Timestamp,
    ) -> Result<Option<ShotNumber>, HallError> {
        let Some(server) = &mut self.server else { return Ok(None) };
        let taken = server.take_number(&self.who.batch, code, retake);
        self.note(now, &taken);
        match taken {
            Err(error) if error.cuts_off() => Ok(None),
            Ok(number) if !self.book.by_number(number).is_empty() => {
                let hostile = Err(HallError::Hostile("a number that is taken"));
                self.note(now, &hostile);
                hostile
            }
            other => other.map(Some),
        }
    }

    /// Who takes part, and that this station still does; `None` alone.
    pub fn roll_call(&mut self, now: Timestamp) -> Option<Vec<StationRow>> {
        let server = self.server.as_mut()?;
        let answer = server.seen(&self.who).and_then(|()| server.stations(&self.who.batch));
        self.note(now, &answer);
        answer.ok()
    }

    /// Facts that somebody else of this program has written into the journal meanwhile.
    pub fn learn(&mut self) -> Result<(), HallError> {
        for fact in self.journal.unsent(&self.who.batch, PAGE * PAGES_AT_A_TIME)? {
            self.clock.observe(fact.stamp);
            self.book.add(&fact)?;
        }
        Ok(())
    }

    /// Sends and reads. With nothing to do this is two small questions. Alone it does nothing.
    pub fn sync(&mut self, now: Timestamp) -> Result<Synced, HallError> {
        if self.server.is_none() {
            return Ok(Synced::default());
        }
        let result = self.exchange();
        self.note(now, &result);
        if matches!(&result, Ok(synced) if !synced.more) {
            if self.link == Link::Online {
                // What was kept here in the moment before everybody knew that the link was back.
                self.release(now)?;
            }
            self.link = Link::Online;
        }
        result
    }

    fn note<T>(&mut self, now: Timestamp, result: &Result<T, HallError>) {
        if let Err(error) = result
            && error.cuts_off()
        {
            tracing::warn!(code = error.code(), %error, "cut off from the hall");
            self.cut(now);
        }
    }

    fn exchange(&mut self) -> Result<Synced, HallError> {
        let sent = self.send()?;
        let mut synced = Synced { sent, new: 0, more: sent >= PAGE * PAGES_AT_A_TIME };
        synced.more |= self.read(&mut synced.new)?;
        self.refill()?;
        Ok(synced)
    }

    fn send(&mut self) -> Result<usize, HallError> {
        let Some(server) = &mut self.server else { return Ok(0) };
        let mut count = 0;
        for _ in 0..PAGES_AT_A_TIME {
            let mut facts = self.journal.unsent(&self.who.batch, PAGE + self.reused.len())?;
            facts.retain(|fact| !self.reused.contains(&fact.id));
            facts.truncate(PAGE);
            if facts.is_empty() {
                break;
            }
            let sent = server.send(&self.who, &facts)?;
            for fact in &facts {
                self.clock.observe(fact.stamp);
                self.book.add(fact)?;
            }
            if sent.taken.len() + sent.reused.len() != facts.len() {
                return Err(HallError::Hostile("another number of facts"));
            }
            self.journal.mark_sent(&sent.taken)?;
            count += sent.taken.len();
            self.reused.extend(sent.reused);
        }
        Ok(count)
    }

    /// Whether there is more.
    fn read(&mut self, new: &mut usize) -> Result<bool, HallError> {
        for _ in 0..PAGES_AT_A_TIME {
            let Some(server) = &mut self.server else { return Ok(false) };
            let (facts, cursor) = server.pull(&self.who.batch, &self.cursor)?;
            if facts.is_empty() {
                return Ok(false);
            }
            if !self.who.identities && facts.iter().any(Fact::is_identity) {
                return Err(HallError::Hostile("a name in a batch without names"));
            }
            let fresh = facts.iter().filter(|fact| !self.book.knows(&fact.id)).count();
            for fact in facts.iter().filter(|fact| fact.id.station == self.who.station) {
                self.check_seq(fact.id.seq)?;
            }
            // What is here under the same name with other contents stays here, unsent; the conflict is shown.
            let sound: Vec<Fact> = facts.iter().filter(|fact| !self.book.clashes(fact)).cloned().collect();
            self.journal.absorb(&self.who.batch, &sound, &cursor)?;
            self.cursor = cursor;
            for fact in &facts {
                self.clock.observe(fact.stamp);
                self.book.add(fact)?;
                if fact.id.station == self.who.station && fact.id.seq > self.seq_floor.max(self.seqs.end) {
                    self.seq_floor = fact.id.seq;
                }
            }
            *new += fresh;
        }
        Ok(true)
    }

    fn refill(&mut self) -> Result<(), HallError> {
        if self.numbers_left() * 2 >= self.numbers_ahead {
            return Ok(());
        }
        let Some(server) = &mut self.server else { return Ok(()) };
        let range = server.reserve(&self.who, self.numbers_ahead)?;
        if range.last.0 - range.first.0 >= i64::from(self.numbers_ahead.max(1))
            || self.ranges.iter().any(|had| had.first <= range.last && range.first <= had.last)
        {
            return Err(HallError::Hostile("a number range"));
        }
        self.journal.keep_range(&self.who.batch, range)?;
        self.ranges.push(range);
        Ok(())
    }

    /// A server must not use up a station's sequence numbers.
    fn check_seq(&self, own: u64) -> Result<(), HallError> {
        let known = self.seq_floor.max(self.seqs.end);
        if own > known + MAX_FORGOTTEN {
            Err(HallError::Hostile("a sequence number far ahead"))
        } else {
            Ok(())
        }
    }

    /// First number of a range that was not given out.
    fn unused(&self, range: NumberRange) -> ShotNumber {
        let used =
            self.book.tickets().map(|t| t.number).filter(|n| (range.first..=range.last).contains(n)).max();
        used.map_or(range.first, |n| ShotNumber(n.0 + 1))
    }

    fn own_number(&self) -> Result<ShotNumber, HallError> {
        let free = self.ranges.iter().map(|range| (self.unused(*range), range.last));
        free.filter(|(next, last)| next <= last).map(|(next, _)| next).min().ok_or(HallError::NoNumbers)
    }

    fn take_seq(&mut self) -> Result<FactId, HallError> {
        if self.seqs.is_empty() || self.seqs.start <= self.seq_floor {
            let first = self.journal.take_seqs(SEQS_AT_A_TIME, self.seq_floor)?;
            self.seqs = first..first + SEQS_AT_A_TIME;
        }
        let seq = self.seqs.start;
        self.seqs.start += 1;
        Ok(FactId { station: self.who.station.clone(), seq })
    }

    /// Writes own facts here, in one transaction, and sends them if the hall can be reached.
    fn write(&mut self, happenings: Vec<Happening>, now: Timestamp) -> Result<Vec<FactId>, HallError> {
        let mut facts = Vec::with_capacity(happenings.len());
        for what in happenings {
            let (id, stamp) = (self.take_seq()?, self.clock.tick(now));
            let fact = Fact { id, batch: self.who.batch.clone(), stamp, what };
            fact.check()?;
            facts.push(fact);
        }
        self.journal.append(&facts)?;
        for fact in &facts {
            self.book.add(fact)?;
        }
        let sent = self.send();
        self.note(now, &sent);
        if let Err(error) = sent
            && !error.cuts_off()
        {
            return Err(error);
        }
        Ok(facts.into_iter().map(|fact| fact.id).collect())
    }

    /// Facts that the hall has not confirmed, up to `limit`.
    pub fn unsent(&mut self, limit: usize) -> Result<usize, HallError> {
        Ok(self.journal.unsent(&self.who.batch, limit)?.len())
    }

    /// Facts of this station under whose names the hall has others.
    pub fn reused(&self) -> &BTreeSet<FactId> {
        &self.reused
    }
}
