-- Several booths in one hall. Nothing here is needed by a station that works by itself.

-- The same tickets, but for `shared`: those that are a copy of what several stations have said. Others' words are taken
-- as they come, so that the rules that one station can keep by itself hold for its own tickets only; what two stations
-- say against each other is shown to people. Numbers are unique within a batch: other laptops count from elsewhere.
DROP TRIGGER ticket_sitting_agrees;
CREATE TABLE ticket_new (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    batch           INTEGER NOT NULL REFERENCES batch (id),
    number          INTEGER NOT NULL CHECK (number > 0),
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
    shared          INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
    CHECK ((code IS NULL) = (fingerprint IS NULL)),
    CHECK ((booth IS NOT NULL) = (stage IN ('called', 'seated'))),
    CHECK ((reason IS NOT NULL) = (stage IN ('held', 'refused')))
) STRICT;
INSERT INTO ticket_new SELECT id, batch, number, code, fingerprint, source, subject, retake, issued_at, issued_by, consent,
    id_card, arrival, stage, booth, reason, priority, since, returns, recalls, first_called_at, seated_at, shot_at, before, 0
    FROM ticket;
DROP TABLE ticket;
ALTER TABLE ticket_new RENAME TO ticket;

CREATE UNIQUE INDEX ticket_one_number ON ticket (number) WHERE shared = 0;
CREATE INDEX ticket_by_number ON ticket (number);
CREATE UNIQUE INDEX ticket_one_at_a_booth ON ticket (booth) WHERE stage IN ('called', 'seated') AND shared = 0;
CREATE INDEX ticket_at_booth ON ticket (booth) WHERE stage IN ('called', 'seated');
CREATE UNIQUE INDEX ticket_one_live_code ON ticket (batch, code)
    WHERE code IS NOT NULL AND stage IN ('waiting', 'called', 'seated', 'passed', 'held') AND shared = 0;
CREATE UNIQUE INDEX ticket_one_live_subject ON ticket (batch, subject)
    WHERE subject IS NOT NULL AND stage IN ('waiting', 'called', 'seated', 'passed', 'held') AND shared = 0;
CREATE INDEX ticket_in_order ON ticket (batch, priority DESC, (returns = 0), number) WHERE stage = 'waiting';
CREATE INDEX ticket_by_stage ON ticket (batch, stage, number);
CREATE INDEX ticket_by_fingerprint ON ticket (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX ticket_by_subject ON ticket (subject) WHERE subject IS NOT NULL;
CREATE INDEX ticket_by_retake ON ticket (retake) WHERE retake IS NOT NULL;

CREATE TRIGGER ticket_keeps_its_number BEFORE UPDATE OF id, batch, number, issued_at, issued_by, retake ON ticket
BEGIN SELECT RAISE(ABORT, 'a ticket keeps its number'); END;
CREATE TRIGGER ticket_keeps_its_code BEFORE UPDATE OF code, fingerprint ON ticket
WHEN OLD.code IS NOT NULL AND NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a ticket keeps its code'); END;
CREATE TRIGGER ticket_keeps_its_person BEFORE UPDATE OF subject ON ticket WHEN OLD.subject IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a ticket keeps its person'); END;
CREATE TRIGGER ticket_is_shot_once BEFORE UPDATE OF stage ON ticket WHEN OLD.stage = 'shot'
BEGIN SELECT RAISE(ABORT, 'an accepted picture stays accepted'); END;
CREATE TRIGGER ticket_is_not_deleted BEFORE DELETE ON ticket
BEGIN SELECT RAISE(ABORT, 'tickets are kept'); END;
CREATE TRIGGER ticket_sitting_agrees BEFORE INSERT ON ticket_sitting
WHEN (SELECT code FROM ticket WHERE id = NEW.ticket) IS NOT (SELECT code FROM sitting WHERE id = NEW.sitting)
BEGIN SELECT RAISE(ABORT, 'ticket and sitting have different codes'); END;

-- A batch that is shared with a hall, and this folder's place in it.
CREATE TABLE hall_batch (
    batch        INTEGER PRIMARY KEY REFERENCES batch (id),
    key          TEXT    NOT NULL UNIQUE,
    station      TEXT    NOT NULL UNIQUE,
    join_code    TEXT    NOT NULL,
    secret       BLOB    NOT NULL CHECK (length(secret) = 32 OR length(secret) = 0),
    identities   INTEGER NOT NULL CHECK (identities IN (0, 1)),
    joined_at    INTEGER NOT NULL,
    left_at      INTEGER,
    online       INTEGER NOT NULL CHECK (online IN (0, 1)),
    cursor       TEXT    NOT NULL CHECK (json_valid(cursor)),
    next_seq     INTEGER NOT NULL CHECK (next_seq > 0),
    stamp_millis INTEGER NOT NULL,
    stamp_count  INTEGER NOT NULL
) STRICT;

-- What the stations of the hall have said, this one included. `sent` tells whether the hall has it.
CREATE TABLE hall_fact (
    station        TEXT    NOT NULL,
    seq            INTEGER NOT NULL CHECK (seq > 0),
    batch          INTEGER NOT NULL REFERENCES hall_batch (batch),
    ticket_station TEXT,
    ticket_seq     INTEGER,
    sent           INTEGER NOT NULL CHECK (sent IN (0, 1)),
    body           TEXT    NOT NULL CHECK (length(body) <= 8192),
    PRIMARY KEY (station, seq)
) STRICT;

CREATE INDEX hall_fact_by_ticket ON hall_fact (ticket_station, ticket_seq) WHERE ticket_station IS NOT NULL;
CREATE INDEX hall_fact_unsent ON hall_fact (batch, seq) WHERE sent = 0;
CREATE TRIGGER hall_fact_is_not_changed BEFORE UPDATE OF station, seq, batch, body ON hall_fact
BEGIN SELECT RAISE(ABORT, 'facts are only added'); END;
CREATE TRIGGER hall_fact_is_not_deleted BEFORE DELETE ON hall_fact WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'facts are only added'); END;

-- Which facts a ticket is a copy of, and what of them has no column there.
CREATE TABLE hall_ticket (
    ticket      INTEGER PRIMARY KEY REFERENCES ticket (id),
    batch       INTEGER NOT NULL REFERENCES hall_batch (batch),
    station     TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    code_key    TEXT,
    reserved_to TEXT,
    called_by   TEXT,
    shot_booth  TEXT,
    name        TEXT,
    UNIQUE (station, seq)
) STRICT;

CREATE INDEX hall_ticket_by_code ON hall_ticket (batch, code_key) WHERE code_key IS NOT NULL;
CREATE INDEX hall_ticket_reserved ON hall_ticket (batch, reserved_to) WHERE reserved_to IS NOT NULL;

-- Numbers that only this folder gives out.
CREATE TABLE hall_range (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER NOT NULL REFERENCES hall_batch (batch),
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    CHECK (first <= last),
    UNIQUE (batch, first)
) STRICT;

-- The lines of the roster by the names under which the hall speaks of them.
CREATE TABLE hall_person (
    subject INTEGER PRIMARY KEY REFERENCES subject (id),
    batch   INTEGER NOT NULL REFERENCES hall_batch (batch),
    key     TEXT    NOT NULL
) STRICT;

CREATE INDEX hall_person_by_key ON hall_person (batch, key);
