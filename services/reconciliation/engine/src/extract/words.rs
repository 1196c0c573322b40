use std::sync::LazyLock;

use hashbrown::HashMap;

use super::amounts::currency_of;
use super::atoms::{Atom, Gap};
use crate::normal::Form;

/// What a word means for matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A document follows.
    Invoice,
    /// A buyer's order follows.
    Order,
    /// A customer number follows.
    Customer,
    /// A telephone number follows.
    Phone,
    /// A tax number follows.
    Tax,
    /// A bank account follows.
    Bank,
    /// A part payment.
    Instalment,
    /// Something was held back, with the reason's code.
    Deduction(&'static str),
    /// A remittance advice follows.
    Advice,
    /// Number: says nothing by itself.
    Number,
    /// The bank charges.
    Fee,
    /// Interest.
    Interest,
    /// Between own accounts.
    Transfer,
    /// Wages.
    Payroll,
    /// A tax office or social insurance.
    Authority,
    /// A payment processor pays out.
    Payout,
    /// A payment came back.
    Return,
    /// An insurance or a supplier pays something back.
    Refund,
    /// More documents are meant than are quoted.
    Others,
    /// Paid before there is a document.
    Prepaid,
    /// Paid ahead, or in part when a document stands beside it.
    Deposit,
    /// On account: paid ahead, or towards what is owed.
    Account,
}

impl Meaning {
    /// A bit of its own.
    pub const fn bit(self) -> u64 {
        1 << match self {
            Meaning::Invoice => 0,
            Meaning::Order => 1,
            Meaning::Customer => 2,
            Meaning::Phone => 3,
            Meaning::Tax => 4,
            Meaning::Bank => 5,
            Meaning::Instalment => 6,
            Meaning::Deduction(_) => 7,
            Meaning::Advice => 8,
            Meaning::Number => 9,
            Meaning::Fee => 10,
            Meaning::Interest => 11,
            Meaning::Transfer => 12,
            Meaning::Payroll => 13,
            Meaning::Authority => 14,
            Meaning::Payout => 15,
            Meaning::Return => 16,
            Meaning::Refund => 17,
            Meaning::Others => 18,
            Meaning::Prepaid => 19,
            Meaning::Deposit => 20,
            Meaning::Account => 21,
        }
    }

    /// A word that only leads over to the number.
    pub const fn is_small(self) -> bool {
        matches!(self, Meaning::Number)
    }
}

/// Two words that mean something together.
const PAIRS: [(&str, &str, Meaning); 25] = [
    ("ON", "ACCOUNT", Meaning::Account),
    ("OP", "REKENING", Meaning::Account),
    ("A", "CONTO", Meaning::Account),
    ("IN", "CONTO", Meaning::Account),
    ("A", "CUENTA", Meaning::Account),
    ("NA", "POCZET", Meaning::Account),
    ("OFFENE", "POSTEN", Meaning::Invoice),
    ("OFFENEN", "POSTEN", Meaning::Invoice),
    ("OFFENER", "POSTEN", Meaning::Invoice),
    ("OPEN", "ITEMS", Meaning::Invoice),
    ("OPEN", "POSTEN", Meaning::Invoice),
    ("OPENSTAANDE", "POSTEN", Meaning::Invoice),
    ("POSTES", "OUVERTS", Meaning::Invoice),
    ("PARTITE", "APERTE", Meaning::Invoice),
    ("PARTIDAS", "ABIERTAS", Meaning::Invoice),
    ("OTWARTE", "POZYCJE", Meaning::Invoice),
    ("AVOIMET", "LASKUT", Meaning::Invoice),
    ("CARD", "SETTLEMENT", Meaning::Payout),
    ("CARDS", "SETTLEMENT", Meaning::Payout),
    ("MERCHANT", "SETTLEMENT", Meaning::Payout),
    ("SETTLEMENT", "BATCH", Meaning::Payout),
    ("DOWN", "PAYMENT", Meaning::Deposit),
    ("DEPOSIT", "ON", Meaning::Deposit),
    ("DEPOSIT", "FOR", Meaning::Deposit),
    ("DEPOSIT", "ORDER", Meaning::Deposit),
];

/// Words for any transfer, after which an account is the one the money came to: `abono a cuenta`.
const CREDITED: [&str; 11] = [
    "ABONO",
    "ACCREDITO",
    "BETALING",
    "BIJSCHRIJVING",
    "BONIFICO",
    "INGRESO",
    "OVERBOEKING",
    "OVERSCHRIJVING",
    "STORTING",
    "TRANSFERENCIA",
    "VERSAMENTO",
];

/// True for a word that any payment may carry.
pub fn is_credited(word: &[u8]) -> bool {
    CREDITED.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// The word between the place in a list and its length.
const OF: [&[u8]; 7] = [b"von", b"of", b"de", b"sur", b"di", b"van", b"av"];

/// True for the word in `2 von 3`.
pub fn is_of(word: &[u8]) -> bool {
    OF.iter().any(|of| word.eq_ignore_ascii_case(of))
}

/// What two words mean together.
pub fn of_pair(first: &[u8], second: &[u8]) -> Option<Meaning> {
    let is_pair = |(front, back, _): &&(&str, &str, Meaning)| {
        first.eq_ignore_ascii_case(front.as_bytes()) && second.eq_ignore_ascii_case(back.as_bytes())
    };
    PAIRS.iter().find(is_pair).map(|(.., meaning)| *meaning)
}

/// Meanings and their words, section by section.
const WORDS: &str = include_str!("words.txt");

static MEANINGS: LazyLock<HashMap<&'static [u8], Meaning, crate::normal::FixedState>> = LazyLock::new(|| {
    let mut meanings = HashMap::default();
    let mut current = None;
    for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(heading) => current = named(heading),
            None => {
                let Some(meaning) = current else { continue };
                for word in line.split(' ').filter(|word| !word.is_empty()) {
                    meanings.entry(word.as_bytes()).or_insert(meaning);
                }
            }
        }
    }
    meanings
});

fn named(heading: &'static str) -> Option<Meaning> {
    Some(match heading.split_once(' ').unwrap_or((heading, "")) {
        ("deduction", reason) => Meaning::Deduction(reason),
        ("invoice", _) => Meaning::Invoice,
        ("order", _) => Meaning::Order,
        ("customer", _) => Meaning::Customer,
        ("phone", _) => Meaning::Phone,
        ("tax", _) => Meaning::Tax,
        ("bank", _) => Meaning::Bank,
        ("instalment", _) => Meaning::Instalment,
        ("advice", _) => Meaning::Advice,
        ("number", _) => Meaning::Number,
        ("fee", _) => Meaning::Fee,
        ("interest", _) => Meaning::Interest,
        ("transfer", _) => Meaning::Transfer,
        ("payroll", _) => Meaning::Payroll,
        ("authority", _) => Meaning::Authority,
        ("payout", _) => Meaning::Payout,
        ("return", _) => Meaning::Return,
        ("refund", _) => Meaning::Refund,
        ("others", _) => Meaning::Others,
        ("prepaid", _) => Meaning::Prepaid,
        ("deposit", _) => Meaning::Deposit,
        ("account", _) => Meaning::Account,
        _ => return None,
    })
}

/// Gives the atoms that are known words their meaning.
pub fn give_meaning(text: &[u8], atoms: &mut [Atom]) {
    for place in 0..atoms.len() {
        let atom = atoms[place];
        if !atom.is_letters || atom.end - atom.start > 24 {
            continue;
        }
        let mut form = Form::EMPTY;
        form.push_all(&text[atom.start as usize..atom.end as usize]);
        let is_article = PARTS.contains(&form.as_bytes()) && !is_counted(text, atoms, place);
        atoms[place].meaning = MEANINGS.get(form.as_bytes()).copied().filter(|_| !is_article);
    }
}

/// Words for the part of a payment that are also words for an article.
const PARTS: [&[u8]; 3] = [b"TEIL", b"TZ", b"DEEL"];

/// True when what stands beside it counts a part or says of what it is one: `2. Teil`, `Teil 2`, `TZ 1/3`, `deel van`,
/// `Teil 500,00`, not `Teil 12-500`.
fn is_counted(text: &[u8], atoms: &[Atom], place: usize) -> bool {
    let is_short = |atom: &Atom| !atom.is_letters && atom.end - atom.start <= 2;
    let is_joined = |rest: &[Atom]| rest.first().is_some_and(|atom| matches!(atom.gap, Gap::Glued | Gap::Tight(_)));
    let is_decimals = |pair: &[Atom]| pair[1].end - pair[1].start == 2 && text[pair[0].end as usize..pair[1].start as usize] == *b",";
    let (before, next) = (&atoms[..place], &atoms[place + 1..]);
    if before.last().is_some_and(|count| is_short(count) && text.get(count.end as usize) == Some(&b'.')) {
        return true;
    }
    let numbers = next.iter().take(MOST_GROUPS).take_while(|atom| !atom.is_letters).count();
    if next[..numbers].windows(2).any(is_decimals) {
        return true;
    }
    match next {
        [word, ..] if word.is_letters => is_of(&text[word.start as usize..word.end as usize]) || currency_of(text, word).is_some(),
        [place, count, rest @ ..] if is_short(place) && is_short(count) && count.gap == Gap::Tight(b'/') => !is_joined(rest),
        [place, rest @ ..] => is_short(place) && !is_joined(rest),
        [] => false,
    }
}

/// Groups of digits an amount has at most, with its decimals.
const MOST_GROUPS: usize = 4;

/// The meanings of the words of a name, as bits.
pub fn meanings_of(name: &str) -> u64 {
    name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty() && word.len() <= 24).fold(0, |bits, word| {
        let form = Form::of(word.as_bytes());
        bits | MEANINGS.get(form.as_bytes()).map_or(0, |meaning| meaning.bit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_has_a_meaning() {
        let headings = WORDS.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
        for heading in headings {
            assert!(named(heading).is_some(), "{heading}");
        }
        assert_eq!(meanings_of("STRIPE PAYMENTS"), Meaning::Payout.bit());
        assert_eq!(MEANINGS.get(&b"FRACHT"[..]), Some(&Meaning::Deduction("freight")));
    }
}
