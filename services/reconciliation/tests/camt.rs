//! Bank files of our own making: camt.053, .052 and .054 with just what a test says.

use std::fmt::Write as _;

use crate::fixture::OUR_IBAN;

/// A line of a statement.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Signed, in cents.
    pub minor: i64,
    pub text: String,
    pub reference: String,
    pub bank_reference: String,
    pub end_to_end: String,
    pub name: String,
    pub iban: String,
    /// Domain, family and sub-family.
    pub code: Option<(&'static str, &'static str, &'static str)>,
    /// `BOOK` unless said otherwise.
    pub status: Option<&'static str>,
    /// ISO reason of a return.
    pub return_reason: Option<&'static str>,
    /// Parts of a batch: amount and text.
    pub parts: Vec<(i64, String)>,
    /// Booking day when it is not the statement's.
    pub day: Option<&'static str>,
}

/// Money in, with this text.
pub fn credit(minor: i64, text: &str) -> Line {
    Line { minor, text: text.to_owned(), ..Line::default() }
}

impl Line {
    pub fn from(mut self, iban: &str) -> Line {
        iban.clone_into(&mut self.iban);
        self
    }

    pub fn named(mut self, name: &str) -> Line {
        name.clone_into(&mut self.name);
        self
    }

    pub fn end_to_end(mut self, id: &str) -> Line {
        id.clone_into(&mut self.end_to_end);
        self
    }

    pub fn bank_reference(mut self, reference: &str) -> Line {
        reference.clone_into(&mut self.bank_reference);
        self
    }
}

/// A statement of a day.
#[derive(Clone, Debug)]
pub struct Statement {
    /// `053`, `052` or `054`.
    pub kind: &'static str,
    pub iban: &'static str,
    pub currency: &'static str,
    pub id: String,
    pub day: &'static str,
    /// Booked balance before, in cents.
    pub opening: i64,
    pub lines: Vec<Line>,
    /// Closing balance when it is not what the lines lead to.
    pub closing: Option<i64>,
}

impl Statement {
    pub fn new(id: &str, day: &'static str, opening: i64, lines: Vec<Line>) -> Statement {
        Statement { kind: "053", iban: OUR_IBAN, currency: "EUR", id: id.to_owned(), day, opening, lines, closing: None }
    }

    pub fn of_kind(mut self, kind: &'static str) -> Statement {
        self.kind = kind;
        self
    }

    /// Where the booked lines lead to, in cents.
    pub fn closing(&self) -> i64 {
        let booked = self.lines.iter().filter(|line| line.status.is_none_or(|status| status == "BOOK"));
        self.closing.unwrap_or_else(|| self.opening + booked.map(|line| line.minor).sum::<i64>())
    }

    pub fn write(&self) -> Vec<u8> {
        let (body, item) = match self.kind {
            "052" => ("BkToCstmrAcctRpt", "Rpt"),
            "054" => ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
            _ => ("BkToCstmrStmt", "Stmt"),
        };
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.{}.001.08\"><{body}>\
             <GrpHdr><MsgId>M-{}</MsgId><CreDtTm>{}T18:00:00Z</CreDtTm></GrpHdr><{item}><Id>{}</Id><CreDtTm>{}T18:00:00Z</CreDtTm>\
             <FrToDt><FrDtTm>{}T00:00:00Z</FrDtTm><ToDtTm>{}T23:59:59Z</ToDtTm></FrToDt>\
             <Acct><Id><IBAN>{}</IBAN></Id><Ccy>{}</Ccy></Acct>",
            self.kind, self.id, self.day, self.id, self.day, self.day, self.day, self.iban, self.currency
        );
        if self.kind == "053" {
            self.balance(&mut xml, "OPBD", self.opening);
            self.balance(&mut xml, "CLBD", self.closing());
        }
        for line in &self.lines {
            self.entry(&mut xml, line);
        }
        let _ = writeln!(xml, "</{item}></{body}></Document>");
        xml.into_bytes()
    }

    fn balance(&self, xml: &mut String, code: &str, minor: i64) {
        let _ =
            write!(xml, "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{}</Dt></Dt></Bal>", self.amount(minor), self.day);
    }

    fn amount(&self, minor: i64) -> String {
        let size = minor.unsigned_abs();
        let direction = if minor < 0 { "DBIT" } else { "CRDT" };
        format!("<Amt Ccy=\"{}\">{}.{:02}</Amt><CdtDbtInd>{direction}</CdtDbtInd>", self.currency, size / 100, size % 100)
    }

    fn entry(&self, xml: &mut String, line: &Line) {
        let day = line.day.unwrap_or(self.day);
        let _ = write!(
            xml,
            "<Ntry>{}<Sts><Cd>{}</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>",
            self.amount(line.minor),
            line.status.unwrap_or("BOOK")
        );
        tag(xml, "AcctSvcrRef", &line.bank_reference);
        let (domain, family, sub_family) = line.code.unwrap_or(("PMNT", "RCDT", "ESCT"));
        let _ = write!(
            xml,
            "<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>"
        );
        if line.parts.is_empty() {
            self.transaction(xml, line, line.minor, &line.text);
        }
        for (minor, text) in &line.parts {
            self.transaction(xml, line, *minor, text);
        }
        xml.push_str("</NtryDtls></Ntry>");
    }

    fn transaction(&self, xml: &mut String, line: &Line, minor: i64, text: &str) {
        xml.push_str("<TxDtls><Refs>");
        tag(xml, "EndToEndId", if line.end_to_end.is_empty() { "NOTPROVIDED" } else { &line.end_to_end });
        let _ = write!(xml, "</Refs>{}<RltdPties>", self.amount(minor));
        // Returns keep the roles of the payment they take back.
        let (party, account) = if line.minor > 0 || line.return_reason.is_some() { ("Dbtr", "DbtrAcct") } else { ("Cdtr", "CdtrAcct") };
        if !line.name.is_empty() {
            let _ = write!(xml, "<{party}><Pty><Nm>{}</Nm></Pty></{party}>", escaped(&line.name));
        }
        if !line.iban.is_empty() {
            let _ = write!(xml, "<{account}><Id><IBAN>{}</IBAN></Id></{account}>", line.iban);
        }
        xml.push_str("</RltdPties>");
        xml.push_str("<RmtInf>");
        tag(xml, "Ustrd", text);
        if !line.reference.is_empty() {
            let _ = write!(
                xml,
                "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{}</Ref></CdtrRefInf></Strd>",
                line.reference
            );
        }
        xml.push_str("</RmtInf>");
        if let Some(reason) = line.return_reason {
            let _ = write!(xml, "<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>");
        }
        xml.push_str("</TxDtls>");
    }
}

fn tag(xml: &mut String, name: &str, text: &str) {
    if !text.is_empty() {
        let _ = write!(xml, "<{name}>{}</{name}>", escaped(text));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
