CREATE INDEX refund_customer ON refund (tenant_id, customer_id, id);
