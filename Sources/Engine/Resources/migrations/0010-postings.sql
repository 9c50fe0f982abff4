-- Which records have a search term, many in a row: the first one's id, and the distances of the others (see PostingBlock).
CREATE TABLE az_posting (term INTEGER NOT NULL, first INTEGER NOT NULL, ids BLOB NOT NULL,
    PRIMARY KEY (term, first)) STRICT, WITHOUT ROWID;
