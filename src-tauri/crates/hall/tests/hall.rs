//! What booths promise each other, against a real PostgreSQL.
#![allow(clippy::unwrap_used, reason = "a test")]

mod rig;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use domain::ticket::Action;
use domain::{HoldReason, PaymentMethod, Stage, Timestamp};
use hall::{
    BatchKey, Changed, CodeKey, Conflict, Cursor, Fact, Hall, HallError, HallNow, Happening, Journal,
    JournalError, Link, Listener, Member, MemoryJournal, NewTicket, NumberRange, Saved, Server, StampClock,
    Wanted,
};
use rig::{Cluster, alone, joined, who};

const NOW: Timestamp = Timestamp(1_000_000);

fn code(n: usize) -> CodeKey {
    CodeKey::new(format!("{n:016x}")).unwrap()
}

fn of(n: usize) -> NewTicket {
    NewTicket { code: Some(code(n)), ..NewTicket::default() }
}

fn shoot(member: &mut Member<MemoryJournal>, key: &hall::TicketKey, now: Timestamp) {
    let booth = member.who().booth.as_str().to_owned();
    member.step(key, &Action::Seat { booth: booth.clone() }, now).unwrap();
    member.step(key, &Action::Shoot { booth }, now).unwrap();
}

/// One cluster for all: starting one takes longer than most tests.
#[test]
fn booths_of_one_hall() {
    let Some(cluster) = Cluster::start() else { return };
    racing_booths_never_call_the_same_person(&cluster);
    facts_may_come_twice_and_in_any_order(&cluster);
    another_fact_under_a_used_name_is_shown_and_not_taken(&cluster);
    a_claim_whose_answer_was_lost_is_found_again(&cluster);
    somebody_called_stays_called_if_the_server_is_lost_right_after(&cluster);
    cut_off_a_booth_calls_only_its_own_and_conflicts_are_shown(&cluster);
    who_was_sent_away_alone_comes_back_to_the_same_booth(&cluster);
    a_code_that_is_known_gets_no_second_number(&cluster);
    two_laptops_cannot_be_one_booth_and_rules_on_names_agree(&cluster);
    names_and_reasons_stay_at_the_booth(&cluster);
    a_database_put_back_from_a_backup_is_made_whole(&cluster);
    clocks_that_jump_change_no_order(&cluster);
    schemas_are_ours_and_known_or_left_alone(&cluster);
    tables_that_were_tampered_with_are_errors(&cluster);
    boards_hear_of_changes(&cluster);
    two_threads_share_one_hall(&cluster);
    the_server_is_killed_and_comes_back(&cluster);
}

fn racing_booths_never_call_the_same_person(cluster: &Cluster) {
    let settings = cluster.database("race");
    let mut desk = joined(&settings, "b", "desk");
    let issued: BTreeSet<_> = (0..120).map(|n| desk.issue(&of(n), NOW).unwrap().key).collect();
    let threads: Vec<_> = (0..8)
        .map(|i| {
            let settings = settings.clone();
            std::thread::spawn(move || {
                let mut booth = joined(&settings, "b", &format!("s{i}"));
                let mut called = Vec::new();
                while let Some(ticket) = booth.call_next(NOW).unwrap() {
                    assert_eq!(ticket.stage().booth(), Some(booth.who().booth.as_str()));
                    shoot(&mut booth, &ticket.key, NOW);
                    called.push(ticket.key);
                }
                called
            })
        })
        .collect();
    let called: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(called.len(), 120, "somebody was called twice or not at all");
    assert_eq!(called.into_iter().collect::<BTreeSet<_>>(), issued);
    desk.sync(NOW).unwrap();
    assert!(desk.book().tickets().all(|t| *t.stage() == Stage::Shot && t.shots.len() == 1));
    assert_eq!(desk.book().conflicts(), []);
}

fn all_facts(settings: &hall::HallSettings, batch: &str) -> Vec<Fact> {
    let mut server = Server::connect(settings).unwrap();
    server.pull(&who(batch, "x").batch, &Cursor::default()).unwrap().0
}

fn facts_may_come_twice_and_in_any_order(cluster: &Cluster) {
    let settings = cluster.database("twice");
    let mut booth = joined(&settings, "b", "a");
    for n in 0..10 {
        let ticket = booth.issue(&of(n), NOW).unwrap();
        booth.pay(Some(&ticket.key), 2_000, PaymentMethod::Cash, "c", NOW).unwrap();
    }
    let called = booth.call_next(NOW).unwrap().unwrap();
    shoot(&mut booth, &called.key, NOW);
    let facts = all_facts(&settings, "b");
    let mut server = Server::connect(&settings).unwrap();
    let mut backwards = facts.clone();
    backwards.reverse();
    for again in [&facts, &backwards] {
        assert_eq!(server.send(&who("b", "a"), again).unwrap().taken.len(), facts.len());
    }
    assert_eq!(all_facts(&settings, "b"), facts, "a fact was doubled");
    // A hall that gets everything in the wrong order tells the same story.
    let other = cluster.database("backwards");
    let mut late = joined(&other, "b", "z");
    let mut server = Server::connect(&other).unwrap();
    backwards
        .chunks(3)
        .for_each(|page| assert!(server.send(&who("b", "z"), page).unwrap().reused.is_empty()));
    late.sync(NOW).unwrap();
    assert_eq!(late.book().tickets().collect::<Vec<_>>(), booth.book().tickets().collect::<Vec<_>>());
    assert_eq!(
        cluster.client("backwards").count("SELECT count(*) FROM gradbooth.ticket WHERE stage = 'shot'"),
        1
    );
}

fn another_fact_under_a_used_name_is_shown_and_not_taken(cluster: &Cluster) {
    let settings = cluster.database("reused");
    let mut booth = joined(&settings, "b", "a");
    let first = booth.issue(&of(1), NOW).unwrap();
    // The laptop was put back from a backup: it counts from the beginning, and has no network.
    let mut restored = alone("b", "a");
    restored.pay(None, 100, PaymentMethod::Cash, "c", NOW).unwrap();
    restored.attach(Server::connect(&settings).unwrap(), NOW).unwrap();
    assert_eq!(restored.reused().iter().collect::<Vec<_>>(), [&first.key]);
    let conflicts = restored.book().conflicts();
    assert!(
        matches!(&conflicts[..], [c] if matches!(c.conflict, Conflict::SequenceReused { .. })),
        "{conflicts:?}"
    );
    assert_eq!(restored.unsent(9).unwrap(), 1, "the record is lost");
    // From then on it counts above what the hall has.
    let next = restored.issue(&of(2), NOW).unwrap();
    assert!(next.key.seq > first.key.seq);
    assert_eq!(all_facts(&settings, "b").len(), 2);
}

fn a_claim_whose_answer_was_lost_is_found_again(cluster: &Cluster) {
    let settings = cluster.database("lost");
    let (mut booth, mut other) = (joined(&settings, "b", "a"), joined(&settings, "b", "c"));
    let ticket = other.issue(&of(1), NOW).unwrap();
    let mut server = Server::connect(&settings).unwrap();
    // As if the connection broke between the commit and the answer.
    let id = hall::FactId { station: who("b", "a").station, seq: 500 };
    let to = (&Wanted::Next, &who("b", "a").booth);
    let claimed = server.claim(&who("b", "a"), to, &id, &mut StampClock::default(), NOW).unwrap();
    assert_eq!(claimed.unwrap().ticket(), Some(&ticket.key));
    assert!(matches!(booth.call_next(NOW), Err(HallError::BoothBusy(n)) if n == ticket.number));
    assert_eq!(booth.book().at_booth("机位a").unwrap().key, ticket.key);
    assert!(other.call_next(NOW).unwrap().is_none());
    shoot(&mut booth, &ticket.key, NOW);
    let later = booth.issue(&of(2), NOW).unwrap();
    assert!(later.key.seq > 500, "a name would be used twice");
}

/// A journal that takes the server away once something of it has been kept.
struct LosesTheServer {
    kept: MemoryJournal,
    harm: Arc<Mutex<Option<rig::Plain>>>,
}

impl Journal for LosesTheServer {
    fn load(&mut self, batch: &BatchKey) -> Result<Saved, JournalError> {
        self.kept.load(batch)
    }
    fn take_seqs(&mut self, count: u64, above: u64) -> Result<u64, JournalError> {
        self.kept.take_seqs(count, above)
    }
    fn append(&mut self, facts: &[Fact]) -> Result<(), JournalError> {
        self.kept.append(facts)
    }
    fn unsent(&mut self, batch: &BatchKey, limit: usize) -> Result<Vec<Fact>, JournalError> {
        self.kept.unsent(batch, limit)
    }
    fn mark_sent(&mut self, ids: &[hall::FactId]) -> Result<(), JournalError> {
        self.kept.mark_sent(ids)
    }
    fn absorb(&mut self, batch: &BatchKey, facts: &[Fact], cursor: &Cursor) -> Result<(), JournalError> {
        self.kept.absorb(batch, facts, cursor)?;
        if let Some(mut client) = self.harm.lock().unwrap().take() {
            client.batch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'after' AND pid <> pg_backend_pid()",
            );
        }
        Ok(())
    }
    fn forget_sent(&mut self, batch: &BatchKey) -> Result<(), JournalError> {
        self.kept.forget_sent(batch)
    }
    fn keep_range(&mut self, batch: &BatchKey, range: NumberRange) -> Result<(), JournalError> {
        self.kept.keep_range(batch, range)
    }
}

fn somebody_called_stays_called_if_the_server_is_lost_right_after(cluster: &Cluster) {
    let settings = cluster.database("after");
    let ticket = joined(&settings, "b", "c").issue(&of(1), NOW).unwrap();
    let harm = Arc::new(Mutex::new(None));
    let journal = LosesTheServer { kept: MemoryJournal::default(), harm: Arc::clone(&harm) };
    let mut booth = Member::open(who("b", "a"), journal, 20, NOW).unwrap();
    booth.attach(Server::connect(&settings).unwrap(), NOW).unwrap();
    *harm.lock().unwrap() = Some(cluster.client("after"));
    assert_eq!(booth.call_next(NOW).unwrap().unwrap().key, ticket.key);
    assert!(harm.lock().unwrap().is_none() && matches!(booth.link(), Link::Alone { .. }));
    assert_eq!(booth.book().at_booth("机位a").unwrap().key, ticket.key);
}

fn cut_off_a_booth_calls_only_its_own_and_conflicts_are_shown(cluster: &Cluster) {
    let settings = cluster.database("alone");
    let (mut a, mut c) = (joined(&settings, "b", "a"), joined(&settings, "b", "c"));
    let called = c.issue(&of(1), NOW).unwrap();
    let waiting = c.issue(&of(2), NOW).unwrap();
    assert_eq!(a.call_next(NOW).unwrap().unwrap().key, called.key);
    a.sync(NOW).unwrap();
    a.cut(NOW);
    assert!(matches!(a.link(), Link::Alone { .. }));
    // Whom it had it keeps; who waits in the hall is not called.
    shoot(&mut a, &called.key, NOW);
    assert!(a.call_next(NOW).unwrap().is_none());
    assert!(matches!(a.call(&waiting.key, NOW), Err(HallError::NotOurs)));
    // Meanwhile the desk passes the person who is in the seat of the lost booth, and another booth calls.
    c.sync(NOW).unwrap();
    c.step(&called.key, &Action::Pass, NOW).unwrap();
    c.call(&called.key, NOW).unwrap();
    shoot(&mut c, &called.key, NOW);
    // Somebody who got a number after the cut gets another one here.
    let elsewhere = c.issue(&of(3), NOW).unwrap();
    let walk_in = a.issue(&of(3), NOW).unwrap();
    assert_ne!(walk_in.number, elsewhere.number);
    assert_eq!(a.call_next(NOW).unwrap().unwrap().key, walk_in.key);
    shoot(&mut a, &walk_in.key, NOW);
    a.attach(Server::connect(&settings).unwrap(), NOW).unwrap();
    c.sync(NOW).unwrap();
    assert_eq!((a.link(), a.unsent(9).unwrap()), (Link::Online, 0));
    let shown: Vec<_> = c.book().conflicts();
    assert_eq!(shown, a.book().conflicts());
    let twice = shown
        .iter()
        .find(|s| matches!(&s.conflict, Conflict::ShotTwice { code: Some(k), .. } if *k == code(1)));
    assert!(
        matches!(&twice.unwrap().conflict, Conflict::ShotTwice { booths, .. } if booths.len() == 2),
        "{shown:?}"
    );
    let two = Conflict::TwoNumbers { code: code(3), numbers: vec![walk_in.number, elsewhere.number] };
    assert!(shown.iter().any(|s| s.conflict == two), "{shown:?}");
    assert_eq!(c.book().ticket(&called.key).unwrap().shots.len(), 2, "a picture is lost");
    a.settle(&two.key(), "号已核对", NOW).unwrap();
    c.sync(NOW).unwrap();
    assert!(c.book().conflicts().iter().any(|s| s.conflict == two && s.settled.is_some()));
}

fn who_was_sent_away_alone_comes_back_to_the_same_booth(cluster: &Cluster) {
    let settings = cluster.database("held");
    let (mut a, mut c) = (joined(&settings, "b", "a"), joined(&settings, "b", "c"));
    let ticket = c.issue(&of(1), NOW).unwrap();
    a.call_next(NOW).unwrap().unwrap();
    a.cut(NOW);
    a.step(&ticket.key, &Action::Hold { reason: HoldReason::Hair }, NOW).unwrap();
    a.step(&ticket.key, &Action::Back, NOW).unwrap();
    // The facts reach the hall, their answer does not reach the booth.
    let unsent = a.book().ticket(&ticket.key).unwrap().clone();
    assert!(unsent.is_reserved_to(&who("b", "a").station));
    let mut journal = a.into_journal();
    let facts = Journal::unsent(&mut journal, &who("b", "a").batch, 99).unwrap();
    Server::connect(&settings).unwrap().send(&who("b", "a"), &facts).unwrap();
    assert!(c.call_next(NOW).unwrap().is_none(), "somebody else was given the booth's own");
    let mut a = Member::open(who("b", "a"), journal, 20, NOW).unwrap();
    assert_eq!(a.call_next(NOW).unwrap().unwrap().key, ticket.key);
    a.attach(Server::connect(&settings).unwrap(), NOW).unwrap();
    c.sync(NOW).unwrap();
    let told = c.book().ticket(&ticket.key).unwrap();
    assert_eq!((told.stage().booth(), &told.reserved_to, told.lost.len()), (Some("机位a"), &None, 0));
}

fn a_code_that_is_known_gets_no_second_number(cluster: &Cluster) {
    let settings = cluster.database("known");
    let (mut a, mut c) = (joined(&settings, "b", "a"), joined(&settings, "b", "c"));
    let ticket = a.issue(&of(1), NOW).unwrap();
    assert!(matches!(c.issue(&of(1), NOW), Err(HallError::HasNumber(n)) if n == ticket.number));
    c.call_next(NOW).unwrap().unwrap();
    shoot(&mut c, &ticket.key, NOW);
    assert!(matches!(a.issue(&of(1), NOW), Err(HallError::AlreadyShot(n)) if n == ticket.number));
    c.list_retake(&ticket.key, NOW).unwrap();
    let again = a.issue(&NewTicket { retake: true, priority: true, ..of(1) }, NOW).unwrap();
    assert!(again.number > ticket.number);
    assert_eq!(a.book().conflicts(), []);
}

fn two_laptops_cannot_be_one_booth_and_rules_on_names_agree(cluster: &Cluster) {
    let settings = cluster.database("names");
    joined(&settings, "b", "a");
    let mut twin = who("b", "other");
    twin.booth = who("b", "a").booth;
    let mut server = Server::connect(&settings).unwrap();
    let enter = |server: &mut Server, who| server.enter(who, &Cursor::default(), domain::ShotNumber(0));
    assert!(matches!(enter(&mut server, &twin), Err(HallError::BoothTaken)));
    let mut open = who("b", "new");
    open.identities = true;
    assert!(matches!(enter(&mut server, &open), Err(HallError::OtherRule)));
}

fn names_and_reasons_stay_at_the_booth(cluster: &Cluster) {
    let settings = cluster.database("quiet");
    let mut a = joined(&settings, "b", "a");
    let ticket = a.issue(&of(1), NOW).unwrap();
    assert!(matches!(a.name(&ticket.key, Some("张三".into()), None, NOW), Err(HallError::NamesStay)));
    a.step(&ticket.key, &Action::Refuse { reason: "张三没带身份证".into() }, NOW).unwrap();
    assert!(
        matches!(a.ticket(&ticket.key).unwrap().stage(), Stage::Refused { reason } if reason.contains("张三"))
    );
    let names = "SELECT count(*) FROM gradbooth.fact WHERE body LIKE '%张%'";
    assert_eq!(cluster.client("quiet").count(names), 0);
    a.sync(NOW).unwrap();
    assert_eq!(a.book().conflicts(), [], "what comes back without its words is another fact");
}

fn a_database_put_back_from_a_backup_is_made_whole(cluster: &Cluster) {
    let settings = cluster.database("backup");
    let (mut a, mut c) = (joined(&settings, "b", "a"), joined(&settings, "b", "c"));
    let tickets: Vec<_> = (0..6).map(|n| a.issue(&of(n), NOW).unwrap()).collect();
    c.sync(NOW).unwrap();
    cluster.client("backup").batch(
        "DELETE FROM gradbooth.fact WHERE pos > 2; DELETE FROM gradbooth.ticket t
            WHERE NOT EXISTS (SELECT 1 FROM gradbooth.fact f WHERE (f.station, f.seq) = (t.station, t.seq));
         DELETE FROM gradbooth.number_range; UPDATE gradbooth.batch SET last_pos = 2, next_number = 3",
    );
    // Booth a is gone for good; what c knows is enough.
    drop(a);
    c.cut(NOW);
    c.attach(Server::connect(&settings).unwrap(), NOW).unwrap();
    assert_eq!(all_facts(&settings, "b").len(), 6);
    let fresh = c.issue(&of(7), NOW).unwrap();
    assert!(tickets.iter().all(|t| t.number < fresh.number), "a number is given out twice");
    assert_eq!(c.call_next(NOW).unwrap().unwrap().key, tickets[0].key);
}

fn clocks_that_jump_change_no_order(cluster: &Cluster) {
    let settings = cluster.database("clocks");
    let (mut a, mut c) = (joined(&settings, "b", "a"), joined(&settings, "b", "c"));
    let ahead = Timestamp(NOW.0 + 86_400_000);
    for n in 0..4 {
        // One laptop lives in tomorrow, the other one in 1970, and both change their minds.
        let (of_a, of_c) = if n % 2 == 0 { (ahead, Timestamp(-5)) } else { (Timestamp(0), ahead) };
        let ticket = a.issue(&of(n), of_a).unwrap();
        let called = c.call_next(of_c).unwrap().unwrap();
        assert_eq!(called.key, ticket.key);
        c.step(&ticket.key, &Action::Pass, of_c).unwrap();
        a.sync(of_a).unwrap();
        a.step(&ticket.key, &Action::Back, of_a).unwrap();
        let again = c.call_next(of_c).unwrap().unwrap();
        shoot(&mut c, &again.key, of_c);
    }
    a.sync(NOW).unwrap();
    assert!(a.book().tickets().all(|t| *t.stage() == Stage::Shot && t.lost.is_empty()));
    assert_eq!(a.book().conflicts(), []);
}

fn schemas_are_ours_and_known_or_left_alone(cluster: &Cluster) {
    let settings = cluster.database("schema");
    let made: Vec<_> = (0..6)
        .map(|_| {
            let settings = settings.clone();
            std::thread::spawn(move || Server::connect(&settings).map(|_| ()))
        })
        .collect();
    made.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
    let mut db = cluster.client("schema");
    db.batch("UPDATE gradbooth.meta SET version = 99");
    assert!(matches!(
        Server::connect(&settings),
        Err(HallError::TooNew { found: 99, known: hall::SCHEMA_VERSION })
    ));
    db.batch("UPDATE gradbooth.meta SET version = 2, product = 'somebody else'");
    assert!(matches!(Server::connect(&settings), Err(HallError::ForeignSchema)));
    let foreign = cluster.database("other_program");
    cluster.client("other_program").batch("CREATE SCHEMA gradbooth; CREATE TABLE gradbooth.meta (a text)");
    assert!(matches!(Server::connect(&foreign), Err(HallError::ForeignSchema)));
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'gradbooth'";
    assert_eq!(cluster.client("other_program").count(tables), 1, "something was touched");
}

fn tables_that_were_tampered_with_are_errors(cluster: &Cluster) {
    for (name, harm) in [
        ("h_garbage", "UPDATE gradbooth.fact SET body = 'not json'"),
        ("h_other", "UPDATE gradbooth.fact SET seq = seq + 7"),
        ("h_gap", "UPDATE gradbooth.fact SET pos = pos + 5"),
        ("h_type", "ALTER TABLE gradbooth.fact ALTER COLUMN body TYPE bytea USING body::bytea"),
        (
            "h_huge",
            "ALTER TABLE gradbooth.fact DROP CONSTRAINT fact_body_check;
                    UPDATE gradbooth.fact SET body = repeat('x', 40000000)",
        ),
        (
            "h_number",
            r#"UPDATE gradbooth.fact SET body = regexp_replace(body, '"number":\d+', '"number":-1')"#,
        ),
        ("h_gone", "DROP TABLE gradbooth.fact"),
        (
            "h_null",
            "ALTER TABLE gradbooth.fact ALTER COLUMN body DROP NOT NULL; UPDATE gradbooth.fact SET body = NULL",
        ),
    ] {
        let settings = cluster.database(name);
        let (mut a, mut c) = (joined(&settings, "b", "a"), joined(&settings, "b", "c"));
        a.issue(&of(1), NOW).unwrap();
        cluster.client(name).batch(harm);
        let error = c.sync(NOW).unwrap_err();
        assert!(error.cuts_off(), "{name}: {error:?}");
        assert!(matches!(c.link(), Link::Alone { .. }), "{name}");
        assert!(c.book().is_empty(), "{name}");
        // The booth goes on.
        let own = c.issue(&of(2), NOW).unwrap();
        assert_eq!(c.call_next(NOW).unwrap().unwrap().key, own.key, "{name}");
    }
    let settings = cluster.database("h_next");
    let mut a = joined(&settings, "b", "a");
    cluster.client("h_next").batch(
        "ALTER TABLE gradbooth.batch DROP CONSTRAINT batch_next_number_check; UPDATE gradbooth.batch SET next_number = -9",
    );
    let own = a.issue(&of(1), NOW).unwrap();
    assert!(own.number.0 > 0 && matches!(a.link(), Link::Alone { .. }));
}

fn boards_hear_of_changes(cluster: &Cluster) {
    let settings = cluster.database("listen");
    let mut a = joined(&settings, "b", "a");
    let (tell, heard) = mpsc::channel();
    let _listener = Listener::start(settings, move |changed| {
        let _ = tell.send(changed);
    })
    .unwrap();
    let wait = || heard.recv_timeout(Duration::from_secs(120)).unwrap();
    assert_eq!(wait(), Changed::Connected);
    a.issue(&of(1), NOW).unwrap();
    assert_eq!(wait(), Changed::Facts);
    cluster.client("listen").batch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'listen' AND pid <> pg_backend_pid()",
    );
    while wait() != Changed::Connected {}
}

/// What a window would keep of a look at the hall.
struct Seen {
    link: Link,
    numbers_left: u32,
    tickets: Vec<hall::TicketState>,
}

fn two_threads_share_one_hall(cluster: &Cluster) {
    let settings = cluster.database("threads");
    let start = |station: &str| {
        let (show, shown) = mpsc::channel();
        let settings = settings.clone();
        let tell = move |now: HallNow<'_>| {
            let tickets = now.book.tickets().cloned().collect();
            drop(show.send(Seen { link: now.link, numbers_left: now.numbers_left, tickets }));
        };
        (Hall::start(alone("b", station), settings, || NOW, tell).unwrap(), shown)
    };
    let ((a, of_a), (c, of_c)) = (start("a"), start("c"));
    let until = |shown: &mpsc::Receiver<Seen>, wanted: &dyn Fn(&Seen) -> bool| {
        while !wanted(&shown.recv_timeout(Duration::from_secs(120)).unwrap()) {}
    };
    until(&of_a, &|view| view.link == Link::Online && view.numbers_left == 20);
    until(&of_c, &|view| view.link == Link::Online);
    let ticket = a.ask(|member, now| member.issue(&of(1), now)).unwrap();
    until(&of_c, &|view| view.tickets.iter().any(|t| t.key == ticket.key));
    let called = c.ask(|member, now| member.call_next(now)).unwrap().unwrap();
    assert_eq!(called.key, ticket.key);
    until(&of_a, &|view| view.tickets.iter().any(|t| t.stage().booth() == Some("机位c")));
    // Every connection is lost; both join again by themselves.
    cluster.client("threads").batch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'threads' AND pid <> pg_backend_pid()",
    );
    let fee = c.ask(|member, now| member.pay(None, 2_000, PaymentMethod::Cash, "c", now));
    fee.unwrap();
    until(&of_a, &|view| matches!(view.link, Link::Alone { .. }));
    until(&of_a, &|view| view.link == Link::Online);
    while a.ask(|member, _| Ok(member.book().payments().count())).unwrap() == 0 {
        std::thread::yield_now();
    }
}

fn the_server_is_killed_and_comes_back(cluster: &Cluster) {
    let settings = cluster.database("killed");
    let threads: Vec<_> = (0..4)
        .map(|i| {
            let settings = settings.clone();
            let (go, resume) = mpsc::channel::<()>();
            let (tell, told) = mpsc::channel();
            let thread = std::thread::spawn(move || {
                let mut booth = joined(&settings, "b", &format!("s{i}"));
                let mut given = Vec::new();
                let mut work = |booth: &mut Member<MemoryJournal>, n: usize| {
                    let ticket = booth.issue(&of(i * 1_000 + n), NOW).unwrap();
                    given.push(ticket.number);
                    match booth.call_next(NOW) {
                        Ok(Some(called)) => shoot(booth, &called.key, NOW),
                        Ok(None) | Err(HallError::BoothBusy(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                };
                let mut n = 0;
                // Works on until the server is gone under its hands, and a little longer.
                while !matches!(booth.link(), Link::Alone { .. }) {
                    if n == 5 {
                        tell.send(()).unwrap();
                    }
                    work(&mut booth, n);
                    n += 1;
                }
                (0..3).for_each(|more| work(&mut booth, n + more));
                tell.send(()).unwrap();
                resume.recv().unwrap();
                booth.attach(Server::connect(&settings).unwrap(), NOW).unwrap();
                // A call whose answer was lost, or that was made here last, is finished.
                if let Some(at) = booth.book().at_booth(booth.who().booth.as_str()).cloned() {
                    shoot(&mut booth, &at.key, NOW);
                }
                while let Some(called) = booth.call_next(NOW).unwrap() {
                    shoot(&mut booth, &called.key, NOW);
                }
                (booth, given)
            });
            (thread, go, told)
        })
        .collect();
    threads.iter().for_each(|(_, _, told)| told.recv().unwrap());
    cluster.kill();
    threads.iter().for_each(|(_, _, told)| told.recv().unwrap());
    assert!(cluster.up());
    threads.iter().for_each(|(_, go, _)| go.send(()).unwrap());
    let mut booths = Vec::new();
    let mut numbers = Vec::new();
    for (thread, ..) in threads {
        let (booth, given) = thread.join().unwrap();
        booths.push(booth);
        numbers.extend(given);
    }
    let distinct: BTreeSet<_> = numbers.iter().collect();
    assert_eq!(distinct.len(), numbers.len(), "a number was doubled");
    for booth in &mut booths {
        booth.sync(NOW).unwrap();
    }
    // Who joined last may have let go of somebody after the others had looked.
    while let Some(called) = booths[0].call_next(NOW).unwrap() {
        shoot(&mut booths[0], &called.key, NOW);
    }
    for booth in &mut booths {
        booth.sync(NOW).unwrap();
        assert_eq!(booth.unsent(9).unwrap(), 0);
        let book = booth.book();
        assert_eq!(book.tickets().count(), numbers.len(), "a ticket was lost");
        assert!(
            book.tickets().all(|t| *t.stage() == Stage::Shot && t.shots.len() == 1),
            "a picture was lost or doubled"
        );
        assert_eq!(book.conflicts(), []);
    }
}

#[test]
fn a_step_of_the_seat_needs_no_hall() {
    let mut booth = alone("b", "a");
    assert!(matches!(booth.issue(&of(1), NOW), Err(HallError::NoNumbers)));
    assert!(booth.call_next(NOW).unwrap().is_none());
    let fact = Fact {
        id: hall::FactId { station: who("b", "a").station, seq: 1 },
        batch: who("b", "a").batch,
        stamp: StampClock::default().tick(NOW),
        what: Happening::Settled { conflict: "x".into(), reason: "y".into(), keep: None },
    };
    assert!(fact.check().is_ok());
}
