-- The handover: what has left, how, what came back, what was erased. A batch that is NULL means the pictures without one.

-- One object on its way to the upload's target. Its key is made before the first try and never changes.
CREATE TABLE upload (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    batch        INTEGER REFERENCES batch (id),
    portrait     INTEGER REFERENCES portrait (id),
    key          TEXT    NOT NULL UNIQUE,
    content      TEXT    NOT NULL CHECK (length(content) = 64),
    bytes        INTEGER NOT NULL CHECK (bytes > 0),
    body         BLOB, -- of lists, which lie in no file
    belongs      INTEGER NOT NULL CHECK (belongs IN (0, 1)), -- 0: a retake or a correction has taken its place
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'parked', 'conflict')),
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_try_at  INTEGER,
    cause        TEXT,
    sealed_hash  TEXT    CHECK (length(sealed_hash) = 64),
    sealed_bytes INTEGER,
    closing      INTEGER, -- the manifest (0) or correction (1, 2, …) that lists it
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CHECK ((sealed_hash IS NULL) = (sealed_bytes IS NULL)),
    CHECK ((portrait IS NULL) = (body IS NOT NULL))
) STRICT;

CREATE INDEX upload_by_batch ON upload (batch, belongs, state);
CREATE INDEX upload_by_portrait ON upload (portrait) WHERE portrait IS NOT NULL;

-- Manifests and corrections that are on the target.
CREATE TABLE upload_closing (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    batch  INTEGER REFERENCES batch (id),
    number INTEGER NOT NULL CHECK (number >= 0),
    at     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX upload_closing_once ON upload_closing (coalesce(batch, 0), number);

-- One bag or encrypted parcel that was begun.
CREATE TABLE parcel (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    batch        INTEGER REFERENCES batch (id),
    kind         TEXT    NOT NULL CHECK (kind IN ('bag', 'sealed', 'correction')),
    of           INTEGER REFERENCES parcel (id), -- what a correction corrects
    name         TEXT    NOT NULL,
    place        TEXT    NOT NULL,
    contents     TEXT    NOT NULL CHECK (json_valid(contents)),
    files        INTEGER NOT NULL CHECK (files >= 0),
    bytes        INTEGER NOT NULL CHECK (bytes >= 0),
    began_at     INTEGER NOT NULL,
    ended_at     INTEGER,
    missing      INTEGER,
    bag_checksum TEXT    CHECK (length(bag_checksum) = 64),
    signed_by    TEXT    CHECK (length(trim(signed_by)) > 0),
    signed_on    TEXT    CHECK (length(signed_on) = 10),
    receipt_at   INTEGER,
    CHECK ((bag_checksum IS NOT NULL) = (ended_at IS NOT NULL AND missing = 0)),
    CHECK ((signed_by IS NULL) = (receipt_at IS NULL) AND (signed_on IS NULL) = (receipt_at IS NULL)),
    CHECK (receipt_at IS NULL OR bag_checksum IS NOT NULL)
) STRICT;

CREATE INDEX parcel_by_batch ON parcel (batch);

-- What a complete parcel holds, under which path: by it results find their people and corrections what they correct.
CREATE TABLE parcel_file (
    parcel      INTEGER NOT NULL REFERENCES parcel (id),
    portrait    INTEGER NOT NULL REFERENCES portrait (id),
    fingerprint TEXT    NOT NULL CHECK (length(fingerprint) = 16),
    kind        TEXT    NOT NULL CHECK (kind IN ('portrait', 'original', 'print')),
    path        TEXT    NOT NULL,
    content     TEXT    NOT NULL CHECK (length(content) = 64),
    PRIMARY KEY (parcel, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX parcel_file_by_portrait ON parcel_file (portrait);

-- 审核结果 as they came back.
CREATE TABLE result_import (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    batch     INTEGER REFERENCES batch (id),
    file_hash TEXT    NOT NULL CHECK (length(file_hash) = 64),
    rows      INTEGER NOT NULL CHECK (rows >= 0),
    at        INTEGER NOT NULL
) STRICT;

CREATE TABLE result (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    import   INTEGER NOT NULL REFERENCES result_import (id),
    portrait INTEGER NOT NULL REFERENCES portrait (id),
    outcome  TEXT    NOT NULL CHECK (outcome IN ('passed', 'first_review_failed', 'identity_mismatch', 'rejected')),
    reason   TEXT,
    at       INTEGER NOT NULL,
    UNIQUE (import, portrait)
) STRICT;

CREATE INDEX result_by_portrait ON result (portrait, id);

-- Pictures that were not taken here.
CREATE TABLE picture_origin (
    portrait INTEGER PRIMARY KEY REFERENCES portrait (id),
    origin   TEXT    NOT NULL CHECK (origin IN ('studio', 'phone', 'school', 'other')),
    looked   INTEGER NOT NULL CHECK (looked IN (0, 1)), -- a person has looked at it and ticked it
    at       INTEGER NOT NULL
) STRICT;

-- 清除: begun before the first file goes, ended after the last row. The record outlives what was erased.
CREATE TABLE erasure (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    batch    INTEGER REFERENCES batch (id),
    operator TEXT    NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    people   INTEGER,
    record   TEXT    CHECK (json_valid(record)),
    CHECK ((ended_at IS NULL) = (record IS NULL))
) STRICT;

-- Sittings whose pictures are erased, or are about to be: their files are not missed at a start.
CREATE TABLE erased_sitting (
    sitting INTEGER PRIMARY KEY REFERENCES sitting (id),
    erasure INTEGER NOT NULL REFERENCES erasure (id)
) STRICT;

-- The one way past the rules below: a row here, put in and taken out by the transaction that blanks what was erased.
-- What it blanks are contents; rows stay, so that numbers, counts and the history still add up.
CREATE TABLE erasing (
    erasure INTEGER PRIMARY KEY REFERENCES erasure (id)
) STRICT;

CREATE TRIGGER erasing_is_of_an_unfinished_erasure BEFORE INSERT ON erasing
WHEN (SELECT ended_at FROM erasure WHERE id = NEW.erasure) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an erasure ends once'); END;
CREATE TRIGGER erasure_is_recorded_once BEFORE UPDATE ON erasure
WHEN OLD.ended_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.batch IS NOT OLD.batch OR NEW.began_at <> OLD.began_at
BEGIN SELECT RAISE(ABORT, 'an erasure is recorded once'); END;
CREATE TRIGGER erasure_is_not_deleted BEFORE DELETE ON erasure
BEGIN SELECT RAISE(ABORT, 'erasures are kept'); END;
CREATE TRIGGER erased_sitting_is_not_changed BEFORE UPDATE ON erased_sitting
BEGIN SELECT RAISE(ABORT, 'what is erased stays erased'); END;
CREATE TRIGGER erased_sitting_is_not_deleted BEFORE DELETE ON erased_sitting
BEGIN SELECT RAISE(ABORT, 'what is erased stays erased'); END;
CREATE TRIGGER upload_keeps_its_key BEFORE UPDATE OF id, batch, portrait, key, content, bytes, created_at ON upload
BEGIN SELECT RAISE(ABORT, 'an object keeps its key'); END;
CREATE TRIGGER upload_is_not_deleted BEFORE DELETE ON upload WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'objects are kept'); END;
CREATE TRIGGER parcel_is_not_deleted BEFORE DELETE ON parcel
BEGIN SELECT RAISE(ABORT, 'parcels are kept'); END;
CREATE TRIGGER parcel_ends_once BEFORE UPDATE OF ended_at, missing, bag_checksum ON parcel WHEN OLD.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a parcel ends once'); END;
CREATE TRIGGER parcel_is_signed_once BEFORE UPDATE OF signed_by, signed_on, receipt_at ON parcel WHEN OLD.receipt_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a parcel is signed for once'); END;
CREATE TRIGGER parcel_file_is_not_changed BEFORE UPDATE ON parcel_file
BEGIN SELECT RAISE(ABORT, 'what was delivered stays delivered'); END;
CREATE TRIGGER parcel_file_is_not_deleted BEFORE DELETE ON parcel_file WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'what was delivered stays delivered'); END;
CREATE TRIGGER result_is_not_changed BEFORE UPDATE ON result
BEGIN SELECT RAISE(ABORT, 'results are only added'); END;
CREATE TRIGGER result_is_not_deleted BEFORE DELETE ON result WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'results are only added'); END;
CREATE TRIGGER picture_origin_is_not_changed BEFORE UPDATE ON picture_origin
BEGIN SELECT RAISE(ABORT, 'an origin stays'); END;
CREATE TRIGGER picture_origin_is_not_deleted BEFORE DELETE ON picture_origin
BEGIN SELECT RAISE(ABORT, 'an origin stays'); END;

-- The rules of 0001 and 0003 that stood in the way of blanking, each as it was but for erasing.
DROP TRIGGER sitting_keeps_its_label;
CREATE TRIGGER sitting_keeps_its_label
BEFORE UPDATE OF id, shot_number, code, fingerprint, source, station, opened_at, retake_of ON sitting
WHEN NOT EXISTS (SELECT 1 FROM erasing)
  OR NEW.id <> OLD.id OR NEW.shot_number <> OLD.shot_number OR NEW.retake_of IS NOT OLD.retake_of
BEGIN SELECT RAISE(ABORT, 'a sitting keeps its code and number'); END;
DROP TRIGGER shot_keeps_its_picture;
CREATE TRIGGER shot_keeps_its_picture
BEFORE UPDATE OF id, sitting, taken_at, original, extension, verdict, findings, geometry, plan, provenance ON shot
WHEN NOT EXISTS (SELECT 1 FROM erasing)
  OR NEW.id <> OLD.id OR NEW.sitting <> OLD.sitting OR NEW.original <> OLD.original
BEGIN SELECT RAISE(ABORT, 'a shot keeps its sitting and its original'); END;
DROP TRIGGER portrait_is_not_changed;
CREATE TRIGGER portrait_is_not_changed BEFORE UPDATE ON portrait
WHEN NOT EXISTS (SELECT 1 FROM erasing)
  OR NEW.id <> OLD.id OR NEW.sitting <> OLD.sitting OR NEW.shot <> OLD.shot OR NEW.content <> OLD.content
  OR NEW.supersedes IS NOT OLD.supersedes
BEGIN SELECT RAISE(ABORT, 'an accepted portrait is not changed'); END;
DROP TRIGGER subject_keeps_its_key;
CREATE TRIGGER subject_keeps_its_key BEFORE UPDATE OF id, batch, key_kind, key ON subject
WHEN NOT EXISTS (SELECT 1 FROM erasing) OR NEW.id <> OLD.id OR NEW.batch <> OLD.batch
BEGIN SELECT RAISE(ABORT, 'a line of the roster keeps its key'); END;
DROP TRIGGER ticket_keeps_its_code;
CREATE TRIGGER ticket_keeps_its_code BEFORE UPDATE OF code, fingerprint ON ticket
WHEN OLD.code IS NOT NULL AND NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a ticket keeps its code'); END;
DROP TRIGGER late_entry_is_not_changed;
CREATE TRIGGER late_entry_is_not_changed BEFORE UPDATE ON late_entry WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'late entries are only added'); END;
DROP TRIGGER correction_is_made_once;
CREATE TRIGGER correction_is_made_once BEFORE UPDATE ON correction
WHEN (OLD.committed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM erasing)) OR NEW.one <> OLD.one OR NEW.other <> OLD.other
  OR NEW.one_label <> OLD.one_label OR NEW.other_label <> OLD.other_label
BEGIN SELECT RAISE(ABORT, 'a correction is made once'); END;
