//! Proofs over the books, each with its verdict; a broken one also stands at the top of the page.

use askama::Template;
use quittance_types::Fault;

use super::{Drawn, Page, empty, words};
use crate::portal::html::{Html, Line, Span};
use crate::portal::pages::PageId;
use crate::portal::view::{BooksView, Break, Claim, Proof, Verdict};

const TITLE: &str = "Books";

#[derive(Template)]
#[template(path = "overview/books.html")]
struct BooksTemplate {
    rows: Vec<Row>,
}

struct Row {
    claim: Html,
    detail: String,
    status: &'static str,
    word: &'static str,
}

pub(super) fn draw(page: &Page<'_>, view: &BooksView) -> Result<Drawn, Fault> {
    if view.proofs.is_empty() {
        return empty(TITLE, "No proof has run yet. The first one runs when the services have written something to prove.");
    }
    let rows = view.proofs.iter().map(|proof| present(page, proof)).collect();
    let note = view
        .checked_at
        .map_or_else(Line::default, |at| Line::plain(format!("checked {}", page.frame.format.time_with_seconds(at, &page.frame.zone))));
    Ok(Drawn { title: TITLE.to_owned(), note, body: Html::render(&BooksTemplate { rows })? })
}

/// One line for each broken proof, for the top of the page.
pub(super) fn broken(page: &Page<'_>) -> Vec<Html> {
    let proofs = page.view.books.known().map(|books| books.proofs.as_slice()).unwrap_or_default();
    let line = |proof: &Proof| match &proof.verdict {
        Verdict::Broken(found) => {
            let spans = [claim(page, &proof.claim), Span::plain(detail(page, found))];
            Some(Line::fill("A proof does not hold: {}. {}", spans).html())
        }
        Verdict::Holds | Verdict::NotChecked(_) => None,
    };
    proofs.iter().filter_map(line).collect()
}

fn present(page: &Page<'_>, proof: &Proof) -> Row {
    let (status, word, detail) = match &proof.verdict {
        Verdict::Holds => ("ok", holds(&proof.claim), String::new()),
        Verdict::Broken(found) => ("bad", "does not hold", detail(page, found)),
        Verdict::NotChecked(service) => ("warn", "not checked", words::does_not_answer(*service, None)),
    };
    Row { claim: Line::fill("{}", [claim(page, &proof.claim)]).html(), detail, status, word }
}

fn holds(claim: &Claim) -> &'static str {
    match claim {
        Claim::Invariants { .. } => "all hold",
        Claim::AuditChain { .. } => "unbroken",
        _ => "holds",
    }
}

fn claim(page: &Page<'_>, claim: &Claim) -> Span {
    let count = |number: u64| page.frame.format.count(number);
    let (text, id) = match claim {
        Claim::SubledgerEqualsLedger => ("Subledger equals ledger".to_owned(), PageId::Ledger),
        Claim::CashEqualsBank { accounts } => {
            let unit = words::plural(*accounts, "account", "accounts");
            (format!("Cash equals bank, {} {unit}", count(*accounts)), PageId::Ledger)
        }
        Claim::EntriesBalance { entries } => {
            let unit = words::plural(*entries, "entry balances", "entries balance");
            (format!("{} journal {unit}", count(*entries)), PageId::Ledger)
        }
        Claim::Invariants { count: invariants, services } => {
            let unit = words::plural(*invariants, "invariant", "invariants");
            let places = words::plural(*services, "service", "services");
            (format!("{} {unit} over {} {places}", count(*invariants), count(*services)), PageId::Ledger)
        }
        Claim::AuditChain { entry } => (format!("Audit chain to entry {}", count(*entry)), PageId::AuditTrail),
        Claim::Other(text) => return Span::Outside(text.clone()),
    };
    Span::Link(text, page.frame.site.href(id, ""))
}

/// Both sums and the difference, or the number of violations, and where it began.
fn detail(page: &Page<'_>, found: &Break) -> String {
    let format = page.frame.format;
    let sums = found.left.zip(found.right).and_then(|(left, right)| {
        let difference = format.difference(left.sub(right).ok()?);
        Some(format!("{} against {}, a difference of {difference}.", format.amount(left), format.amount(right)))
    });
    let violations = (found.violations > 0).then(|| {
        let unit = words::plural(found.violations, "violation", "violations");
        format!("{} {unit}.", format.count(found.violations))
    });
    let first = found.first_event.map(|event| format!("First at event {}.", format.count(event)));
    [sums, violations, first].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
