-- Of a seller's answers the newest count.
DROP INDEX match_answer_at;
CREATE INDEX match_answer_newest ON match_answer (tenant_id, legal_entity_id, answered_at);

-- What the engine suggested that a line pays, in short, to hold against what a person then pays by hand.
ALTER TABLE bank_line ADD COLUMN suggested {uuid};
