//! Readings of the sentences of a page: each number bound to the amounts around it.

use super::{Knowledge, Reading, Way, single};
use crate::remittance::head::Head;
use crate::remittance::page::Page;
use crate::remittance::prose::{self, Binder, Binding, Item, Scope, Shapes};
use crate::remittance::record::{Record, Records, Stream};
use crate::remittance::token::Style;

/// The ways to read sentences that differ, with their ranks.
pub(super) fn sentence_ways(items: &[Item]) -> Vec<(Way, i64)> {
    let scopes = [Scope::Named, Scope::WithAmount];
    let [named, wide] = scopes.map(|scope| Shapes::of(items, scope));
    let kept: Vec<Item> = items.iter().filter(|item| wide.keep(item)).cloned().collect();
    let follow = prose::amounts_follow(&kept);
    let bindings = || (0i64..).zip(Binding::ALL).filter(|(_, binding)| !(follow && binding.amount_first));
    // That the second of two amounts is taken off needs a proof.
    let rank = |order: i64, binding: Binding| 100 - order * 2 - if binding.second_is_deduction { 500 } else { 0 };
    let mut ways: Vec<(Way, i64)> =
        bindings().map(|(order, binding)| (Way::Sentences(Scope::Named, binding), rank(order, binding))).collect();
    if wide != named {
        ways.extend(bindings().map(|(order, binding)| (Way::Sentences(Scope::WithAmount, binding), rank(order, binding) - 1)));
    }
    ways.push((Way::Lone, 80));
    ways
}

pub(super) fn of_items(items: &[Item], way: Way, head: &Head, knowledge: Knowledge<'_>, base: i64) -> Option<Reading<'static>> {
    let records = match way {
        Way::Sentences(scope, binding) => prose::bind(items, &Shapes::of(items, scope), binding),
        Way::Lone => {
            let shapes = Shapes::of(items, Scope::Named);
            let kept: Vec<Item> = items.iter().filter(|item| shapes.keep(item)).cloned().collect();
            prose::lone(&kept)
        }
        Way::Tables | Way::Columns(_) => Vec::new(),
    };
    single_of(records, head, knowledge, base)
}

fn single_of(records: Vec<Record>, head: &Head, knowledge: Knowledge<'_>, base: i64) -> Option<Reading<'static>> {
    if records.is_empty() { None } else { single(prose::records(records), head, knowledge, base) }
}

/// The sentences of a long page, row by row; the sample tells which numbers are documents.
pub(super) fn of_sentences<'a>(
    page: &'a Page,
    sample: &Page,
    head: &Head,
    style: Style,
    (scope, binding, base): (Scope, Binding, i64),
    knowledge: Knowledge<'a>,
) -> Option<Reading<'a>> {
    let items = prose::items(sample, style, knowledge.known);
    let shapes = Shapes::of(&items, scope);
    let held = prose::bind(&items, &shapes, binding);
    if held.is_empty() {
        return None;
    }
    let stream = Stream::new(move |take| {
        let mut binder = Binder::new(binding, take);
        prose::for_each_row(page, style, knowledge.known, |items| {
            items.iter().filter(|item| shapes.keep(item)).for_each(|item| binder.take(item));
        });
        binder.finish();
        Vec::new()
    });
    let records = Records { stream: Some(stream), ..prose::records(held) };
    single(records, head, knowledge, base.min(100))
}
