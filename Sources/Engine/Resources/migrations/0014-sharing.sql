-- What everybody may do with the records of an object, where it is not what the catalogue says.
CREATE TABLE az_sharing_model (object TEXT PRIMARY KEY, model TEXT NOT NULL) STRICT;

-- Grows with every change of users, roles, groups and sharing rules, so that every process sees the change at its next
-- statement.
ALTER TABLE az_schema ADD COLUMN access INTEGER NOT NULL DEFAULT 1;
