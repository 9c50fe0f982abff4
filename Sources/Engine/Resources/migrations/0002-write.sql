-- The next number of each object's ids and of each auto number (then named Object.Field).
CREATE TABLE az_sequence (name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT;

-- Up to where the change log's files are part of the committed state; what lies behind is cut off at the next opening.
CREATE TABLE az_change_position (id INTEGER PRIMARY KEY CHECK (id = 1), segment INTEGER NOT NULL, length INTEGER NOT NULL,
    position INTEGER NOT NULL, "transaction" INTEGER NOT NULL) STRICT;
INSERT INTO az_change_position VALUES (1, 1, 0, 0, 0);

-- Who changed what from what to what, in the fields that are tracked. Values in their wire form.
CREATE TABLE az_history (id INTEGER PRIMARY KEY, record INTEGER NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL,
    old TEXT, new TEXT, at INTEGER NOT NULL, "by" INTEGER NOT NULL) STRICT;
CREATE INDEX az_history_record ON az_history (record);

-- What is in the bin. All of one deletion have the same batch, the id of the record that was asked for.
CREATE TABLE az_bin (record INTEGER PRIMARY KEY, batch INTEGER NOT NULL, at INTEGER NOT NULL, "by" INTEGER NOT NULL) STRICT;
CREATE INDEX az_bin_batch ON az_bin (batch);
CREATE INDEX az_bin_at ON az_bin (at);
-- Lookups that a deletion emptied, so that undelete fills them again.
CREATE TABLE az_bin_link (batch INTEGER NOT NULL, record INTEGER NOT NULL, field TEXT NOT NULL, parent INTEGER NOT NULL,
    PRIMARY KEY (batch, record, field)) STRICT;

-- What was not sent or dialled, and why. Never an address.
CREATE TABLE az_refusal (id INTEGER PRIMARY KEY, person INTEGER, channel TEXT NOT NULL, object TEXT NOT NULL,
    field TEXT NOT NULL, record INTEGER NOT NULL, "by" INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX az_refusal_person ON az_refusal (person);
