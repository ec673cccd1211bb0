-- Which life of the data this is. Putting a backup back turns back time: what was used up or ended since would be good
-- again. So a copy says of itself that it is one, and whoever opens it to work with it first voids what was outstanding
-- when it was taken, and takes the mark away. With that a new epoch begins.

CREATE TABLE epoch (
    one    INTEGER PRIMARY KEY CONSTRAINT epoch_one CHECK (one = 1),
    number INTEGER NOT NULL,
    since  INTEGER NOT NULL, -- 0: from the beginning on
    source INTEGER,          -- when the backup was taken that it began with; none: nobody knows, or it is the first
    copied INTEGER           -- when this copy was taken; none: this is no copy
) STRICT;
INSERT INTO epoch (one, number, since) VALUES (1, 1, 0);
