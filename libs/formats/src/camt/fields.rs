//! Reading single fields, with a finding where one does not hold what it should.

use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::{Amount, Charge, Direction, ExchangeRate, Few, Moment, TransactionCode, parse_exact};
use crate::xml::Node;

/// An amount element with its currency attribute.
pub(crate) fn amount(node: Node<'_>, field: &str, recorder: &mut Recorder) -> Amount {
    let currency = node.attribute("Ccy").unwrap_or_default();
    let (amount, problem) = Amount::read(node.text(), currency);
    if let Some(problem) = problem {
        let text = format!("amount \"{}\" in \"{}\"", excerpt(node.text(), 60), excerpt(currency, 10));
        recorder.note(problem.0, field, node.offset(), text);
    }
    amount
}

/// The amount element at a path below `node`, if it is there.
pub(crate) fn amount_at(node: Node<'_>, path: &str, recorder: &mut Recorder) -> Option<Amount> {
    node.at(path).map(|found| amount(found, path, recorder))
}

/// The credit/debit indicator below `node`; a finding when it is there and unknown.
pub(crate) fn direction(node: Node<'_>, field: &str, recorder: &mut Recorder) -> Option<Direction> {
    let found = node.child("CdtDbtInd")?;
    let direction = direction_of(found.text());
    if direction.is_none() {
        let text = format!("\"{}\" is neither CRDT nor DBIT", excerpt(found.text(), 20));
        recorder.note(FindingKind::DirectionUnknown, field, found.offset(), text);
    }
    direction
}

/// Direction of an indicator's text.
pub(crate) fn direction_of(text: &str) -> Option<Direction> {
    match text {
        "CRDT" => Some(Direction::Credit),
        "DBIT" => Some(Direction::Debit),
        _ => None,
    }
}

/// An XML boolean.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A date written directly in an element.
pub(crate) fn moment(node: Node<'_>, field: &str, recorder: &mut Recorder) -> Option<Moment> {
    if node.text().is_empty() {
        return None;
    }
    let moment = Moment::parse_iso(node.text());
    if moment.is_none() {
        let text = format!("\"{}\" is no date", excerpt(node.text(), 40));
        recorder.note(FindingKind::DateMalformed, field, node.offset(), text);
    }
    moment
}

/// A date at a path, written directly.
pub(crate) fn moment_at(node: Node<'_>, path: &str, recorder: &mut Recorder) -> Option<Moment> {
    node.at(path).and_then(|found| moment(found, path, recorder))
}

/// A date in the choice of `Dt` and `DtTm` below the element.
pub(crate) fn date_choice(node: Node<'_>, field: &str, recorder: &mut Recorder) -> Option<Moment> {
    let found = node.child("DtTm").or_else(|| node.child("Dt"));
    moment(found.unwrap_or(node), field, recorder)
}

/// The code in a choice of `Cd` and `Prtry` below the element, or the element's own text.
pub(crate) fn code_choice(node: Node<'_>) -> Option<String> {
    let own = || Some(node.text().to_string()).filter(|text| !text.is_empty());
    node.first_string(&["Cd", "Prtry", "Prtry/Id", "CdOrPrtry/Cd", "CdOrPrtry/Prtry"]).or_else(own)
}

/// A bank transaction code; none when it says nothing.
pub(crate) fn transaction_code(node: Node<'_>) -> Option<Box<TransactionCode>> {
    let code = TransactionCode {
        domain: node.string("Domn/Cd"),
        family: node.string("Domn/Fmly/Cd"),
        sub_family: node.string("Domn/Fmly/SubFmlyCd"),
        proprietary: node.string("Prtry/Cd"),
        issuer: node.string("Prtry/Issr"),
    };
    (!code.is_empty()).then(|| Box::new(code))
}

/// Charges: one element a charge (.01, .02), or one element with a total and records (.03 and later).
pub(crate) fn charges(node: Node<'_>, recorder: &mut Recorder, into: &mut Few<Charge>) {
    let mut structured = false;
    for record in node.all("Rcrd") {
        structured = true;
        into.extend(charge(record, recorder));
    }
    if let Some(own) = charge(node, recorder).filter(|_| !structured) {
        into.push(own);
    }
    for name in ["TtlChrgsAndTaxAmt"] {
        let Some(amount) = amount_at(node, name, recorder) else { continue };
        let total = Charge { amount, direction: None, included: None, kind: None, bearer: None, agent_bic: None, is_total: true };
        into.push(total);
    }
}

fn charge(node: Node<'_>, recorder: &mut Recorder) -> Option<Charge> {
    let amount = amount_at(node, "Amt", recorder)?;
    Some(Charge {
        amount,
        direction: direction(node, "Chrgs/CdtDbtInd", recorder),
        included: node.value("ChrgInclInd").and_then(boolean),
        kind: node.child("Tp").and_then(code_choice),
        bearer: node.string("Br"),
        agent_bic: node.first_string(&["Agt/FinInstnId/BICFI", "Agt/FinInstnId/BIC", "Pty/FinInstnId/BICFI", "Pty/FinInstnId/BIC"]),
        is_total: false,
    })
}

/// An exchange rate below an amount.
pub(crate) fn exchange_rate(node: Node<'_>) -> ExchangeRate {
    ExchangeRate {
        source_currency: node.string("SrcCcy"),
        target_currency: node.string("TrgtCcy"),
        unit_currency: node.string("UnitCcy"),
        rate: node.value("XchgRate").and_then(parse_exact),
        contract_id: node.string("CtrctId"),
    }
}
