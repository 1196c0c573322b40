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

/// A text of so many bytes.
fn text(bytes: usize) -> String {
    "TEXT ".repeat(bytes / 5)
}

fn ofx(currency: &str, transactions: usize) -> Vec<u8> {
    ofx_of(currency, "<STMTTRN><TRNAMT>1<DTPOSTED>20260105</STMTTRN>                         \n", transactions)
}

fn ofx_of(currency: &str, transaction: &str, transactions: usize) -> Vec<u8> {
    let head = format!("OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>{currency}<BANKACCTFROM><BANKID>1<ACCTID>1</BANKACCTFROM>");
    format!("{head}{}</STMTRS></OFX>", transaction.repeat(transactions)).into_bytes()
}

/// Orders of which one element stands deep in others of long names, with many beside it.
fn deep_orders() -> Vec<u8> {
    let names: Vec<String> = (0..40).map(|number| format!("{}{number}", "n".repeat(120))).collect();
    let open: String = names.iter().map(|name| format!("<{name}>")).collect();
    let close: String = names.iter().rev().map(|name| format!("</{name}>")).collect();
    let order = format!("<CdtTrfTxInf>{open}{}{close}</CdtTrfTxInf>", "<a>1</a>".repeat(19_000));
    xml("pain.001.001.09", "CstmrCdtTrfInitn", &format!("<PmtInf>{}</PmtInf>", order.repeat(4)))
}

/// Files in which many records carry one long value of their head.
fn long_fields() -> Vec<(&'static str, Vec<u8>)> {
    let group = |currency: &str, accounts: &str| {
        format!("01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,{currency},2/\n{accounts}98,0,1,5/\n99,0,1,7/\n").into_bytes()
    };
    let batch =
        format!("<OrgnlPmtInfId>{}</OrgnlPmtInfId>{}", text(60_000), "<TxInfAndSts><TxSts>ACSC</TxSts></TxInfAndSts>".repeat(10_000));
    let account = format!("<Acct><Id><Othr><Id>1</Id></Othr></Id><Ccy>{}</Ccy></Acct>", text(60_000));
    let entry = "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry>";
    vec![
        ("a long currency of a group", group(&text(200_000), &"03,12345678,/\n49,0,2/\n".repeat(2_000))),
        (
            "a long currency of an account",
            group("EUR", &format!("03,1,{}/\n{}49,0,2/\n", text(200_000), "16,475,100,0,,,/\n".repeat(2_000))),
        ),
        ("a long currency of a statement", ofx(&text(60_000), 10_000)),
        ("a long currency of an account in XML", camt(&format!("<Stmt><Id>1</Id>{account}{}</Stmt>", entry.repeat(9_000)), 1)),
        ("a long number of a batch", xml("pain.002.001.10", "CstmrPmtStsRpt", &format!("<OrgnlPmtInfAndSts>{batch}</OrgnlPmtInfAndSts>"))),
        ("elements with long paths", deep_orders()),
        ("a trailer of many fields", accounts(&format!("03,1,EUR/\n49,0,2{}/\n", ",".repeat(1 << 20)), 1)),
    ]
}

/// A file of one entry that came back again and again.
fn returns(count: usize) -> Vec<u8> {
    let head = format!("101 231380104 1210428822603021015A094101{:54}\n", "BANK");
    let batch = "5225QUITTANCE                           1234567890CCDINVOICE         260304   1121042880000001\n";
    let entry = format!("627231380104{:17}0000000100{:15}{:22}  1121042880000001\n", "123456789", "INV1", "RECEIVER");
    let control = format!("8225{:06}00231380100000000001000000000000001234567890{:25}121042880000001\n", count + 1, "");
    let trailer = format!("9000001000001{:08}0023138010000000000100000000000000\n", count + 1);
    format!("{head}{batch}{entry}{}{control}{trailer}", format!("{:47}\n", "799R01").repeat(count)).into_bytes()
}

/// A lockbox of so many cheques.
fn lockbox_of(cheques: usize) -> Vec<u8> {
    let cheque = "6001001000001000012345678900012345678901234567\n".repeat(cheques);
    format!("100{}2601051200\n2{}\n5001001\n{cheque}8\n9\n", "0".repeat(20), "0".repeat(30)).into_bytes()
}

/// Files of one entry or record with many parts.
fn many_parts() -> Vec<(&'static str, Vec<u8>)> {
    let entry = |text: String| mt940(&format!(":20:A\n:25:1\n:61:260101C1,N051X\n:86:{text}\n"), 1);
    let lockboxes = format!("100{}2601051200\r2{}\r{}", "0".repeat(20), "0".repeat(30), "5000000000\r8000000000\r".repeat(40_000));
    let movement = format!("2100010000{}0000000000001000051026", " ".repeat(21));
    let coda_head = format!("0000001101700005{}2\n10103732XXXXXXXXX EUR0BE{:19}0000000001000000261017\n", " ".repeat(111), "");
    let coda_tail = format!("8103732XXXXXXXXX EUR0BE{:19}0000000001000000261017\n", "");
    let euros = |head: &str, tail: &str| [head.as_bytes(), &[0x80; 2 << 20], tail.as_bytes()].concat();
    vec![
        ("a text of one-byte letters", euros(":20:A\n:25:1\n:61:260101C1,N051X\n:86:", "\n")),
        ("a page of one-byte letters", euros("<html><body>", "<br>")),
        ("an entry returned often", returns(60_000)),
        ("slashes", entry("/".repeat(1 << 20))),
        ("codes between slashes", entry("/PT".repeat(350_000))),
        ("texts between slashes", entry("/PY/a".repeat(200_000))),
        ("sub-fields", entry(format!("166{}", "?20".repeat(350_000)))),
        ("texts behind key words", entry(format!("166?20{}", "SVWZ+a".repeat(200_000)))),
        ("names of sub-fields", entry(format!("166{}", "?33a".repeat(250_000)))),
        ("lines of one letter", entry("a\n".repeat(350_000))),
        ("statements of one entry", mt940(":25:1\n:61:260101C1,NTRFX\n:86:RECHNUNG 1 VOM 3 KUNDE\n", 80_000)),
        ("lockboxes of nothing", format!("{lockboxes}9\n").into_bytes()),
        ("many records on one line", accounts(&format!("03,1,EUR/ {}49,0,3/\n", "16,475,100,,,A/ ".repeat(300_000)), 1)),
        ("details of a letter", accounts(&format!("03,1,EUR/\n{}49,0,3/\n", "16,475,100,,1,2,A/\n".repeat(270_000)), 1)),
        ("fewer details of a letter", accounts(&format!("03,1,EUR/\n{}49,0,3/\n", "16,475,100,,1,2,A/\n".repeat(47_000)), 1)),
        ("details that came back", accounts(&format!("03,1,EUR/\n{}49,0,3/\n", "16,255,100,,,/\n".repeat(300_000)), 1)),
        ("bookings that came back", mt940(&format!(":20:A\n:25:1\n{}", ":61:260101C1,NRTI\n".repeat(250_000)), 1)),
        (
            "bookings of all fields",
            mt940(&format!(":20:A\n:25:1\n{}", ":61:260101C1,\n:86:/EREF/1/NAME/A/IBAN/1/BIC/B/PURP/C\n".repeat(100_000)), 1),
        ),
        (
            "cheques of many invoices",
            format!(
                "100{}2601051200\n2{}\n5001001\n6001001000001000012\n{}8\n9\n",
                "0".repeat(20),
                "0".repeat(30),
                "40010016019X\n".repeat(250_000)
            )
            .into_bytes(),
        ),
        ("details of no amount", accounts(&format!("03,1,EUR/\n{}49,0,3/\n", "16,999999,x,,,/\n".repeat(310_000)), 1)),
        ("accounts of one detail", accounts("03,1,EUR,010,1,,/\n16,475,100,,1,2,INVOICE 4711/\n88,EREF: 1/\n49,0,2/\n", 77_000)),
        ("transactions of no amount", ofx_of("EUR", "<STMTTRN><TRNAMT>x<DTPOSTED>y<FITID>1<NAME>A</STMTTRN>", 92_000)),
        ("bookings with a word", mt940(&format!(":20:A\n:25:1\n{}", ":61:2601010101C1,NTRFNONREF//X\nY\n".repeat(160_000)), 1)),
        ("cheques", lockbox_of(100_000)),
        ("accounts of one letter", accounts("03,1,/\n", 57_000)),
        ("statements of one booking", mt940(":25:1\n:61:260101C1,NTRFX\n:86:RECHNUNG 1 VOM 3 KUNDE\n", 16_600)),
        ("rows that do not add up", x12(&format!("ST*820*1~BPR*I*1*C*NON~ENT*1~{}SE*3*1~", "RMR*IV*1**1*2*3~".repeat(56_000)))),
        ("many rows that do not add up", x12(&format!("ST*820*1~BPR*I*1*C*NON~ENT*1~{}SE*3*1~", "RMR*IV*1**1*2*3~".repeat(310_000)))),
        ("records on one line", accounts(&format!("03,1,EUR/ {}49,0,3/\n", "16,475,100,,,A/ ".repeat(60_000)), 1)),
        ("parts that look like records", accounts(&format!("03,1,EUR/\n16,475,100,,,{}\n49,0,3/\n", "/ 16,475,".repeat(200_000)), 1)),
        ("continuations of a detail", accounts(&format!("03,1,EUR/\n16,475,100,,,A\n{}49,0,3/\n", "88,x\n".repeat(400_000)), 1)),
        ("continuations of an account", accounts(&format!("03,1,EUR\n{}49,0,3/\n", "88,010,1,,\n".repeat(200_000)), 1)),
        ("movements without an end", format!("{coda_head}{}{coda_tail}", format!("{movement:<72}\n").repeat(40_000)).into_bytes()),
        (
            "batches with a reason of nothing",
            xml(
                "pain.002.001.03",
                "CstmrPmtStsRpt",
                &"<OrgnlPmtInfAndSts><PmtInfSts>RJCT</PmtInfSts><StsRsnInf/></OrgnlPmtInfAndSts>".repeat(50_000),
            ),
        ),
    ]
}

fn mail(parts: &str) -> Vec<u8> {
    let head = "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n";
    format!("{head}{parts}--b--\n").into_bytes()
}

/// A workbook in which one more part is what a program would not write.
fn workbook_of(part: &str, content: &str) -> Vec<u8> {
    let relations =
        |kind: &str, target: &str| format!("<Relationships><Relationship Id=\"a\" Type=\"o/{kind}\" Target=\"{target}\"/></Relationships>");
    let (root, book) = (relations("officeDocument", "xl/workbook.xml"), relations("worksheet", "worksheets/sheet1.xml"));
    let row = "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>RE-1</t></is></c><c><v>1.5</v></c></row></sheetData></worksheet>";
    quittance_samples::archive::zip(&[
        ("_rels/.rels", root.as_bytes(), false),
        ("xl/_rels/workbook.xml.rels", book.as_bytes(), false),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"A\" r:id=\"a\"/></sheets></workbook>", false),
        ("xl/worksheets/sheet1.xml", row.as_bytes(), false),
        (part, content.as_bytes(), true),
    ])
}

/// Styles of cells that name one font.
fn fonts() -> String {
    let fonts = format!("<fonts><font><name val=\"{}\"/></font></fonts>", "a".repeat(200_000));
    format!("<styleSheet>{fonts}<cellXfs>{}</cellXfs></styleSheet>", "<xf fontId=\"0\"/>".repeat(20_000))
}

/// Texts, pages, mails and workbooks.
fn advices() -> Vec<(&'static str, Vec<u8>)> {
    let table = "Invoice|A|B|C|D|E|F|G|H\nRE-1|1,00|-2,00|1.234|3,00 CR|4,00 DR|5,00|6,00|7,00\n";
    let total = format!("Total {}\n", "1,00 ".repeat(350));
    let (text, sheet) =
        ("--b\nContent-Type: text/plain\n\n", "--b\nContent-Type: text/csv; name=a.csv\n\nInvoice;Net\nRE-1;1,00\nTotal;1,00\n");
    let sums = "payment of invoice 4711 total 100,00 EUR thank you\n".repeat(200);
    let field = |name: &str, value: &str| format!("MIME-Version: 1.0\nMessage-ID: 1\n{name}: {value}\n\nx\n").into_bytes();
    let nested = "Content-Type: message/rfc822\n\nFrom: a@b\nMIME-Version: 1.0\n".repeat(15_000);
    vec![
        ("sums in few rows", format!("{table}{}", total.repeat(500)).into_bytes()),
        ("few rows of numbers", format!("{}\n", "1 ".repeat(500)).repeat(790).into_bytes()),
        ("few rows of documents", format!("{}\n", "invoice 17 1,00 ".repeat(80)).repeat(790).into_bytes()),
        ("tables one after the other", "RE-1|1,00|2,00\nRE-2\t1,00\n".repeat(30_000).into_bytes()),
        ("lines of a page", format!("<html><body>{}", "invoice 4711 100,00<br>\n".repeat(40_000)).into_bytes()),
        ("ends of paragraphs", format!("<html><body>{}", format!("</p>{:y<28}", "").repeat(60_000)).into_bytes()),
        ("attachments and sums", mail(&format!("{text}{sums}{sheet}").repeat(45))),
        ("addresses", field("From", &"a,".repeat(500_000))),
        ("parameters", field("Content-Type", &format!("text/plain{}", ";a=b".repeat(200_000)))),
        ("messages in messages", format!("From: a@b\nMIME-Version: 1.0\n{nested}\nx\n").into_bytes()),
        ("a header field of many lines", format!("MIME-Version: 1.0\nFrom: a@b\nSubject: x\n{}\nx\n", " a\n".repeat(330_000)).into_bytes()),
        (
            "a workbook of one long text",
            quittance_samples::archive::workbook_deflated(
                &(0..20_000u64)
                    .map(|row| {
                        let text = "a".repeat(1_000);
                        format!("<row><c t=\"inlineStr\"><is><t>{text}{}</t></is></c></row>", row.wrapping_mul(0x9E37_79B9_7F4A_7C15))
                    })
                    .collect::<String>(),
            ),
        ),
        ("a workbook of fonts", workbook_of("xl/styles.xml", &fonts())),
        ("a workbook of texts of nothing", workbook_of("xl/sharedStrings.xml", &format!("<sst>{}</sst>", "<si/>".repeat(400_000)))),
        ("a workbook of one text", workbook_of("xl/sharedStrings.xml", &format!("<sst><si><t>{}</t></si></sst>", "a".repeat(2_000_000)))),
        ("a workbook of one tag", quittance_samples::archive::workbook_deflated(&format!("<row {}>", "a ".repeat(1_000_000)))),
        ("a workbook of empty rows", quittance_samples::archive::workbook_deflated(&"<row/>".repeat(330_000))),
        (
            "a workbook",
            quittance_samples::archive::workbook_deflated(
                &(1..=40_000u64)
                    .map(|row| {
                        format!("<row r=\"{row}\"><c r=\"A{row}\"><v>{}</v></c></row>", row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44)
                    })
                    .collect::<String>(),
            ),
        ),
    ]
}

/// Tables of many columns of amounts, none of which goes on with the one before.
fn tables(count: usize, rows: usize) -> Vec<u8> {
    let cells = ["1.00", "-2.00", "3.00 CR", "4.00 DR", "1.234", "5.00", "6.00", "7.00"];
    let row = |table: usize| cells[..8 - table % 2].iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>();
    let table = |table: usize| {
        let rows: String = (0..rows).map(|number| format!("<tr><td>RE-{table}{number}</td>{}</tr>", row(table))).collect();
        format!("<p>Part {table}</p><table>{rows}</table>")
    };
    format!("<html><body>{}", (0..count).map(table).collect::<String>()).into_bytes()
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

/// Archives with what they inflate to, which is what counts, with one allowance for all members.
fn archives() -> Vec<(&'static str, Vec<u8>, usize)> {
    let amount = |number: u64| number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48;
    let terse = |number: u64| format!(":61:260101C{},00NTRFNONREF\n", amount(number));
    let archive = |booking: &dyn Fn(u64) -> String, bookings: u64, is_deflated: bool| {
        let member = format!(":20:A\n:25:1\n:60F:C260101EUR0,00\n{}", (0..bookings).map(booking).collect::<String>());
        let names: Vec<String> = (0..90).map(|number| format!("{number}.sta")).collect();
        let members: Vec<(&str, &[u8], bool)> = names.iter().map(|name| (name.as_str(), member.as_bytes(), is_deflated)).collect();
        (quittance_samples::archive::zip(&members), member.len() * names.len())
    };
    let (terse, hostile) = (archive(&terse, 3_000, true), archive(&|_| ":61:\n".to_string(), 6_000, false));
    vec![("an archive of terse statements", terse.0, terse.1), ("an archive of fields of nothing", hostile.0, hostile.1)]
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
        ("tables of many amounts", tables(100, 10)),
        ("more tables of many amounts", tables(190, 40)),
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
    let files: Vec<(&str, Vec<u8>)> = files.into_iter().chain(long_fields()).chain(many_parts()).chain(advices()).collect();
    let files = files.into_iter().map(|(name, bytes)| (name, bytes.len(), bytes));
    let mut wrong = Vec::new();
    for (name, size, bytes) in files.chain(archives().into_iter().map(|(name, bytes, size)| (name, size, bytes))) {
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
        if taken > SLACK + TIMES * size {
            wrong.push(format!("{name}: {taken} bytes of memory for {size}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
