-- Fields whose values lie sealed in their columns. The number is part of what their keys are derived from; `position` and
-- `history` tell up to which record and entry what is stored has been brought to the present form; -1: all of it, and the old
-- form is still to be cleaned out of the files.
CREATE TABLE az_sealed_field (
    number INTEGER PRIMARY KEY, object TEXT NOT NULL, field TEXT NOT NULL, scheme TEXT NOT NULL,
    version INTEGER NOT NULL, is_sealing INTEGER NOT NULL, is_settled INTEGER NOT NULL,
    position INTEGER NOT NULL, history INTEGER NOT NULL, UNIQUE (object, field)) STRICT;

-- Grows with every change of the tenant secrets, so that every process fetches them before its next statement.
ALTER TABLE az_schema ADD COLUMN secrets INTEGER NOT NULL DEFAULT 0;
