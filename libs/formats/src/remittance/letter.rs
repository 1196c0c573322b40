//! Which parts of a file or mail are the advice: alternatives of one body, attachments, a text that only repeats.

use std::collections::{HashMap, HashSet};

use quittance_types::Decimal;

use super::assemble::assemble;
use super::attached::moved;
use super::head::{Head, MAX_SUMS, names_payment};
use super::lexicon::is_total;
use super::listing::Listing;
use super::mail::{Mail, MailPage, PageRole};
use super::model::{Advice, Field, Span};
use super::page::{Page, Row};
use super::proof::ReviewReason;
use super::reading::{Knowledge, head_of, read as read_page};
use super::record::Stated;
use crate::Text;
use crate::charset::noticed;
use crate::error::FormatError;
use crate::finding::FindingKind;

/// A page with what was read from it.
struct Found {
    role: PageRole,
    head: Head,
    listing: Listing,
    /// Another part states other amounts for the same documents.
    contradicted: bool,
}

impl Found {
    /// What is paid for each document.
    fn amounts(&self) -> Amounts {
        self.listing.lines.iter().map(|line| (line.document.value.to_uppercase(), line.net_amount())).collect()
    }
}

/// What is paid for each document.
type Amounts = HashMap<Text, Option<Decimal>>;

/// True when both name a document.
fn overlap(one: &Amounts, other: &Amounts) -> bool {
    let (small, large) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    small.keys().any(|document| large.contains_key(document))
}

/// True when both name a document with amounts that differ.
fn contradict(one: &Amounts, other: &Amounts) -> bool {
    one.iter().any(|(document, paid)| other.get(document).is_some_and(|other| other.is_some() && paid.is_some() && other != paid))
}

/// Advices of the pages of a file that is no mail.
pub(crate) fn of_pages(pages: Vec<(String, Page)>, mut empty: Advice, knowledge: Knowledge<'_>) -> Vec<Advice> {
    empty.parts = pages.iter().map(|(name, _)| name.clone()).collect();
    if empty.parts.is_empty() {
        empty.parts.push(empty.format.code().to_string());
    }
    let mut found = Vec::new();
    let mut heads = Vec::new();
    for (_, mut page) in pages {
        note_about(&page, &mut empty);
        let (head, listing) = read_page(&mut page, &[], knowledge);
        match listing {
            Some(listing) => found.push(Found { role: PageRole::Attachment, head, listing, contradicted: false }),
            None => heads.push(head),
        }
    }
    let found = without_repeats(found);
    advices(&empty, found, heads, knowledge)
}

/// Notes what of a part cannot be read, and as what its text was.
fn note_about(page: &Page, empty: &mut Advice) {
    let is_blank = page.rows().all(Row::is_blank);
    let missing = page.missing.or(is_blank.then_some("no text in it: empty, a scan or pictures only"));
    let span = Span { part: page.part, ..Span::default() };
    if let Some(missing) = missing {
        empty.note(FindingKind::PartIgnored, None, span, missing);
    }
    if let Some(noticed) = noticed(page.charset) {
        empty.note(noticed.kind, None, span, noticed.text);
    }
}

/// Advices of a mail.
pub(crate) fn read(mut mail: Mail, mut empty: Advice, knowledge: Knowledge<'_>) -> Result<Vec<Advice>, FormatError> {
    empty.parts = mail.parts;
    for (part, why) in &mail.ignored {
        empty.note(FindingKind::PartIgnored, None, Span { part: *part, ..Span::default() }, why.clone());
    }
    let sums = sums_of(&mail.pages);
    let (mut found, mut heads) = (Vec::new(), Vec::new());
    for mail_page in &mut mail.pages {
        if mail_page.role == PageRole::Attachment {
            note_about(&mail_page.page, &mut empty);
        }
        let foreign = |role: PageRole| role != mail_page.role && role != PageRole::Attachment;
        let others: Vec<Stated> = sums.iter().filter(|(role, _)| foreign(*role)).map(|(_, sum)| sum.clone()).collect();
        let (head, listing) = read_page(&mut mail_page.page, &others, knowledge);
        match listing.filter(|_| mail_page.role != PageRole::Header) {
            Some(listing) => found.push(Found { role: mail_page.role, head, listing, contradicted: false }),
            None => heads.push(head),
        }
    }
    let found = without_repeats(best_bodies(found));
    let mut advices = advices(&empty, found, heads, knowledge);
    doubt_other_payment(&mut advices, &sums);
    if !mail.structured.is_empty() {
        // A text beside them only accompanies them.
        advices.retain(Advice::is_proven);
        let structured = mail.structured.into_iter().flat_map(|(part, advices)| advices.into_iter().map(move |advice| (part, advice)));
        advices.extend(structured.map(|(part, advice)| moved(advice, part, &empty)));
    }
    for advice in &mut advices {
        if advice.payer.name.is_none() {
            advice.payer.name.clone_from(&mail.sender);
        }
        if advice.date.is_none() {
            advice.date.clone_from(&mail.date);
        }
    }
    Ok(advices)
}

/// A text that says how much was paid, and no advice of the mail is of that amount, nor all together.
fn doubt_other_payment(advices: &mut [Advice], sums: &[(PageRole, Stated)]) {
    let paid = |(role, stated): &&(PageRole, Stated)| matches!(role, PageRole::Body(_)) && names_payment(&stated.words);
    let paid: Vec<Decimal> = sums.iter().filter(paid).map(|(_, stated)| stated.figure.number.value).collect();
    let totals: Vec<Decimal> = advices.iter().filter_map(|advice| Some(advice.total.as_ref()?.value)).collect();
    let all = totals.iter().try_fold(Decimal::ZERO, |sum, total| sum.checked_add(*total));
    let is_meant = |paid: &Decimal| totals.iter().chain(&all).any(|total| total.abs() == *paid);
    if paid.is_empty() || paid.iter().any(is_meant) {
        return;
    }
    for advice in advices.iter_mut().filter(|advice| advice.is_proven()) {
        advice.note(FindingKind::TotalMismatch, None, Span::default(), "the text of the mail says that another amount was paid");
        advice.doubt(ReviewReason::TotalMismatch);
    }
}

/// The sums stated in the texts of a mail, which its attachments may be held against.
fn sums_of(pages: &[MailPage]) -> Vec<(PageRole, Stated)> {
    let texts = pages.iter().filter(|page| page.role != PageRole::Attachment);
    texts.flat_map(|page| head_of(&page.page).totals.into_iter().map(|sum| (page.role, sum))).take(MAX_SUMS).collect()
}

/// Of the alternatives of one body the better; of equals the first.
fn best_bodies(found: Vec<Found>) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for next in found {
        let same = out.iter_mut().find(|other| matches!(next.role, PageRole::Body(_)) && other.role == next.role);
        match same {
            Some(other) if next.listing.rank > other.listing.rank => *other = next,
            Some(_) => {}
            None => out.push(next),
        }
    }
    out
}

/// Leaves out what another part says as well or better, and unproven texts beside a proven advice. An attachment, or a proven
/// text, that is left out although it states other amounts makes the one that stays doubtful.
fn without_repeats(mut found: Vec<Found>) -> Vec<Found> {
    if found.len() < 2 {
        return found;
    }
    let amounts: Vec<Amounts> = found.iter().map(Found::amounts).collect();
    let any_proven = found.iter().any(|found| found.listing.proven);
    let both = |one: usize, other: usize, holds: fn(&Amounts, &Amounts) -> bool| {
        amounts.get(one).zip(amounts.get(other)).is_some_and(|(one, other)| holds(one, other))
    };
    let betters = |index: usize, own: &Found| -> Vec<usize> {
        let others = found.iter().enumerate().filter(|(other, _)| *other != index);
        let better = others.filter(|(other_index, other)| is_better(other, *other_index, own, index)).map(|(other, _)| other);
        better.filter(|other| both(index, *other, overlap)).collect()
    };
    let (mut keep, mut contradicted) = (Vec::new(), HashSet::new());
    for (index, own) in found.iter().enumerate() {
        let better = betters(index, own);
        let serious = own.listing.proven || own.role == PageRole::Attachment;
        let against = better.iter().filter(|other| serious && both(**other, index, contradict));
        contradicted.extend(against.copied());
        let accompanies = any_proven && !own.listing.proven && matches!(own.role, PageRole::Body(_));
        keep.push(better.is_empty() && !accompanies);
    }
    found.iter_mut().enumerate().for_each(|(index, found)| found.contradicted = contradicted.contains(&index));
    found.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(found, _)| found).collect()
}

fn is_better(other: &Found, other_index: usize, own: &Found, index: usize) -> bool {
    let key = |found: &Found, index: usize| (found.listing.proven, found.listing.lines.len(), found.listing.rank, std::cmp::Reverse(index));
    key(other, other_index) > key(own, index)
}

fn advices(empty: &Advice, found: Vec<Found>, heads: Vec<Head>, knowledge: Knowledge<'_>) -> Vec<Advice> {
    if found.is_empty() {
        return vec![without_lines(empty, heads, knowledge)];
    }
    let mut out = Vec::new();
    let several = found.len() > 1;
    for mut part in found {
        if !several {
            for head in &heads {
                fill(&mut part.head, head);
            }
        }
        let mut read = assemble(empty, &part.head, part.listing, knowledge.expected);
        if part.contradicted {
            for advice in &mut read {
                let text = "another part of the source states other amounts for the same documents";
                advice.note(FindingKind::ReadingAmbiguous, None, Span::default(), text);
                advice.doubt(ReviewReason::Ambiguous);
            }
        }
        out.extend(read);
    }
    out
}

fn without_lines(empty: &Advice, heads: Vec<Head>, knowledge: Knowledge<'_>) -> Advice {
    let mut merged = Head::default();
    for head in &heads {
        fill(&mut merged, head);
    }
    let mut advice = empty.clone();
    advice.number = merged.number;
    advice.date = merged.date;
    advice.currency = merged.currency;
    advice.payer = merged.payer;
    advice.payee = merged.payee;
    advice.stated_count = merged.count;
    let named = merged.totals.iter().rfind(|stated| is_total(&stated.words)).or(merged.totals.last());
    advice.total = named.map(|stated| Field::new(stated.figure.number.signed(), &stated.figure.text, stated.figure.span));
    advice.prove(knowledge.expected)
}

/// Takes from `other` what `head` does not tell.
fn fill(head: &mut Head, other: &Head) {
    fn missing<T: Clone>(slot: &mut Option<T>, value: &Option<T>) {
        if slot.is_none() {
            slot.clone_from(value);
        }
    }
    missing(&mut head.number, &other.number);
    missing(&mut head.date, &other.date);
    missing(&mut head.currency, &other.currency);
    missing(&mut head.count, &other.count);
    missing(&mut head.payer.name, &other.payer.name);
    missing(&mut head.payer.account, &other.payer.account);
    missing(&mut head.payer.customer_number, &other.payer.customer_number);
    missing(&mut head.payee.name, &other.payee.name);
    head.totals.extend(other.totals.iter().cloned());
}
