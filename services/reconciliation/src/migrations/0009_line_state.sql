-- Lines whose money is not applied in full, as they are looked for: by state. The state of a line stands in no index of its own
-- table, and a page has room for the second version of its rows: then a line that follows its receipt touches the row and none of
-- the indexes.
CREATE TABLE unsettled_line (
  tenant_id {uuid} NOT NULL,
  bank_line_id {uuid} NOT NULL,
  state TEXT NOT NULL,
  booked_on INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, bank_line_id),
  CHECK (state <> 'applied')
);
CREATE INDEX unsettled_line_state ON unsettled_line (tenant_id, state, booked_on, bank_line_id);
INSERT INTO unsettled_line (tenant_id, bank_line_id, state, booked_on)
  SELECT tenant_id, bank_line_id, state, booked_on FROM bank_line WHERE state <> 'applied';
DROP INDEX bank_line_state;
CREATE INDEX bank_line_booked ON bank_line (tenant_id, booked_on, bank_line_id);
{postgres} ALTER TABLE bank_line SET (fillfactor = 50);
