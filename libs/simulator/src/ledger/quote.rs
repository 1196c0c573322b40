//! How a transfer says what it pays.

mod list;

use super::country::Language;
use super::customer::Customer;
use super::item::Item;
use super::mix::{ListQuote, Quote};
use super::money;
use super::party;
use super::period::date;
use super::plan::Plan;
use super::seller::Seller;
use super::text;
use super::words::{Words, words};
use crate::dice::Dice;

/// What travels with the money.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Free text.
    pub text: String,
    /// Structured reference: type, issuer, value.
    pub structured: Option<(&'static str, Option<&'static str>, String)>,
    /// End-to-end identification.
    pub end_to_end_id: String,
    /// How it came out: a wish may be impossible.
    pub style: &'static str,
}

/// Whom and what a payer knows while it writes.
pub struct Writer<'a> {
    /// Whom it pays.
    pub seller: &'a Seller,
    /// The ledger's numbers, for slips that hit a neighbour.
    pub plan: &'a Plan,
    /// Who it is.
    pub customer: &'a Customer,
    /// Limit of its bank's text field.
    pub limit: usize,
    /// Share of texts with numbers that are not meant, per mille.
    pub distractors: u32,
}

impl Writer<'_> {
    fn words(&self) -> &'static Words {
        words(self.language())
    }

    /// Payers write the seller's language, English across borders.
    fn language(&self) -> Language {
        let (own, sellers) = (self.customer.party.country.language, self.seller.language());
        if own == sellers { own } else { Language::English }
    }

    /// Names one item.
    pub fn one(&self, wanted: Quote, item: &Item, note: Option<&str>, dice: &mut Dice) -> Said {
        let quote = self.possible(wanted, item);
        let words = self.words();
        let mut said = Said { style: quote.as_str(), ..Said::default() };
        said.text = match quote {
            Quote::Full => item.number.clone(),
            Quote::Worded => self.worded(item, dice),
            Quote::Spaced => with_word(words.invoice, &spaced(&item.number, dice), 500, dice),
            Quote::Digits => with_word(words.invoice, &text::digits(&item.number), 500, dice),
            Quote::Short => with_word(words.invoice, short(&item.number), 600, dice),
            Quote::Order => with_word(words.order, &item.order, 800, dice),
            Quote::Delivery => format!("{} {}", words.delivery, item.delivery),
            Quote::EndToEnd => party::choose(words.nothing, dice).to_owned(),
            Quote::Structured => String::new(),
            Quote::StructuredText => self.printed_reference(item, dice),
            Quote::CustomerNumber => with_word(words.customer, &self.customer.number, 800, dice),
            Quote::Nothing => party::choose(words.nothing, dice).to_owned(),
            Quote::Truncated => self.truncated(item, dice),
            Quote::Typo | Quote::TypoNeighbour => self.typo(quote, item, &mut said, dice),
            Quote::Distracted => self.distracted(item, dice),
        };
        match quote {
            Quote::EndToEnd => said.end_to_end_id = end_to_end(&item.number, dice),
            Quote::Structured => said.structured = self.structured(item),
            _ => {}
        }
        self.finish(said, quote, note, dice)
    }

    /// Names several items, in the payer's order.
    pub fn several(&self, wanted: ListQuote, items: &[&Item], note: Option<&str>, dice: &mut Dice) -> Said {
        let (text, style) = list::write(wanted, items, self.words(), dice);
        let said = Said { text, style: style.as_str(), ..Said::default() };
        let quote = if style == ListQuote::Nothing { Quote::Nothing } else { Quote::Full };
        self.finish(said, quote, note, dice)
    }

    /// Words only.
    pub fn words_only(&self, text: String, style: &'static str, dice: &mut Dice) -> Said {
        self.finish(Said { text, style, ..Said::default() }, Quote::Nothing, None, dice)
    }

    /// One of the language's words for what stands in the list.
    pub fn word(&self, choose: fn(&Words) -> &'static [&'static str], dice: &mut Dice) -> &'static str {
        party::choose(choose(self.words()), dice)
    }

    fn possible(&self, wanted: Quote, item: &Item) -> Quote {
        match wanted {
            Quote::Order if item.order.is_empty() => Quote::Worded,
            Quote::Delivery if item.delivery.is_empty() => Quote::Full,
            Quote::Structured | Quote::StructuredText if item.reference.is_empty() => Quote::Full,
            Quote::Spaced if !item.number.contains(|c: char| !c.is_ascii_digit()) => Quote::Digits,
            other => other,
        }
    }

    fn finish(&self, mut said: Said, quote: Quote, note: Option<&str>, dice: &mut Dice) -> Said {
        if let Some(note) = note {
            said.text = if dice.chance(700) { format!("{} {note}", said.text) } else { format!("{note} {}", said.text) };
        }
        let may_be_distracted = !matches!(quote, Quote::Truncated | Quote::Distracted | Quote::Structured);
        if may_be_distracted && dice.chance(self.distractors) {
            let other = self.distractor(dice);
            said.text = if dice.chance(600) { format!("{} {other}", said.text) } else { format!("{other} {}", said.text) };
        }
        if said.end_to_end_id.is_empty() && dice.chance(450) {
            said.end_to_end_id = idle_end_to_end(dice);
        }
        said.text = text::cut(said.text.trim(), self.limit).trim_end().to_owned();
        said
    }

    fn worded(&self, item: &Item, dice: &mut Dice) -> String {
        let (words, number) = (self.words(), &item.number);
        let word = party::choose(words.invoice, dice);
        let day = self.day(item.issued, dice);
        match dice.below(14) {
            11 => format!("{number}-{}", date(item.issued).to_string().replace('-', "")),
            12 => format!("{word}{number}{}", self.seller.party.town),
            13 => format!("{number}/{}/{}", self.customer.number, dice.digits(3)),
            0 => format!("{word} {number} {} {day}", words.dated),
            1 => format!("{word} {number}, {} {}", party::choose(words.customer, dice), self.customer.number),
            2 => format!("{word}{number}"),
            3 => format!("{number} {} {day}", words.dated),
            4 => format!("{} {} {word} {number}", party::choose(words.customer, dice), self.customer.number),
            5 => format!("{word} {number} / {day}"),
            6 => format!("{}/{}/{number}", self.customer.number, day),
            7 => format!("{word}: {number} {} {}", words.voucher, dice.digits(8)),
            8 => format!("{} {word} {number}", text::cut(&self.seller.party.name, 30)),
            9 => format!("{word} {number} {}", money::with_point(item.open, item.currency, ',', Some('.'))),
            _ => format!("{word} {number}"),
        }
    }

    fn day(&self, day: i32, dice: &mut Dice) -> String {
        let (year, month, of_month) = date(day).ymd();
        match (self.language(), dice.below(4)) {
            (Language::German | Language::Finnish, 0) => format!("{of_month:02}.{month:02}."),
            (Language::German | Language::Finnish, 1) => format!("{of_month}.{month}.{:02}", year % 100),
            (Language::German | Language::Finnish, _) => format!("{of_month:02}.{month:02}.{year}"),
            (Language::Swedish, _) => format!("{year}-{month:02}-{of_month:02}"),
            (Language::English, 0) => format!("{month:02}/{of_month:02}/{year}"),
            (_, 3) => format!("{of_month:02}-{month:02}-{year}"),
            _ => format!("{of_month:02}/{month:02}/{year}"),
        }
    }

    fn structured(&self, item: &Item) -> Option<(&'static str, Option<&'static str>, String)> {
        let (kind, issuer) = self.seller.scheme?.kind();
        Some((kind, issuer, item.reference.clone()))
    }

    fn printed_reference(&self, item: &Item, dice: &mut Dice) -> String {
        match self.seller.scheme {
            Some(scheme) if dice.chance(600) => scheme.printed(&item.reference),
            _ => item.reference.clone(),
        }
    }

    /// Words as long as the field, so that the number loses its last digits.
    fn truncated(&self, item: &Item, dice: &mut Dice) -> String {
        let (start, end) = text::main_run(&item.number);
        let lost = dice.between(1, 2).min((end - start) as i64 - 3).max(1) as usize;
        let kept = item.number.get(..end.saturating_sub(lost)).unwrap_or(&item.number);
        let limit = self.limit.min(dice.pick(&[35, 70, 140]));
        let words = self.words();
        let filler = format!(
            "{} {} {} {} {} {} {} {} {} ",
            self.customer.party.name,
            party::choose(words.customer, dice),
            self.customer.number,
            self.seller.party.name,
            party::choose(words.nothing, dice),
            words.dated,
            self.day(item.issued, dice),
            self.seller.party.town,
            party::choose(words.nothing, dice),
        );
        let room = limit.saturating_sub(kept.chars().count() + 1);
        format!("{} {kept}", text::cut(filler.trim_end(), room))
    }

    fn typo(&self, quote: Quote, item: &Item, said: &mut Said, dice: &mut Dice) -> String {
        let neighbour = quote == Quote::TypoNeighbour;
        for _ in 0..12 {
            let slip = if neighbour { self.neighbour(item, dice) } else { Some(slipped(&item.number, dice)) };
            let Some(slip) = slip else { continue };
            if slip != item.number && (neighbour || !self.exists(&slip, item)) {
                return with_word(self.words().invoice, &slip, 700, dice);
            }
        }
        said.style = Quote::Full.as_str();
        item.number.clone()
    }

    /// The number of another open item, one digit away.
    fn neighbour(&self, item: &Item, dice: &mut Dice) -> Option<String> {
        let power = 10_i64.pow(dice.below(4) as u32);
        let distance = dice.between(1, 9) * power * if dice.chance(500) { 1 } else { -1 };
        let running = self.seller.shape.running(item.sequence) as i64;
        let other = running + distance;
        if (running / (power * 10)) != (other / (power * 10)) {
            return None;
        }
        let sequence = self.seller.shape.sequence(u64::try_from(other).ok()?, item.sequence)?;
        self.plan.is_open(sequence).then(|| self.seller.shape.print(other as u64, date(item.issued)))
    }

    fn exists(&self, number: &str, item: &Item) -> bool {
        let shape = &self.seller.shape;
        let running = shape.running(item.sequence);
        let digits = text::digits(number);
        (1..10).any(|step| {
            (0..6).any(|power| {
                let distance = step * 10_u64.pow(power);
                [running.checked_add(distance), running.checked_sub(distance)].into_iter().flatten().any(|other| {
                    shape.sequence(other, item.sequence).is_some_and(|sequence| sequence < self.plan.documents())
                        && text::digits(&shape.print(other, date(item.issued))) == digits
                })
            })
        })
    }

    fn distracted(&self, item: &Item, dice: &mut Dice) -> String {
        let number = if dice.chance(500) { item.number.clone() } else { short(&item.number).to_owned() };
        let mut parts = vec![with_word(self.words().invoice, &number, 800, dice)];
        for _ in 0..dice.between(1, 3) {
            let place = dice.below(parts.len() as u64 + 1) as usize;
            parts.insert(place, self.distractor(dice));
        }
        parts.join(" ")
    }

    /// A number that is not meant.
    fn distractor(&self, dice: &mut Dice) -> String {
        let words = self.words();
        match dice.below(16) {
            11 => format!("{} {}", dice.between(10_115, 97_084), self.customer.party.town),
            12 => format!("EUR {}", money::with_point(dice.between(1000, 500_000), self.seller.currency, ',', Some('.'))),
            13 => format!("{}{}", dice.digits(2), self.seller.shape.running(dice.below(self.plan.documents().max(1)))),
            14 => dice.digits(5),
            15 => format!("{} {}", words.delivery, dice.digits(6)),
            0 => format!("{} 0{}", words.phone, dice.digits(9)),
            1 => format!("{} +49 {} {}", words.phone, dice.digits(3), dice.digits(6)),
            2 => self.day(item_day(dice), dice),
            3 => format!("{} {}", words.tax, self.customer.party.vat_id),
            4 => format!("{} {}", words.voucher, dice.digits(8)),
            5 => format!("{} {}", words.voucher, dice.digits(5)),
            6 => format!("{} {}", party::choose(words.customer, dice), self.customer.number),
            7 => format!("{:02}/2026", dice.between(1, 12)),
            8 => format!("KW {}", dice.between(10, 24)),
            9 => dice.pick(&["Vielen Dank", "urgent", "SEPA", "intern", "ref", "zzgl."]).to_owned(),
            _ => format!("V{}", dice.digits(7)),
        }
    }
}

/// Some day of spring 2026.
fn item_day(dice: &mut Dice) -> i32 {
    dice.between(20_550, 20_600) as i32
}

fn with_word(list: &'static [&'static str], number: &str, share: u32, dice: &mut Dice) -> String {
    if dice.chance(share) { format!("{} {number}", party::choose(list, dice)) } else { number.to_owned() }
}

fn spaced(number: &str, dice: &mut Dice) -> String {
    let separators = |c: char| !c.is_ascii_alphanumeric();
    let (start, end) = text::main_run(number);
    match dice.below(7) {
        0 => number.replace(separators, " "),
        1 => number.replace(separators, ""),
        2 => number.replace(separators, "/"),
        3 => number.replace(separators, " - "),
        4 => number.to_lowercase(),
        5 => number.replace('0', "O"),
        _ => {
            let middle = start + (end - start) / 2;
            format!("{} {}", number.get(..middle).unwrap_or(number).replace(separators, " "), number.get(middle..).unwrap_or_default())
        }
    }
}

/// The running digits without leading zeros.
pub(super) fn short(number: &str) -> &str {
    let (start, end) = text::main_run(number);
    text::without_zeros(number.get(start..end).unwrap_or(number))
}

/// One slip of the keyboard in the running digits.
fn slipped(number: &str, dice: &mut Dice) -> String {
    let (start, end) = text::main_run(number);
    let mut digits: Vec<u8> = number.bytes().skip(start).take(end - start).collect();
    if digits.len() < 2 {
        return number.to_owned();
    }
    let place = dice.below(digits.len() as u64) as usize;
    let next = if place + 1 < digits.len() { place + 1 } else { place - 1 };
    match dice.below(5) {
        0 => {
            digits.remove(place);
        }
        1 => digits.insert(place, digits[place]),
        2 | 3 if digits[place] != digits[next] => digits.swap(place, next),
        _ => digits[place] = b'0' + (digits[place] - b'0' + 1 + dice.below(9) as u8) % 10,
    }
    let run: String = digits.into_iter().map(char::from).collect();
    format!("{}{run}{}", number.get(..start).unwrap_or_default(), number.get(end..).unwrap_or_default())
}

fn end_to_end(number: &str, dice: &mut Dice) -> String {
    let number = number.replace(' ', "-");
    let id = match dice.below(4) {
        0 => number,
        1 => format!("INV-{number}"),
        2 => format!("{number}-{}", dice.digits(4)),
        _ => format!("{}/{number}", dice.digits(5)),
    };
    text::cut(&id, 35)
}

fn idle_end_to_end(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => "NOTPROVIDED".to_owned(),
        1 => format!("E2E{}", dice.digits(14)),
        2 => format!("{}-{}-{}", dice.digits(8), dice.digits(4), dice.digits(4)),
        _ => dice.digits(12),
    }
}
