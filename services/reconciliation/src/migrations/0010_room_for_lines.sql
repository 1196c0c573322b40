-- A line that is decided about grows by what decided and why: its second version needs more room than its first. A receipt moves in
-- its indexes, but need not move to another page.
{postgres} ALTER TABLE bank_line SET (fillfactor = 35);
{postgres} ALTER TABLE receipt SET (fillfactor = 45);
