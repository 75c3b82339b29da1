-- The day: who is due, who is next, who was missed. Nothing here is needed by a station that works without a batch.

-- 采集批次. What was written down is one JSON text: it is read and written whole.
CREATE TABLE batch (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    plan        TEXT    NOT NULL CHECK (json_valid(plan)),
    state       TEXT    NOT NULL CHECK (state IN ('ready', 'open', 'sealed')),
    created_at  INTEGER NOT NULL,
    sealed_at   INTEGER,
    seal_reason TEXT,
    CHECK ((state = 'sealed') = (sealed_at IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX batch_one_open ON batch (state) WHERE state = 'open';

CREATE TABLE roster_import (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    batch      INTEGER NOT NULL REFERENCES batch (id),
    generation INTEGER NOT NULL CHECK (generation > 0),
    began_at   INTEGER NOT NULL,
    ended_at   INTEGER,
    added      INTEGER NOT NULL DEFAULT 0,
    changed    INTEGER NOT NULL DEFAULT 0,
    unchanged  INTEGER NOT NULL DEFAULT 0,
    refused    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (batch, generation)
) STRICT;

-- One line of a roster. `key` is the 学号, or the 序号 where the roster has no 学号.
CREATE TABLE subject (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    batch        INTEGER NOT NULL REFERENCES batch (id),
    key_kind     TEXT    NOT NULL CHECK (key_kind IN ('student_no', 'serial')),
    key          TEXT    NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
    serial       TEXT,
    school_code  TEXT,
    college_code TEXT,
    college      TEXT,
    major        TEXT,
    class        TEXT,
    student_no   TEXT,
    name         TEXT,
    sex          TEXT,
    id_number    TEXT,
    level        TEXT,
    exam_no      TEXT,
    paid         INTEGER CHECK (paid IN (0, 1)),
    initials     TEXT    NOT NULL,
    generation   INTEGER NOT NULL CHECK (generation >= 0),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (batch, key_kind, key)
) STRICT;

CREATE INDEX subject_by_college ON subject (batch, college);

-- The annex table of the notice; a new table takes the place of the old one.
CREATE TABLE slot (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    batch        INTEGER NOT NULL REFERENCES batch (id),
    college_code TEXT,
    college      TEXT    NOT NULL,
    head_count   INTEGER NOT NULL CHECK (head_count >= 0),
    date         TEXT    NOT NULL CHECK (length(date) = 10),
    start_minute INTEGER NOT NULL CHECK (start_minute BETWEEN 0 AND 1440),
    end_minute   INTEGER NOT NULL CHECK (end_minute BETWEEN 0 AND 1440),
    room         TEXT    NOT NULL,
    party        TEXT    NOT NULL,
    CHECK (start_minute < end_minute)
) STRICT;

CREATE INDEX slot_by_batch ON slot (batch);

-- One place in the queue.
CREATE TABLE ticket (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    batch           INTEGER NOT NULL REFERENCES batch (id),
    number          INTEGER NOT NULL UNIQUE CHECK (number > 0),
    code            BLOB    CHECK (length(code) BETWEEN 1 AND 2953),
    fingerprint     TEXT    CHECK (length(fingerprint) = 16),
    source          TEXT    CHECK (source IN ('camera', 'gun', 'hand')),
    subject         INTEGER REFERENCES subject (id),
    retake          INTEGER REFERENCES retake (id),
    issued_at       INTEGER NOT NULL,
    issued_by       TEXT    NOT NULL,
    consent         TEXT,
    id_card         INTEGER NOT NULL CHECK (id_card IN (0, 1)),
    arrival         TEXT    NOT NULL CHECK (arrival IN ('in_slot', 'early', 'late', 'foreign', 'unknown')),
    stage           TEXT    NOT NULL
        CHECK (stage IN ('waiting', 'called', 'seated', 'shot', 'passed', 'held', 'left', 'refused')),
    booth           TEXT,
    reason          TEXT,
    priority        INTEGER NOT NULL CHECK (priority IN (0, 1)),
    since           INTEGER NOT NULL,
    returns         INTEGER NOT NULL CHECK (returns >= 0),
    recalls         INTEGER NOT NULL CHECK (recalls >= 0),
    first_called_at INTEGER,
    seated_at       INTEGER,
    shot_at         INTEGER,
    before          TEXT    CHECK (json_valid(before)),
    CHECK ((code IS NULL) = (fingerprint IS NULL)),
    CHECK ((booth IS NOT NULL) = (stage IN ('called', 'seated'))),
    CHECK ((reason IS NOT NULL) = (stage IN ('held', 'refused')))
) STRICT;

-- A booth has one person at a time: with two called there, nobody could say who sits down.
CREATE UNIQUE INDEX ticket_one_at_a_booth ON ticket (booth) WHERE stage IN ('called', 'seated');
-- A code, or a person, waits once.
CREATE UNIQUE INDEX ticket_one_live_code ON ticket (batch, code)
    WHERE code IS NOT NULL AND stage IN ('waiting', 'called', 'seated', 'passed', 'held');
CREATE UNIQUE INDEX ticket_one_live_subject ON ticket (batch, subject)
    WHERE subject IS NOT NULL AND stage IN ('waiting', 'called', 'seated', 'passed', 'held');
CREATE INDEX ticket_in_order ON ticket (batch, priority DESC, (returns = 0), number) WHERE stage = 'waiting';
CREATE INDEX ticket_by_stage ON ticket (batch, stage, number);
CREATE INDEX ticket_by_fingerprint ON ticket (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX ticket_by_subject ON ticket (subject) WHERE subject IS NOT NULL;

-- Whose sitting it is. A code that was read, and a person that was named, are never exchanged for others here: see relabel.
CREATE TABLE ticket_sitting (
    sitting INTEGER PRIMARY KEY REFERENCES sitting (id),
    ticket  INTEGER NOT NULL REFERENCES ticket (id)
) STRICT;

CREATE INDEX ticket_sitting_by_ticket ON ticket_sitting (ticket);

CREATE TABLE payment (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    batch      INTEGER NOT NULL REFERENCES batch (id),
    subject    INTEGER REFERENCES subject (id),
    ticket     INTEGER REFERENCES ticket (id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    method     TEXT    NOT NULL CHECK (method IN ('cash', 'wechat', 'alipay', 'card', 'proof_shown', 'waived')),
    cashier    TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    CHECK (subject IS NOT NULL OR ticket IS NOT NULL)
) STRICT;

CREATE INDEX payment_by_batch ON payment (batch, cashier, method);
CREATE INDEX payment_by_subject ON payment (subject) WHERE subject IS NOT NULL;
CREATE INDEX payment_by_ticket ON payment (ticket) WHERE ticket IS NOT NULL;

-- 补录.
CREATE TABLE late_entry (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    batch    INTEGER NOT NULL REFERENCES batch (id),
    subject  INTEGER NOT NULL UNIQUE REFERENCES subject (id),
    reason   TEXT    NOT NULL CHECK (length(trim(reason)) > 0),
    operator TEXT    NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

CREATE INDEX late_entry_by_batch ON late_entry (batch);

-- Pictures that are to be taken again.
CREATE TABLE retake (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    batch   INTEGER NOT NULL REFERENCES batch (id),
    ticket  INTEGER NOT NULL REFERENCES ticket (id),
    reason  TEXT    NOT NULL CHECK (length(trim(reason)) > 0),
    source  TEXT    NOT NULL CHECK (source IN ('reviewer', 'results', 'student')),
    at      INTEGER NOT NULL,
    done_at INTEGER
) STRICT;

CREATE INDEX retake_open ON retake (batch, ticket) WHERE done_at IS NULL;
CREATE INDEX retake_by_ticket ON retake (ticket);
CREATE INDEX ticket_by_retake ON ticket (retake) WHERE retake IS NOT NULL;

-- 勘误: two pictures that were under each other's codes.
CREATE TABLE correction (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    one          INTEGER NOT NULL REFERENCES portrait (id),
    other        INTEGER NOT NULL REFERENCES portrait (id),
    one_label    INTEGER NOT NULL REFERENCES sitting (id),
    other_label  INTEGER NOT NULL REFERENCES sitting (id),
    reason       TEXT    NOT NULL CHECK (length(trim(reason)) > 0),
    operator     TEXT    NOT NULL,
    proposed_at  INTEGER NOT NULL,
    committed_at INTEGER,
    CHECK (one <> other)
) STRICT;

-- From now on a picture has the label of another sitting. The last row of a picture counts.
CREATE TABLE relabel (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    portrait   INTEGER NOT NULL REFERENCES portrait (id),
    sitting    INTEGER NOT NULL REFERENCES sitting (id),
    correction INTEGER NOT NULL REFERENCES correction (id),
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX relabel_by_portrait ON relabel (portrait, id);
CREATE INDEX relabel_by_sitting ON relabel (sitting);

-- Whose a picture is. Whoever hands pictures over reads the label here, not in portrait.
CREATE VIEW portrait_label AS
SELECT p.id AS portrait,
       coalesce((SELECT r.sitting FROM relabel r WHERE r.portrait = p.id ORDER BY r.id DESC LIMIT 1), p.sitting) AS sitting
FROM portrait p;

-- Pictures that left under a label that was corrected since: the receiver has to be told.
CREATE TABLE outbox_correction (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    portrait   INTEGER NOT NULL REFERENCES portrait (id),
    correction INTEGER NOT NULL REFERENCES correction (id),
    at         INTEGER NOT NULL,
    told_at    INTEGER,
    UNIQUE (portrait, correction)
) STRICT;

CREATE INDEX outbox_correction_due ON outbox_correction (portrait) WHERE told_at IS NULL;

-- What was said once stays said.
CREATE TRIGGER batch_stays_sealed BEFORE UPDATE ON batch WHEN OLD.state = 'sealed'
BEGIN SELECT RAISE(ABORT, 'a sealed batch stays as it is'); END;
CREATE TRIGGER batch_is_not_deleted BEFORE DELETE ON batch
BEGIN SELECT RAISE(ABORT, 'batches are kept'); END;
CREATE TRIGGER subject_keeps_its_key BEFORE UPDATE OF id, batch, key_kind, key ON subject
BEGIN SELECT RAISE(ABORT, 'a line of the roster keeps its key'); END;
CREATE TRIGGER ticket_keeps_its_number BEFORE UPDATE OF id, batch, number, issued_at, issued_by, retake ON ticket
BEGIN SELECT RAISE(ABORT, 'a ticket keeps its number'); END;
CREATE TRIGGER ticket_keeps_its_code BEFORE UPDATE OF code, fingerprint ON ticket WHEN OLD.code IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a ticket keeps its code'); END;
CREATE TRIGGER ticket_keeps_its_person BEFORE UPDATE OF subject ON ticket WHEN OLD.subject IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a ticket keeps its person'); END;
CREATE TRIGGER ticket_is_shot_once BEFORE UPDATE OF stage ON ticket WHEN OLD.stage = 'shot'
BEGIN SELECT RAISE(ABORT, 'an accepted picture stays accepted'); END;
CREATE TRIGGER ticket_is_not_deleted BEFORE DELETE ON ticket
BEGIN SELECT RAISE(ABORT, 'tickets are kept'); END;
CREATE TRIGGER ticket_sitting_is_not_changed BEFORE UPDATE ON ticket_sitting
BEGIN SELECT RAISE(ABORT, 'a sitting keeps its ticket'); END;
CREATE TRIGGER ticket_sitting_is_not_deleted BEFORE DELETE ON ticket_sitting
BEGIN SELECT RAISE(ABORT, 'a sitting keeps its ticket'); END;
CREATE TRIGGER ticket_sitting_agrees BEFORE INSERT ON ticket_sitting
WHEN (SELECT code FROM ticket WHERE id = NEW.ticket) IS NOT (SELECT code FROM sitting WHERE id = NEW.sitting)
BEGIN SELECT RAISE(ABORT, 'ticket and sitting have different codes'); END;
CREATE TRIGGER payment_is_not_changed BEFORE UPDATE ON payment
BEGIN SELECT RAISE(ABORT, 'payments are only added'); END;
CREATE TRIGGER payment_is_not_deleted BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'payments are only added'); END;
CREATE TRIGGER late_entry_is_not_changed BEFORE UPDATE ON late_entry
BEGIN SELECT RAISE(ABORT, 'late entries are only added'); END;
CREATE TRIGGER correction_is_made_once BEFORE UPDATE ON correction
WHEN OLD.committed_at IS NOT NULL OR NEW.one <> OLD.one OR NEW.other <> OLD.other
  OR NEW.one_label <> OLD.one_label OR NEW.other_label <> OLD.other_label
BEGIN SELECT RAISE(ABORT, 'a correction is made once'); END;
CREATE TRIGGER correction_is_not_deleted BEFORE DELETE ON correction
BEGIN SELECT RAISE(ABORT, 'corrections are kept'); END;
CREATE TRIGGER relabel_is_not_changed BEFORE UPDATE ON relabel
BEGIN SELECT RAISE(ABORT, 'labels are only added'); END;
CREATE TRIGGER relabel_is_not_deleted BEFORE DELETE ON relabel
BEGIN SELECT RAISE(ABORT, 'labels are only added'); END;
