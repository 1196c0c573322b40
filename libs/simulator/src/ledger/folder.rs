//! The files of a folder, written as the ledger is made.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Params;
use super::advice::{Advice, AdviceFile};
use super::customer::Customer;
use super::item::Item;
use super::line::{Applied, Booked};
use super::money;
use super::pay::Confirmed;
use super::period::date;
use super::scheme;
use super::seller::Seller;
use super::statement::Page;

type Csv = csv::Writer<BufWriter<File>>;

/// Every seller's values of `policy.json`.
const POLICY: &str = r#"{
  "bank_fee_max": 30.00,
  "rounding_tolerance": 0.05,
  "write_off_max": 5.00,
  "discount_grace_days": 3,
  "fx_tolerance_pct": 1.5,
  "overpayment": "on_account",
  "short_payment": "apply_and_keep_open"
}
"#;

/// The open files of a folder.
pub struct Folder {
    path: PathBuf,
    sellers: Csv,
    customers: Csv,
    open: Csv,
    closed: Csv,
    history: BufWriter<File>,
    truth: Csv,
    remit_truth: Csv,
    /// Amounts of the history as numbers instead of texts.
    bare_numbers: bool,
    advices: u64,
}

impl Folder {
    /// Creates the folder and everything in it that does not depend on the ledger.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(path: &Path, params: &Params) -> io::Result<Folder> {
        std::fs::create_dir_all(path.join("statements"))?;
        std::fs::create_dir_all(path.join("remittance"))?;
        std::fs::write(path.join("policy.json"), POLICY)?;
        let mut rates = table(path, "fx_rates.csv", &["currency", "eur_per_unit"])?;
        for (code, rate) in money::rates() {
            rates.write_record([code, &rate])?;
        }
        rates.flush()?;
        Ok(Folder {
            sellers: table(path, "sellers.csv", &["seller_id", "name", "country", "currency", "iban", "statement_format"])?,
            customers: table(path, "customers.csv", &CUSTOMER)?,
            open: table(path, "open_items.csv", &OPEN)?,
            closed: table(path, "closed_items.csv", &["invoice_number", "seller_id", "customer_id", "currency", "total", "closed_date"])?,
            history: BufWriter::new(File::create(path.join("history.jsonl"))?),
            truth: table(path, "truth.csv", &TRUTH)?,
            remit_truth: table(path, "remit_truth.csv", &["advice", "invoice", "net", "deduction"])?,
            path: path.to_owned(),
            bare_numbers: params.seed % 2 == 1,
            advices: 0,
        })
    }

    /// Writes a seller.
    ///
    /// # Errors
    /// What the file system says.
    pub fn seller(&mut self, seller: &Seller) -> io::Result<()> {
        let country = seller.party.country.code;
        let row = [&seller.id, seller.party.name.as_str(), country, seller.currency.code(), &seller.iban, seller.feed.as_str()];
        Ok(self.sellers.write_record(row)?)
    }

    /// Writes a customer.
    ///
    /// # Errors
    /// What the file system says.
    pub fn customer(&mut self, seller: &Seller, customer: &Customer) -> io::Result<()> {
        let printed = |number: &str| if customer.ordinal % 9 == 4 { scheme::groups(number, 4, 0) } else { number.to_owned() };
        let known: Vec<String> = customer.accounts.iter().filter(|account| account.known).map(|account| printed(&account.number)).collect();
        let party = &customer.party;
        let known = known.join(";");
        let row = [
            customer.id.as_str(),
            &seller.id,
            &customer.number,
            &party.name,
            party.town,
            party.country.code,
            &party.vat_id,
            &known,
            &customer.parent,
        ];
        Ok(self.customers.write_record(row)?)
    }

    /// Writes an item to the open or the closed ones.
    ///
    /// # Errors
    /// What the file system says.
    pub fn item(&mut self, seller: &Seller, customer: &Customer, item: &Item) -> io::Result<()> {
        let currency = item.currency;
        let total = money::text(item.total, currency);
        if let Some(closed) = item.closed {
            let closed = date(closed).to_string();
            let row = [item.number.as_str(), &seller.id, &customer.id, currency.code(), &total, &closed];
            return Ok(self.closed.write_record(row)?);
        }
        let (percent, days) = item
            .discount
            .map_or((String::new(), String::new()), |(tenths, days)| (format!("{}.{}", tenths / 10, tenths % 10), days.to_string()));
        let terms = match item.discount {
            _ if item.credit => "immediate".to_owned(),
            Some((tenths, days)) => format!("{}.{}/{days} net {}", tenths / 10, tenths % 10, item.days),
            None => format!("net {}", item.days),
        };
        let row = [
            item.number.as_str(),
            &seller.id,
            &customer.id,
            if item.credit { "CN" } else { "INV" },
            &date(item.issued).to_string(),
            &date(item.due).to_string(),
            currency.code(),
            &total,
            &money::text(item.open, currency),
            &terms,
            &percent,
            &days,
            &item.order,
            &item.delivery,
            &item.reference,
        ];
        Ok(self.open.write_record(row)?)
    }

    /// Writes a confirmed past line.
    ///
    /// # Errors
    /// What the file system says.
    pub fn confirmed(&mut self, seller: &Seller, confirmed: &Confirmed) -> io::Result<()> {
        let line = &confirmed.line;
        let text = |value: &str| serde_json::Value::from(value).to_string();
        let structured = line.structured.as_ref().map(|(_, _, reference)| reference.as_str()).unwrap_or_default();
        let customer = confirmed.applied.first().map(|applied| applied.customer.as_str()).unwrap_or_default();
        let applied: Vec<String> = confirmed
            .applied
            .iter()
            .filter(|applied| !applied.invoice.is_empty())
            .map(|applied| format!("{{\"invoice\":{},\"amount\":{}}}", text(&applied.invoice), self.number(&applied.amount_text())))
            .collect();
        let differences: Vec<String> = confirmed
            .applied
            .iter()
            .filter(|applied| !applied.reason.is_empty())
            .map(|applied| format!("{{\"kind\":{},\"amount\":{}}}", text(applied.reason), self.number(&adjust_text(applied))))
            .collect();
        writeln!(
            self.history,
            "{{\"date\":\"{}\",\"seller_id\":{},\"amount\":{},\"currency\":\"{}\",\"payer_name\":{},\"payer_account\":{},\"text\":{},\"structured_reference\":{},\"end_to_end_id\":{},\"customer_id\":{},\"applied\":[{}],\"differences\":[{}]}}",
            date(line.booked),
            text(&seller.id),
            self.number(&money::text(line.amount, seller.currency)),
            seller.currency.code(),
            text(&line.payer_name),
            text(&line.payer_account),
            text(&line.text),
            text(structured),
            text(&line.end_to_end_id),
            text(customer),
            applied.join(","),
            differences.join(","),
        )
    }

    fn number(&self, amount: &str) -> String {
        if self.bare_numbers { amount.to_owned() } else { format!("\"{amount}\"") }
    }

    /// Writes an advice and its truth.
    ///
    /// # Errors
    /// What the file system says.
    pub fn advice(&mut self, seller: &Seller, advice: &Advice, file: &AdviceFile) -> io::Result<()> {
        self.advices += 1;
        let stem = format!("{}-{:06}", seller.id, self.advices);
        std::fs::write(self.path.join("remittance").join(format!("{stem}.{}", file.extension)), &file.bytes)?;
        for row in &advice.rows {
            let (net, deduction) = (money::text(row.net, advice.currency), money::text(row.deduction, advice.currency));
            self.remit_truth.write_record([stem.as_str(), &row.number, &net, &deduction])?;
        }
        Ok(())
    }

    /// Writes a statement; `again`: the same bytes are delivered a second time under another name.
    ///
    /// # Errors
    /// What the file system says.
    pub fn statement(&self, page: &Page<'_>, again: bool) -> io::Result<()> {
        let bytes = page.write();
        let directory = self.path.join("statements");
        let name = format!("{}_{}_{:05}", page.seller.id, date(page.day), page.number);
        std::fs::write(directory.join(format!("{name}.{}", page.extension())), &bytes)?;
        if again {
            std::fs::write(directory.join(format!("{name}_again.{}", page.extension())), &bytes)?;
        }
        Ok(())
    }

    /// Writes what is true about a line.
    ///
    /// # Errors
    /// What the file system says.
    pub fn truth(&mut self, seller: &Seller, booked: &Booked) -> io::Result<()> {
        let amount = money::text(booked.line.amount, seller.currency);
        let class = booked.truth.class.as_str();
        let end = [booked.truth.scenario.as_str(), &amount, seller.currency.code()];
        if booked.truth.applied.is_empty() {
            return Ok(self.truth.write_record([booked.line.id.as_str(), class, "", "", "", "", ""].iter().chain(&end))?);
        }
        for applied in &booked.truth.applied {
            let adjust = if applied.adjust == 0 { String::new() } else { adjust_text(applied) };
            let paid = applied.amount_text();
            let row = [booked.line.id.as_str(), class, &applied.customer, &applied.invoice, &paid, &adjust, applied.reason];
            self.truth.write_record(row.iter().chain(&end))?;
        }
        Ok(())
    }

    /// Writes out what is still in memory.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(mut self) -> io::Result<()> {
        for table in [&mut self.sellers, &mut self.customers, &mut self.open, &mut self.closed, &mut self.truth, &mut self.remit_truth] {
            table.flush()?;
        }
        self.history.flush()
    }
}

const CUSTOMER: [&str; 9] =
    ["customer_id", "seller_id", "customer_no", "name", "city", "country", "vat_id", "known_ibans", "parent_customer_id"];
const OPEN: [&str; 15] = [
    "invoice_number",
    "seller_id",
    "customer_id",
    "doc_type",
    "issue_date",
    "due_date",
    "currency",
    "total",
    "open_amount",
    "terms",
    "discount_pct",
    "discount_days",
    "po_number",
    "delivery_note",
    "creditor_reference",
];
const TRUTH: [&str; 10] = [
    "line_id",
    "class",
    "customer_id",
    "invoice_number",
    "applied_amount",
    "adjust_amount",
    "adjust_reason",
    "scenario",
    "line_amount",
    "line_currency",
];

fn adjust_text(applied: &Applied) -> String {
    money::text(applied.adjust, applied.currency)
}

fn table(path: &Path, name: &str, columns: &[&str]) -> io::Result<Csv> {
    let mut table = csv::Writer::from_writer(BufWriter::with_capacity(1 << 18, File::create(path.join(name))?));
    table.write_record(columns)?;
    Ok(table)
}
