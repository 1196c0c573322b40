-- What people's corrections need to know of decisions, and what makes waiting lines worth another look.

-- What the engine's proposal is counted by once its truth is known.
ALTER TABLE bank_line ADD COLUMN grade TEXT NOT NULL DEFAULT '';

-- The receipt together with whose money a credit memo was used.
ALTER TABLE application ADD COLUMN beside_receipt_id {uuid};
CREATE INDEX application_beside ON application (tenant_id, beside_receipt_id) WHERE beside_receipt_id IS NOT NULL;

-- Whether what the engine had made of a line was right, as people say. The last word counts.
CREATE TABLE match_answer (
  tenant_id {uuid} NOT NULL,
  bank_line_id {uuid} NOT NULL,
  legal_entity_id {uuid},
  grade TEXT NOT NULL,
  is_right {bool} NOT NULL,
  answered_by TEXT NOT NULL,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, bank_line_id)
);
CREATE INDEX match_answer_at ON match_answer (tenant_id, answered_at);

-- Lines that wait although something they may be about has changed since the engine looked at them.
CREATE TABLE woken_line (
  tenant_id {uuid} NOT NULL,
  bank_line_id {uuid} NOT NULL,
  times BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, bank_line_id)
);
CREATE INDEX exception_customer ON exception (tenant_id, customer_id) WHERE state <> 'resolved';
