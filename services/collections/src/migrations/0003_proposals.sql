-- What a run proposed and its approver saw: the lines of each draft in one row, written once and read once. A draft of
-- before is prepared again.
CREATE TABLE proposal (
  tenant_id {uuid} NOT NULL,
  notice_id {uuid} NOT NULL,
  items TEXT NOT NULL,
  PRIMARY KEY (tenant_id, notice_id)
);
UPDATE notice SET state = 'cancelled' WHERE state = 'draft';
DROP TABLE proposed_item;
-- The step an invoice takes next is the domain's decision.
ALTER TABLE strategy_step DROP COLUMN previous_level;
