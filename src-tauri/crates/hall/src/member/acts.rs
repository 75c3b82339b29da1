//! What people do at a station: give numbers, call, step, take fees, put right.

use domain::ticket::Action;
use domain::{PaymentMethod, ShotNumber, Stage, Timestamp};

use super::{Claimed, Member, NewTicket};
use crate::server::check_call;
use crate::{BoothName, CodeKey, FactId, HallError, Happening, Journal, TicketKey, TicketState, Wanted};

impl<J: Journal> Member<J> {
    /// 取号. Online the number comes from the hall; alone from this station's own, and the ticket is reserved to it.
    pub fn issue(&mut self, new: &NewTicket, now: Timestamp) -> Result<TicketState, HallError> {
        if self.refuse_known(new).is_err() {
            // Perhaps it was passed over, let go or photographed a moment ago somewhere else.
            self.sync(now)?;
            self.refuse_known(new)?;
        }
        let number = self.take_number(new.code.as_ref(), new.retake, now)?;
        let reserved = number.is_none();
        let number = number.map_or_else(|| self.own_number(), Ok)?;
        let (code, priority, retake) = (new.code.clone(), new.priority, new.retake);
        let ids = self.write(vec![Happening::Issued { number, code, priority, retake, reserved }], now)?;
        let key = ids.first().ok_or(HallError::UnknownTicket)?;
        self.ticket(key).cloned()
    }

    fn refuse_known(&self, new: &NewTicket) -> Result<(), HallError> {
        let Some(code) = &new.code else { return Ok(()) };
        for known in self.book.by_code(code) {
            match known.stage() {
                Stage::Left | Stage::Refused { .. } => {}
                Stage::Shot if new.retake => {}
                Stage::Shot => return Err(HallError::AlreadyShot(known.number)),
                _ => return Err(HallError::HasNumber(known.number)),
            }
        }
        Ok(())
    }

    /// One ticket.
    pub fn ticket(&self, key: &TicketKey) -> Result<&TicketState, HallError> {
        self.book.ticket(key).ok_or(HallError::UnknownTicket)
    }

    /// The ticket of a number, unless it was given out twice.
    pub fn numbered(&self, number: ShotNumber) -> Result<&TicketState, HallError> {
        match self.book.by_number(number).as_slice() {
            [one] => Ok(one),
            [] => Err(HallError::UnknownTicket),
            _ => Err(HallError::NumberDoubled(number)),
        }
    }

    /// 叫号: whoever is next, to this booth; `None` if nobody waits who may be called from here.
    pub fn call_next(&mut self, now: Timestamp) -> Result<Option<TicketState>, HallError> {
        self.booth_is_free()?;
        match self.claim(&Wanted::Next, &self.who.booth.clone(), now)? {
            Claimed::Yes(key) => Ok(Some(self.ticket(&key)?.clone())),
            Claimed::Nobody => Ok(None),
            Claimed::Alone => {
                let Some(next) = self.book.next_reserved(&self.who.station) else { return Ok(None) };
                let key = next.key.clone();
                self.call_own(&key, now).map(Some)
            }
        }
    }

    /// 叫号: this one, to this booth. Alone only what is reserved to this station.
    pub fn call(&mut self, key: &TicketKey, now: Timestamp) -> Result<TicketState, HallError> {
        self.booth_is_free()?;
        check_call(self.ticket(key)?, self.who.booth.as_str(), now)?;
        match self.claim(&Wanted::Ticket(key.clone()), &self.who.booth.clone(), now)? {
            Claimed::Yes(key) => Ok(self.ticket(&key)?.clone()),
            Claimed::Nobody => Err(HallError::UnknownTicket),
            Claimed::Alone => self.call_own(key, now),
        }
    }

    fn booth_is_free(&self) -> Result<(), HallError> {
        match self.book.at_booth(self.who.booth.as_str()) {
            Some(busy) => Err(HallError::BoothBusy(busy.number)),
            None => Ok(()),
        }
    }

    pub(super) fn claim(
        &mut self,
        wanted: &Wanted,
        booth: &BoothName,
        now: Timestamp,
    ) -> Result<Claimed, HallError> {
        if self.server.is_none() {
            return Ok(Claimed::Alone);
        }
        // What was written here and not yet sent must count before anybody is called.
        let sent = self.send();
        self.note(now, &sent);
        if let Err(error) = sent {
            return if error.cuts_off() { Ok(Claimed::Alone) } else { Err(error) };
        }
        let id = self.take_seq()?;
        let Some(server) = &mut self.server else { return Ok(Claimed::Alone) };
        let claimed = server.claim(&self.who, (wanted, booth), &id, &mut self.clock, now);
        self.note(now, &claimed);
        let fact = match claimed {
            Ok(Some(fact)) => fact,
            Ok(None) => return Ok(Claimed::Nobody),
            Err(error) if error.cuts_off() => return Ok(Claimed::Alone),
            Err(error) => {
                // The hall knows more than this station: read it, so that the next look shows why.
                self.sync(now)?;
                return Err(error);
            }
        };
        let key = fact.ticket().cloned().ok_or(HallError::Hostile("a call without a ticket"))?;
        self.journal.absorb(&self.who.batch, std::slice::from_ref(&fact), &self.cursor)?;
        self.book.add(&fact)?;
        let mut new = 0;
        let read = self.read(&mut new);
        self.note(now, &read);
        match read {
            // The call stands, at the hall and here: it is only what others did that is not known yet.
            Err(error) if !error.cuts_off() => Err(error),
            _ => Ok(Claimed::Yes(key)),
        }
    }

    fn call_own(&mut self, key: &TicketKey, now: Timestamp) -> Result<TicketState, HallError> {
        let booth = self.who.booth.as_str().to_owned();
        let state = self.ticket(key)?;
        if !state.is_reserved_to(&self.who.station) {
            return Err(HallError::NotOurs);
        }
        check_call(state, &booth, now)?;
        let seen = state.last.clone();
        self.write(
            vec![Happening::Stepped { ticket: key.clone(), action: Action::Call { booth }, seen }],
            now,
        )?;
        self.ticket(key).cloned()
    }

    /// Any step but a call. It is written here first, so that a picture that was accepted never waits for the hall.
    pub fn step(
        &mut self,
        key: &TicketKey,
        action: &Action,
        now: Timestamp,
    ) -> Result<TicketState, HallError> {
        if let Action::Call { .. } = action {
            return self.call(key, now);
        }
        let state = self.ticket(key)?;
        state.ticket.step(action, now).map_err(|refusal| HallError::Ticket(state.number, refusal))?;
        let ours = state.stage().booth() == Some(self.who.booth.as_str())
            && state.called_by.as_ref() == Some(&self.who.station);
        let stays = matches!(
            action,
            Action::Recall { .. } | Action::Seat { .. } | Action::Unseat | Action::Shoot { .. }
        );
        let mut happenings = Vec::new();
        // Whom this booth sends away while alone comes back to this booth: nobody else knows that he was let go.
        if self.server.is_none() && ours && !stays && !state.is_reserved_to(&self.who.station) {
            happenings.push(Happening::Reserved { ticket: key.clone() });
        }
        let seen = state.last.clone();
        happenings.push(Happening::Stepped { ticket: key.clone(), action: action.clone(), seen });
        self.write(happenings, now)?;
        self.ticket(key).cloned()
    }

    pub(super) fn release(&mut self, now: Timestamp) -> Result<(), HallError> {
        let kept: Vec<_> = self
            .book
            .tickets()
            .filter(|ticket| ticket.is_reserved_to(&self.who.station))
            .map(|ticket| Happening::Released { ticket: ticket.key.clone() })
            .collect();
        if !kept.is_empty() {
            self.write(kept, now)?;
        }
        Ok(())
    }

    /// A code was read for a ticket that had none.
    pub fn bind_code(
        &mut self,
        key: &TicketKey,
        code: CodeKey,
        now: Timestamp,
    ) -> Result<TicketState, HallError> {
        let state = self.ticket(key)?;
        if state.code.as_ref().is_some_and(|known| *known != code) {
            return Err(HallError::HasNumber(state.number));
        }
        self.write(vec![Happening::CodeBound { ticket: key.clone(), code }], now)?;
        self.ticket(key).cloned()
    }

    /// 勘误: two tickets carry each other's codes. Both facts are written in one transaction.
    pub fn exchange_codes(&mut self, a: &TicketKey, b: &TicketKey, now: Timestamp) -> Result<(), HallError> {
        let code = |key| self.ticket(key)?.code.clone().ok_or(HallError::UnknownTicket);
        let (of_a, of_b) = (code(a)?, code(b)?);
        self.write(
            vec![
                Happening::CodeCorrected { ticket: a.clone(), code: of_b },
                Happening::CodeCorrected { ticket: b.clone(), code: of_a },
            ],
            now,
        )?;
        Ok(())
    }

    /// A fee was taken or proved.
    pub fn pay(
        &mut self,
        ticket: Option<&TicketKey>,
        amount_fen: u32,
        method: PaymentMethod,
        cashier: &str,
        now: Timestamp,
    ) -> Result<FactId, HallError> {
        let (ticket, cashier) = (ticket.cloned(), cashier.to_owned());
        self.one(Happening::Paid { ticket, person: None, amount_fen, method, cashier }, now)
    }

    /// The accepted picture of a ticket is to be taken again.
    pub fn list_retake(&mut self, key: &TicketKey, now: Timestamp) -> Result<FactId, HallError> {
        let state = self.ticket(key)?;
        if *state.stage() != Stage::Shot {
            return Err(HallError::Ticket(
                state.number,
                domain::TicketRefusal::NotFrom(state.stage().name()),
            ));
        }
        self.one(Happening::RetakeListed { ticket: key.clone() }, now)
    }

    /// Who it is. Refused in a batch without names.
    pub fn name(
        &mut self,
        key: &TicketKey,
        name: Option<String>,
        student_no: Option<String>,
        now: Timestamp,
    ) -> Result<FactId, HallError> {
        if !self.who.identities {
            return Err(HallError::NamesStay);
        }
        self.one(Happening::Named { ticket: key.clone(), name, student_no }, now)
    }

    /// Somebody has put a conflict right: [`crate::Conflict::key`], and what was found and done.
    pub fn settle(&mut self, conflict: &str, reason: &str, now: Timestamp) -> Result<FactId, HallError> {
        let (conflict, reason) = (conflict.to_owned(), reason.to_owned());
        self.one(Happening::Settled { conflict, reason, keep: None }, now)
    }

    fn one(&mut self, what: Happening, now: Timestamp) -> Result<FactId, HallError> {
        self.write(vec![what], now)?.pop().ok_or(HallError::BadFact)
    }
}
