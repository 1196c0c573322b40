//! A folder written by hand, and bank files for it.

use std::path::Path;

use quittance_backtest::{Options, Outcome, Silent, run};
use tempfile::TempDir;

pub const ACCOUNT: &str = "DE89370400440532013000";

/// A folder being filled.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// Two customers, three invoices, a credit note, a closed invoice; no bank file yet.
    pub fn small() -> Folder {
        let folder = Folder::new();
        folder.put(
            "sellers.csv",
            &format!("seller_id,name,country,currency,iban,statement_format\nS1,Rexa GmbH,DE,EUR,{ACCOUNT},camt.053.08\n"),
        );
        folder.put(
            "customers.csv",
            "customer_id,seller_id,customer_no,name,city,country,vat_id,known_ibans,parent_customer_id\n\
             C1,S1,10482,Nordlicht Handels GmbH,Kiel,DE,DE129273398,DE02120300000000202051,\n\
             C2,S1,10977,\"Brandt, Söhne AG\",Köln,DE,,DE02500105170137075030;DE02100500000054540402,\n",
        );
        folder.put(
            "open_items.csv",
            "invoice_number,seller_id,customer_id,doc_type,issue_date,due_date,currency,total,open_amount,terms,discount_pct,discount_days,po_number,delivery_note,creditor_reference\n\
             RX7-2026-44120,S1,C1,INV,2026-10-01,2026-10-31,EUR,1190.00,1190.00,30 days,2,10,PO-77120,,\n\
             RX7-2026-44121,S1,C1,INV,2026-10-02,2026-11-01,EUR,833.00,833.00,30 days,,,,,\n\
             RX7-2026-44122,S1,C2,INV,2026-10-02,2026-11-01,EUR,2500.00,2500.00,30 days,,,,,RF18539007547034\n\
             CN-2026-0031,S1,C1,CN,2026-10-05,2026-10-05,EUR,90.00,90.00,,,,,,\n",
        );
        folder.put(
            "closed_items.csv",
            "invoice_number,seller_id,customer_id,currency,total,closed_date\nRX7-2026-43999,S1,C2,EUR,410.00,2026-09-28\n",
        );
        folder.put("fx_rates.csv", "currency,eur_per_unit\nUSD,0.92\nGBP,1.17\n");
        folder.put(
            "policy.json",
            r#"{"bank_fee_max": 30.00, "rounding_tolerance": 0.05, "write_off_max": "5.00", "discount_grace_days": 3, "fx_tolerance_pct": 1.5, "overpayment": "on_account", "short_payment": "apply_and_keep_open"}"#,
        );
        folder.put(
            "history.jsonl",
            "{\"date\":\"2026-09-01\",\"seller_id\":\"S1\",\"amount\":410.5,\"currency\":\"EUR\",\"payer_name\":\"BRANDT SOEHNE AG\",\"payer_account\":\"DE02500105170137075030\",\"text\":\"RX7-2026-43999\",\"structured_reference\":null,\"end_to_end_id\":\"\",\"customer_id\":\"C2\",\"applied\":[{\"invoice\":\"RX7-2026-43999\",\"amount\":\"410.00\"}],\"differences\":[{\"kind\":\"rounding\",\"amount\":0.5}]}\n",
        );
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn put(&self, name: &str, text: &str) {
        self.put_bytes(name, text.as_bytes());
    }

    pub fn put_bytes(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.path().join(name)).unwrap();
    }

    pub fn run(&self) -> Outcome {
        self.run_with(true, 1)
    }

    pub fn run_with(&self, history: bool, threads: usize) -> Outcome {
        run(&Options { data: self.path().to_owned(), history, threads }, &Silent).unwrap()
    }
}

/// The rows of `result.csv`, header first.
pub fn results(outcome: &Outcome) -> Vec<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    outcome.write_results(file.path()).unwrap();
    std::fs::read_to_string(file.path()).unwrap().lines().map(str::to_owned).collect()
}

/// The rows of one line.
pub fn rows_of<'r>(rows: &'r [String], line: &str) -> Vec<&'r str> {
    rows.iter().map(String::as_str).filter(|row| row.split(',').next() == Some(line)).collect()
}

/// A payment in a bank file.
#[derive(Clone, Copy)]
pub struct Payment<'a> {
    pub reference: &'a str,
    /// Negative for a debit.
    pub cents: i64,
    pub payer: &'a str,
    pub account: &'a str,
    pub text: &'a str,
}

pub const fn payment<'a>(reference: &'a str, cents: i64, payer: &'a str, account: &'a str, text: &'a str) -> Payment<'a> {
    Payment { reference, cents, payer, account, text }
}

fn decimal(cents: i64, point: char) -> String {
    format!("{}{point}{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// A camt.053 of `version` (`02`, `08`) for a day of November 2026.
pub fn camt(version: &str, account: &str, day: u32, opening: i64, payments: &[Payment<'_>]) -> String {
    let side = |cents: i64| if cents < 0 { "DBIT" } else { "CRDT" };
    let closing = opening + payments.iter().map(|payment| payment.cents).sum::<i64>();
    let balance = |kind: &str, cents: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{}</CdtDbtInd><Dt><Dt>2026-11-{day:02}</Dt></Dt></Bal>",
            decimal(cents, '.'),
            side(cents)
        )
    };
    let status = if version == "02" { "<Sts>BOOK</Sts>" } else { "<Sts><Cd>BOOK</Cd></Sts>" };
    let party = |name: &str| if version == "02" { format!("<Nm>{name}</Nm>") } else { format!("<Pty><Nm>{name}</Nm></Pty>") };
    let entry = |payment: &Payment<'_>| {
        format!(
            "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{status}<BookgDt><Dt>2026-11-{day:02}</Dt></BookgDt><ValDt><Dt>2026-11-{day:02}</Dt></ValDt>\
             <AcctSvcrRef>entry-{reference}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
             <NtryDtls><TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs><RltdPties><Dbtr>{name}</Dbtr><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties>\
             <RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
            amount = decimal(payment.cents, '.'),
            side = side(payment.cents),
            reference = payment.reference,
            name = party(payment.payer),
            iban = payment.account,
            text = payment.text,
        )
    };
    let entries: String = payments.iter().map(entry).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\"><BkToCstmrStmt><GrpHdr><MsgId>M-{account}-{day}</MsgId>\
         <CreDtTm>2026-11-{day:02}T22:00:00</CreDtTm></GrpHdr><Stmt><Id>ST-{account}-{day}</Id><ElctrncSeqNb>{day}</ElctrncSeqNb><CreDtTm>2026-11-{day:02}T22:00:00</CreDtTm>\
         <Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>\n",
        balance("OPBD", opening),
        balance("CLBD", closing),
    )
}

/// An MT940 for a day of November 2026.
pub fn mt940(account: &str, day: u32, opening: i64, payments: &[Payment<'_>]) -> String {
    let side = |cents: i64| if cents < 0 { "D" } else { "C" };
    let closing = opening + payments.iter().map(|payment| payment.cents).sum::<i64>();
    let entry = |payment: &Payment<'_>| {
        format!(
            ":61:2611{day:02}11{day:02}{}{}NTRFNONREF//{}\r\n:86:166?00GUTSCHRIFT?20{}?31{}?32{}\r\n",
            side(payment.cents),
            decimal(payment.cents, ','),
            payment.reference,
            payment.text,
            payment.account,
            payment.payer,
        )
    };
    let entries: String = payments.iter().map(entry).collect();
    format!(
        ":20:ST{day}\r\n:25:{account}\r\n:28C:{day}/1\r\n:60F:{}2611{day:02}EUR{}\r\n{entries}:62F:{}2611{day:02}EUR{}\r\n-\r\n",
        side(opening),
        decimal(opening, ','),
        side(closing),
        decimal(closing, ',')
    )
}
