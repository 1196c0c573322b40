-- Which answers have run out. On SQLite rows lie in the order they were written, which is the order they run out in.
{postgres} CREATE INDEX idempotency_key_expiry ON idempotency_key (expires_at);
