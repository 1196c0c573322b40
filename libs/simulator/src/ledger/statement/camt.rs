//! camt.053.001.02 and .08, written apart from the library's writer so that its reader meets a stranger.

use std::fmt::Write;

use quittance_types::Currency;

use super::Page;
use crate::ledger::line::{BankLine, Booked, codes};
use crate::ledger::money;
use crate::ledger::party;
use crate::ledger::period::date;
use crate::ledger::text::pieces;

/// The two versions banks deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Two,
    Eight,
}

impl Version {
    fn number(self) -> &'static str {
        match self {
            Version::Two => "02",
            Version::Eight => "08",
        }
    }
}

struct Out<'a> {
    xml: String,
    page: &'a Page<'a>,
    version: Version,
    width: usize,
}

pub(super) fn write(page: &Page<'_>, version: Version, width: usize) -> String {
    let mut out = Out { xml: String::with_capacity(1500 * page.lines.len() + 2000), page, version, width };
    out.document();
    out.xml
}

impl Out<'_> {
    fn document(&mut self) {
        let (page, number) = (self.page, self.version.number());
        let id = format!("{}-{:05}", page.seller.id, page.number);
        let made = format!("{}T19:02:00", date(page.day));
        let _ = writeln!(
            self.xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{number}\">\n<BkToCstmrStmt><GrpHdr><MsgId>M{id}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>"
        );
        let _ = write!(self.xml, "<Stmt><Id>{id}</Id><ElctrncSeqNb>{}</ElctrncSeqNb><CreDtTm>{made}</CreDtTm>", page.number);
        self.account();
        self.balance("OPBD", page.opening);
        self.balance("CLBD", page.closing);
        let mut from = 0;
        while from < page.lines.len() {
            let batch = page.lines[from].line.batch;
            let count = if batch == 0 { 1 } else { page.lines[from..].iter().take_while(|booked| booked.line.batch == batch).count() };
            self.entry(&page.lines[from..from + count]);
            from += count;
        }
        self.xml.push_str("</Stmt></BkToCstmrStmt></Document>\n");
    }

    fn account(&mut self) {
        let seller = self.page.seller;
        self.xml.push_str("<Acct>");
        self.account_id(&seller.iban);
        let _ = write!(self.xml, "<Ccy>{}</Ccy>", seller.currency.code());
        self.xml.push_str("<Ownr>");
        self.element("Nm", &seller.party.name);
        self.xml.push_str("</Ownr><Svcr><FinInstnId>");
        let name = if self.version == Version::Two { "BIC" } else { "BICFI" };
        self.element(name, &party::bic(seller.party.country, &seller.iban));
        self.xml.push_str("</FinInstnId></Svcr></Acct>\n");
    }

    fn account_id(&mut self, number: &str) {
        let is_iban = number.bytes().take(2).all(|byte| byte.is_ascii_uppercase());
        self.xml.push_str("<Id>");
        if is_iban {
            self.element("IBAN", number);
        } else {
            self.xml.push_str("<Othr>");
            self.element("Id", number);
            self.xml.push_str("</Othr>");
        }
        self.xml.push_str("</Id>");
    }

    fn balance(&mut self, kind: &str, amount: i64) {
        let _ = write!(self.xml, "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>");
        self.amount("Amt", amount.abs(), self.page.seller.currency);
        let _ = writeln!(self.xml, "<CdtDbtInd>{}</CdtDbtInd><Dt><Dt>{}</Dt></Dt></Bal>", direction(amount), date(self.page.day));
    }

    fn entry(&mut self, lines: &[Booked]) {
        let Some(first) = lines.first().map(|booked| &booked.line) else { return };
        let total: i64 = lines.iter().map(|booked| booked.line.amount).sum();
        let is_batch = lines.len() > 1;
        self.xml.push_str("<Ntry>");
        self.amount("Amt", total.abs(), self.page.seller.currency);
        let _ = write!(self.xml, "<CdtDbtInd>{}</CdtDbtInd>", direction(total));
        if first.code == codes::RETURN {
            self.xml.push_str("<RvslInd>true</RvslInd>");
        }
        self.xml.push_str(if self.version == Version::Two { "<Sts>BOOK</Sts>" } else { "<Sts><Cd>BOOK</Cd></Sts>" });
        let _ = write!(self.xml, "<BookgDt><Dt>{}</Dt></BookgDt><ValDt><Dt>{}</Dt></ValDt>", date(first.booked), date(first.valued));
        let reference = if is_batch { format!("B{}", first.id) } else { first.id.clone() };
        self.element("AcctSvcrRef", &reference);
        self.transaction_code(first);
        self.xml.push_str("<NtryDtls>");
        if is_batch {
            let _ = write!(self.xml, "<Btch><NbOfTxs>{}</NbOfTxs></Btch>", lines.len());
        }
        for booked in lines {
            self.detail(&booked.line);
        }
        self.xml.push_str("</NtryDtls>");
        if first.payer_name.is_empty() && !first.text.is_empty() {
            self.element("AddtlNtryInf", &first.text);
        }
        self.xml.push_str("</Ntry>\n");
    }

    fn transaction_code(&mut self, line: &BankLine) {
        let (domain, family, sub_family) = line.code.iso;
        let family = if line.code == codes::OWN && line.amount < 0 { "ICDT" } else { family };
        let _ = write!(
            self.xml,
            "<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        );
    }

    fn detail(&mut self, line: &BankLine) {
        let currency = self.page.seller.currency;
        self.xml.push_str("<TxDtls><Refs>");
        self.element("AcctSvcrRef", &line.id);
        let end_to_end_id = if line.end_to_end_id.is_empty() { "NOTPROVIDED" } else { &line.end_to_end_id };
        self.element("EndToEndId", end_to_end_id);
        self.xml.push_str("</Refs>");
        if self.version == Version::Eight {
            self.amount("Amt", line.amount.abs(), currency);
            let _ = write!(self.xml, "<CdtDbtInd>{}</CdtDbtInd>", direction(line.amount));
        }
        self.amounts(line);
        if line.charges > 0 {
            self.charges(line.charges);
        }
        self.parties(line);
        self.remittance(line);
        if let Some(reason) = line.return_reason {
            let _ = write!(self.xml, "<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>");
        }
        self.xml.push_str("</TxDtls>");
    }

    fn amounts(&mut self, line: &BankLine) {
        if line.instructed.is_none() && self.version == Version::Eight {
            return;
        }
        self.xml.push_str("<AmtDtls>");
        if let Some((amount, currency)) = line.instructed {
            self.xml.push_str("<InstdAmt>");
            self.amount("Amt", amount, currency);
            self.xml.push_str("</InstdAmt>");
        }
        self.xml.push_str("<TxAmt>");
        self.amount("Amt", line.amount.abs(), self.page.seller.currency);
        self.xml.push_str("</TxAmt></AmtDtls>");
    }

    fn charges(&mut self, charges: i64) {
        let currency = self.page.seller.currency;
        self.xml.push_str("<Chrgs>");
        if self.version == Version::Eight {
            self.amount("TtlChrgsAndTaxAmt", charges, currency);
            self.xml.push_str("<Rcrd>");
            self.amount("Amt", charges, currency);
            self.xml.push_str("<CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd>");
        } else {
            self.amount("Amt", charges, currency);
            self.xml.push_str("<CdtDbtInd>DBIT</CdtDbtInd>");
        }
        self.xml.push_str("</Chrgs>");
    }

    /// Roles are those of the original payment, also when it comes back.
    fn parties(&mut self, line: &BankLine) {
        if line.payer_name.is_empty() && line.payer_account.is_empty() {
            return;
        }
        let (party, account, ultimate) = if line.amount > 0 || line.code == codes::RETURN {
            ("Dbtr", "DbtrAcct", "UltmtDbtr")
        } else {
            ("Cdtr", "CdtrAcct", "UltmtCdtr")
        };
        self.xml.push_str("<RltdPties>");
        self.party(party, &line.payer_name);
        if !line.payer_account.is_empty() {
            let _ = write!(self.xml, "<{account}>");
            self.account_id(&line.payer_account);
            let _ = write!(self.xml, "</{account}>");
        }
        if !line.ultimate.is_empty() {
            self.party(ultimate, &line.ultimate);
        }
        self.xml.push_str("</RltdPties>");
    }

    fn party(&mut self, name: &str, of: &str) {
        let (open, close) = if self.version == Version::Two { ("", "") } else { ("<Pty>", "</Pty>") };
        let _ = write!(self.xml, "<{name}>{open}");
        self.element("Nm", of);
        let _ = write!(self.xml, "{close}</{name}>");
    }

    fn remittance(&mut self, line: &BankLine) {
        if line.text.is_empty() && line.structured.is_none() {
            return;
        }
        self.xml.push_str("<RmtInf>");
        for piece in pieces(&line.text, self.width) {
            self.element("Ustrd", &piece);
        }
        if let Some((kind, issuer, reference)) = &line.structured {
            let code = if *kind == "SCOR" { "Cd" } else { "Prtry" };
            let _ = write!(self.xml, "<Strd><CdtrRefInf><Tp><CdOrPrtry><{code}>{kind}</{code}></CdOrPrtry>");
            if let Some(issuer) = issuer {
                self.element("Issr", issuer);
            }
            let _ = write!(self.xml, "</Tp><Ref>{reference}</Ref></CdtrRefInf></Strd>");
        }
        self.xml.push_str("</RmtInf>");
    }

    fn amount(&mut self, name: &str, minor: i64, currency: Currency) {
        let _ = write!(self.xml, "<{name} Ccy=\"{}\">{}</{name}>", currency.code(), money::text(minor, currency));
    }

    fn element(&mut self, name: &str, text: &str) {
        let _ = write!(self.xml, "<{name}>");
        for character in text.chars() {
            match character {
                '&' => self.xml.push_str("&amp;"),
                '<' => self.xml.push_str("&lt;"),
                '>' => self.xml.push_str("&gt;"),
                other => self.xml.push(other),
            }
        }
        let _ = write!(self.xml, "</{name}>");
    }
}

fn direction(amount: i64) -> &'static str {
    if amount < 0 { "DBIT" } else { "CRDT" }
}
