//! Invoicing through its contract, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod customers;
mod fixture;
mod invoices;
mod issuing;
mod lapses;
mod legal_entities;
mod memos;
mod orders;
mod pages;
mod peers;
mod replay;
mod settlement;
mod tenancy;
