-- Which records of people were merged into which: their keys are destroyed together, also when the bin is empty.
CREATE TABLE az_merged (loser INTEGER PRIMARY KEY, master INTEGER NOT NULL) STRICT;
CREATE INDEX az_merged_master ON az_merged (master);
