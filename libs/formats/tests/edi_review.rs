//! X12 and EDIFACT advices an independent review found read wrongly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::edi::Interchange;
use quittance_formats::remittance::DeductionReason;
use quittance_formats::{Document, read_document};

fn interchange(text: &str) -> Interchange {
    match read_document(text.as_bytes()).unwrap() {
        Document::Interchange(file) => file,
        other => panic!("{other:?}"),
    }
}

fn x12(segments: &str) -> Interchange {
    let segments = segments.replace('\n', "");
    let count = segments.matches('~').count() + 2;
    interchange(&format!(
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0306*U*00401*000000126*0*P*>~\
        GS*RA*A*B*20261122*0306*126*X*004010~ST*820*0001~{segments}SE*{count}*0001~GE*1*126~IEA*1*000000126~"
    ))
}

fn remadv(segments: &str) -> Interchange {
    let count = segments.matches('\'').count() + 2;
    interchange(&format!("UNB+UNOC:3+A+B+260928:1015+9'UNH+1+REMADV:D:96A:UN'{segments}UNT+{count}+1'UNZ+1+9'"))
}

/// Lines as `document net deduction`.
fn lines(file: &Interchange) -> Vec<String> {
    let lines = file.advices().flat_map(|advice| &advice.lines);
    let shown =
        lines.map(|line| format!("{} {} {}", line.document.value, line.net_amount().unwrap(), line.deduction().unwrap_or_default()));
    shown.collect()
}

#[test]
fn an_adjustment_that_explains_the_difference_belongs_to_it() {
    let file = x12("BPR*C*970.00*C*ACH*CTX*01*111000025*DA*123*1512345678**01*121000248*DA*9876*20260106~TRN*1*T~REF*EV*ADV-1~\
        ENT*1*2J*91*STORE1~RMR*IV*INV-1**970.00*1000.00~ADX*-30.00*01*CM*DM-55~NTE*INV*damaged goods~");
    assert_eq!(lines(&file), ["INV-1 970 30"]);
    let advice = file.advices().next().unwrap();
    assert!(advice.is_proven(), "{:?}", advice.findings);
    let line = &advice.lines[0];
    assert_eq!((line.reason(), line.reason_kind()), (Some("01 damaged goods"), Some(DeductionReason::Damaged)));
    let references: Vec<&str> = line.references.iter().map(|reference| reference.value.as_str()).collect();
    assert_eq!(references, ["STORE1", "DM-55"]);
    assert_eq!(file.sets[0].terms.references[0].value, "ADV-1");
    let account = |party: &quittance_formats::remittance::AdviceParty| party.account.as_ref().unwrap().value.to_string();
    assert_eq!((account(&advice.payer), account(&advice.payee)), ("123".to_string(), "9876".to_string()));
}

#[test]
fn adjustments_that_add_up_to_the_net_are_its_breakdown() {
    let file = x12("BPR*C*12450.75*C*ACH~TRN*1*T~RMR*IV*INV-1**12450.75*12450.75~ADX*8500.00*1*LIF*LIFE~ADX*2250.00*1*ADD*ADD~\
        ADX*1200.75*1*LIF*DEPENDENT~ADX*500.00*2*LIF*RETRO~");
    assert_eq!(lines(&file), ["INV-1 12450.75 0"]);
    assert!(file.advices().all(|advice| advice.is_proven()) && file.disagreements(&Default::default()).is_empty());
}

#[test]
fn words_and_references_of_remadv_are_kept() {
    let file = remadv(
        "BGM+481+RA-77+9'RFF+PQ:PAY-9'CUX+2:EUR:11'DOC+380+INV-1'MOA+9:1000.00'MOA+52:20.00'MOA+12:950.00'\
        AJT+55'MOA+165:30.00'FTX+AAI+++Price difference line 3'UNS+S'MOA+12:950.00'",
    );
    assert_eq!(lines(&file), ["INV-1 950 50"]);
    let deduction = &file.advices().next().unwrap().lines[0].deductions[1];
    assert_eq!(deduction.reason.as_ref().unwrap().value, "55 Price difference line 3");
    assert_eq!(deduction.kind, Some(DeductionReason::Price));
    assert_eq!(file.sets[0].terms.references[0].value, "PAY-9");
}

#[test]
fn a_decimal_comma_needs_no_declaration_and_amounts_paid_are_known() {
    let file = remadv("BGM+481+RA-77+9'DOC+380+INV-1'MOA+9:1000,00'MOA+12:1000,00'UNS+S'MOA+12:1000,00'");
    assert_eq!((lines(&file), file.sets[0].findings.len()), (vec!["INV-1 1000 0".to_string()], 0));
    let file = remadv("BGM+481+RA-77+9'DOC+380+INV-1'MOA+5:1000.00'MOA+11:970.00'UNS+S'MOA+139:970.00'");
    assert_eq!(lines(&file), ["INV-1 970 30"]);
    assert!(file.advices().all(|advice| advice.is_proven() && advice.total.is_some()));
}

#[test]
fn every_line_knows_the_store_it_is_of() {
    let file = x12("BPR*C*30.00*C*ACH~TRN*1*T~N1*PR*BUYER INC*92*B1~ENT*1*2J*91*S1~NM1*PR*2*STORE ONE*****92*S1~\
        RMR*IV*INV-1**10.00*10.00~RMR*IV*INV-2**15.00*15.00~ENT*2*2J*91*S2~NM1*PR*1*DOE*JANE~RMR*IV*INV-3**5.00*5.00~");
    let advice = file.advices().next().unwrap();
    let references = |line: usize| -> Vec<&str> { advice.lines[line].references.iter().map(|field| field.value.as_str()).collect() };
    assert_eq!([references(0), references(1), references(2)], [vec!["S1", "STORE ONE"], vec!["S1", "STORE ONE"], vec!["S2", "JANE DOE"]]);
    assert_eq!(advice.payer.name.as_ref().unwrap().value, "BUYER INC");
    assert!(advice.is_proven());
}

#[test]
fn names_that_are_left_out_are_told() {
    let names: String = (0..9).map(|number| format!("N1*PR*PAYER {number}~")).collect();
    let file = x12(&format!("BPR*I*1*C*NON~TRN*1*T~ENT*1~{names}RMR*IV*RE-1**1~"));
    let told: Vec<&str> = file.sets[0].findings.iter().map(|finding| finding.path.as_str()).filter(|path| path.starts_with("N1")).collect();
    assert_eq!(told.len(), 1, "{:?}", file.sets[0].findings);
}

#[test]
fn an_adjustment_of_a_document_has_a_reason() {
    let head = "BPR*C*725.00*C*FWT************20240116~TRN*1*W-9~ENT*1~";
    for amount in ["-300", "300"] {
        let file = x12(&format!("{head}RMR*IV*INV5**500*800*0*04*{amount}~RMR*IV*INV6**225*250*25~"));
        assert_eq!(lines(&file), ["INV5 500 300", "INV6 225 25"], "{amount}");
        let advice = file.advices().next().unwrap();
        assert!(advice.is_proven(), "{:?}", advice.findings);
        assert_eq!((advice.lines[0].reason(), advice.lines[0].reason_kind()), (Some("04"), Some(DeductionReason::Damaged)));
    }
    // The same adjustment said twice is taken once, and one that explains nothing is not taken.
    let twice = x12(&format!("{head}RMR*IV*INV5**500*800*0*04*-300~ADX*-300*04~RMR*IV*INV6**225*225*0*01*-7~"));
    assert_eq!(lines(&twice), ["INV5 500 300", "INV6 225 0"]);
    assert!(twice.advices().all(|advice| advice.is_proven()));
}

#[test]
fn a_partial_payment_takes_nothing_off() {
    let file = x12("BPR*C*725.00*C*FWT************20240116~TRN*1*W-9~ENT*1~RMR*IV*INV5*PP*500*800~RMR*IV*INV6*PI*225*250*25~");
    assert_eq!(lines(&file), ["INV5 500 0", "INV6 225 25"]);
    assert!(file.advices().all(|advice| advice.is_proven()));
}

#[test]
fn a_message_of_the_german_energy_market() {
    let file = remadv(
        "BGM+239+RA-4455'DTM+137:202401151200?+00:303'RFF+Z13:33001'NAD+MS+9900000000001::293'NAD+MR+9900000000002::293'CUX+2:EUR:11'\
        DOC+380+INV-1'MOA+9:119'MOA+12:119'DTM+137:20240101:102'UNS+S'MOA+12:119'",
    );
    let advice = file.advices().next().unwrap();
    assert_eq!((advice.date.as_ref().unwrap().value.to_string(), file.sets[0].findings.len()), ("2024-01-15".to_string(), 0));
    let number = |party: &quittance_formats::remittance::AdviceParty| party.customer_number.as_ref().unwrap().value.to_string();
    assert_eq!((number(&advice.payer), number(&advice.payee)), ("9900000000001".to_string(), "9900000000002".to_string()));
    for order in ["NAD+MS+1::9'NAD+PR+2::9'", "NAD+PR+2::9'NAD+MS+1::9'"] {
        let file = remadv(&format!("BGM+481+A1'{order}DOC+380+I1'MOA+12:1'UNS+S'MOA+12:1'"));
        assert_eq!(number(&file.advices().next().unwrap().payer), "2", "who pays, before who sends");
    }
}

#[test]
fn what_is_due_of_an_invoice() {
    let file = remadv("BGM+481+A1'CUX+2:GBP:11'DOC+380+I1'MOA+77:110.00'MOA+9:100.00'DOC+380+I2'MOA+9:50.25'UNS+S'MOA+9:150.25'");
    assert_eq!(lines(&file), ["I1 100 0", "I2 50.25 0"]);
    assert!(file.advices().all(|advice| advice.is_proven()));
    let paid = remadv("BGM+481+A1'CUX+2:GBP:11'DOC+380+I1'MOA+77:110.00'MOA+9:100.00'MOA+12:98.00'UNS+S'MOA+12:98.00'");
    assert_eq!(lines(&paid), ["I1 98 12"]);
}

#[test]
fn amounts_of_two_currencies_are_not_subtracted() {
    let file = remadv(
        "BGM+481+A1'CUX+2:EUR:11'DOC+380+I1'CUX+2:USD:4+3:EUR:11+1.1'MOA+9:110.00:USD'MOA+12:100.00:EUR'DOC+380+I2'MOA+9:60:EUR'\
        MOA+12:50'UNS+S'MOA+12:150.00'",
    );
    assert_eq!(lines(&file), ["I1 100 0", "I2 50 10"]);
    assert!(file.advices().all(|advice| advice.is_proven()));
}
