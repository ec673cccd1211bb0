-- In which order links were made. Their times are whole seconds of a clock that can be put right, so two may share one
-- or stand in the wrong order, and which of them is superseded would be chance.

ALTER TABLE link ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE link SET number = made.number
    FROM (SELECT id, row_number() OVER (ORDER BY created, id) AS number FROM link) AS made WHERE made.id = link.id;
-- Not unique: a portal of the version before may still run beside a command of this one, and gives none.
CREATE INDEX link_number ON link (number);
