-- Who read what. One row for each answer, with the records in it: up to twenty in az_access_record, more as a packed list
-- in ids, and of an export larger than that only the highest id that there was.
CREATE TABLE az_access (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, "user" INTEGER NOT NULL, application TEXT NOT NULL,
    purpose TEXT NOT NULL, kind INTEGER NOT NULL, object TEXT NOT NULL, query BLOB, count INTEGER NOT NULL,
    first INTEGER, last INTEGER, ids BLOB) STRICT;
CREATE INDEX az_access_bulk ON az_access (object, id) WHERE last IS NOT NULL;
CREATE TABLE az_access_record (record INTEGER NOT NULL, access INTEGER NOT NULL, PRIMARY KEY (record, access)) STRICT, WITHOUT ROWID;

-- Sign-ins, and acts of administrators and of the product itself. Never personal data of customers.
CREATE TABLE az_event (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, "user" INTEGER, application TEXT NOT NULL,
    kind TEXT NOT NULL, record INTEGER, detail TEXT NOT NULL) STRICT;
CREATE INDEX az_event_at ON az_event (at);

-- Restrictions of processing: the person's rows are in the file and nowhere else while the state is 'restricted'.
CREATE TABLE az_restriction (request INTEGER PRIMARY KEY, person INTEGER NOT NULL, state TEXT NOT NULL, hash BLOB,
    records INTEGER NOT NULL, rows INTEGER NOT NULL, is_scrubbed INTEGER NOT NULL, at INTEGER NOT NULL, ended INTEGER) STRICT;
CREATE INDEX az_restriction_person ON az_restriction (person);
-- Values of unique fields that restricted records hold, as keyed hashes: nobody else takes them meanwhile.
CREATE TABLE az_restricted_key (hash INTEGER NOT NULL, request INTEGER NOT NULL, PRIMARY KEY (hash, request)) STRICT, WITHOUT ROWID;
CREATE INDEX az_restricted_key_request ON az_restricted_key (request);

-- Erasures, and how far each has come. plan and facts hold ids, counts and commitments, never the person's data.
CREATE TABLE az_erasure (request INTEGER PRIMARY KEY, person INTEGER NOT NULL, "by" INTEGER NOT NULL, state TEXT NOT NULL,
    plan TEXT NOT NULL, facts TEXT NOT NULL, position INTEGER, at INTEGER NOT NULL, ended INTEGER) STRICT;
CREATE TABLE az_erasure_step (request INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (request, position)) STRICT, WITHOUT ROWID;
