CREATE TABLE api_key (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  name TEXT NOT NULL,
  permissions TEXT NOT NULL,
  secret_hash {bytes} NOT NULL,
  revoked {bool} NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE session (
  tenant_id {uuid} NOT NULL,
  secret_hash {bytes} NOT NULL,
  subject TEXT NOT NULL,
  permissions TEXT NOT NULL,
  form_token TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, secret_hash)
);

-- One-time links already used, until they would have run out anyway.
CREATE TABLE used_link (
  tenant_id {uuid} NOT NULL,
  link_hash {bytes} NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, link_hash)
);
