-- Whether entries of the log tell of the request: one that found nothing to do, or asked for a preview, has none.
ALTER TABLE idempotency_key ADD COLUMN told {bool} NOT NULL DEFAULT FALSE;
