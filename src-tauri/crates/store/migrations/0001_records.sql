-- What the station knows. Points in time are milliseconds since the Unix epoch, UTC; hashes are SHA-256 in 64 hex digits.
-- Never edit a migration that has shipped: add the next one.

PRAGMA application_id = 1195525186; -- "GBDB": tells this database from any other SQLite file

CREATE TABLE setting (
    key        TEXT    NOT NULL PRIMARY KEY,
    value      TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One person's time at the camera.
CREATE TABLE sitting (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    shot_number INTEGER NOT NULL UNIQUE CHECK (shot_number > 0),
    code        BLOB    NOT NULL CHECK (length(code) BETWEEN 1 AND 2953),
    fingerprint TEXT    NOT NULL CHECK (length(fingerprint) = 16),
    source      TEXT    NOT NULL CHECK (source IN ('camera', 'gun', 'hand')),
    station     TEXT    NOT NULL,
    opened_at   INTEGER NOT NULL,
    closed_at   INTEGER,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('open', 'accepted', 'cancelled', 'abandoned')),
    retake_of   INTEGER REFERENCES portrait (id),
    CHECK ((outcome = 'open') = (closed_at IS NULL))
) STRICT;

-- Two open sittings would leave it to chance whose face a shot shows.
CREATE UNIQUE INDEX sitting_one_open ON sitting (outcome) WHERE outcome = 'open';
CREATE INDEX sitting_by_fingerprint ON sitting (fingerprint);
CREATE INDEX sitting_by_end ON sitting (outcome, closed_at, opened_at);
CREATE INDEX sitting_by_retake ON sitting (retake_of) WHERE retake_of IS NOT NULL;

-- One press of the shutter.
CREATE TABLE shot (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sitting     INTEGER NOT NULL REFERENCES sitting (id),
    taken_at    INTEGER NOT NULL,
    original    TEXT    NOT NULL CHECK (length(original) = 64),
    extension   TEXT    NOT NULL CHECK (extension IN ('jpg', 'png')),
    verdict     TEXT    NOT NULL CHECK (verdict IN ('pass', 'review', 'retake')),
    findings    TEXT    NOT NULL CHECK (json_valid(findings)),
    geometry    TEXT    CHECK (json_valid(geometry)),
    plan        TEXT    CHECK (json_valid(plan)),
    provenance  TEXT    NOT NULL CHECK (json_valid(provenance)),
    disposition TEXT    NOT NULL CHECK (disposition IN ('candidate', 'rejected', 'accepted')),
    UNIQUE (id, sitting)
) STRICT;

CREATE INDEX shot_by_sitting ON shot (sitting);
CREATE INDEX shot_by_original ON shot (original);
CREATE INDEX shot_by_disposition ON shot (disposition, taken_at);

-- One accepted picture.
CREATE TABLE portrait (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    shot            INTEGER NOT NULL UNIQUE,
    sitting         INTEGER NOT NULL UNIQUE,
    content         TEXT    NOT NULL CHECK (length(content) = 64),
    bytes           INTEGER NOT NULL CHECK (bytes > 0),
    quality         INTEGER NOT NULL CHECK (quality BETWEEN 1 AND 100),
    spec_id         TEXT    NOT NULL,
    verdict         TEXT    NOT NULL CHECK (verdict IN ('pass', 'review', 'retake')),
    findings        TEXT    NOT NULL CHECK (json_valid(findings)),
    override_reason TEXT,
    accepted_at     INTEGER NOT NULL,
    supersedes      INTEGER UNIQUE REFERENCES portrait (id),
    CHECK (verdict <> 'retake' OR length(trim(override_reason)) > 0),
    -- Both columns at once: a portrait cannot name a shot of somebody else's sitting.
    FOREIGN KEY (shot, sitting) REFERENCES shot (id, sitting)
) STRICT;

CREATE INDEX portrait_by_content ON portrait (content);
CREATE INDEX portrait_by_time ON portrait (accepted_at);

-- 待发箱: what still has to be handed over, and what became of it.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    portrait   INTEGER NOT NULL UNIQUE REFERENCES portrait (id),
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'superseded', 'sent', 'parked')),
    attempts   INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    reason     TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_by_state ON outbox (state, id);

-- Who did what. Each row carries the hash of the row before it, so that a changed or missing row shows.
CREATE TABLE audit_event (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    station   TEXT    NOT NULL,
    what      TEXT    NOT NULL,
    sitting   INTEGER,
    shot      INTEGER,
    portrait  INTEGER,
    detail    TEXT    NOT NULL CHECK (json_valid(detail)),
    prev_hash TEXT    NOT NULL CHECK (length(prev_hash) = 64),
    hash      TEXT    NOT NULL CHECK (length(hash) = 64)
) STRICT;

CREATE INDEX audit_by_sitting ON audit_event (sitting) WHERE sitting IS NOT NULL;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- Nothing re-labels a picture, not even by mistake.
CREATE TRIGGER sitting_keeps_its_label
BEFORE UPDATE OF id, shot_number, code, fingerprint, source, station, opened_at, retake_of ON sitting
BEGIN SELECT RAISE(ABORT, 'a sitting keeps its code and number'); END;
CREATE TRIGGER sitting_ends_once BEFORE UPDATE OF outcome, closed_at ON sitting WHEN OLD.outcome <> 'open'
BEGIN SELECT RAISE(ABORT, 'a closed sitting stays closed'); END;
CREATE TRIGGER shot_keeps_its_picture
BEFORE UPDATE OF id, sitting, taken_at, original, extension, verdict, findings, geometry, plan, provenance ON shot
BEGIN SELECT RAISE(ABORT, 'a shot keeps its sitting and its original'); END;
CREATE TRIGGER shot_is_decided_once BEFORE UPDATE OF disposition ON shot WHEN OLD.disposition <> 'candidate'
BEGIN SELECT RAISE(ABORT, 'a shot is decided once'); END;
CREATE TRIGGER portrait_is_not_changed BEFORE UPDATE ON portrait
BEGIN SELECT RAISE(ABORT, 'an accepted portrait is not changed'); END;
CREATE TRIGGER outbox_keeps_its_portrait BEFORE UPDATE OF id, portrait, created_at ON outbox
BEGIN SELECT RAISE(ABORT, 'an outbox entry keeps its portrait'); END;

CREATE TRIGGER sitting_is_not_deleted BEFORE DELETE ON sitting
BEGIN SELECT RAISE(ABORT, 'sittings are kept'); END;
CREATE TRIGGER shot_is_not_deleted BEFORE DELETE ON shot
BEGIN SELECT RAISE(ABORT, 'shots are kept'); END;
CREATE TRIGGER portrait_is_not_deleted BEFORE DELETE ON portrait
BEGIN SELECT RAISE(ABORT, 'accepted portraits are kept'); END;
CREATE TRIGGER outbox_is_not_deleted BEFORE DELETE ON outbox
BEGIN SELECT RAISE(ABORT, 'outbox entries are kept'); END;
