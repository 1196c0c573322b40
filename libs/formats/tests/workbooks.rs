//! Workbooks as programs write them, and such as none does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::{FormatError, mapped, remittance};
use quittance_samples::archive::zip;

/// A workbook: its parts beside the sheet, the sheet's dimension, its rows.
fn book(parts: &[(&str, &str)], before: &str, rows: &str) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| format!("<Relationship Id=\"{id}\" Type=\"http://o/{kind}\" Target=\"{target}\"/>");
    let root = format!("<Relationships>{}</Relationships>", relation("a", "officeDocument", "/xl/workbook.xml"));
    let relations = format!(
        "<Relationships>{}{}</Relationships>",
        relation("c", "chartsheet", "chartsheets/sheet1.xml"),
        relation("s", "worksheet", "worksheets/sheet1.xml"),
    );
    let sheets = "<workbook><sheets><sheet name=\"Chart\" r:id=\"c\"/><sheet name=\"A &amp; B\" r:id=\"s\"/></sheets></workbook>";
    let sheet = format!("<worksheet>{before}<sheetData>{rows}</sheetData></worksheet>");
    let usual = [
        ("_rels/.rels", root.as_str()),
        ("xl/_rels/workbook.xml.rels", &relations),
        ("xl/workbook.xml", sheets),
        ("xl/worksheets/Sheet1.xml", &sheet),
    ];
    let own = |name: &str| parts.iter().any(|(other, _)| *other == name);
    let members: Vec<(&str, &[u8], bool)> =
        usual.iter().filter(|(name, _)| !own(name)).chain(parts).map(|(name, text)| (*name, text.as_bytes(), true)).collect();
    zip(&members)
}

/// Document, net and date of every line.
fn lines(bytes: &[u8]) -> Vec<String> {
    let advices = remittance::read(bytes, Some("a.xlsx")).unwrap();
    let date = |line: &remittance::AdviceLine| line.document_date.as_ref().map(|date| date.value.to_string()).unwrap_or_default();
    let all = advices.iter().flat_map(|advice| &advice.lines);
    all.map(|line| format!("{} {} {}", line.document.value, line.net_amount().unwrap_or_default(), date(line)).trim_end().to_string())
        .collect()
}

const STYLES: &str = "<styleSheet><numFmts><numFmt numFmtId=\"200\" formatCode=\"dd/mm/yyyy\"/></numFmts>\
    <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
    <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"200\"/><xf numFmtId=\"14\"><alignment/></xf></cellXfs></styleSheet>";

#[test]
fn shared_texts_dates_and_cells_without_places() {
    let strings = "<sst count=\"9\"><si><t>Invoice</t></si><si><t xml:space=\"preserve\"> Date </t></si><si><r><t>N</t></r><r><t>et</t></r>\
        <rPh><t>x</t></rPh></si><si><t>RE_x002D_17</t></si><si/></sst>";
    let rows = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c/><c t=\"s\"><v>2</v></c></row>\
        <row r=\"3\"><c t=\"s\"><v>3</v></c><c s=\"1\"><v>46054</v></c><c t=\"s\"><v>4</v></c><c r=\"D3\"><f>1+1</f><v>100.5</v></c></row>\
        <row><c r=\"A4\" t=\"str\"><v>RE&#45;18</v></c><c s=\"2\"><v>46055.75</v></c><c t=\"b\"><v>1</v></c><c t=\"n\"><v>2E2</v></c>\
        <c t=\"e\"><v>#N/A</v></c></row>\
        <row><c t=\"inlineStr\"><is><t>RE-19</t></is><v>0</v></c><c t=\"d\"><v>2026-02-03</v></c><c/><c><v>300</v></c></row>";
    let bytes = book(&[("xl/sharedStrings.xml", strings), ("xl/styles.xml", STYLES)], "<dimension ref=\"A1:D5\"/>", rows);
    assert_eq!(lines(&bytes), ["RE-17 100.5 2026-02-01", "RE-18 200 2026-02-02", "RE-19 300 2026-02-03"]);
    assert_eq!(remittance::read(&bytes, None).unwrap()[0].parts, ["sheet A & B"]);
    let since_1904 = "<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"A\" r:id=\"s\"/></sheets></workbook>";
    let bytes = book(
        &[("xl/workbook.xml", since_1904), ("xl/styles.xml", STYLES)],
        "",
        "<row><c t=\"inlineStr\"><is><t>Invoice</t></is></c><c t=\"inlineStr\"><is><t>Date</t></is></c><c t=\"inlineStr\"><is><t>Net</t></is></c></row>\
        <row><c><v>4711</v></c><c s=\"1\"><v>44592</v></c><c><v>12.34</v></c></row>",
    );
    assert_eq!(lines(&bytes), ["4711 12.34 2026-02-01"]);
}

const ROW: &str = "<row><c t=\"inlineStr\"><is><t>Invoice</t></is></c><c t=\"inlineStr\"><is><t>Net</t></is></c></row>\
    <row><c t=\"inlineStr\"><is><t>RE-1</t></is></c><c><v>1.5</v></c></row>";

/// As an advice, and as a statement by a mapping.
fn both(bytes: &[u8]) -> [Result<(), FormatError>; 2] {
    let mapping = serde_json::from_str(
        r#"{ "booked_on": 1, "date_format": "YYYY-MM-DD", "heads": false, "sign": { "kind": "signed", "amount": 2 }, "currency": "EUR",
        "account": "1" }"#,
    );
    [remittance::read(bytes, Some("a.xlsx")).map(drop), mapped::read(bytes, &mapping.unwrap()).map(drop)]
}

#[test]
fn places_outside_a_sheet_are_refused() {
    let refused = |rows: &str| {
        for outcome in both(&book(&[], "", rows)) {
            let text = outcome.unwrap_err().to_string();
            assert!(text.contains("no place in a sheet"), "{rows}: {text}");
        }
    };
    for row in ["99999999999", "4294967295", "1048577", "0", "-1", "x", ""] {
        refused(&format!("<row r=\"{row}\"><c><v>1</v></c></row>{ROW}{ROW}"));
        refused(&format!("<row><c r=\"A{row}\"><v>1</v></c></row>"));
    }
    for column in ["AAAAAAAAAAAAAA", "XFE", "A1A", "MWLQKWU", "Ä", "$A"] {
        refused(&format!("<row><c r=\"{column}1\"><v>1</v></c></row>"));
    }
    let many = "<c/>".repeat(20_000);
    for outcome in both(&book(&[], "", &format!("{ROW}<row><c r=\"XFD1048576\"/>{many}</row><row>{many}</row>"))) {
        outcome.unwrap();
    }
}

#[test]
fn what_a_workbook_says_of_itself_costs_nothing() {
    let texts = |count: &str| format!("<sst count=\"{count}\" uniqueCount=\"{count}\"><si><t>a</t></si></sst>");
    let format = |code: &str| {
        format!(
            "<styleSheet><numFmts><numFmt numFmtId=\"200\" formatCode=\"{code}\"/></numFmts><cellXfs><xf numFmtId=\"200\"/></cellXfs></styleSheet>"
        )
    };
    for count in ["1000000000000000000", "10000000000000", "18446744073709551616"] {
        assert_eq!(lines(&book(&[("xl/sharedStrings.xml", &texts(count))], "", ROW)), ["RE-1 1.5"]);
    }
    assert_eq!(lines(&book(&[("xl/styles.xml", &format(&"[".repeat(300)))], "", ROW)), ["RE-1 1.5"]);
    for dimension in ["B2:A1", "A1:ZZZZZZZZZ99999999999", "A1:B2:C3", ""] {
        assert_eq!(lines(&book(&[], &format!("<dimension ref=\"{dimension}\"/>"), ROW)), ["RE-1 1.5"], "{dimension}");
    }
    let cells =
        ["1e400", "-1e400", "nan", "99999999999999999999", "+.e"].map(|value| format!("<c t=\"n\" s=\"0\"><v>{value}</v></c>")).concat();
    assert_eq!(lines(&book(&[("xl/styles.xml", STYLES)], "", &format!("{ROW}<row>{cells}</row>"))), ["RE-1 1.5"]);
}

#[test]
fn damaged_workbooks_are_told() {
    let bytes = |parts: &[(&str, &str)], rows: &str| book(parts, "", rows);
    for (bytes, part) in [
        (bytes(&[("_rels/.rels", "<Relationships/>")], ROW), "_rels/.rels"),
        (bytes(&[("xl/_rels/workbook.xml.rels", "<Relationships")], ROW), "workbook.xml.rels"),
        (bytes(&[], "<row><c t=\"s\"><v>7</v></c></row>"), "A & B"),
        (bytes(&[], "<row><c><v>7"), "sheet1.xml"),
        (bytes(&[], "<row><c t=\"str\"><v>&unknown;</v></c></row>"), "entity"),
        (bytes(&[("xl/sharedStrings.xml", "<sst><si><t>a")], ROW), "sharedStrings.xml"),
    ] {
        let error = remittance::read(&bytes, Some("a.xlsx")).unwrap_err();
        assert!(matches!(error, FormatError::Malformed { .. }) && error.to_string().contains(part), "{part}: {error}");
    }
}
