-- 空景: pictures of the empty seat, by time and camera. The provenance of a portrait names the content of the one that
-- it was made with, so none is ever changed or deleted.
CREATE TABLE plate (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    taken_at INTEGER NOT NULL,
    station  TEXT    NOT NULL,
    camera   TEXT    NOT NULL CHECK (length(camera) BETWEEN 1 AND 1000),
    batch    INTEGER REFERENCES batch (id),
    content  TEXT    NOT NULL CHECK (length(content) = 64),
    notes    TEXT    NOT NULL CHECK (json_valid(notes))
) STRICT;

CREATE INDEX plate_by_camera ON plate (camera, taken_at);

CREATE TRIGGER plate_is_not_changed BEFORE UPDATE ON plate
BEGIN SELECT RAISE(ABORT, 'a plate is not changed'); END;
CREATE TRIGGER plate_is_not_deleted BEFORE DELETE ON plate
BEGIN SELECT RAISE(ABORT, 'a plate is not deleted'); END;
