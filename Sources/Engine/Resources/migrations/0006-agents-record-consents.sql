-- The standard user (profile 00e…002) records consents with proof; organisations made before could only read them.
-- 2 is the right to create, 4 the right to edit.
UPDATE az_object_right SET rights = rights | 2
    WHERE profile = 1407374883553282 AND object = 'ConsentEvent';

UPDATE az_object_right SET rights = rights | 6
    WHERE profile = 1407374883553282 AND object = 'ContactPointTypeConsent';
