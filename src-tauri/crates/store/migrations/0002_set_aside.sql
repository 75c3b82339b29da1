-- Picture files that belong to an earlier database of the same folder, damaged or lost: they stay where they are.
-- Without this list the recovery at start would take them for leftovers of a crash.
CREATE TABLE set_aside (
    kind TEXT    NOT NULL CHECK (kind IN ('original', 'portrait')),
    name TEXT    NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
