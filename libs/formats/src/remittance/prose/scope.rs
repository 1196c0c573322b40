//! Which of the texts that may be numbers of documents are taken for such.

use std::collections::HashSet;

use super::{Item, Said};
use crate::remittance::document::shape;

/// Which of the texts that may be numbers of documents are taken for such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those named by words, and those of the same shape. Where none is named, those that lead their line and their like;
    /// where none leads, all.
    Named,
    /// These, and all that have an amount behind them in their line.
    WithAmount,
}

/// The shapes of documents that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shapes(HashSet<String>);

impl Shapes {
    /// The shapes that count among `items`.
    pub fn of(items: &[Item], scope: Scope) -> Shapes {
        let shapes = |wanted: fn(bool, bool) -> bool| -> HashSet<String> {
            let documents = items.iter().filter_map(|item| match item {
                Item::Document { field, named, leads, .. } if wanted(*named, *leads) => Some(shape(&field.value)),
                _ => None,
            });
            documents.collect()
        };
        let kinds = [shapes(|named, _| named), shapes(|_, leads| leads), shapes(|_, _| true)];
        let mut counted = kinds.into_iter().find(|shapes| !shapes.is_empty()).unwrap_or_default();
        if scope == Scope::WithAmount {
            // A number beside a deduction explains it and is no document that is paid.
            let is_of = |said: Said| said != Said::Deduction;
            let telling: Vec<&Item> = items.iter().filter(|item| !matches!(item, Item::Date(_))).collect();
            counted.extend(telling.windows(2).filter_map(|pair| match (pair.first()?, pair.get(1)?) {
                (Item::Document { field, .. }, Item::Amount { figure, said, .. })
                    if is_of(*said) && figure.span.line == field.span.line =>
                {
                    Some(shape(&field.value))
                }
                _ => None,
            }));
        }
        Shapes(counted)
    }

    /// True for everything but a document that does not count.
    pub fn keep(&self, item: &Item) -> bool {
        match item {
            Item::Document { field, named, .. } => *named || self.0.contains(&shape(&field.value)),
            _ => true,
        }
    }
}

/// True when every document has an amount behind it in its line and the first one has none before it: then no amount stands
/// before its document.
pub(crate) fn amounts_follow(items: &[Item]) -> bool {
    let mut open: Option<u32> = None;
    // Line of an amount no document came before.
    let mut leading: Option<u32> = None;
    let mut begun = false;
    for item in items {
        match item {
            Item::Document { field, .. } if open.is_some() || leading == Some(field.span.line) => return false,
            Item::Document { field, .. } => {
                open = Some(field.span.line);
                begun = true;
            }
            Item::Amount { said: Said::Deduction, .. } | Item::Date(_) => {}
            Item::Amount { figure, .. } if !begun => leading = Some(figure.span.line),
            Item::Amount { figure, .. } if open == Some(figure.span.line) => open = None,
            Item::Amount { .. } => {}
        }
    }
    open.is_none()
}
