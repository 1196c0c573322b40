-- Who may no longer come in with what was signed until then.
CREATE TABLE revoked_person (
  tenant_id {uuid} NOT NULL,
  subject TEXT NOT NULL,
  revoked_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, subject)
);

-- When the token was signed that opened the session.
ALTER TABLE session ADD COLUMN signed_at BIGINT NOT NULL DEFAULT 0;

CREATE INDEX session_person ON session (tenant_id, subject);
CREATE INDEX api_key_maker ON api_key (tenant_id, maker);
