-- How far a file of events has become records of EventLogFile.
CREATE TABLE az_event_file (name TEXT PRIMARY KEY, taken INTEGER NOT NULL) STRICT;
