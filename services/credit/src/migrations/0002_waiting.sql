ALTER TABLE credit_account ADD COLUMN score_source TEXT NOT NULL DEFAULT '';

DROP INDEX reservation_expiry;
CREATE INDEX reservation_lapse ON reservation (tenant_id, expires_on) WHERE state IN ('held', 'requested');
CREATE INDEX hold_case_page ON hold_case (tenant_id, id) WHERE state = 'open';
