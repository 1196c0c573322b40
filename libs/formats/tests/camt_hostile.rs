//! Files made to hurt, and files that merely look strange.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::fingerprint::fingerprints;
use quittance_formats::{BankFile, camt, detect, read};
use quittance_types::{BusinessDate, Fault, Reason};

const ISO: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

fn entry(amount: &str, rest: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt><ValDt><Dt>2026-01-05</Dt></ValDt>{rest}</Ntry>"
    )
}

fn balance(code: &str, amount: &str) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>"
    )
}

fn message(namespace: &str, inside: &str) -> String {
    format!(
        "<Document xmlns=\"{namespace}\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-05T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{inside}</Stmt></BkToCstmrStmt></Document>"
    )
}

fn good(inside: &str) -> BankFile {
    read(message(ISO, inside).as_bytes()).unwrap()
}

fn refused(text: &str) -> Fault {
    read(text.as_bytes()).unwrap_err()
}

fn kinds(file: &BankFile) -> Vec<&'static str> {
    file.findings.iter().map(|finding| finding.kind.code()).collect()
}

#[test]
fn a_document_type_is_refused_wherever_it_stands() {
    let body = message(ISO, "");
    let laughs = "<!DOCTYPE a [<!ENTITY l \"ha\"><!ENTITY m \"&l;&l;\">]>";
    let external = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">";
    let parameter = "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://x/\">%p;]>";
    for declaration in [laughs, external, parameter, "<!DOCTYPE a>", "<!doctype a>", "<!DOCTYPE a [<!ENTITY"] {
        for text in [
            format!("{declaration}{body}"),
            format!("<?xml version=\"1.0\"?>\n{declaration}{body}"),
            body.replace("</Stmt>", &format!("{declaration}</Stmt>")),
            format!("{body}{declaration}"),
        ] {
            assert_eq!(refused(&text).reason(), Reason::XmlDtdForbidden, "{text}");
        }
    }
    let fault = refused(&format!("\n\n<!DOCTYPE a>{body}"));
    assert_eq!(fault.get("line"), Some("3"));
}

#[test]
fn limits_hold() {
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=\"1\"")).collect();
    let namespaces: String = (0..100_000).map(|number| format!(" xmlns:a{number}=\"u\"")).collect();
    let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let long = "x".repeat(1 << 20);
    let many = format!("<Bal>{}</Bal>", "<x/>".repeat(100_000));
    let empty_entries = "<Ntry/>".repeat(200_000);
    for text in [
        format!("<Document{attributes}/>"),
        format!("<Document{namespaces}/>"),
        message(ISO, &format!("<Ntry{attributes}/>")),
        deep.clone(),
        message(ISO, &deep),
        message(ISO, &format!("<AddtlStmtInf>{long}</AddtlStmtInf>")),
        message(ISO, &entry("1", &format!("<AddtlNtryInf>{long}</AddtlNtryInf>"))),
        message(ISO, &format!("<Acct x=\"{long}\"/>")),
        message(ISO, &many),
        message(ISO, &empty_entries),
        format!("<{long}/>"),
    ] {
        assert_eq!(refused(&text).reason(), Reason::XmlLimit);
    }
}

#[test]
fn only_predefined_entities_are_replaced() {
    let file = good(&entry("1", "<AddtlNtryInf>A &amp; B &lt;&gt;&quot;&apos; &#x20AC;&#8364;<![CDATA[ <C> ]]></AddtlNtryInf>"));
    assert_eq!(file.statements[0].entries[0].additional_information(), Some("A & B <>\"' €€ <C>"));
    for bad in ["&nbsp;", "&x;", "&", "&#0;", "&#xD800;", "&#27;", "\u{1}", "\0"] {
        let text = message(ISO, &entry("1", &format!("<AddtlNtryInf>{bad}</AddtlNtryInf>")));
        assert_eq!(refused(&text).reason(), Reason::StatementMalformed, "{bad:?}");
    }
}

#[test]
fn encodings_are_read_as_declared_or_refused() {
    let body = message(ISO, &entry("1", "<AddtlNtryInf>Zürich</AddtlNtryInf>"));
    let latin: Vec<u8> =
        format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{body}").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let marked = [b"\xEF\xBB\xBF", body.as_bytes()].concat();
    for bytes in [latin.clone(), marked, body.clone().into_bytes()] {
        let file = read(&bytes).unwrap();
        assert_eq!(file.statements[0].entries[0].additional_information(), Some("Zürich"));
    }
    let lie = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{body}");
    assert_eq!(kinds(&read(lie.as_bytes()).unwrap())[0], "encoding_mismatch");
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(body.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let unmarked: Vec<u8> = body.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let undeclared: Vec<u8> = latin[latin.len() - body.chars().count()..].to_vec();
    for bytes in [utf16, unmarked, undeclared, format!("<?xml version=\"1.0\" encoding=\"UTF-7\"?>{body}").into_bytes()] {
        assert_eq!(read(&bytes).unwrap_err().reason(), Reason::XmlEncoding);
        assert_eq!(detect(&bytes).map_err(|fault| fault.reason()).err(), Some(Reason::XmlEncoding));
    }
}

#[test]
fn cut_and_crossed_files_name_the_place() {
    let text = message(ISO, &entry("1", ""));
    let cut = text.find("<CdtDbtInd>").unwrap();
    let fault = refused(&text[..cut]);
    assert_eq!(fault.reason(), Reason::StatementMalformed);
    assert_eq!(fault.get("path"), Some("/Document/BkToCstmrStmt/Stmt/Ntry"));
    assert_eq!(refused(&text.replace("</Ntry>", "</Ntri>")).reason(), Reason::StatementMalformed);
    assert_eq!(refused(&text.replace("</Document>", "")).reason(), Reason::StatementMalformed);
    assert_eq!(refused(&format!("{text} trailing")).reason(), Reason::StatementMalformed);
    assert_eq!(refused(&text.replace("Ccy=\"EUR\">1<", "Ccy=\"EUR>1<")).reason(), Reason::StatementMalformed);
    for (text, reason) in [
        ("", Reason::FormatUnknown),
        ("  \n", Reason::FormatUnknown),
        ("hello", Reason::FormatUnknown),
        ("<html/>", Reason::FormatUnknown),
        ("<", Reason::StatementMalformed),
    ] {
        assert_eq!(refused(text).reason(), reason, "{text:?}");
    }
}

#[test]
fn any_namespace_and_prefix_will_do() {
    for (namespace, version) in [
        (ISO, "camt.053.001.08"),
        ("http://www.six-interbank-clearing.com/de/camt.053.001.04.xsd", "camt.053.001.04"),
        ("urn:swift:xsd:camt.053.001.02", "camt.053.001.02"),
        ("urn:sepade:xsd:camt.053.001.02", "camt.053.001.02"),
        ("urn:example", ""),
    ] {
        let file = read(message(namespace, &entry("1", "")).as_bytes()).unwrap();
        assert_eq!(file.version, version);
        assert_eq!(kinds(&file).contains(&"namespace_unexpected"), version.is_empty());
    }
    let plain = message(ISO, &entry("1", ""));
    let prefixed = plain.replace("xmlns=", "xmlns:n=").replace("</", "</n:").replace('<', "<n:").replace("<n:/n:", "</n:");
    assert_eq!(read(prefixed.as_bytes()).unwrap().statements, read(plain.as_bytes()).unwrap().statements);
    let wrong = message("urn:iso:std:iso:20022:tech:xsd:camt.054.001.08", &entry("1", ""));
    assert!(kinds(&read(wrong.as_bytes()).unwrap()).contains(&"namespace_unexpected"));
    let soap = format!("<e:Envelope xmlns:e=\"urn:e\"><e:Body>{plain}</e:Body></e:Envelope>");
    assert_eq!(read(soap.as_bytes()).unwrap().version, "camt.053.001.08");
    let version_01 = plain.replace("BkToCstmrStmt", "BkToCstmrStmtV01");
    assert_eq!(read(version_01.as_bytes()).unwrap().statements.len(), 1);
}

#[test]
fn balances_are_checked_and_never_corrected() {
    let right = format!("{}{}{}{}", balance("OPBD", "10.00"), balance("CLBD", "13.50"), entry("1.25", ""), entry("2.25", ""));
    assert!(good(&right).findings.is_empty());
    let wrong = right.replace("13.50", "13.51");
    let file = good(&wrong);
    assert_eq!(kinds(&file), ["balance_mismatch"]);
    assert!(file.has_warnings());
    let pending = right.replacen("BOOK", "PDNG", 1);
    assert_eq!(kinds(&good(&pending)), ["balance_mismatch"]);
}

#[test]
fn batches_are_lines_only_when_they_add_up() {
    let details = |amounts: &[&str], extra: &str| -> String {
        let all: String =
            amounts.iter().map(|amount| format!("<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>")).collect();
        entry("10.00", &format!("<NtryDtls>{extra}{all}</NtryDtls>"))
    };
    let lines = |inside: &str| good(&format!("{}{}{inside}", balance("OPBD", "0"), balance("CLBD", "10"))).statements[0].lines().count();
    assert_eq!(lines(&details(&["4", "6"], "")), 2);
    assert_eq!(lines(&details(&["4", "5"], "")), 1);
    assert_eq!(
        lines(&details(&["12", "2"], "").replacen("2</Amt><CdtDbtInd>CRDT", "2</Amt><CdtDbtInd>DBIT", 2).replacen(
            "12</Amt><CdtDbtInd>DBIT",
            "12</Amt><CdtDbtInd>CRDT",
            1
        )),
        2
    );
    let file =
        good(&format!("{}{}{}", balance("OPBD", "0"), balance("CLBD", "10"), details(&["4", "5"], "<Btch><NbOfTxs>3</NbOfTxs></Btch>")));
    assert_eq!(kinds(&file), ["count_mismatch", "details_sum_mismatch"]);
}

#[test]
fn strange_values_are_findings() {
    for (old, new, kind) in [
        ("CRDT</CdtDbtInd><Sts>", "CREDIT</CdtDbtInd><Sts>", "direction_unknown"),
        ("<Cd>BOOK</Cd>", "<Cd>DONE</Cd>", "status_unknown"),
        ("<Dt>2026-01-05</Dt></BookgDt>", "<Dt>2026-02-30</Dt></BookgDt>", "date_malformed"),
        ("<BookgDt><Dt>2026-01-05</Dt></BookgDt>", "", "date_missing"),
        ("\"EUR\">7", "\"XXX\">7", "currency_unknown"),
        ("\"EUR\">7", "\"USD\">7", "currency_mismatch"),
        ("\"EUR\">7", "\"\">7", "currency_missing"),
        (">7<", ">-7<", "amount_negative"),
        (">7<", ">7,00<", "amount_malformed"),
        (">7<", ">7.001<", "amount_precision"),
        (">7<", ">99999999999999999<", "amount_out_of_range"),
        ("<Amt Ccy=\"EUR\">7</Amt>", "", "amount_missing"),
    ] {
        let text = entry("7", "");
        assert!(text.contains(old), "{old}");
        let file = good(&text.replacen(old, new, 1));
        let finding = file.findings.iter().find(|finding| finding.kind.code() == kind);
        let finding = finding.unwrap_or_else(|| panic!("{kind}: {:?}", kinds(&file)));
        assert_eq!((finding.statement, finding.entry), (Some(0), Some(0)), "{kind}");
        assert!(finding.path.starts_with("Stmt[1]/Ntry[1]/"), "{}", finding.path);
    }
}

#[test]
fn very_many_findings_are_counted_not_kept() {
    let file = good(&"<Ntry><Amt Ccy=\"EUR\">x</Amt><CdtDbtInd>x</CdtDbtInd><Sts>y</Sts></Ntry>".repeat(10_000));
    assert_eq!(file.findings.len(), 5_001);
    assert_eq!(kinds(&file).last(), Some(&"findings_truncated"));
}

#[test]
fn a_status_nobody_knows_and_the_last_further_text_are_kept() {
    let status = |code: &str, rest: &str| entry("5.00", rest).replace("<Cd>BOOK</Cd>", &format!("<Cd>{code}</Cd>"));
    let further = "<AddtlNtryInf>first</AddtlNtryInf><AddtlNtryInf>last</AddtlNtryInf><AddtlNtryInf/>";
    let file =
        good(&format!("{}{}", status("XPND", further), status("HELD", "<AddtlNtryInf>A</AddtlNtryInf><AddtlNtryInf>B</AddtlNtryInf>")));
    let [first, second] = file.statements[0].entries.as_slice() else { panic!("two entries") };
    assert_eq!((first.status_code(), second.status_code()), ("XPND", "HELD"));
    assert_eq!((first.additional_information(), second.additional_information()), (None, Some("B")));
    let same = good(&[balance("OPBD", "0.00"), status("XPND", ""), status("HELD", "")].concat());
    let digests = fingerprints(&same.statements[0]);
    assert_ne!(digests[0].digest, digests[1].digest);
    let written = camt::write("M", BusinessDate::parse("2026-01-05").unwrap().into(), &same.statements).unwrap();
    assert!(String::from_utf8(written).unwrap().contains("<Cd>XPND</Cd>"));
}
