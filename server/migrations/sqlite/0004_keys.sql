-- Which key of each ring the portal makes things with, and since when: what is known by a digest alone and was made
-- before may lie under an older one. The mark tells the key from every other one of its number.

CREATE TABLE key_ring (
    ring  TEXT    PRIMARY KEY,
    key   INTEGER NOT NULL,
    mark  BLOB    NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
