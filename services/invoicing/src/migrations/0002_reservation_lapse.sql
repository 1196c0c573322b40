ALTER TABLE sales_order ADD COLUMN payment_method TEXT NOT NULL DEFAULT '';

-- Reservations that are gone, by the version that said so; zero for an order stored before any did. Submission and event both
-- write the row, so whichever comes second sees the first.
CREATE TABLE reservation_lapse (
  tenant_id {uuid} NOT NULL,
  order_id {uuid} NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, order_id)
);

-- What people work from: few rows among many that have ended.
CREATE INDEX sales_order_held ON sales_order (tenant_id, created_at, order_id) WHERE state = 'held';
CREATE INDEX invoice_draft ON invoice (tenant_id, invoice_id) WHERE state = 'draft';
