-- What the evidence log holds, in the transaction of the act itself; the log's files follow after the commit.
CREATE TABLE az_evidence (
    position INTEGER PRIMARY KEY,
    entry TEXT NOT NULL
);
