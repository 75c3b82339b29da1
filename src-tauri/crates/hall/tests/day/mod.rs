//! A whole day in virtual time against a real PostgreSQL: people who come early, late, unpaid, twice or not at all,
//! several booths, some of them cut off for ten minutes.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::fmt;
use std::path::Path;
use std::time::Instant;

use domain::reconcile::{end_state, reconcile};
use domain::ticket::Action;
use domain::{EndState, HoldReason, PaymentMethod, PersonFacts, ShotNumber, Stage, Timestamp};
use hall::{CodeKey, Conflict, HallError, HallSettings, Link, Member, NewTicket, Server, TicketKey};
use testkit::random::Random;

use crate::rig::{sqlite::SqliteJournal, who};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
/// 2025-05-13 08:00 in Shanghai.
const MORNING: i64 = 1_747_094_400_000;
const FEE_FEN: u32 = 2_000;

pub struct DayPlan {
    pub people: usize,
    pub colleges: usize,
    pub campuses: usize,
    pub booths_per_campus: usize,
    pub cuts: usize,
    pub seed: u64,
}

/// What somebody does that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    Absent,
    /// Will not pay, and is not let through.
    Unpaid,
    /// Is sent away to put the collar right, and comes back.
    Held,
    /// Does not hear the number, and comes back.
    Passed,
    /// Does not hear the number, and does not come back.
    PassedForGood,
    /// Goes home while waiting.
    Leaves,
    /// Somebody else sits down in the place: the code at the seat is another one.
    Jumped,
    /// Was given the neighbour's code; mended afterwards.
    Exchanged,
    /// Has to be photographed again.
    Retake,
    /// Takes a second number at a booth that is cut off.
    Impatient,
}

#[derive(Debug)]
struct Person {
    campus: usize,
    way: Way,
    code: CodeKey,
    tickets: Vec<TicketKey>,
    end: EndState,
    returned: bool,
    shots: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive(usize),
    /// Arrives again, at this booth, for a second number.
    Again(usize, usize),
    Back(usize),
    GoesHome(usize),
    Free(usize),
    Sits(usize),
    Done(usize),
    Cut(usize),
    Join(usize),
    ClockJumps(usize),
}

#[derive(Debug, Default)]
pub struct Figures {
    pub people: usize,
    pub booths: usize,
    pub tickets: usize,
    pub facts: usize,
    pub claims: usize,
    pub claims_alone: usize,
    pub issued_alone: usize,
    pub cuts: usize,
    pub jumps_caught: usize,
    pub ends: BTreeMap<EndState, usize>,
    pub conflicts: BTreeMap<&'static str, usize>,
    pub payments_fen: u64,
    pub virtual_minutes: i64,
    pub seconds: f64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "people {} booths {} tickets {} facts {}",
            self.people, self.booths, self.tickets, self.facts
        )?;
        writeln!(
            f,
            "claims {} (alone {}) numbers given alone {}",
            self.claims, self.claims_alone, self.issued_alone
        )?;
        writeln!(f, "cuts of ten minutes {} queue jumpers caught {}", self.cuts, self.jumps_caught)?;
        writeln!(f, "end states {:?}", self.ends)?;
        writeln!(f, "conflicts shown {:?}", self.conflicts)?;
        writeln!(f, "fees taken {:.2} yuan", self.payments_fen as f64 / 100.0)?;
        write!(f, "virtual minutes {} real seconds {:.1}", self.virtual_minutes, self.seconds)
    }
}

struct Booth {
    campus: usize,
    member: Member<SqliteJournal>,
    seat: Option<(usize, TicketKey)>,
    offset: i64,
    look_at: i64,
}

struct Day<'a> {
    settings: &'a HallSettings,
    plan: &'a DayPlan,
    random: Random,
    people: Vec<Person>,
    booths: Vec<Booth>,
    owner: HashMap<(usize, TicketKey), usize>,
    called: HashMap<(usize, TicketKey), usize>,
    numbers: BTreeSet<(usize, ShotNumber)>,
    queue: BinaryHeap<Reverse<(i64, u64, Event)>>,
    order: u64,
    now: i64,
    paid_fen: u64,
    figures: Figures,
}

pub fn run(settings: &HallSettings, folder: &Path, plan: &DayPlan) -> Figures {
    let started = Instant::now();
    let mut day = Day::new(settings, folder, plan);
    while let Some(Reverse((at, _, event))) = day.queue.pop() {
        day.now = at;
        day.happen(event);
    }
    day.close();
    day.judge();
    day.figures.seconds = started.elapsed().as_secs_f64();
    day.figures
}

impl<'a> Day<'a> {
    fn new(settings: &'a HallSettings, folder: &Path, plan: &'a DayPlan) -> Self {
        let mut random = Random::new(plan.seed);
        let mut arrivals = Vec::new();
        let per_college = plan.people.div_ceil(plan.colleges);
        let people: Vec<Person> = (0..plan.people)
            .map(|i| {
                let college = i / per_college;
                let campus = college % plan.campuses;
                let way = way(&mut random);
                // So many at so many booths keep each college's slot as long as its people take.
                let slot =
                    (college / plan.campuses * per_college) as i64 * 12 / plan.booths_per_campus as i64;
                let about = slot + (random.below(per_college.max(2)) * 12 / plan.booths_per_campus) as i64;
                let shift = match random.below(20) {
                    0 => -20 * 60,
                    1 => 45 * 60,
                    _ => 0,
                };
                let at = (about + shift).max(0) * SECOND;
                if way != Way::Absent {
                    arrivals.push((at, Event::Arrive(i)));
                }
                Person {
                    campus,
                    way,
                    code: CodeKey::new(format!("{:016x}", 0xc0de_0000 + i)).unwrap(),
                    tickets: Vec::new(),
                    end: EndState::Absent,
                    returned: false,
                    shots: 0,
                }
            })
            .collect();
        let booths: Vec<_> = (0..plan.campuses * plan.booths_per_campus)
            .map(|i| {
                let campus = i / plan.booths_per_campus;
                let journal = SqliteJournal::open(&folder.join(format!("booth-{i}.db")));
                let who = who(&format!("campus-{campus}"), &format!("station-{i}"));
                let mut member = Member::open(who, journal, 120, Timestamp(MORNING)).unwrap();
                member.attach(Server::connect(settings).unwrap(), Timestamp(MORNING)).unwrap();
                // No two laptops agree on the time.
                Booth { campus, member, seat: None, offset: (i as i64 - 3) * 700, look_at: 0 }
            })
            .collect();
        let figures = Figures { people: plan.people, booths: booths.len(), ..Figures::default() };
        let mut day = Self {
            settings,
            plan,
            random,
            people,
            booths,
            owner: HashMap::new(),
            called: HashMap::new(),
            numbers: BTreeSet::new(),
            queue: BinaryHeap::new(),
            order: 0,
            now: 0,
            paid_fen: 0,
            figures,
        };
        arrivals.into_iter().for_each(|(at, event)| day.at(at, event));
        for booth in 0..day.booths.len() {
            day.at(0, Event::Free(booth));
        }
        // Twelve seconds for everybody, as the slots are made.
        let work = (plan.people * 12 / day.booths.len()) as i64 * SECOND;
        for cut in 0..plan.cuts {
            // Booths of all campuses, some of them at the same time.
            let booth = cut * 3 % day.booths.len();
            let from = work * (cut as i64 + 1) / (plan.cuts as i64 + 2);
            day.at(from, Event::Cut(booth));
            day.at(from + 10 * MINUTE, Event::Join(booth));
            day.at(from + 5 * MINUTE, Event::ClockJumps(booth));
        }
        day
    }

    fn at(&mut self, at: i64, event: Event) {
        self.order += 1;
        self.queue.push(Reverse((at, self.order, event)));
    }

    fn clock(&self, booth: usize) -> Timestamp {
        Timestamp(MORNING + self.now + self.booths[booth].offset)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrive(person) => self.arrive(person),
            Event::Again(person, booth) => {
                if matches!(self.booths[booth].member.link(), Link::Alone { .. }) {
                    self.issue(person, booth, false);
                }
            }
            Event::Back(person) => self.back(person),
            Event::GoesHome(person) => self.goes_home(person),
            Event::Free(booth) => self.free(booth),
            Event::Sits(booth) => self.sits(booth),
            Event::Done(booth) => self.done(booth),
            Event::Cut(booth) => {
                let now = self.clock(booth);
                self.booths[booth].member.cut(now);
                self.figures.cuts += 1;
            }
            Event::Join(booth) => {
                let now = self.clock(booth);
                let server = Server::connect(self.settings).unwrap();
                self.booths[booth].member.attach(server, now).unwrap();
                assert_eq!(self.booths[booth].member.link(), Link::Online);
            }
            Event::ClockJumps(booth) => {
                self.booths[booth].offset += if booth.is_multiple_of(2) { 61 * MINUTE } else { -61 * MINUTE };
            }
        }
    }

    /// A desk of the person's campus.
    fn desk(&mut self, person: usize) -> usize {
        let campus = self.people[person].campus;
        campus * self.plan.booths_per_campus + self.random.below(self.plan.booths_per_campus)
    }

    fn arrive(&mut self, person: usize) {
        if self.people[person].way == Way::Unpaid {
            return;
        }
        let desk = self.desk(person);
        self.issue(person, desk, false);
        match self.people[person].way {
            Way::Leaves => self.at(self.now + 20 * SECOND, Event::GoesHome(person)),
            Way::Impatient => {
                let campus = self.people[person].campus;
                let cut = (0..self.booths.len()).find(|i| {
                    self.booths[*i].campus == campus
                        && *i != desk
                        && matches!(self.booths[*i].member.link(), Link::Alone { .. })
                });
                if let Some(booth) = cut {
                    self.at(self.now + SECOND, Event::Again(person, booth));
                }
            }
            _ => {}
        }
    }

    fn issue(&mut self, person: usize, desk: usize, retake: bool) {
        let now = self.clock(desk);
        let code = Some(self.people[person].code.clone());
        let new = NewTicket { code, priority: retake, retake };
        let booth = &mut self.booths[desk];
        let alone = matches!(booth.member.link(), Link::Alone { .. });
        let ticket = match booth.member.issue(&new, now) {
            Ok(ticket) => ticket,
            // The second number at a booth that knows of the first.
            Err(HallError::HasNumber(_) | HallError::AlreadyShot(_)) => return,
            Err(error) => panic!("{error}"),
        };
        if !retake && self.people[person].tickets.is_empty() {
            booth.member.pay(Some(&ticket.key), FEE_FEN, PaymentMethod::Wechat, "cashier", now).unwrap();
            self.paid_fen += u64::from(FEE_FEN);
        }
        let campus = booth.campus;
        assert!(self.numbers.insert((campus, ticket.number)), "number {} was given out twice", ticket.number);
        self.figures.issued_alone += usize::from(alone);
        self.owner.insert((campus, ticket.key.clone()), person);
        self.people[person].tickets.push(ticket.key);
    }

    fn free(&mut self, booth: usize) {
        let now = self.clock(booth);
        self.look(booth);
        let member = &mut self.booths[booth].member;
        let alone = matches!(member.link(), Link::Alone { .. });
        let called = match member.call_next(now) {
            Ok(called) => called,
            Err(error) => panic!("{error}"),
        };
        let Some(ticket) = called else {
            // Nobody waits: looks again until everybody has come.
            if self.queue.iter().any(|Reverse((_, _, e))| {
                matches!(e, Event::Arrive(_) | Event::Back(_) | Event::Again(..) | Event::Join(_))
            }) || self.waiting(booth)
            {
                self.at(self.now + 15 * SECOND, Event::Free(booth));
            }
            return;
        };
        let campus = self.booths[booth].campus;
        let before = self.called.insert((campus, ticket.key.clone()), booth);
        assert_eq!(before, None, "{} was called while it was at another booth", ticket.number);
        self.figures.claims += 1;
        self.figures.claims_alone += usize::from(alone);
        let person = self.owner[&(campus, ticket.key.clone())];
        self.booths[booth].seat = Some((person, ticket.key));
        self.at(self.now + 4 * SECOND, Event::Sits(booth));
    }

    /// Reads the hall as often as a booth's thread would, at most every thirty seconds.
    fn look(&mut self, booth: usize) {
        let now = self.clock(booth);
        if self.now >= self.booths[booth].look_at {
            self.booths[booth].look_at = self.now + 30 * SECOND;
            self.booths[booth].member.sync(now).unwrap();
        }
    }

    fn waiting(&self, booth: usize) -> bool {
        let mine = &self.booths[booth];
        !mine.member.book().queue().is_empty()
    }

    fn step(&mut self, booth: usize, key: &TicketKey, action: &Action) -> bool {
        let now = self.clock(booth);
        match self.booths[booth].member.step(key, action, now) {
            Ok(_) => true,
            Err(HallError::Ticket(..) | HallError::UnknownTicket) => false,
            Err(error) => panic!("{error}"),
        }
    }

    fn let_go(&mut self, booth: usize) {
        let campus = self.booths[booth].campus;
        if let Some((_, key)) = self.booths[booth].seat.take() {
            self.called.remove(&(campus, key));
        }
        self.at(self.now + SECOND, Event::Free(booth));
    }

    fn sits(&mut self, booth: usize) {
        let (person, key) = self.booths[booth].seat.clone().unwrap();
        let first = !std::mem::replace(&mut self.people[person].returned, true);
        let code = self.people[person].code.clone();
        match self.people[person].way {
            Way::Held if first => {
                assert!(self.step(booth, &key, &Action::Hold { reason: HoldReason::Collar }));
                self.people[person].end = EndState::Held;
                self.let_go(booth);
                self.at(self.now + 3 * MINUTE, Event::Back(person));
            }
            Way::Passed | Way::PassedForGood | Way::Jumped if first => {
                // The code at the seat is not the called one's: the jumper goes back into the queue, and whoever was
                // called and did not come is passed.
                if self.people[person].way == Way::Jumped {
                    let jumper = CodeKey::new("ffff").unwrap();
                    assert_ne!(self.booths[booth].member.ticket(&key).unwrap().code, Some(jumper));
                    self.figures.jumps_caught += 1;
                }
                assert_eq!(self.booths[booth].member.ticket(&key).unwrap().code.as_ref(), Some(&code));
                assert!(self.step(booth, &key, &Action::Pass));
                self.people[person].end = EndState::Passed;
                self.let_go(booth);
                if self.people[person].way != Way::PassedForGood {
                    self.at(self.now + 5 * MINUTE, Event::Back(person));
                }
            }
            _ => {
                let name = self.name(booth);
                assert!(self.step(booth, &key, &Action::Seat { booth: name }));
                self.at(self.now + 8 * SECOND, Event::Done(booth));
            }
        }
    }

    fn name(&self, booth: usize) -> String {
        self.booths[booth].member.who().booth.as_str().to_owned()
    }

    fn done(&mut self, booth: usize) {
        let (person, key) = self.booths[booth].seat.clone().unwrap();
        let name = self.name(booth);
        assert!(self.step(booth, &key, &Action::Shoot { booth: name }));
        self.people[person].end = EndState::Shot;
        self.people[person].shots += 1;
        self.let_go(booth);
        let online = !matches!(self.booths[booth].member.link(), Link::Alone { .. });
        if self.people[person].way == Way::Retake && online && self.people[person].shots == 1 {
            let now = self.clock(booth);
            self.booths[booth].member.list_retake(&key, now).unwrap();
            self.issue(person, booth, true);
        }
    }

    /// Comes back to the desk that knows the ticket: where it was given out or, after a cut, wherever it is known.
    fn back(&mut self, person: usize) {
        let key = self.people[person].tickets[0].clone();
        let campus = self.people[person].campus;
        let range = campus * self.plan.booths_per_campus..(campus + 1) * self.plan.booths_per_campus;
        for booth in range {
            let now = self.clock(booth);
            self.booths[booth].member.sync(now).unwrap();
            let knows = self.booths[booth]
                .member
                .ticket(&key)
                .is_ok_and(|t| matches!(t.stage(), Stage::Held { .. } | Stage::Passed));
            if knows && self.step(booth, &key, &Action::Back) {
                self.people[person].end = EndState::Waiting;
                return;
            }
        }
        panic!("nobody knows {key}");
    }

    fn goes_home(&mut self, person: usize) {
        let Some(key) = self.people[person].tickets.first().cloned() else { return };
        let campus = self.people[person].campus;
        if self.called.contains_key(&(campus, key.clone())) || self.people[person].end != EndState::Absent {
            return;
        }
        // Says so at the desk that gave the number.
        let station = key.station.as_str().to_owned();
        let booth = self.booths.iter().position(|b| b.member.who().station.as_str() == station).unwrap();
        let now = self.clock(booth);
        self.booths[booth].member.sync(now).unwrap();
        if self.step(booth, &key, &Action::Leave) {
            self.people[person].end = EndState::Left;
        }
    }

    /// The evening: everybody who is somewhere in between has gone.
    fn close(&mut self) {
        self.figures.virtual_minutes = self.now / MINUTE;
        assert!(self.called.is_empty(), "{:?}", self.called);
        self.exchange_some();
        for round in 0..2 {
            for booth in 0..self.booths.len() {
                let now = self.clock(booth);
                let synced = self.booths[booth].member.sync(now).unwrap();
                assert!(!synced.more);
                assert_eq!(self.booths[booth].member.link(), Link::Online);
                if round == 0 && booth.is_multiple_of(self.plan.booths_per_campus) {
                    self.clear(booth);
                }
            }
        }
        for booth in 0..self.booths.len() {
            let now = self.clock(booth);
            self.booths[booth].member.sync(now).unwrap();
            assert_eq!(self.booths[booth].member.unsent(10).unwrap(), 0);
        }
    }

    fn clear(&mut self, booth: usize) {
        let between: Vec<_> = self.booths[booth]
            .member
            .book()
            .tickets()
            .filter(|t| !t.stage().is_final())
            .map(|t| (t.key.clone(), t.number, t.stage().clone()))
            .collect();
        for (key, number, stage) in between {
            assert!(self.step(booth, &key, &Action::Leave), "{number} {stage:?}");
            let person = self.owner[&(self.booths[booth].campus, key)];
            if self.people[person].shots == 0 {
                self.people[person].end = EndState::Left;
            }
        }
    }

    /// People who were exchanged at the desk: mended in pairs.
    fn exchange_some(&mut self) {
        for campus in 0..self.plan.campuses {
            let booth = campus * self.plan.booths_per_campus;
            let now = self.clock(booth);
            self.booths[booth].member.sync(now).unwrap();
            let exchanged: Vec<usize> = (0..self.people.len())
                .filter(|i| {
                    let p = &self.people[*i];
                    p.campus == campus && p.way == Way::Exchanged && p.tickets.len() == 1 && p.shots == 1
                })
                .collect();
            for pair in exchanged.chunks_exact(2) {
                let [a, b] = [pair[0], pair[1]].map(|i| self.people[i].tickets[0].clone());
                self.booths[booth].member.exchange_codes(&a, &b, now).unwrap();
                self.people[pair[0]].tickets[0] = b;
                self.people[pair[1]].tickets[0] = a;
            }
        }
    }

    fn judge(&mut self) {
        let mut people_facts = Vec::new();
        let mut fees = 0;
        for campus in 0..self.plan.campuses {
            let first = campus * self.plan.booths_per_campus;
            let books: Vec<_> = self.booths[first..first + self.plan.booths_per_campus]
                .iter()
                .map(|booth| booth.member.book())
                .collect();
            let truth: Vec<_> = books[0].tickets().cloned().collect();
            for book in &books {
                assert_eq!(
                    book.tickets().cloned().collect::<Vec<_>>(),
                    truth,
                    "two booths tell different stories"
                );
                assert_eq!(book.len(), books[0].len());
            }
            self.figures.facts += books[0].len();
            self.figures.tickets += truth.len();
            fees += books[0].payments().map(|p| u64::from(p.amount_fen)).sum::<u64>();
            self.judge_conflicts(campus);
            let book = self.booths[first].member.book();
            let by_code: HashMap<_, _> = book.people().into_iter().collect();
            for (i, person) in self.people.iter().enumerate().filter(|(_, p)| p.campus == campus) {
                for key in &person.tickets {
                    assert_eq!(book.ticket(key).unwrap().code.as_ref(), Some(&person.code), "{i}");
                }
                let facts = by_code.get(&Some(person.code.clone())).cloned().unwrap_or_default();
                let shots: usize = person.tickets.iter().map(|k| book.ticket(k).unwrap().shots.len()).sum();
                assert_eq!(shots, person.shots, "a picture of {i} was lost or doubled");
                assert_eq!(end_state(&facts), person.end, "{i} {:?} {facts:?}", person.way);
                *self.figures.ends.entry(person.end).or_default() += 1;
                people_facts.push(facts);
            }
        }
        assert_eq!(fees, self.paid_fen, "a payment was lost or doubled");
        self.figures.payments_fen = fees;
        assert_eq!(self.numbers.len(), self.figures.tickets, "a ticket was lost");
        let sum = reconcile(people_facts.iter().collect::<Vec<&PersonFacts>>());
        assert_eq!(sum.due as usize, self.plan.people);
        assert!(sum.adds_up());
        assert_eq!(sum.unsettled(), 0, "{sum:?}");
    }

    /// Every conflict is one that was made, and every one that was made is shown.
    fn judge_conflicts(&mut self, campus: usize) {
        let book = self.booths[campus * self.plan.booths_per_campus].member.book();
        let twice: BTreeSet<_> = self
            .people
            .iter()
            .filter(|p| p.campus == campus && p.way == Way::Impatient && p.tickets.len() > 1)
            .map(|p| p.code.clone())
            .collect();
        let mut two_numbers = BTreeSet::new();
        for shown in book.conflicts() {
            *self.figures.conflicts.entry(shown.conflict.code()).or_default() += 1;
            match shown.conflict {
                Conflict::ShotTwice { code: Some(code), .. } => {
                    assert!(twice.contains(&code), "shown without a reason");
                }
                Conflict::TwoNumbers { code, .. } => {
                    assert!(twice.contains(&code), "shown without a reason");
                    two_numbers.insert(code);
                }
                other => panic!("nobody made this conflict: {other:?}"),
            }
        }
        let both_shot: BTreeSet<_> = self
            .people
            .iter()
            .filter(|p| twice.contains(&p.code) && p.shots > 1)
            .map(|p| p.code.clone())
            .collect();
        assert!(both_shot.is_subset(&two_numbers), "a code with two numbers was not shown");
    }
}

fn way(random: &mut Random) -> Way {
    match random.below(1_000) {
        0..40 => Way::Absent,
        40..55 => Way::Unpaid,
        55..95 => Way::Held,
        95..125 => Way::Passed,
        125..135 => Way::PassedForGood,
        135..145 => Way::Leaves,
        145..155 => Way::Jumped,
        155..165 => Way::Exchanged,
        165..175 => Way::Retake,
        175..275 => Way::Impatient,
        _ => Way::Plain,
    }
}
