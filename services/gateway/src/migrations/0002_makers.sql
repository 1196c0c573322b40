-- Who answers for a key: four eyes are counted by this person.
ALTER TABLE api_key ADD COLUMN maker TEXT NOT NULL DEFAULT '';
{postgres} SET LOCAL app.system = 'on';
UPDATE api_key SET maker = substr(created_by, 6) WHERE created_by LIKE 'user:%';
-- Nobody remembers who made the key that made such a key: it has to be made again.
UPDATE api_key SET revoked = TRUE WHERE maker = '';

-- Sessions that have ended, and links that nobody could use any more, are removed.
CREATE INDEX session_end ON session (expires_at);
CREATE INDEX used_link_end ON used_link (expires_at);
