CREATE TABLE note (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  said TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
