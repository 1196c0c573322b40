-- What a payment changes of an item stands in no index, and a page has room for the second version of its rows: then a payment
-- touches the row and none of the indexes. What a customer has open is found among its items, by open_item_customer.
DROP INDEX open_item_unsettled;
DROP INDEX open_item_settled;
{postgres} ALTER TABLE open_item SET (fillfactor = 50);

-- Nearly all receipts end as applied, and nobody looks for those by their state.
DROP INDEX receipt_state;
CREATE INDEX receipt_state ON receipt (tenant_id, state, receipt_id) WHERE state <> 'applied';
