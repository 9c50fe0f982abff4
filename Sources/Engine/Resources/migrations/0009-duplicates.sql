-- Which catalogue of standard objects the tables were made after.
CREATE TABLE az_catalogue (id INTEGER PRIMARY KEY CHECK (id = 1), checksum INTEGER NOT NULL) STRICT;

-- What two records have in common that a duplicate rule takes for one another: keyed numbers of normalised values.
CREATE TABLE az_match (rule INTEGER NOT NULL, "key" INTEGER NOT NULL, record INTEGER NOT NULL,
    PRIMARY KEY (rule, "key", record)) STRICT, WITHOUT ROWID;
-- Rules whose keys are not made yet for the records of an object from an id on.
CREATE TABLE az_match_pending (rule INTEGER NOT NULL, object TEXT NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (rule, object)) STRICT;

-- The standard user (profile 00e…002) sees rules and what they found: 1 is the right to read.
INSERT INTO az_object_right (profile, object, rights)
    SELECT 1407374883553282, 'DuplicateRule', 1 FROM az_object_right
    WHERE profile = 1407374883553282 AND object = 'Contact';
INSERT INTO az_object_right (profile, object, rights)
    SELECT 1407374883553282, 'DuplicateRecordSet', 1 FROM az_object_right
    WHERE profile = 1407374883553282 AND object = 'Contact';
INSERT INTO az_object_right (profile, object, rights)
    SELECT 1407374883553282, 'DuplicateRecordItem', 1 FROM az_object_right
    WHERE profile = 1407374883553282 AND object = 'Contact';
