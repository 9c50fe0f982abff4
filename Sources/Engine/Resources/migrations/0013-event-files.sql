-- How far a file of events has become records of EventLogFile.
CREATE TABLE az_event_file (name TEXT PRIMARY KEY, taken INTEGER NOT NULL) STRICT;
-- How many events of a kind there were in an hour, and how many of them were refused or went wrong.
CREATE TABLE az_event_tally (
    kind TEXT NOT NULL, hour INTEGER NOT NULL, events INTEGER NOT NULL, failed INTEGER NOT NULL, PRIMARY KEY (kind, hour)
) STRICT;
