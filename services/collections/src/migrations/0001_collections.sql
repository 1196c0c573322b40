-- Copy of credit's customers, and what we remember of contact with them. A row is locked by whoever writes to a customer.
CREATE TABLE customer (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  legal_name TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  segment TEXT NOT NULL,
  contacts TEXT NOT NULL,
  version BIGINT NOT NULL,
  paused_until INTEGER,
  pause_why TEXT NOT NULL DEFAULT '',
  noticed_on INTEGER,
  PRIMARY KEY (tenant_id, id)
);

-- Copy of reconciliation's items, one a document; credit memos are negative. Dispute and promise are ours.
CREATE TABLE receivable (
  tenant_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL,
  is_credit {bool} NOT NULL,
  number TEXT NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  total_minor BIGINT NOT NULL,
  open_minor BIGINT NOT NULL,
  issue_on INTEGER NOT NULL,
  due_on INTEGER NOT NULL,
  settled_on INTEGER,
  voided_on INTEGER,
  moved_on INTEGER NOT NULL,
  item_version BIGINT NOT NULL,
  disputed_minor BIGINT NOT NULL DEFAULT 0,
  promised_until INTEGER,
  PRIMARY KEY (tenant_id, document_id)
);
-- Aging reads this index alone.
CREATE INDEX receivable_aging ON receivable (tenant_id, currency, due_on, open_minor, disputed_minor) WHERE open_minor > 0;
CREATE INDEX receivable_due ON receivable (tenant_id, due_on, document_id) WHERE open_minor > 0;
CREATE INDEX receivable_customer ON receivable (tenant_id, customer_id, due_on) WHERE open_minor > 0;
CREATE INDEX receivable_credit ON receivable (tenant_id, customer_id) WHERE open_minor < 0;
CREATE INDEX receivable_issue ON receivable (tenant_id, issue_on);

-- Every change of an open balance on its business date: what is open today less what changed since is what was open then.
CREATE TABLE receivable_movement (
  tenant_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL,
  item_version BIGINT NOT NULL,
  moved_on INTEGER NOT NULL,
  change_minor BIGINT NOT NULL,
  open_after_minor BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, document_id, item_version)
);
CREATE INDEX receivable_movement_day ON receivable_movement (tenant_id, moved_on, document_id, change_minor);

-- Cash on documents: for the cash history and to judge promises. Taken back: reversed_on.
CREATE TABLE cash_application (
  tenant_id {uuid} NOT NULL,
  application_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL,
  applied_on INTEGER NOT NULL,
  reversed_on INTEGER,
  PRIMARY KEY (tenant_id, application_id)
);
CREATE INDEX cash_application_day ON cash_application (tenant_id, applied_on);
CREATE INDEX cash_application_reversed ON cash_application (tenant_id, reversed_on) WHERE reversed_on IS NOT NULL;
CREATE INDEX cash_application_document ON cash_application (tenant_id, document_id);

-- Money that is there but not applied: dunning must not ask for it again.
CREATE TABLE receipt (
  tenant_id {uuid} NOT NULL,
  receipt_id {uuid} NOT NULL,
  customer_id {uuid},
  currency CHAR(3) NOT NULL,
  unapplied_minor BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, receipt_id)
);
CREATE INDEX receipt_unapplied ON receipt (tenant_id, customer_id) WHERE unapplied_minor > 0;

CREATE TABLE strategy (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  segment TEXT NOT NULL,
  version BIGINT NOT NULL,
  active {bool} NOT NULL,
  minimum_currency CHAR(3),
  minimum_minor BIGINT,
  contact_gap_days INTEGER NOT NULL CHECK (contact_gap_days > 0),
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX strategy_version ON strategy (tenant_id, segment, version);
CREATE UNIQUE INDEX strategy_active ON strategy (tenant_id, segment) WHERE active;

-- previous_level is the level of the step before: an item between the two takes this step next.
CREATE TABLE strategy_step (
  tenant_id {uuid} NOT NULL,
  strategy_id {uuid} NOT NULL,
  level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 9),
  previous_level INTEGER NOT NULL,
  days_past_due INTEGER NOT NULL CHECK (days_past_due > 0),
  template TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (tenant_id, strategy_id, level)
);

CREATE TABLE dunning_run (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  as_of_on INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'issued')),
  prepared_by TEXT NOT NULL,
  approved_by TEXT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT approved_by_another CHECK (approved_by IS NULL OR approved_by <> prepared_by),
  CONSTRAINT approved_when_issued CHECK (state = 'draft' OR approved_by IS NOT NULL)
);

CREATE TABLE dunning_exclusion (
  tenant_id {uuid} NOT NULL,
  run_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  reason TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (tenant_id, run_id, customer_id, reason)
);

-- One letter per run, customer and currency. The letter follows from the items and the strategy version until it is sent;
-- then it is kept as it went out.
CREATE TABLE notice (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  run_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  strategy_id {uuid} NOT NULL,
  as_of_on INTEGER NOT NULL,
  level INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'queued', 'sent', 'bounced', 'cancelled')),
  total_minor BIGINT NOT NULL,
  credits_minor BIGINT NOT NULL,
  item_count BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  contact_name TEXT NOT NULL,
  recipient TEXT NOT NULL,
  language TEXT NOT NULL,
  issued_on INTEGER,
  subject TEXT,
  body TEXT,
  delivery TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_try_at BIGINT NOT NULL,
  claimed_until BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT sent_letters_are_kept CHECK (state <> 'sent' OR body IS NOT NULL)
);
CREATE UNIQUE INDEX notice_of_customer ON notice (tenant_id, run_id, customer_id, currency);
CREATE INDEX notice_customer ON notice (tenant_id, customer_id, id);
CREATE INDEX notice_queue ON notice (tenant_id, id) WHERE state = 'queued';

-- What a run proposed and its approver saw.
CREATE TABLE proposed_item (
  tenant_id {uuid} NOT NULL,
  notice_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL,
  level INTEGER NOT NULL,
  open_minor BIGINT NOT NULL CHECK (open_minor > 0),
  PRIMARY KEY (tenant_id, notice_id, document_id)
);

-- What was issued. The key is the promise that nobody is written to twice about one level of one invoice (which has one
-- customer: the key begins with it so that what is read and written together lies together). The highest level of an
-- invoice is its dunning level: a row here is an order of magnitude cheaper than another version of its receivable.
CREATE TABLE dunned_item (
  tenant_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL,
  level INTEGER NOT NULL,
  notice_id {uuid} NOT NULL,
  open_minor BIGINT NOT NULL CHECK (open_minor > 0),
  PRIMARY KEY (tenant_id, customer_id, document_id, level)
);

CREATE TABLE promise (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  paid_minor BIGINT NOT NULL,
  paid_before_minor BIGINT NOT NULL,
  promised_on INTEGER NOT NULL,
  due_on INTEGER NOT NULL CHECK (due_on >= promised_on),
  until_on INTEGER NOT NULL CHECK (until_on >= due_on),
  state TEXT NOT NULL CHECK (state IN ('open', 'kept', 'partly_kept', 'broken', 'withdrawn')),
  note TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX promise_customer ON promise (tenant_id, customer_id, id);
CREATE INDEX promise_open ON promise (tenant_id, until_on, id) WHERE state = 'open';

CREATE TABLE promise_item (
  tenant_id {uuid} NOT NULL,
  promise_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL,
  is_open {bool} NOT NULL,
  PRIMARY KEY (tenant_id, promise_id, document_id)
);
CREATE UNIQUE INDEX promise_item_open ON promise_item (tenant_id, document_id) WHERE is_open;

CREATE TABLE dispute (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  invoice_id {uuid} NOT NULL,
  invoice_number TEXT NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  category TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'resolved_credit', 'resolved_pay', 'conceded')),
  note TEXT NOT NULL,
  resolution TEXT NOT NULL,
  opened_on INTEGER NOT NULL,
  resolved_on INTEGER,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX dispute_open ON dispute (tenant_id, invoice_id) WHERE state = 'open';
CREATE INDEX dispute_customer ON dispute (tenant_id, customer_id, id);
CREATE INDEX dispute_opened ON dispute (tenant_id, opened_on);
CREATE INDEX dispute_resolved ON dispute (tenant_id, resolved_on) WHERE resolved_on IS NOT NULL;
