-- What people work from: few rows among many that have ended.
CREATE INDEX promise_waiting ON promise (tenant_id, id) WHERE state = 'open';
CREATE INDEX dispute_waiting ON dispute (tenant_id, id) WHERE state = 'open';
