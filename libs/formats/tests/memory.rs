//! Reading and showing a file needs no more than ten times its size in memory, whatever the format. One test, so that
//! nothing else allocates at the same time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use peak_alloc::PeakAlloc;
use quittance_formats::Inspected;
use quittance_samples::corpora;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes of a file that is measured: well over what small files are allowed to be short of.
const SIZE: usize = 4 << 20;

/// A file of about [`SIZE`] bytes: a head, a piece repeated with its number, and a tail made from how many there are.
fn file(head: &str, piece: &dyn Fn(usize) -> String, tail: &dyn Fn(usize) -> String) -> Vec<u8> {
    let mut text = head.to_string();
    let mut count = 0;
    while text.len() < SIZE {
        text.push_str(&piece(count));
        count += 1;
    }
    text.push_str(&tail(count));
    text.into_bytes()
}

fn nothing(_: usize) -> String {
    String::new()
}

fn camt() -> Vec<u8> {
    let head = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-05T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>";
    let piece = |number: usize| {
        format!(
            "<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt><AcctSvcrRef>{number}</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>RE {number}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    };
    file(head, &piece, &|_| "</Stmt></BkToCstmrStmt></Document>".to_string())
}

fn mt940(plain: bool) -> Vec<u8> {
    let piece = move |number: usize| {
        if plain {
            format!(":61:2601050105C1,00NTRFNONREF//{number}\n:86:RE {number}\n")
        } else {
            format!(
                ":61:2601050105C1,00NTRFNONREF//{number}\n:86:166?00GUTSCHRIFT?20EREF+{number}?21SVWZ+RECHNUNG {number}?30COBADEFFXXX?31DE89370400440532013000?32MUSTER GMBH\n"
            )
        }
    };
    file(":20:A\n:25:10020030/1234567\n:28C:1/1\n:60F:C260101EUR0,00\n", &piece, &|count| format!(":62F:C260131EUR{count},00\n-\n"))
}

fn mt940_short() -> Vec<u8> {
    let piece = |number: usize| format!(":61:2601050105C1,00NTRFNONREF//{number:010}\n:86:RECHNUNG {number:010} VOM 05.01.26 KUNDE\n");
    file(":20:A\n:25:1\n:60F:C260101EUR0,00\n", &piece, &nothing)
}

fn bai2_long() -> Vec<u8> {
    let head = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n03,1,EUR,010,100,,,015,150,,/\n";
    let piece = |number: usize| format!("16,115,100,0,{number:010},INV{number:010},PAYMENT OF INVOICE {number:010} OF CUSTOMER NO 1234/\n");
    file(head, &piece, &|_| "49,0,3/\n98,0,1,5/\n99,0,1,7/\n".to_string())
}

fn mt940_terse() -> Vec<u8> {
    file(
        ":20:A\n:25:1\n:60F:C260101EUR0,00\n",
        &|number| format!(":61:260105C1,00NTRF{number}//{number}X\n:86:{number} RECHNUNG\n"),
        &nothing,
    )
}

/// What a business account has most of: paid cheques, deposits and fees, with a number and a word at most.
fn bai2_cheques(item: &dyn Fn(usize, &str) -> String) -> Vec<u8> {
    let head = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,USD,2/\n03,1,USD,010,100,,,015,150,,/\n";
    let piece = |number: usize| item(number, ["475", "115", "165", "495"][number % 4]);
    file(head, &piece, &|_| "49,0,3/\n98,0,1,5/\n99,0,1,7/\n".to_string())
}

fn mt940_bookings(piece: &dyn Fn(usize) -> String) -> Vec<u8> {
    file(":20:A\n:25:1\n:60F:C260101EUR0,00\n", piece, &nothing)
}

fn bai2() -> Vec<u8> {
    let head = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n03,1,EUR,010,100,,,015,150,,/\n";
    file(head, &|number| format!("16,115,100,0,{number},INV{number},PAYMENT OF INVOICE {number}/\n"), &|_| {
        "49,0,3/\n98,0,1,5/\n99,0,1,7/\n".to_string()
    })
}

/// A sample file whose lines that begin with one of `repeated` are written again and again in the place of the first.
fn grown(path: &str, repeated: &[&str]) -> Option<Vec<u8>> {
    let (folder, name) = path.rsplit_once('/').unwrap();
    let text = String::from_utf8_lossy(&std::fs::read(corpora::folder(folder)?.join(name)).unwrap()).into_owned();
    let is_repeated = |line: &&str| repeated.iter().any(|start| line.starts_with(start));
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.iter().position(is_repeated).unwrap();
    let head = lines[..first].join("\n") + "\n";
    let piece = lines[first..].iter().copied().take_while(is_repeated).collect::<Vec<_>>().join("\n") + "\n";
    let tail: String = lines[first..].iter().skip_while(|line| is_repeated(line)).map(|line| format!("{line}\n")).collect();
    Some(file(&head, &|_| piece.clone(), &|_| tail.clone()))
}

fn ofx_bare() -> Vec<u8> {
    let head = "OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>1</BANKACCTFROM><BANKTRANLIST>";
    let piece = |number: usize| {
        let kind = ["DEBIT", "CREDIT", "CHECK"][number % 3];
        format!("<STMTTRN><TRNTYPE>{kind}<DTPOSTED>20260105<TRNAMT>-1.00<FITID>{number}</STMTTRN>")
    };
    file(head, &piece, &|_| "</BANKTRANLIST></STMTRS></OFX>".to_string())
}

fn ofx() -> Vec<u8> {
    let head = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>1<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>";
    let piece = |number: usize| {
        format!(
            "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260105<TRNAMT>1.00<FITID>{number}<NAME>PAYER {number}<MEMO>INVOICE {number}</STMTTRN>\n"
        )
    };
    file(head, &piece, &|_| "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>".to_string())
}

fn nacha() -> Vec<u8> {
    let head = format!(
        "101 231380104 1210428822603021015A094101{:<54}\n5225QUITTANCE                           1234567890CCDINVOICE         260304   1121042880000001\n",
        "BANK"
    );
    let piece =
        |number: usize| format!("627231380104{:<17}0000000100INV{number:<12}{:<22}  012104288{number:07}\n", "123456789", "RECEIVER");
    let tail = |count: usize| {
        let (hash, sum) = (count as u64 * 23_138_010 % 10_000_000_000, count * 100);
        format!(
            "8225{count:06}{hash:010}{sum:012}0000000000001234567890{:25}121042880000001\n9000001000001{count:08}{hash:010}{sum:012}000000000000\n",
            ""
        )
    };
    file(&head, &piece, &tail)
}

/// Cheques whose records end with what is captured.
fn lockbox_short() -> Vec<u8> {
    let head = "100ABCDEFGHIJ00999999911605231800\n2ABCDEFGHIJ0099999991000000000040008000801\n50000000022222160523ABCDEFGHIJ0099999991\n";
    let piece = |number: usize| format!("60010010000700000055002707001234555500{:08}\n", number % 100_000_000);
    file(head, &piece, &|_| "8000000002222216052300010000700000\n9000008\n".to_string())
}

fn lockbox() -> Vec<u8> {
    let head = "100ABCDEFGHIJ00999999911605231800\n2ABCDEFGHIJ0099999991000000000040008000801\n50000000022222160523ABCDEFGHIJ0099999991\n";
    let piece = |number: usize| {
        format!(
            "60010010000700000055002707001234555500{:08}051616PAYER {number:<24}MY BUSINESS COMPANY\n40010016019INV{number}\n",
            number % 100_000_000
        )
    };
    file(head, &piece, &|_| "8000000002222216052300010000700000\n9000008\n".to_string())
}

fn x12() -> Vec<u8> {
    let head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0306*U*00401*000000126*0*P*>~\nGS*RA*A*B*20261122*0306*126*X*004010~\nST*820*0001~\nBPR*I*1*C*NON~\nTRN*1*T~\n";
    file(head, &|number| format!("RMR*IV*INV{number}**98.00*100.00*2.00~\nDTM*003*20260920~\n"), &|_| {
        "SE*3*0001~\nGE*1*126~\nIEA*1*000000126~\n".to_string()
    })
}

fn remadv() -> Vec<u8> {
    let head = "UNA:+.? 'UNB+UNOC:3+A:14+B:14+260928:1015+9'UNH+1+REMADV:D:96A:UN'BGM+481+A+9'CUX+2:EUR:11'";
    let piece = |number: usize| format!("DOC+380+INV{number}'MOA+9:100.00'MOA+12:98.00'DTM+171:20260920:102'");
    file(head, &piece, &|_| "UNS+S'MOA+12:1.00'UNT+5+1'UNZ+1+9'".to_string())
}

fn pain002() -> Vec<u8> {
    let head = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>M</MsgId></GrpHdr><OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>";
    let piece = |number: usize| {
        format!(
            "<TxInfAndSts><OrgnlEndToEndId>E{number}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        )
    };
    file(head, &piece, &|_| "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>".to_string())
}

fn pain002_short() -> Vec<u8> {
    let head = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>M</MsgId></GrpHdr><OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>";
    let piece = |_| "<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>".to_string();
    file(head, &piece, &|_| "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>".to_string())
}

fn pain008() -> Vec<u8> {
    let head = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.008.001.08\"><CstmrDrctDbtInitn><GrpHdr><MsgId>M</MsgId></GrpHdr><PmtInf><PmtInfId>P</PmtInfId>";
    let piece = |number: usize| {
        format!(
            "<DrctDbtTxInf><PmtId><EndToEndId>E{number}</EndToEndId></PmtId><InstdAmt Ccy=\"EUR\">1.00</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>M{number}</MndtId><DtOfSgntr>2026-01-01</DtOfSgntr></MndtRltdInf></DrctDbtTx><Dbtr><Nm>Payer {number}</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct><RmtInf><Ustrd>RE {number}</Ustrd></RmtInf></DrctDbtTxInf>"
        )
    };
    file(head, &piece, &|_| "</PmtInf></CstmrDrctDbtInitn></Document>".to_string())
}

#[test]
fn at_most_ten_times_the_file() {
    let mut files: Vec<(&str, Vec<u8>)> = vec![
        ("camt.053", camt()),
        ("mt940 plain", mt940(true)),
        ("mt940 short", mt940_short()),
        ("mt940 ?nn", mt940(false)),
        ("mt940 terse", mt940_terse()),
        ("bai2", bai2()),
        ("bai2 cheques", bai2_cheques(&|number, kind| format!("16,{kind},12345,,,{},CHECK/\n", 1_000 + number % 9_000))),
        ("bai2 numbers", bai2_cheques(&|number, kind| format!("16,{kind},12345,0,,{}/\n", 100_000 + number))),
        ("bai2 amounts", bai2_cheques(&|_, kind| format!("16,{kind},12345,,,/\n"))),
        ("mt940 bookings", mt940_bookings(&|number| format!(":61:260105D12,50NCHK{}\n", 100_000 + number))),
        ("mt940 references", mt940_bookings(&|number| format!(":61:2601050105C1,00NTRFNONREF//{number}\n:86:RE {number}\n"))),
        ("ofx bare", ofx_bare()),
        ("bai2 long", bai2_long()),
        ("ofx", ofx()),
        ("nacha", nacha()),
        ("lockbox", lockbox()),
        ("lockbox short", lockbox_short()),
        ("x12 820", x12()),
        ("remadv", remadv()),
        ("pain.002", pain002()),
        ("pain.002 short", pain002_short()),
        ("pain.008", pain008()),
    ];
    files.extend(grown("coda/php-coda-parser/sample8.cod", &["2", "3"]).map(|bytes| ("coda", bytes)));
    files.extend(grown("coda/php-coda-parser/sample8.cod", &["21"]).map(|bytes| ("coda movements", bytes)));
    files.extend(grown("cfonb/silarhi-cfonb-parser/complex-test.txt", &["04", "05"]).map(|bytes| ("cfonb120", bytes)));
    let mut wrong = Vec::new();
    for (name, bytes) in files {
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let outcome = Inspected::read(&bytes, None).map(|inspected| inspected.write(&mut std::io::sink()).unwrap());
        let tenths = (ALLOCATOR.peak_usage() - before) * 10 / bytes.len();
        let fault = outcome.err();
        println!("{name}: {}.{} times the file", tenths / 10, tenths % 10);
        if tenths > 100 || fault.is_some() {
            wrong.push(format!("{name}: {tenths} tenths, {fault:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
