-- A manifest or correction is written down before it is first sent, and sent again as it is until it is known to be
-- there: what changes in the meantime follows as a correction.
ALTER TABLE upload_closing ADD COLUMN body BLOB; -- while it is not known to be on the target
