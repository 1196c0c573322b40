//! Learning from confirmed lines.

use super::Shard;
use super::advices::AdviceRow;
use super::numbers::last_digits;
use super::settlements::{Paid, Settlement, reference_key};
use crate::extract::{Atom, Extract, Mark, Meaning, Period, Window};
use crate::learning::{Habit, Lesson, Source, amount_sign, number_sign};
use crate::matcher::knows_row;
use crate::normal::{Form, account_key, hash, hash_numbers, name_key, name_tokens, without_zeros};
use crate::proposal::{CustomerIx, DifferenceKind, Field};
use crate::record::{AdviceLine, AdviceRecord, ConfirmedRecord, Line};

/// Fees seen fewer times are no habit of a bank.
const FEE_HABIT: u32 = 2;
const MOST_FEES: usize = 32;
/// Digits that may be the end of a number.
const SHORTEST: usize = 3;
/// Digits of a number that names no document, at least.
const LEAST_IDLE: usize = 4;

/// Fees banks took off payments.
#[derive(Debug, Default)]
pub(crate) struct Fees {
    counted: Vec<(i64, u32)>,
    seen: Vec<i64>,
}

impl Fees {
    fn note(&mut self, fee: i64) {
        match self.counted.iter_mut().find(|(known, _)| *known == fee) {
            Some((_, times)) => *times += 1,
            None => self.counted.push((fee, 1)),
        }
        self.seen = self.counted.iter().filter(|(_, times)| *times >= FEE_HABIT).map(|(known, _)| *known).collect();
        self.seen.sort_unstable();
        self.seen.truncate(MOST_FEES);
    }

    /// Fees seen at least twice, ascending.
    pub fn seen(&self) -> &[i64] {
        &self.seen
    }
}

/// Key of a payer's name; 0 for none.
pub(crate) fn name_of(name: &str) -> u64 {
    let mut tokens = Vec::new();
    name_tokens(name, &mut tokens);
    tokens.sort_unstable();
    tokens.dedup();
    if tokens.is_empty() { 0 } else { name_key(&tokens) }
}

impl Shard {
    /// Learns from a line people confirmed: who pays for whom, how the customer refers, which fees are taken. The same
    /// confirmation teaches once.
    pub fn confirm(&mut self, confirmed: &ConfirmedRecord<'_>) {
        self.confirmations += 1;
        let id = hash_numbers(confirmation_key(confirmed), 1);
        let customer = self.customers.find(confirmed.customer).filter(|_| !confirmed.customer.is_empty());
        let account = account_key(confirmed.payer_account);
        let paid =
            |(number, cash): &(&str, i64)| Some(Paid { item: self.find_item(number)?, cash: *cash, taken: cash.abs(), written_off: 0 });
        let mut applied: Vec<Paid> = confirmed.applied.iter().filter_map(paid).collect();
        applied.iter().filter(|paid| paid.cash < 0).for_each(|paid| self.items.note_netted(paid.item));
        self.add_granted(confirmed, &mut applied);
        let name = name_of(confirmed.payer_name);
        let customers = self.customers_paid(customer, &applied);
        let mut habits = habits_of_differences(confirmed);
        if confirmed.applied.len() > 1 {
            habits.push(Habit::Several);
        }
        let mut signs = Vec::new();
        // What one payment for many customers says is nobody's habit.
        if customers.len() == 1 && !is_plainly_named(confirmed) {
            let words = words_of(confirmed);
            habits.extend(habits_of_words(self, confirmed, &words, &applied));
            signs.extend(idle_numbers(self, confirmed, &words));
            habits.extend((!signs.is_empty()).then_some(Habit::OtherNumbers));
            signs.extend(amount_that_waited(self, confirmed, &words));
        }
        signs.sort_unstable();
        signs.dedup();
        habits.sort_unstable();
        habits.dedup();
        let mut is_new = customers.is_empty() && !applied.is_empty();
        for paid in customers {
            is_new |= self.learning.learn(&Lesson {
                id,
                source: Source::Person,
                on: confirmed.date,
                customer: paid,
                account,
                name,
                habits: &habits,
                signs: &signs,
            });
        }
        if !is_new {
            return;
        }
        for (kind, amount) in confirmed.differences {
            if *kind == DifferenceKind::BankFee.as_str() && *amount > 0 && confirmed.currency == self.seller.currency {
                self.fees.note(*amount);
            }
        }
        let on = confirmed.date.days();
        let settlement = Settlement { amount: confirmed.amount, on, account, customer, applied, auto: None, reversed: false };
        if !self.settlements.knows(&settlement) {
            self.settlements.add(settlement, reference_key(confirmed.end_to_end_id));
        }
    }

    /// Adds what was granted with the cash: to the only document, to several when it is just what they were not paid.
    fn add_granted(&self, confirmed: &ConfirmedRecord<'_>, applied: &mut [Paid]) {
        let granted = confirmed.differences.iter().filter(|(kind, _)| is_granted(kind)).map(|(_, amount)| *amount);
        let granted = granted.fold(0_i64, i64::saturating_add);
        let is_own = |paid: &Paid| self.items.currency(paid.item) == confirmed.currency;
        if granted <= 0 || applied.len() != confirmed.applied.len() || !applied.iter().all(is_own) {
            return;
        }
        if let [only] = applied {
            only.taken = only.taken.saturating_add(granted);
            return;
        }
        let gap = |paid: &Paid| self.items.total(paid.item).saturating_sub(paid.taken);
        if applied.iter().map(gap).fold(0_i64, i64::saturating_add) == granted {
            applied.iter_mut().for_each(|paid| paid.taken = self.items.total(paid.item));
        }
    }

    fn customers_paid(&self, customer: Option<CustomerIx>, applied: &[Paid]) -> Vec<CustomerIx> {
        let owners = applied.iter().map(|paid| self.items.customer(paid.item)).filter(|owner| self.customers.is_known(*owner));
        let mut paid: Vec<CustomerIx> = owners.chain(customer).collect();
        paid.sort_unstable();
        paid.dedup();
        paid
    }

    /// How many rows name a document of this ledger by its number and its amount: whose advice it is.
    pub fn rows_known(&self, lines: &[AdviceLine<'_>]) -> usize {
        lines.iter().filter(|line| knows_row(self, &AdviceRow::of(line))).count()
    }

    /// Adds a remittance advice.
    pub fn add_advice(&mut self, advice: &AdviceRecord<'_>) {
        self.advices.add(advice);
    }
}

/// True for what is taken off a document and does not stay open.
fn is_granted(kind: &str) -> bool {
    use DifferenceKind::{BankFee, Discount, Rounding, WriteOff};
    [Discount, BankFee, Rounding, WriteOff].iter().any(|granted| granted.as_str() == kind)
}

/// True for one document, paid as asked, whose number stands in the text as it is written.
fn is_plainly_named(confirmed: &ConfirmedRecord<'_>) -> bool {
    matches!(confirmed.applied, [(number, _)] if confirmed.differences.is_empty() && confirmed.text.contains(number))
}

/// What the words say beside what was paid. How one document paid as asked was named is nobody's habit.
fn habits_of_words(shard: &Shard, confirmed: &ConfirmedRecord<'_>, words: &Extract, paid: &[Paid]) -> impl Iterator<Item = Habit> {
    let is_partial = confirmed.differences.iter().any(|(kind, _)| *kind == DifferenceKind::Partial.as_str());
    let of_several = (confirmed.applied.len() > 1).then(|| habit_of_words(shard, confirmed, words, paid)).flatten();
    let is_alone = confirmed.applied.len() == 1 && !is_partial;
    let of_unnamed = (!is_alone).then(|| habit_on_account(shard, confirmed, words, is_partial)).flatten();
    of_several.into_iter().chain(of_unnamed)
}

/// The sign of money that named no document and waited.
fn amount_that_waited(shard: &Shard, confirmed: &ConfirmedRecord<'_>, words: &Extract) -> Option<u64> {
    let has_waited = confirmed.applied.is_empty() && words.period.is_none() && !names_anything(shard, words);
    has_waited.then(|| amount_sign(confirmed.amount))
}

/// The signs of the numbers of a text that names none of the documents paid.
fn idle_numbers(shard: &Shard, confirmed: &ConfirmedRecord<'_>, words: &Extract) -> Vec<u64> {
    let said = numbers_said(words);
    let is_named = |(number, _): &(&str, i64)| names_number(&said, number) || names_part_of(&said, number);
    if confirmed.applied.is_empty() || !confirmed.structured_reference.is_empty() || confirmed.applied.iter().any(is_named) {
        return Vec::new();
    }
    let numbers = numbers_in(shard, words);
    let digits = numbers.iter().map(|place| words.bytes(*place));
    digits.filter(|digits| digits.len() >= LEAST_IDLE && !is_year(digits)).map(number_sign).collect()
}

const fn is_year(digits: &[u8]) -> bool {
    matches!(digits, [b'2', b'0', _, _])
}

/// How several documents were named: the credit notes among them, or only their month. Nothing is learnt of a month where a
/// document is not known: what a ledger knows does not change what it learns.
fn habit_of_words(shard: &Shard, confirmed: &ConfirmedRecord<'_>, extract: &Extract, paid: &[Paid]) -> Option<Habit> {
    let (credits, invoices): (Vec<_>, Vec<_>) = confirmed.applied.iter().partition(|(_, cash)| *cash < 0);
    let said = numbers_said(extract);
    let names = |documents: &[&(&str, i64)]| documents.iter().any(|(number, _)| names_number(&said, number));
    let deduction = extract.remarks.deduction.map(|(reason, _)| reason);
    let is_of_month = |period: Period| paid.iter().all(|one| !shard.items.is_dated(one.item) || period.has(shard.items.issued(one.item)));
    let are_known = paid.len() == confirmed.applied.len();
    match (extract.period, names(&invoices)) {
        _ if extract.remarks.says(Meaning::Advice) => None,
        _ if !credits.is_empty() && (deduction == Some("return") || names(&credits)) => Some(Habit::NamedCredit),
        (Some(period), false) if are_known && !names_anything(shard, extract) => {
            Some(if is_of_month(period) { Habit::Month } else { Habit::NotMonth })
        }
        (_, true) => (!credits.is_empty() && deduction.is_none()).then_some(Habit::SilentCredit),
        (_, false) => None,
    }
}

/// What became of money that names no document: it waited, or it was spread over documents and left one in part. What an
/// advice says of it is nobody's habit.
fn habit_on_account(shard: &Shard, confirmed: &ConfirmedRecord<'_>, extract: &Extract, is_partial: bool) -> Option<Habit> {
    let is_ahead = extract.remarks.is_paid_ahead() || extract.remarks.is_on_account();
    let is_told = is_ahead || (is_partial && confirmed.applied.len() > 1);
    if !is_told || extract.remarks.says(Meaning::Advice) || extract.period.is_some() || names_anything(shard, extract) {
        return None;
    }
    Some(if confirmed.applied.is_empty() { Habit::Ahead } else { Habit::Spread })
}

fn words_of(confirmed: &ConfirmedRecord<'_>) -> Extract {
    let mut extract = Extract::default();
    extract.read(&Line {
        text: vec![confirmed.text.to_owned()],
        structured_references: vec![confirmed.structured_reference.to_owned()],
        end_to_end_id: confirmed.end_to_end_id.to_owned(),
        ..Line::bare("", confirmed.date, confirmed.amount, confirmed.currency)
    });
    extract
}

/// The runs of digits of a text, alone and joined as numbers may be written, without leading zeros.
fn numbers_said(extract: &Extract) -> Vec<Form> {
    let alone = extract.atoms.iter().filter(|atom| !atom.is_letters && atom.mark.is_none());
    let alone = alone.map(|atom| Form::of(without_zeros(&extract.text[atom.start as usize..atom.end as usize])));
    // Dates and the like are no numbers, alone or joined.
    let joined = extract.windows.iter().filter(|window| extract.mark(window.first, window.last).is_none());
    alone.chain(joined.map(|window| Form::of(without_zeros(window.form.digits().as_bytes())))).collect()
}

/// True when the digits of a number, or the run of them that counts the documents, are among those said.
fn names_number(said: &[Form], number: &str) -> bool {
    let (last, all) = (last_digits(number.as_bytes()), Form::of(number.as_bytes()).digits());
    let is_said = |digits: &[u8]| said.iter().any(|form| form.as_bytes() == without_zeros(digits));
    all.as_bytes().is_empty() || is_said(all.as_bytes()) || is_said(last)
}

/// True when some digits said are the end of a number, or a run of its digits.
fn names_part_of(said: &[Form], number: &str) -> bool {
    let runs = || number.as_bytes().split(|byte| !byte.is_ascii_digit());
    let is_part = |digits: &[u8]| digits.len() >= SHORTEST && !is_year(digits) && runs().any(|run| without_zeros(run).ends_with(digits));
    said.iter().any(|form| is_part(form.as_bytes()))
}

/// True when a text has digits that may be a number and are no customer number, date or the like.
fn names_anything(shard: &Shard, extract: &Extract) -> bool {
    !numbers_in(shard, extract).is_empty()
}

/// Digits of a text that may be a number and are no customer number, date or the like.
fn numbers_in(shard: &Shard, extract: &Extract) -> Vec<u16> {
    let is_customers = |window: &Window| shard.customers.numbers.count(Extract::key(window)) > 0;
    let known: Vec<(u16, u16)> =
        extract.windows.iter().filter(|window| is_customers(window)).map(|window| (window.first, window.last)).collect();
    let may_be_number = |(atom, place): &(&Atom, u16)| {
        let is_known = known.iter().any(|(first, last)| (*first..=*last).contains(place));
        let is_number = !atom.is_letters && (atom.end - atom.start) as usize >= SHORTEST && !is_free_of_documents(atom.mark);
        // Banks and programs make up end-to-end ids.
        is_number && !is_known && extract.place(atom.start as usize).0 != Field::EndToEndId
    };
    extract.atoms.iter().zip(0_u16..).filter(may_be_number).map(|(_, place)| place).collect()
}

/// Dates, telephone numbers and the like name no document, an order does.
const fn is_free_of_documents(mark: Option<Mark>) -> bool {
    !matches!(mark, None | Some(Mark::Order))
}

fn confirmation_key(confirmed: &ConfirmedRecord<'_>) -> u64 {
    let texts = [confirmed.payer_account, confirmed.payer_name, confirmed.text, confirmed.structured_reference, confirmed.end_to_end_id];
    let start = hash_numbers(confirmed.amount.unsigned_abs(), u64::try_from(confirmed.date.days()).unwrap_or_default());
    let with_texts = texts.iter().fold(start, |key, text| hash_numbers(key, hash(text.as_bytes())));
    confirmed
        .applied
        .iter()
        .fold(with_texts, |key, (number, amount)| hash_numbers(hash_numbers(key, hash(number.as_bytes())), amount.unsigned_abs()))
}

fn habits_of_differences(confirmed: &ConfirmedRecord<'_>) -> Vec<Habit> {
    let habit = |kind: &str| match kind {
        "discount" => Some(Habit::Discount),
        "discount_unearned" => Some(Habit::LateDiscount),
        "bank_fee" => Some(Habit::BankFee),
        "rounding" => Some(Habit::Rounding),
        "partial" => Some(Habit::Partial),
        "short_pay" => Some(Habit::ShortPay),
        _ => None,
    };
    confirmed.differences.iter().filter_map(|(kind, _)| habit(kind)).collect()
}
