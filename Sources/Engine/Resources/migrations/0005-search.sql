-- The search index: which record holds which term. A term is a keyed hash, so the index holds nobody's text, and a
-- deleted posting leaves nothing behind.
CREATE TABLE az_term (term INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (term, record)) STRICT, WITHOUT ROWID;

-- Records of bulk loads that are not indexed yet: whoever searches or traces indexes them first.
CREATE TABLE az_search_pending (object TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (object, first)) STRICT, WITHOUT ROWID;
