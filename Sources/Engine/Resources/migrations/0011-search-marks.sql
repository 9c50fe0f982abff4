-- From which number on no record of an object is in a block of the search index: what is indexed behind it needs no look at what is there.
CREATE TABLE az_search_mark (object TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT;
INSERT INTO az_search_mark (object, next) SELECT name, next FROM az_sequence;
