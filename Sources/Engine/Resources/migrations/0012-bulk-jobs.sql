-- Bulk jobs and their batches. What was sent and what came of it lies in files under jobs/; `bytes` is up to where the file of outcomes counts.
CREATE TABLE az_job (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, "user" INTEGER NOT NULL, application TEXT NOT NULL, purpose TEXT NOT NULL,
    operation TEXT NOT NULL, object TEXT NOT NULL, external_id TEXT, form TEXT NOT NULL,
    state TEXT NOT NULL, message TEXT, created INTEGER NOT NULL, changed INTEGER NOT NULL
) STRICT;
CREATE INDEX az_job_user ON az_job ("user", id);
CREATE INDEX az_job_changed ON az_job (changed);
CREATE TABLE az_job_batch (
    id INTEGER PRIMARY KEY, job INTEGER NOT NULL, state TEXT NOT NULL, message TEXT, form TEXT NOT NULL,
    done INTEGER NOT NULL, failed INTEGER NOT NULL, bytes INTEGER NOT NULL, milliseconds INTEGER NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL
) STRICT;
CREATE INDEX az_job_batch_job ON az_job_batch (job, id);
CREATE INDEX az_job_batch_state ON az_job_batch (state, id);
-- How many rows a page of a kept result has, where its reader names no number.
ALTER TABLE az_cursor ADD COLUMN size INTEGER NOT NULL DEFAULT 2000;
-- Of a query for what has changed: when it was asked. What changes later is left to the next such query.
ALTER TABLE az_cursor ADD COLUMN asked INTEGER;
