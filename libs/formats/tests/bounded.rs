//! Files made to cost their reader memory: ten times their size and a few megabytes at most, read or refused. One test, so
//! that nothing else allocates at the same time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use peak_alloc::PeakAlloc;
use quittance_formats::Inspected;
use quittance_samples::archive::{pdf_deflated, pdf_of_objects, pdf_stream};
use quittance_types::Reason;

#[path = "support/encrypted_pdf.rs"]
mod encrypted_pdf;

use encrypted_pdf::{Packed, encrypted};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes any reader may take whatever the size of its file, as the fuzz targets allow them.
const SLACK: usize = 12 << 20;
const TIMES: usize = 10;

fn page(rows: &str) -> Vec<u8> {
    format!("<html><body><table>{rows}</table></body></html>").into_bytes()
}

/// Formatting elements that are not closed and differ from each other.
fn open_formatting() -> String {
    (0..300).map(|number| format!("<b a={number}>")).collect()
}

/// Empty accounts, or accounts with nothing but balances.
fn accounts(account: &str, count: usize) -> Vec<u8> {
    let head = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n";
    format!("{head}{}98,0,1,5/\n99,0,1,7/\n", account.repeat(count)).into_bytes()
}

fn x12(sets: &str) -> Vec<u8> {
    let head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0306*U*00401*000000126*0*P*>~";
    format!("{head}GS*RA*A*B*20261122*0306*126*X*004010~{sets}GE*1*126~IEA*1*000000126~").into_bytes()
}

fn remadv(lines: &str) -> Vec<u8> {
    let head = "UNB+UNOC:3+A:14+B:14+260928:1015+9'UNH+1+REMADV:D:96A:UN'BGM+481+A+9'CUX+2:EUR:11'DOC+380+1'";
    format!("{head}{lines}UNT+3+1'UNZ+1+9'").into_bytes()
}

fn xml(message: &str, body: &str, content: &str) -> Vec<u8> {
    let root = format!("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{message}\">");
    format!("{root}<{body}><GrpHdr><MsgId>M</MsgId></GrpHdr>{content}</{body}></Document>").into_bytes()
}

/// A file of pages with these streams as their contents.
fn pdf(contents: Vec<Vec<u8>>) -> Vec<u8> {
    let pages: String = (0..contents.len()).map(|page| format!("{} 0 R ", 4 + 2 * page)).collect();
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Kids[{pages}]/Count {}>>", contents.len()).into_bytes(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_vec(),
    ];
    for content in contents {
        let resources = "/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>";
        objects.push(format!("<</Type/Page/Parent 2 0 R{resources}/Contents {} 0 R>>", objects.len() + 2).into_bytes());
        objects.push(content);
    }
    pdf_of_objects(&objects)
}

/// A page of `piece`s, as it is.
fn plain(head: &str, piece: &str, tail: &str) -> Vec<u8> {
    pdf(vec![pdf_stream("", format!("{head}{}{tail}", piece.repeat((2 << 20) / piece.len())).as_bytes())])
}

/// Pages that deflate to a tenth, of different texts at different places.
fn deflated_texts() -> Vec<u8> {
    let mut digits = (0u64..).map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32);
    let mut page = || {
        let texts = digits.by_ref().take(20_000).map(|digits| format!("{} 0 Td ({}) Tj ", digits % 10, digits / 10 % 10));
        pdf_deflated("", format!("BT /F1 9 Tf {}", texts.collect::<String>()).as_bytes())
    };
    pdf((0..50).map(|_| page()).collect())
}

/// A file without pages and with these objects.
fn objects(objects: Vec<Vec<u8>>) -> Vec<u8> {
    let pages = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), b"<</Type/Pages/Kids[]/Count 0>>".to_vec()];
    pdf_of_objects(&[pages, objects].concat())
}

/// Streams of one object each, an array.
fn object_streams(count: usize, values: usize) -> Vec<u8> {
    let stream = |number| {
        let head = format!("{number} 0 ");
        let entries = format!("/Type/Obj#53tm/N 1/First {}", head.len());
        pdf_deflated(&entries, format!("{head}[{}]", "0 ".repeat(values)).as_bytes())
    };
    objects((0..count).map(|stream_number| stream(1_000 + stream_number)).collect())
}

/// A file whose table names one object many times.
fn repeated_place(times: usize, values: usize) -> Vec<u8> {
    let file = String::from_utf8(objects(vec![format!("[{}]", "0 ".repeat(values)).into_bytes()])).unwrap();
    let (before, behind) = file.split_once("xref\n0 4\n").unwrap();
    let (entries, trailer) = behind.split_once("trailer").unwrap();
    let last = entries.lines().last().unwrap();
    let table = format!("xref\n0 {}\n{entries}{}", times + 4, format!("{last}\n").repeat(times));
    format!("{before}{table}trailer{}", trailer.replace("Size 4", &format!("Size {}", times + 4))).into_bytes()
}

/// Streams that lie in each other.
fn nested_streams(count: usize) -> Vec<u8> {
    let head = |length: usize| format!("<</Length {length:09}>>stream\n").into_bytes();
    let (end, between) = ("\nendstream", "\nendobj\n1000 0 obj\n");
    let around = head(0).len() + between.len() + end.len();
    let mut objects = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), b"<</Type/Pages/Kids[]/Count 0>>".to_vec()];
    // From here on all numbers are of one length.
    objects.resize(999, b"null".to_vec());
    objects.extend((0..count).rev().map(|inner| head(inner * around + between.len())));
    objects.push(end.repeat(count).into_bytes());
    pdf_of_objects(&objects)
}

/// A stream in which one object is there many times.
fn repeated_object(times: usize, values: usize) -> Vec<u8> {
    let index: String = (0..times).map(|number| format!("{} 0 ", 1_000 + number)).collect();
    let entries = format!("/Type/ObjStm/N {times}/First {}", index.len());
    objects(vec![pdf_deflated(&entries, format!("{index}[{}]", "0 ".repeat(values)).as_bytes())])
}

/// The same, encrypted with no password for those who read it.
fn encrypted_repeated_object(times: usize, values: usize) -> Vec<u8> {
    let index = (0..times).map(|number| format!("{} 0 ", 1_000 + number)).collect();
    encrypted(&objects(Vec::new()), &[Packed { index, objects: format!("[{}]", "0 ".repeat(values)) }])
}

/// Encrypted streams of one object each, an array.
fn encrypted_object_streams(count: usize, values: usize) -> Vec<u8> {
    let stream = |number: usize| Packed { index: format!("{} 0 ", 1_000 + number), objects: format!("[{}]", "0 ".repeat(values)) };
    encrypted(&objects(Vec::new()), &(0..count).map(stream).collect::<Vec<_>>())
}

/// Statements of one message of SWIFT, each of these fields.
fn mt940(statement: &str, count: usize) -> Vec<u8> {
    statement.repeat(count).into_bytes()
}

fn camt(statement: &str, count: usize) -> Vec<u8> {
    xml("camt.053.001.08", "BkToCstmrStmt", &statement.repeat(count))
}

fn sheet(row: &str, count: usize) -> Vec<u8> {
    format!("Invoice;Net\n{}Total;1,00\n", row.repeat(count)).into_bytes()
}

/// Accounts on which nothing moved, with the balances and totals banks state all the same.
fn quiet_accounts(count: usize) -> Vec<u8> {
    accounts("03,12345678,USD,010,0,,,015,0,,,045,0,,,100,0,0,,400,0,0,/\n49,0,2/\n", count)
}

#[test]
fn hostile_files_need_little_memory() {
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("statements of nothing", mt940(":20:A\n:25:1\n", 80_000)),
        ("fewer statements of nothing", mt940(":20:A\n:25:1\n", 32_000)),
        ("statements of one account", mt940(":25:1\n", 30_000)),
        ("statements of balances", mt940(":20:A\n:25:1\n:60F:C260101EUR1,\n:62F:C260101EUR1,\n", 100_000)),
        ("statements without entries", mt940(":20:A\n:25:NL44RABO0123456789\n:60F:C260101EUR0,00\n:62F:C260101EUR0,00\n-\n", 60_000)),
        ("notes of one letter", mt940(&format!(":20:A\n:25:1\n:86:{}", "a\n".repeat(600_000)), 1)),
        ("texts of one letter", mt940(&format!(":20:A\n:25:1\n:61:260101C1,N051X\n:86:{}", "a\n".repeat(600_000)), 1)),
        ("reports of nothing", camt("<Stmt/>", 18_000)),
        ("reports of a number", camt("<Stmt><Id>1</Id></Stmt>", 160_000)),
        ("reports of an account", camt("<Stmt><Id>1</Id><Acct><Id><Othr><Id>1</Id></Othr></Id></Acct></Stmt>", 60_000)),
        ("reports of a bank", camt("<Stmt><Acct><Ownr><Nm>1</Nm></Ownr><Svcr><Nm>1</Nm></Svcr></Acct><Bal/></Stmt>", 100_000)),
        ("many quiet accounts", quiet_accounts(120_000)),
        ("adjustments of nothing before any document", x12(&format!("ST*820*1~BPR*I*1*C*NON~ENT*1~{}SE*3*1~", "ADX*1~".repeat(39_000)))),
        ("fewer adjustments of nothing", x12(&format!("ST*820*1~BPR*I*1*C*NON~ENT*1~RMR*IV*1**1~{}SE*3*1~", "ADX*1~".repeat(39_000)))),
        ("fewer deductions of nothing", remadv(&"AJT+1'MOA+9:1'".repeat(80_000))),
        ("deductions of one reason", remadv(&format!("AJT+1'{}", "MOA+9:1'".repeat(170_000)))),
        (
            "an entity of many names",
            x12(&format!(
                "ST*820*1~BPR*I*1*C*NON~ENT*1~{}{}SE*3*1~",
                (0..3_000).map(|number| format!("N1*PR*A{number}~")).collect::<String>(),
                "RMR*IV*1**1~".repeat(3_000)
            )),
        ),
        ("documents of an amount", remadv(&"DOC+380+1'MOA+12:1'".repeat(30_000))),
        ("rows of a number and an amount", sheet("INV-0000001;100,00\n", 50_000)),
        ("rows that are not closed", page(&"<tr><td>1<td>2".repeat(200_000))),
        ("rows without end", page(&format!("<tr>{}", "<td>1".repeat(500_000)))),
        ("rows of empty cells", page(&"<tr><td><td>".repeat(250_000))),
        ("rows of many cells", page(&format!("<tr>{}", "<td>1".repeat(60)).repeat(8_000))),
        ("blocks in open formatting", page(&format!("<tr><td>{}{}", open_formatting(), "<p>x".repeat(60_000)))),
        ("rows in open formatting", format!("<body>{}<table>{}", open_formatting(), "<tr><p>x</tr>".repeat(30_000)).into_bytes()),
        ("blocks that are not closed", page(&"<div></x>".repeat(60_000))),
        ("empty accounts", accounts("03,00000001,EUR/\n49,0,2/\n", 150_000)),
        ("accounts of nothing", accounts("03,1,/\n", 500_000)),
        ("quiet accounts", accounts("03,12345678,USD,010,0,,,015,0,,,045,0,,,100,0,0,,400,0,0,/\n49,0,2/\n", 60_000)),
        ("accounts of balances", accounts(&format!("03,1,EUR{}/\n", ",010,1,,".repeat(6)), 60_000)),
        ("details of nothing", accounts(&format!("03,1,EUR/\n{}", "16,475,100,,,/\n".repeat(400_000)), 1)),
        ("fewer details of nothing", accounts(&format!("03,1,EUR/\n{}", "16,475,100,,,/\n".repeat(190_000)), 1)),
        ("balances of nothing", accounts(&format!("03,1,EUR{}/\n", ",010,1,,".repeat(500_000)), 1)),
        ("sets of nothing", x12(&"ST*820*1~SE*3*1~".repeat(150_000))),
        ("adjustments of nothing", x12(&format!("ST*820*1~BPR*I*1*C*NON~ENT*1~RMR*IV*1**1~{}SE*3*1~", "ADX*1~".repeat(400_000)))),
        ("deductions of nothing", remadv(&"AJT+1'MOA+9:1'".repeat(150_000))),
        ("advices of nothing", xml("remt.001.001.02", "RmtAdvc", &"<RmtInf/>".repeat(250_000))),
        (
            "statuses of nothing",
            xml(
                "pain.002.001.03",
                "CstmrPmtStsRpt",
                &format!("<OrgnlPmtInfAndSts>{}</OrgnlPmtInfAndSts>", "<TxInfAndSts/>".repeat(200_000)),
            ),
        ),
        (
            "orders of nothing",
            xml("pain.001.001.09", "CstmrCdtTrfInitn", &format!("<PmtInf>{}</PmtInf>", "<CdtTrfTxInf/>".repeat(200_000))),
        ),
        ("operators", plain("", "q ", "")),
        ("operators with operands", plain("", "1 2 3 4 5 6 m\n", "")),
        ("texts", plain("BT /F1 9 Tf ", "(a) Tj ", "")),
        ("an array of numbers", plain("BT /F1 9 Tf [", "1 ", "] TJ")),
        ("an array of texts", plain("BT /F1 9 Tf [", "(a)", "] TJ")),
        ("arrays in arrays", plain("BT /F1 9 Tf ", "[", "")),
        ("a text", plain("BT /F1 9 Tf (", "a", ") Tj")),
        ("lines far to the right", plain("BT /F1 9 Tf 900 0 Td ", "0 9 Td(a)Tj ", "")),
        (
            "statuses of batches",
            xml("pain.002.001.03", "CstmrPmtStsRpt", &"<OrgnlPmtInfAndSts><PmtInfSts/></OrgnlPmtInfAndSts>".repeat(60_000)),
        ),
        ("object streams", object_streams(20, 1_000_000)),
        ("small object streams", object_streams(60, 60_000)),
        ("an object stream", object_streams(1, 50_000)),
        ("a repeated object", repeated_object(2_000, 2_000)),
        ("an encrypted repeated object", encrypted_repeated_object(3_300, 11_500)),
        ("encrypted object streams", encrypted_object_streams(20, 500_000)),
        ("small encrypted object streams", encrypted_object_streams(60, 60_000)),
        (
            "a repeated element of the structure",
            objects(vec![pdf_deflated(
                &format!("/Type/ObjStm/N 3000/First {}", "1000 0 ".len() * 3_000),
                format!("{}<</S/P/P 1 0 R/K[{}]>>", "1000 0 ".repeat(3_000), "0 ".repeat(2_000)).as_bytes(),
            )]),
        ),
        ("elements of the structure", objects(vec![format!("<</S/P/P 1 0 R/K[{}]>>", "0 ".repeat(60_000)).into_bytes(); 20])),
        ("a repeated place", repeated_place(1_000, 4_000)),
        ("streams in streams", nested_streams(3_000)),
        ("an array object", objects(vec![format!("[{}]", "0 ".repeat(1 << 20)).into_bytes()])),
        ("numbers in one word", objects(vec![format!("[{}]", ".1-0".repeat(1 << 18)).into_bytes()])),
        ("arrays in an object", objects(vec![format!("[{}]", "[0]".repeat(1 << 18)).into_bytes()])),
        ("dictionaries in an object", objects(vec![format!("[{}]", "<</A 0>>".repeat(1 << 17)).into_bytes()])),
        ("small objects", objects(vec![b"0".to_vec(); 60_000])),
        ("texts that inflate", deflated_texts()),
        ("operators that inflate", pdf(vec![pdf_deflated("", &b"q ".repeat(10 << 20))])),
    ];
    let mut wrong = Vec::new();
    for (name, bytes) in files {
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let outcome = Inspected::read(&bytes, None).map(|inspected| inspected.write(&mut std::io::sink()).unwrap());
        let taken = ALLOCATOR.peak_usage() - before;
        // Refused before anything was read, a file would show nothing.
        let is_reached =
            outcome.as_ref().err().is_none_or(|fault| fault.reason() == Reason::XmlLimit || fault.to_string().contains("(read as "));
        if !is_reached {
            wrong.push(format!("{name}: {outcome:?}"));
        }
        println!(
            "{name}: {} kB, {} kB of memory, {}",
            bytes.len() >> 10,
            taken >> 10,
            outcome.map_or_else(|fault| fault.to_string(), |()| "read".into())
        );
        if taken > SLACK + TIMES * bytes.len() {
            wrong.push(format!("{name}: {taken} bytes of memory for {}", bytes.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
