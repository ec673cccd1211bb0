-- The language in which the owner last used the account; NULL until somebody has.
ALTER TABLE account ADD COLUMN language TEXT;
