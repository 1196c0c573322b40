//! Several numbers in one text.

use super::{short, with_word};
use crate::dice::Dice;
use crate::ledger::item::Item;
use crate::ledger::mix::ListQuote;
use crate::ledger::party;
use crate::ledger::text;
use crate::ledger::words::Words;

/// The text, and the style that came out.
pub(super) fn write(wanted: ListQuote, items: &[&Item], words: &Words, dice: &mut Dice) -> (String, ListQuote) {
    let style = possible(wanted, items);
    let separator = dice.pick(&[", ", " ", "/", "+", " + ", ";", " / ", " & ", ","]);
    let numbers: Vec<String> = items.iter().map(|item| signed(item, item.number.clone(), words, dice)).collect();
    let text = match style {
        ListQuote::Numbers => with_word(words.invoice, &join_safe(&numbers, separator), 500, dice),
        ListQuote::Digits => {
            let digits: Vec<String> = items.iter().map(|item| signed(item, short(&item.number).to_owned(), words, dice)).collect();
            with_word(words.invoice, &join_safe(&digits, separator), 600, dice)
        }
        ListQuote::Tails => with_word(words.invoice, &tails(items, false, dice), 500, dice),
        ListQuote::OnlyTails => with_word(words.invoice, &tails(items, true, dice), 500, dice),
        ListQuote::Range => with_word(words.invoice, &range(items, dice), 600, dice),
        ListQuote::Orders => {
            let orders: Vec<String> = items.iter().map(|item| item.order.clone()).collect();
            with_word(words.order, &join_safe(&orders, separator), 800, dice)
        }
        ListQuote::Some => {
            let some: Vec<String> = numbers.iter().take(items.len().div_ceil(2)).cloned().collect();
            format!("{} {}", join_safe(&some, separator), words.others)
        }
        ListQuote::Nothing => party::choose(words.balance, dice).to_owned(),
    };
    (text, style)
}

fn possible(wanted: ListQuote, items: &[&Item]) -> ListQuote {
    let plain = items.iter().all(|item| !item.credit);
    match wanted {
        ListQuote::Tails | ListQuote::OnlyTails if !plain || common(items) < 1 => ListQuote::Numbers,
        ListQuote::Range if !plain || !consecutive(items) => ListQuote::Digits,
        ListQuote::Orders if items.iter().any(|item| item.order.is_empty()) => ListQuote::Numbers,
        other => other,
    }
}

/// Separators that could be part of a number are not used between such numbers.
fn join_safe(numbers: &[String], separator: &str) -> String {
    let mark = separator.trim();
    let clashes = !mark.is_empty() && numbers.iter().any(|number| number.contains(mark));
    numbers.join(if clashes { ", " } else { separator })
}

fn signed(item: &Item, number: String, words: &Words, dice: &mut Dice) -> String {
    match (item.credit, dice.below(3)) {
        (false, _) => number,
        (true, 0) => format!("-{number}"),
        (true, 1) => format!("./. {number}"),
        (true, _) => format!("{} {number}", words.credit),
    }
}

/// Leading digits all running numbers share.
fn common(items: &[&Item]) -> usize {
    let Some((first, rest)) = items.split_first() else { return 0 };
    let first = short(&first.number).as_bytes();
    rest.iter().fold(first.len(), |shared, item| {
        let other = short(&item.number).as_bytes();
        let same = first.iter().zip(other).take_while(|(a, b)| a == b).count();
        if other.len() == first.len() { shared.min(same) } else { 0 }
    })
}

fn consecutive(items: &[&Item]) -> bool {
    items.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1)
}

/// `70412/455/491`: tails of at least three digits where the number has as many.
fn tails(items: &[&Item], of_all: bool, dice: &mut Dice) -> String {
    let separator = dice.pick(&["/", ", ", "+", " ", ","]);
    let mut out = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let run = short(&item.number);
        let keep = (run.len() - common(items)).max(3).min(run.len());
        let tail = run.get(run.len() - keep..).unwrap_or(run);
        out.push(match (place, of_all) {
            (0, false) => {
                if item.number.contains(separator.trim()) {
                    run.to_owned()
                } else {
                    item.number.clone()
                }
            }
            _ => tail.to_owned(),
        });
    }
    out.join(separator)
}

/// `70431-33`, `70431 bis 70433`.
fn range(items: &[&Item], dice: &mut Dice) -> String {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return String::new() };
    let (from, to) = (short(&first.number), short(&last.number));
    let shared = from.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
    let tail = to.get(shared.min(to.len().saturating_sub(2))..).unwrap_or(to);
    match dice.below(4) {
        0 => format!("{from}-{tail}"),
        1 => format!("{from} - {to}"),
        2 => format!("{from} bis {to}"),
        _ => format!("{}-{tail}", if text::digits(&first.number) == first.number { from } else { first.number.as_str() }),
    }
}
