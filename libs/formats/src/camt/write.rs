//! Writes camt.053.001.08, the end-of-day statement: what the simulator's banks send.
//!
//! Of the model it writes what a receivables ledger reads: identification, period, account, balances, entries with dates,
//! references and codes, transactions with parties, remittance, charges and return reasons. The output is valid against
//! the ISO schema and reads back to the same values.

mod detail;

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quittance_types::Fault;

use crate::error::FormatError;
use crate::statement::{Account, AccountIdentifier, AccountScheme, Amount, Balance, Direction, Entry, Moment, Statement, TransactionCode};

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

/// Writes one camt.053.001.08 message with `statements`, UTF-8, indented by two blanks. The same input gives the same bytes.
///
/// # Errors
/// `STATEMENT_MALFORMED` with the element path for what the schema does not allow: a missing identification, account,
/// amount, direction or date, an amount that is not money, a text that is too long or holds control characters.
pub fn write(message_id: &str, created: Moment, statements: &[Statement]) -> Result<Vec<u8>, Fault> {
    let mut out = Out { writer: Writer::new_with_indent(Vec::new(), b' ', 2), path: Vec::new() };
    out.document(message_id, created, statements)?;
    let mut bytes = out.writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

type Written = Result<(), FormatError>;

struct Out {
    writer: Writer<Vec<u8>>,
    path: Vec<&'static str>,
}

impl Out {
    fn document(&mut self, message_id: &str, created: Moment, statements: &[Statement]) -> Written {
        self.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let mut root = BytesStart::new("Document");
        root.push_attribute(("xmlns", NAMESPACE));
        self.event(Event::Start(root))?;
        self.within("BkToCstmrStmt", |out| {
            out.within("GrpHdr", |out| {
                out.text("MsgId", message_id, 35)?;
                out.text("CreDtTm", &date_time(created), 40)
            })?;
            if statements.is_empty() {
                return Err(out.refuse("Stmt", "a message holds at least one statement"));
            }
            statements.iter().try_for_each(|statement| out.statement(statement))
        })?;
        self.event(Event::End(BytesEnd::new("Document")))
    }

    fn statement(&mut self, statement: &Statement) -> Written {
        self.within("Stmt", |out| {
            out.required("Id", statement.id.as_deref(), 35)?;
            if let Some(page) = &statement.page {
                out.within("StmtPgntn", |out| {
                    out.text("PgNb", &page.number, 5)?;
                    out.text("LastPgInd", if page.last == Some(false) { "false" } else { "true" }, 5)
                })?;
            }
            out.optional("ElctrncSeqNb", statement.electronic_sequence.as_deref(), 18)?;
            out.optional("LglSeqNb", statement.legal_sequence.as_deref(), 18)?;
            out.optional("CreDtTm", statement.created.map(date_time).as_deref(), 40)?;
            if let (Some(from), Some(to)) = (statement.from, statement.to) {
                out.within("FrToDt", |out| {
                    out.text("FrDtTm", &date_time(from), 40)?;
                    out.text("ToDtTm", &date_time(to), 40)
                })?;
            }
            out.optional("CpyDplctInd", statement.copy_duplicate.as_deref(), 4)?;
            out.account("Acct", &statement.account)?;
            if statement.balances.is_empty() {
                return Err(out.refuse("Bal", "a statement holds at least one balance"));
            }
            statement.balances.iter().try_for_each(|balance| out.balance(balance))?;
            statement.entries.iter().try_for_each(|entry| out.entry(entry))?;
            out.optional("AddtlStmtInf", statement.additional_information.as_deref(), 500)
        })
    }

    fn account(&mut self, name: &'static str, account: &Account) -> Written {
        self.within(name, |out| {
            let id = account.id.as_ref().ok_or_else(|| out.refuse("Id", "an account number is required"))?;
            out.identifier(id)?;
            out.optional("Ccy", account.currency_code.as_deref(), 3)?;
            out.optional("Nm", account.name.as_deref(), 70)?;
            if let Some(owner) = &account.owner {
                out.within("Ownr", |out| out.party_fields(owner))?;
            }
            out.agent("Svcr", account.servicer.as_deref())
        })
    }

    fn identifier(&mut self, id: &AccountIdentifier) -> Written {
        self.within("Id", |out| {
            if id.scheme == AccountScheme::Iban {
                return out.text("IBAN", &id.value, 34);
            }
            out.within("Othr", |out| {
                out.text("Id", &id.value, 34)?;
                if let Some(scheme) = id.scheme_name() {
                    out.within("SchmeNm", |out| out.text("Prtry", scheme, 35))?;
                }
                out.optional("Issr", id.issuer(), 35)
            })
        })
    }

    fn balance(&mut self, balance: &Balance) -> Written {
        self.within("Bal", |out| {
            out.within("Tp", |out| out.within("CdOrPrtry", |out| out.text("Cd", balance.kind.code(), 4)))?;
            let direction = out.direction_of(balance.direction)?;
            out.amount("Amt", &balance.amount.signed(direction))?;
            out.direction(direction)?;
            let date = balance.date.ok_or_else(|| out.refuse("Dt", "a balance has a date"))?;
            out.date("Dt", date)
        })
    }

    fn entry(&mut self, entry: &Entry) -> Written {
        self.within("Ntry", |out| {
            out.optional("NtryRef", entry.reference(), 35)?;
            out.amount("Amt", &entry.amount)?;
            let direction = out.direction_of(entry.direction)?;
            out.direction(direction)?;
            if entry.reversal {
                out.text("RvslInd", "true", 5)?;
            }
            out.within("Sts", |out| out.required("Cd", Some(entry.status_code()), 4))?;
            entry.booking.map_or(Ok(()), |date| out.date("BookgDt", date))?;
            entry.value.map_or(Ok(()), |date| out.date("ValDt", date))?;
            out.optional("AcctSvcrRef", entry.servicer_reference(), 35)?;
            out.transaction_code(entry.transaction_code.as_deref())?;
            out.charges(&entry.charges)?;
            if !entry.details.is_empty() || !entry.batches.is_empty() {
                out.within("NtryDtls", |out| out.entry_details(entry))?;
            }
            out.optional("AddtlNtryInf", entry.additional_information(), 500)
        })
    }

    fn entry_details(&mut self, entry: &Entry) -> Written {
        if let Some(batch) = entry.batches.first() {
            self.within("Btch", |out| {
                out.optional("MsgId", batch.message_id.as_deref(), 35)?;
                out.optional("PmtInfId", batch.payment_information_id.as_deref(), 35)?;
                out.optional("NbOfTxs", batch.count.map(|count| count.to_string()).as_deref(), 15)
            })?;
        }
        entry.details.iter().try_for_each(|detail| self.detail(detail))
    }

    /// The schema wants the element even when nothing is known.
    fn transaction_code(&mut self, code: Option<&TransactionCode>) -> Written {
        self.within("BkTxCd", |out| {
            let Some(code) = code else { return Ok(()) };
            if let (Some(domain), Some(family), Some(sub_family)) = (&code.domain, &code.family, &code.sub_family) {
                out.within("Domn", |out| {
                    out.text("Cd", domain, 4)?;
                    out.within("Fmly", |out| {
                        out.text("Cd", family, 4)?;
                        out.text("SubFmlyCd", sub_family, 4)
                    })
                })?;
            }
            if let Some(own) = &code.proprietary {
                out.within("Prtry", |out| {
                    out.text("Cd", own, 35)?;
                    out.optional("Issr", code.issuer.as_deref(), 35)
                })?;
            }
            Ok(())
        })
    }

    fn amount(&mut self, name: &'static str, amount: &Amount) -> Written {
        let money = amount.money().filter(|money| !money.is_negative());
        let money = money.ok_or_else(|| self.refuse(name, "an amount is money and not negative; the direction gives the sign"))?;
        let mut start = BytesStart::new(name);
        start.push_attribute(("Ccy", money.currency().code()));
        self.event(Event::Start(start))?;
        self.event(Event::Text(BytesText::new(&money.amount().to_string())))?;
        self.event(Event::End(BytesEnd::new(name)))
    }

    fn direction_of(&self, direction: Option<Direction>) -> Result<Direction, FormatError> {
        direction.ok_or_else(|| self.refuse("CdtDbtInd", "credit or debit must be known"))
    }

    fn direction(&mut self, direction: Direction) -> Written {
        let code = match direction {
            Direction::Credit => "CRDT",
            Direction::Debit => "DBIT",
        };
        self.text("CdtDbtInd", code, 4)
    }

    fn date(&mut self, name: &'static str, moment: Moment) -> Written {
        self.within(name, |out| match moment.micros_of_day() {
            Some(_) => out.text("DtTm", &moment.to_string(), 40),
            None => out.text("Dt", &moment.to_string(), 16),
        })
    }

    fn required(&mut self, name: &'static str, text: Option<&str>, max: usize) -> Written {
        let text = text.filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| self.refuse(name, "a value is required"))?;
        self.text(name, text, max)
    }

    fn optional(&mut self, name: &'static str, text: Option<&str>, max: usize) -> Written {
        text.filter(|text| !text.is_empty()).map_or(Ok(()), |text| self.text(name, text, max))
    }

    fn text(&mut self, name: &'static str, text: &str, max: usize) -> Written {
        if text.is_empty() || text.chars().count() > max {
            return Err(self.refuse(name, &format!("1 to {max} characters are allowed")));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(self.refuse(name, "control characters are not allowed"));
        }
        self.event(Event::Start(BytesStart::new(name)))?;
        self.event(Event::Text(BytesText::new(text)))?;
        self.event(Event::End(BytesEnd::new(name)))
    }

    fn within(&mut self, name: &'static str, body: impl FnOnce(&mut Out) -> Written) -> Written {
        self.event(Event::Start(BytesStart::new(name)))?;
        self.path.push(name);
        body(self)?;
        self.path.pop();
        self.event(Event::End(BytesEnd::new(name)))
    }

    fn event(&mut self, event: Event<'_>) -> Written {
        let written: io::Result<()> = self.writer.write_event(event);
        written.map_err(|error| self.refuse("", &error.to_string()))
    }

    fn refuse(&self, name: &str, why: &str) -> FormatError {
        let mut path = self.path.join("/");
        if !path.is_empty() && !name.is_empty() {
            path.push('/');
        }
        path.push_str(name);
        FormatError::Unwritable { path, why: why.to_string() }
    }
}

/// The schema's date-time; a date without time is the start of its day.
fn date_time(moment: Moment) -> String {
    moment.at(moment.micros_of_day().unwrap_or_default()).to_string()
}
