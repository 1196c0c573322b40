//! Files that cost their sender nothing cost the reader little: refused, or read within bounds, and fast.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::remittance::Advice;
use quittance_formats::{Document, Inspected, read};
use quittance_types::{Fault, Reason};

#[test]
fn tiny_records_in_great_number_are_refused() {
    let many = |head: &str, piece: &str, tail: &str| format!("{head}{}{tail}", piece.repeat(300_000));
    for text in [
        many(":20:A\n:25:1\n:60F:C260101EUR1,\n", ":61:\n", ":62F:C260101EUR1,\n"),
        many(":20:A\n", ":25:1\n", ""),
        many(":20:A\n:25:1\n:86:", "\n\n\n\n\n\n\n\n", ""),
        many(":20:A\n:25:1\n", ":62M:C\n", ""),
        many("01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n", "03,1/\n", "99,0,1,1/\n"),
        many("01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n03,1/\n", "16,,/\n", "49,0,1/\n"),
        many("0000030101719005\n10103732XXXXXXXXX EUR0BE                  0000000099999990261017\n", "21\n", ""),
        many("OFXHEADER:100\n<OFX>", "<STMTRS><A>1</STMTRS>", "</OFX>"),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap_err().reason(), Reason::XmlLimit, "{}", &text[..60]);
    }
}

/// Each of these took a quadratic number of steps once: days, at these sizes.
#[test]
fn long_texts_without_structure_are_read_once() {
    let mt940 = |text: String| format!(":20:A\n:25:1\n:61:260101C1,N051X\n:86:{text}\n");
    let bai2 = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n03,1/\n16,115,1,,,,";
    let files: Vec<(String, Result<usize, Reason>)> = vec![
        (mt940(format!("166{}", "?20a+/".repeat(200_000))), Ok(1)),
        (mt940("/EREF/".repeat(200_000)), Ok(1)),
        (format!("{bai2}{}\n49,1,3/\n98,1,1,5/\n99,1,1,7/\n", "/ /16".repeat(200_000)), Ok(1)),
        (format!("OFXHEADER:100\n<OFX>{}", "<A>".repeat(9_000)), Err(Reason::StatementMalformed)),
        // A name of a character is short.
        (
            format!(
                "OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>1</BANKACCTFROM><BANKTRANLIST>{}\
                </BANKTRANLIST></STMTRS></OFX>",
                format!("<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260105<TRNAMT>1.00<FITID>F1<NAME>{}</STMTTRN>", "&".repeat(60_000)).repeat(40)
            ),
            Ok(40),
        ),
        // A key word looks no further than its value, a word no further than an IBAN is long.
        (mt940(format!("166{}", "?20SVWZ+EREF+".repeat(80_000))), Ok(1)),
        (mt940("DE12 ".repeat(200_000)), Ok(1)),
        // Each set is looked over once, however many follow.
        (x12("ST*820*1~BPR*I*1*C*NON~SE*3*1~", 9_000), Ok(9_000)),
        (format!("UNB+UNOC:3+A+B+260928:1015+9'{}UNZ+9000+9'", "UNH+1+REMADV:D:96A:UN'UNT+2+1'".repeat(9_000)), Ok(9_000)),
        // So is each message, and each declaration of a namespace, which ends with its element.
        (format!("<a>{}</a>", remittance_message().repeat(20_000)), Ok(0)),
        (format!("<a>{}{}</a>", "<b xmlns:c=\"d\"/>".repeat(100_000), remittance_message()), Ok(0)),
        // No account looks for its details in what another one looked through.
        (bai2_in_lines("16,115,1/ 03,1,/\n", 26_000), Ok(26_000)),
        (bai2_in_lines("16,115,1/ 49,1,2/ 03,1,/ ", 29_000), Ok(29_000)),
        // Texts are added to those before, currencies are kept once.
        (coda_of_notes(100_000), Ok(0)),
        (remadv(&"CUX+2:EUR:11'".repeat(400_000)), Ok(1)),
        (remadv(&format!("DOC+380+1'{}", "MOA+12:1:EUR'".repeat(200_000))), Ok(1)),
        (remadv(&format!("DOC+380+1'AJT+1'{}", "FTX+AAI+++TEXT'".repeat(400_000))), Ok(1)),
        (x12_set(&format!("RMR*IV*1**1~ADX*1*01~{}", "NTE**TEXT~".repeat(400_000))), Ok(1)),
        // The end of a set may be written with blanks: what follows is not looked through for it again.
        (x12(&format!("ST*820*1~BPR*I*1*C*NON~SE *3*1~{:110}\n", ""), 60_000), Ok(60_000)),
        (
            format!("UNB+UNOC:3+A+B+260928:1015+9'{}UNZ+9000+9'", format!("UNH+1+REMADV:D:96A:UN'UNT +2+1'{:110}\n", "").repeat(60_000)),
            Ok(60_000),
        ),
        // A namespace is told once, references of a transaction are put together once.
        (format!("<a xmlns=\"{}\">{}</a>", "u".repeat(4 << 20), "<b/>".repeat(500_000)), Err(Reason::FormatUnknown)),
        (camt_of_references(20_000), Ok(1)),
        // Of a line only so many labels are looked at.
        ("Datum: 1  ".repeat(400_000), Err(Reason::FormatUnknown)),
        // Tables of payments are taken out of a page all at once.
        (payments(74_000), Ok(1)),
        // Elements of a drawing end with the piece of the page they stand in, and so does what is closed by nothing.
        (format!("<html><svg>{}{}", "<td>x".repeat(40_000), "</y>x".repeat(40_000)), Err(Reason::FormatUnknown)),
        (format!("<html><body>{}", "<div></x>y".repeat(40_000)), Err(Reason::FormatUnknown)),
        (format!("<html><body>{}", "<w></x>y".repeat(40_000)), Err(Reason::XmlLimit)),
        // The parts of a mail are looked for once.
        (mail_of_parts("--b\nContent-Type: multipart/mixed; boundary=c\n\n\n", 10_000), Err(Reason::XmlLimit)),
    ];
    for (text, expected) in files {
        let found = Inspected::read(text.as_bytes(), None).map(|inspected| {
            inspected.write(&mut std::io::sink()).unwrap();
            count(&inspected)
        });
        assert_eq!(found.map_err(|fault| fault.reason()), expected, "{}", &text[..60]);
    }
}

/// A page of `count` tables of payments and one of rows.
fn payments(count: usize) -> String {
    let payments: String = (0..count).map(|number| format!("Check No  Amount\n{number}  1.00\n")).collect();
    format!("{payments}Invoice  Amount\nRE-1  1.00\n")
}

/// What many lines repeat of a text they have in common is short.
#[test]
fn what_lines_have_in_common_is_shown_in_part() {
    let files: [fn(&str) -> String; 4] = [
        |text| {
            let entry = "<Amt Ccy=\"EUR\">9000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>";
            let details = "<TxDtls><Amt Ccy=\"EUR\">1</Amt></TxDtls>".repeat(9_000);
            camt(&format!("<Ntry>{entry}<NtryDtls>{details}</NtryDtls><AddtlNtryInf>{text}</AddtlNtryInf></Ntry>"))
        },
        |text| x12_set(&format!("ENT*1~N1*PR*{text}~{}", "RMR*IV*1**1~".repeat(9_000))),
        |text| remadv(&format!("DOC+380+1'AJT+{text}'{}", "MOA+9:1'".repeat(9_000))),
        |text| remadv(&format!("DOC+380+1'AJT+1'FTX+AAI+++{text}'{}", "MOA+9:1'".repeat(9_000))),
    ];
    let shown = |file: &str| {
        let mut shown = Vec::new();
        Inspected::read(file.as_bytes(), None).unwrap().write(&mut shown).unwrap();
        shown.len()
    };
    for file in files {
        let (short, long) = (shown(&file("TEXT")), shown(&file(&"TEXT ".repeat(10_000))));
        assert!(long < 3 * short, "{long} bytes, {short} of a short text");
    }
}

/// An entry of one transaction.
fn camt(entry: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>\
        {entry}</Stmt></BkToCstmrStmt></Document>"
    )
}

fn camt_of_references(count: usize) -> String {
    let references = "<RltdRmtInf><RmtId>1</RmtId></RltdRmtInf>".repeat(count / 2 - 100);
    camt(&format!("<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><NtryDtls><TxDtls>{references}</TxDtls></NtryDtls></Ntry>"))
}

fn mail_of_parts(part: &str, count: usize) -> String {
    let head = "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n";
    format!("{head}{}--b--\n", part.repeat(count))
}

/// Attachments that inflate to megabytes each, and sheets that are one and the same.
#[test]
fn what_inflates_is_counted_over_all_parts() {
    let book = quittance_samples::archive::workbook_deflated(&"<row/>".repeat(300_000));
    let encoded: String =
        book.iter().map(|byte| format!("={byte:02X}")).collect::<Vec<_>>().chunks(20).map(|line| line.concat() + "=\n").collect();
    let part = format!("--b\nContent-Type: application/x; name=a.xlsx\nContent-Transfer-Encoding: quoted-printable\n\n{encoded}\n");
    let refused = quittance_formats::remittance::read(mail_of_parts(&part, 90).as_bytes(), Some("a.eml")).unwrap_err();
    assert!(refused.to_string().contains("inflated from all parts"), "{refused}");
}

fn bai2_in_lines(records: &str, count: usize) -> String {
    let records = records.repeat(count);
    format!("01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n03,1/\n{records}\n98,1,1,5/\n99,1,1,7/\n")
}

fn x12(set: &str, count: usize) -> String {
    let head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0306*U*00401*000000126*0*P*>~\
        GS*RA*A*B*20261122*0306*126*X*004010~";
    format!("{head}{}GE*{count}*126~IEA*1*000000126~", set.repeat(count))
}

fn x12_set(segments: &str) -> String {
    x12(&format!("ST*820*1~BPR*I*1*C*NON~{segments}SE*3*1~"), 1)
}

fn remadv(segments: &str) -> String {
    format!("UNB+UNOC:3+A+B+260928:1015+9'UNH+1+REMADV:D:96A:UN'BGM+481+A+9'{segments}UNT+3+1'UNZ+1+9'")
}

/// Entries, sets or lines of a file.
fn count(inspected: &Inspected) -> usize {
    let advices = |advices: &[Advice]| advices.iter().map(|advice| advice.lines.len()).sum();
    match inspected {
        Inspected::Advices { advices: found, .. } => advices(found),
        Inspected::Document(document) => match document.as_ref() {
            Document::Statement(file) => file.entry_count(),
            Document::Interchange(file) => file.sets.len(),
            Document::Remittance(message) => advices(&message.advices),
            other => panic!("{other:?}"),
        },
    }
}

/// A statement without movements, with so many free texts in it.
fn coda_of_notes(notes: usize) -> String {
    let record = |fields: &[(usize, &str)]| {
        let mut line = " ".repeat(128);
        fields.iter().for_each(|(at, text)| line.replace_range(*at..at + text.len(), text));
        line + "\n"
    };
    let amount = "0000000001000000261017";
    [
        record(&[(0, "0000001101700005"), (127, "2")]),
        record(&[(0, "10103732XXXXXXXXX EUR0BE"), (43, amount)]),
        record(&[(0, "4 00010001"), (32, "A NOTE OF THE BANK")]).repeat(notes),
        record(&[(0, "8103732XXXXXXXXX EUR0BE"), (42, amount)]),
    ]
    .concat()
}

fn remittance_message() -> &'static str {
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:remt.001.001.04\"><RmtAdvc><GrpHdr><MsgId>M</MsgId></GrpHdr></RmtAdvc></Document>"
}

#[test]
fn short_records_that_say_something_are_read() {
    let statement = ":20:A\n:25:NL44RABO0123456789\n:60F:C260101EUR0,00\n:62F:C260101EUR0,00\n-\n";
    let files = [
        (format!(":20:A\n:25:1\n:60F:C260101EUR0,\n{}:62F:C260101EUR60000,\n-\n", ":61:260101C1,00NTRFNONREF\n".repeat(60_000)), 60_000),
        (format!(":20:A\n:25:1\n:60F:C260101EUR0,\n{}:62F:C260101EUR60000,\n-\n", ":61:260101C1,NTRFX\n:86:RE 1\n".repeat(60_000)), 60_000),
        (format!(":20:A\n:25:1\n:60F:C260101EUR0,\n{}:62F:C260101EUR60000,\n-\n", ":61:260101C1,\n".repeat(300_000)), 300_000),
        (statement.repeat(20_000), 0),
        (bai2(25_000), 25_000),
        (bai2(300_000), 300_000),
        (quiet_accounts(25_000), 0),
    ];
    for (text, entries) in files {
        let file = read(text.as_bytes()).unwrap();
        assert_eq!(file.entry_count(), entries, "{}", &text[..60]);
    }
}

/// Accounts on which nothing moved, with their balances and totals.
fn quiet_accounts(count: usize) -> String {
    let account = "03,12345678,USD,010,0,,,015,0,,,045,0,,,100,0,0,,400,0,0,/\n49,0,2/\n".repeat(count);
    let records = count * 2 + 2;
    format!("01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,USD,2/\n{account}98,0,{count},{records}/\n99,0,1,{}/\n", records + 2)
}

/// Sets and messages of the files below.
const SETS: usize = 20_000;

#[test]
fn short_advices_and_statuses_are_read() {
    let set = "ST*820*0001~BPR*C*100.00*C*ACH*CTX*01*123456789*DA*1234567890****01*987654321*DA*987654~TRN*1*10001~\
        N1*PR*BUYER INC~N1*PE*SELLER INC~ENT*1~RMR*IV*INV10001**100.00~SE*8*0001~";
    let x12 = format!(
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0306*U*00401*000000126*0*P*>~\
        GS*RA*A*B*20261122*0306*126*X*004010~{}GE*20000*126~IEA*1*000000126~",
        set.repeat(SETS)
    );
    let message = "UNH+1+REMADV:D:96A:UN'BGM+481+AV1001+9'DTM+137:20260928:102'NAD+PR+4012345000009::9'NAD+PE+4012345000016::9'\
        CUX+2:EUR:11'DOC+380+RE10001'MOA+12:100.00'UNS+S'MOA+12:100.00'UNT+11+1'";
    let edifact = format!("UNB+UNOC:3+A+B+260928:1015+9'{}UNZ+20000+9'", message.repeat(SETS));
    for text in [x12, edifact] {
        Inspected::read(text.as_bytes(), None).unwrap_or_else(|fault| panic!("{}: {fault}", &text[..60]));
    }
    let status = "<TxInfAndSts><OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>".repeat(100_000);
    let report = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>M</MsgId></GrpHdr>\
        <OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>{status}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    );
    Inspected::read(report.as_bytes(), None).unwrap();
    let status = "<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>".repeat(200_000);
    let report = report.replace(&report[report.find("<TxInf").unwrap()..report.rfind("</OrgnlPmtInfAndSts>").unwrap()], &status);
    Inspected::read(report.as_bytes(), None).unwrap();
}

/// Paid cheques with a number and nothing else, as many banks list them, with the right totals.
fn bai2(count: usize) -> String {
    let cheque = "16,475,12500,0,,100000/\n".repeat(count);
    let (sum, records) = (count * 12_500, count + 2);
    format!(
        "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,USD,2/\n03,1,USD/\n{cheque}49,{sum},{records}/\n98,{sum},1,{}/\n99,{sum},1,{}/\n",
        records + 2,
        records + 4
    )
}

/// Word lists its styles in a comment.
#[test]
fn pages_of_office_programs_are_read() {
    let styles = "<w:LsdException Locked=\"false\" Priority=\"9\" Name=\"heading 1\"/>".repeat(500);
    let table = "<table><tr><td>Invoice<td>Net</tr><tr><td>RE-1<td>1,00</tr></table>";
    let page =
        format!("<html><head><!--[if gte mso 9]><xml><w:LatentStyles>{styles}</w:LatentStyles></xml><![endif]--></head><body>{table}");
    assert_eq!(quittance_formats::remittance::read(page.as_bytes(), Some("a.html")).unwrap()[0].lines.len(), 1);
}

#[test]
fn a_row_whose_end_does_not_end_is_read() {
    for tail in ["</tr <td>y", "</tr <b"] {
        let page = format!("<table><tr><td>{}{tail}", "x".repeat(50_000));
        quittance_formats::remittance::read(page.as_bytes(), Some("a.html")).unwrap();
    }
}

/// Rows of a sheet with amounts that do not repeat, and how many there are.
fn sheet(rows: usize) -> String {
    let digits = |row: usize| (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44;
    let row = |row: usize| {
        let (number, amount) = (digits(row), digits(row + rows) % 100_000);
        format!(
            "<row r=\"{row}\"><c r=\"A{row}\"><v>{number}</v></c><c r=\"B{row}\" t=\"inlineStr\"><is><t>2026-01-05</t></is></c>\
            <c r=\"C{row}\"><v>{amount}.25</v></c><c r=\"D{row}\"><v>{amount}.25</v></c></row>"
        )
    };
    (1..=rows).map(row).collect()
}

#[test]
fn long_workbooks_are_read() {
    let book = quittance_samples::archive::workbook_deflated(&sheet(60_000));
    let advices = quittance_formats::remittance::read(&book, Some("a.xlsx")).unwrap();
    assert_eq!(advices[0].lines.len(), 60_000, "{} bytes", book.len());
    let mapping = serde_json::from_str(
        r#"{ "booked_on": 2, "date_format": "YYYY-MM-DD", "heads": false, "sign": { "kind": "signed", "amount": 3 }, "currency": "EUR",
        "account": "1", "reference": 1 }"#,
    );
    let file = quittance_formats::mapped::read(&book, &mapping.unwrap()).unwrap();
    assert_eq!((file.entry_count(), file.findings.len()), (60_000, 0));
}

#[test]
fn tags_of_countless_attributes_are_refused() {
    let attributes: String = (0..100_000).map(|number| format!("a{number} ")).collect();
    let page = |attributes: &str| format!("<html><body><table {attributes}><tr><td>RE-1<td>1,00</table></body></html>");
    let joined = |between: &str| (0..100_000).map(|number| format!("a{number}{between}")).collect::<String>();
    for page in [
        page(&attributes),
        page(&joined("/")),
        page(&joined("=\"1\"")),
        page(&format!("a = \">\" {attributes}")),
        page(&format!("=\" {attributes}")),
        format!("<html><body></p {attributes}></body></html>"),
        // Neither a comment nor a script hides what follows it.
        format!("<!-- <a b=\" -->{}", page(&attributes)),
        format!("<script>if (a<b c='</script>{}", page(&attributes)),
        page(&format!("title='<!--' {attributes}")),
    ] {
        let refused = quittance_formats::remittance::read(page.as_bytes(), Some("a.html"));
        assert_eq!(Fault::from(refused.unwrap_err()).reason(), Reason::XmlLimit, "{}", &page[..60]);
    }
    let long_value = format!("style=\"{}\"", "color: red; ".repeat(2_000));
    let commented = format!("<!-- {} -->{}", "<p class='it's'> ".repeat(300), page(&long_value));
    for page in [page(&long_value), commented] {
        quittance_formats::remittance::read(page.as_bytes(), Some("a.html")).unwrap();
    }
}
