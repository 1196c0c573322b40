//! Which parts of a file or mail are the advice: alternatives of one body, attachments, a text that only repeats.

use std::collections::HashSet;

use super::assemble::assemble;
use super::head::Head;
use super::lexicon::is_total;
use super::mail::{Mail, PageRole};
use super::model::{Advice, Field, Span};
use super::page::Page;
use super::reading::{Knowledge, Reading, head_of, read as read_page};
use super::record::Stated;
use crate::error::FormatError;
use crate::finding::FindingKind;

/// A page with what was read from it.
struct Found {
    role: PageRole,
    head: Head,
    reading: Reading,
}

impl Found {
    fn documents(&self) -> HashSet<String> {
        let records = self.reading.groups.iter().flat_map(|(records, _)| &records.records);
        records.map(|record| record.document.value.to_uppercase()).collect()
    }
}

/// Advices of the pages of a file that is no mail.
pub(crate) fn of_pages(pages: Vec<(String, Page)>, mut empty: Advice, knowledge: Knowledge<'_>) -> Vec<Advice> {
    empty.parts = pages.iter().map(|(name, _)| name.clone()).collect();
    if empty.parts.is_empty() {
        empty.parts.push(empty.format.code().to_string());
    }
    let mut found = Vec::new();
    let mut heads = Vec::new();
    for (_, page) in &pages {
        let (head, reading) = read_page(page, &[], knowledge);
        match reading {
            Some(reading) => found.push(Found { role: PageRole::Attachment, head, reading }),
            None => heads.push(head),
        }
    }
    let found = without_repeats(found);
    advices(&empty, found, heads, knowledge)
}

/// Advices of a mail.
pub(crate) fn read(mail: Mail, mut empty: Advice, knowledge: Knowledge<'_>) -> Result<Vec<Advice>, FormatError> {
    empty.parts = mail.parts;
    for (part, why) in &mail.ignored {
        empty.note(FindingKind::PartIgnored, None, Span { part: *part, ..Span::default() }, why.clone());
    }
    let sums: Vec<(PageRole, Vec<Stated>)> = mail.pages.iter().map(|page| (page.role, head_of(&page.page).totals)).collect();
    let (mut found, mut heads) = (Vec::new(), Vec::new());
    for mail_page in &mail.pages {
        let foreign = |role: PageRole| role != mail_page.role && role != PageRole::Attachment;
        let others: Vec<Stated> = sums.iter().filter(|(role, _)| foreign(*role)).flat_map(|(_, sums)| sums.iter().cloned()).collect();
        let (head, reading) = read_page(&mail_page.page, &others, knowledge);
        match reading.filter(|_| mail_page.role != PageRole::Header) {
            Some(reading) => found.push(Found { role: mail_page.role, head, reading }),
            None => heads.push(head),
        }
    }
    let found = without_repeats(best_bodies(found));
    let mut advices = advices(&empty, found, heads, knowledge);
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

/// Of the alternatives of one body the better; of equals the first.
fn best_bodies(found: Vec<Found>) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for next in found {
        let same = out.iter_mut().find(|other| matches!(next.role, PageRole::Body(_)) && other.role == next.role);
        match same {
            Some(other) if next.reading.rank > other.reading.rank => *other = next,
            Some(_) => {}
            None => out.push(next),
        }
    }
    out
}

/// Leaves out what another part says as well or better, and unproven texts beside a proven advice.
fn without_repeats(found: Vec<Found>) -> Vec<Found> {
    let documents: Vec<HashSet<String>> = found.iter().map(Found::documents).collect();
    let any_proven = found.iter().any(|found| found.reading.proven);
    let keep: Vec<bool> = found
        .iter()
        .enumerate()
        .map(|(index, own)| {
            let accompanies = any_proven && !own.reading.proven && matches!(own.role, PageRole::Body(_));
            let repeated = found.iter().enumerate().any(|(other_index, other)| {
                let (Some(mine), Some(theirs)) = (documents.get(index), documents.get(other_index)) else { return false };
                let overlap = mine.intersection(theirs).count();
                other_index != index && overlap > 0 && is_better(other, other_index, own, index)
            });
            !accompanies && !repeated
        })
        .collect();
    found.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(found, _)| found).collect()
}

fn is_better(other: &Found, other_index: usize, own: &Found, index: usize) -> bool {
    let key = |found: &Found, index: usize| (found.reading.proven, found.reading.count(), found.reading.rank, std::cmp::Reverse(index));
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
        out.extend(assemble(empty, &part.head, &part.reading, knowledge.expected));
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
