-- One row: grows with every change of objects, fields or rights, so that every process sees the change at its next statement.
CREATE TABLE az_schema (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO az_schema (id, version) VALUES (1, 1);

-- What was added at run time, in the form of the catalogue's files.
CREATE TABLE az_object (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE az_field (object TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (object, name)) STRICT;

-- What a profile may do. No row: nothing. rights: 1 read, 2 create, 4 edit, 8 delete; of a field: 1 read, 2 edit.
CREATE TABLE az_object_right (profile INTEGER NOT NULL, object TEXT NOT NULL, rights INTEGER NOT NULL,
    PRIMARY KEY (profile, object)) STRICT;
-- Exceptions: fields without a row follow their object.
CREATE TABLE az_field_right (profile INTEGER NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL, rights INTEGER NOT NULL,
    PRIMARY KEY (profile, object, field)) STRICT;
-- Rights over everything but what is internal, also over objects and fields that come later.
CREATE TABLE az_profile_power (profile INTEGER PRIMARY KEY, modifies_all INTEGER NOT NULL) STRICT;

-- The results of queries that are read page by page: the ids in their order, eight bytes each.
CREATE TABLE az_cursor (id INTEGER PRIMARY KEY, "user" INTEGER NOT NULL, soql TEXT NOT NULL, deleted INTEGER NOT NULL,
    total INTEGER NOT NULL, ids BLOB NOT NULL, touched INTEGER NOT NULL) STRICT;
CREATE INDEX az_cursor_touched ON az_cursor (touched);
