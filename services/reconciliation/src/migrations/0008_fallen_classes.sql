-- Classes of matches that are only suggested, since people found too many of them wrong. seller_id: the legal entity, or the nil id
-- for accounts that belong to none.
CREATE TABLE fallen_class (
  tenant_id {uuid} NOT NULL,
  seller_id {uuid} NOT NULL,
  class TEXT NOT NULL,
  fallen_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, seller_id, class)
);
