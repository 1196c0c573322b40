//! Evidence as people read it.

use super::Shard;
use super::items::ItemText;
use crate::normal::{Form, account_key};
use crate::proposal::{CustomerIx, Evidence, Feature, Field, ItemIx, Subject};
use crate::record::Line;

impl Shard {
    /// A sentence about a piece of evidence of a proposal for this line: what agrees or contradicts, where it stands, and how
    /// rare it is now. Without its weight.
    pub fn evidence_sentence(&self, line: &Line, evidence: &Evidence) -> String {
        let subject = self.subject(evidence.subject);
        match evidence.feature {
            Feature::QuotedItemIgnored if evidence.subject == Subject::Whole => {
                "the line also quotes numbers which this reading leaves aside".to_owned()
            }
            Feature::QuotedItemIgnored => format!("the line also quotes {subject}, which this reading leaves aside"),
            Feature::ClosedReference => format!("the line quotes {subject}, which is closed"),
            Feature::AdviceRow => "a remittance advice for this line lists the documents".to_owned(),
            Feature::AmountExact => self.amount_sentence("amount equals what is open", evidence),
            Feature::AmountDiscounted => self.amount_sentence("amount equals what is open less a discount", evidence),
            Feature::AmountExplained => "fee, rate, tolerance or terms explain the difference".to_owned(),
            Feature::AmountStated => "payer or bank state the difference".to_owned(),
            Feature::AmountElsewhere => format!("{subject} asks for just this amount"),
            Feature::AmountUnexplained => "the difference to what is open has no explanation".to_owned(),
            Feature::AmountSum => "the documents add up to the amount".to_owned(),
            Feature::AccountKnown | Feature::AccountShared | Feature::AccountContradicts => self.account_sentence(line, evidence),
            Feature::CustomerNumber => format!("the line quotes the customer number or VAT id of {subject}"),
            Feature::Name => format!("the payer\u{2019}s name agrees with {subject}"),
            Feature::NameContradicts => format!("the payer\u{2019}s name is another customer\u{2019}s, not that of {subject}"),
            Feature::PaidBeforeIssue => format!("paid before {subject} was issued"),
            Feature::CurrencyDiffers => format!("{subject} is in another currency"),
            Feature::Disputed => format!("{subject} is in dispute"),
            Feature::PrepaymentWord => "the text speaks of an instalment or of money paid ahead".to_owned(),
            Feature::UnknownReference => "the line names a document the ledger does not have".to_owned(),
            Feature::Period => "issued in the month which the text names".to_owned(),
            Feature::CreditHabit => self.habit_sentence("netted credit notes without a word", evidence),
            Feature::MonthHabit => self.habit_sentence("paid the documents of a month that was named", evidence),
            Feature::TurnHabit => self.habit_sentence("went to documents of this amount one after the other", evidence),
            Feature::WaitHabit => self.habit_sentence("of this amount that named no document waited on account", evidence),
            Feature::SpreadHabit => self.habit_sentence("that named no document went to what was owed", evidence),
            Feature::PeriodDiffers => format!("the text names another month than that of {subject}"),
            Feature::StructuredReference
            | Feature::FullReference
            | Feature::DigitReference
            | Feature::EditedReference
            | Feature::TailReference
            | Feature::TruncatedReference
            | Feature::OrderReference => self.reference_sentence(line, evidence),
        }
    }

    /// `44120 found at characters 9-13 of the text, for RX7-2026-44120`
    fn reference_sentence(&self, line: &Line, evidence: &Evidence) -> String {
        let number = self.subject(evidence.subject);
        let place = written(line, evidence).map(|(text, from, to)| format!("{text} found at characters {from}-{to}"));
        let mut sentence = place.unwrap_or_else(|| format!("{number} found"));
        match evidence.field {
            Field::EndToEndId => sentence.push_str(" of the end-to-end id"),
            Field::StructuredReference => sentence.push_str(" of the structured reference"),
            _ => {}
        }
        let is_number = written(line, evidence).is_some_and(|(text, ..)| Form::of(text.as_bytes()) == Form::of(number.as_bytes()));
        if !is_number {
            sentence.push_str(&self.meaning(evidence, &number));
        }
        if evidence.sharers > 1 {
            sentence.push_str(&format!("; {} documents share it", grouped(u64::from(evidence.sharers))));
        }
        sentence
    }

    fn meaning(&self, evidence: &Evidence, number: &str) -> String {
        let how = match evidence.feature {
            Feature::StructuredReference => "the creditor reference",
            Feature::EditedReference => "one slip of the pen away from the number",
            Feature::TailReference => "the last digits",
            Feature::TruncatedReference => "the beginning, cut by the bank,",
            Feature::OrderReference => self.order_word(evidence),
            _ => "a short form",
        };
        format!(", {how} of {number}")
    }

    fn order_word(&self, evidence: &Evidence) -> &'static str {
        let Subject::Item(item) = evidence.subject else { return "an order" };
        let has = |which| !self.items.bytes(item, which).is_empty();
        match (has(ItemText::PurchaseOrder), has(ItemText::DeliveryNote), has(ItemText::Order)) {
            (true, false, false) => "the purchase order",
            (false, true, false) => "the delivery note",
            _ => "an order or delivery note",
        }
    }

    fn amount_sentence(&self, what: &str, evidence: &Evidence) -> String {
        match evidence.sharers {
            0 => what.to_owned(),
            1 => format!("{what}; of {} items only this one has it", grouped(self.population as u64)),
            count => format!("{what}; {} of {} items have it", grouped(u64::from(count)), grouped(self.population as u64)),
        }
    }

    /// `confirmed payments of 14 customers lately netted credit notes without a word`
    fn habit_sentence(&self, what: &str, evidence: &Evidence) -> String {
        match evidence.subject {
            Subject::Whole => format!("confirmed payments of {} customers lately {what}", grouped(u64::from(evidence.sharers))),
            _ => format!("confirmed payments of {} {what}, {}", self.subject(evidence.subject), times(evidence.sharers)),
        }
    }

    /// `account DE…12 paid for this customer 14 times, for no other`
    fn account_sentence(&self, line: &Line, evidence: &Evidence) -> String {
        let account = shown_account(&line.payer_account);
        let Subject::Customer(customer) = evidence.subject else { return format!("account {account} says something") };
        let uses = self.account_uses(&line.payer_account);
        let own = uses.iter().find(|one| one.customer == customer);
        let others = uses.iter().filter(|one| one.customer != customer).count();
        let own = match own {
            Some(one) if one.times == 0 => format!("account {account} is this customer\u{2019}s by its master data"),
            Some(one) if one.is_master_data => {
                format!("account {account} is this customer\u{2019}s by its master data and paid for it {}", times(one.times))
            }
            Some(one) => format!("account {account} paid for this customer {}", times(one.times)),
            None => format!("account {account} never paid for {}", self.subject(evidence.subject)),
        };
        match others {
            0 => format!("{own}, for no other"),
            1 => format!("{own}, for one other"),
            count => format!("{own}, for {} others", grouped(count as u64)),
        }
    }

    fn account_uses(&self, account: &str) -> Vec<AccountUse> {
        let key = account_key(account);
        let learnt = self.learning.account_uses(key).map(|one| AccountUse {
            customer: one.customer,
            times: one.counter.months().iter().map(|month| month.person + month.automatic).sum(),
            is_master_data: false,
        });
        let mut uses: Vec<AccountUse> = learnt.collect();
        for posting in self.customers.accounts.get(key) {
            match uses.iter_mut().find(|one| one.customer == posting.item()) {
                Some(one) => one.is_master_data = true,
                None => uses.push(AccountUse { customer: posting.item(), times: 0, is_master_data: true }),
            }
        }
        uses
    }

    fn subject(&self, subject: Subject) -> String {
        match subject {
            Subject::Whole => "the reading".to_owned(),
            Subject::Item(item) => self.number_of(item),
            Subject::Customer(customer) => self.customer_name(customer),
        }
    }

    fn number_of(&self, item: ItemIx) -> String {
        self.item(item).map(|view| view.number.to_owned()).unwrap_or_default()
    }

    fn customer_name(&self, customer: CustomerIx) -> String {
        let view = self.customer(customer);
        view.map(|view| if view.name.is_empty() { view.id } else { view.name }.to_owned()).unwrap_or_default()
    }
}

/// How an account was used for a customer.
struct AccountUse {
    customer: CustomerIx,
    times: u32,
    is_master_data: bool,
}

/// What stands where the evidence points: the text, its first and its last character, counted from one.
fn written(line: &Line, evidence: &Evidence) -> Option<(String, usize, usize)> {
    let (start, end) = (usize::from(evidence.span.0), usize::from(evidence.span.1));
    let cut = |text: &str| {
        let found = text.get(start..end).filter(|found| !found.is_empty())?;
        let before = text[..start].chars().count();
        Some((found.to_owned(), before + 1, before + found.chars().count()))
    };
    match evidence.field {
        Field::Text => cut(&line.text.join(" ")),
        Field::EndToEndId => cut(&line.end_to_end_id),
        Field::StructuredReference => line.structured_references.iter().find_map(|reference| cut(reference)),
        _ => None,
    }
}

/// `DE…12`: enough to recognise an account, too little to use it.
fn shown_account(account: &str) -> String {
    let characters: Vec<char> = account.chars().filter(|one| !one.is_whitespace()).collect();
    if characters.len() <= 6 {
        return characters.into_iter().collect();
    }
    let ends = characters[..2].iter().chain(&['\u{2026}']).chain(&characters[characters.len() - 2..]);
    ends.collect()
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{} times", grouped(u64::from(more))),
    }
}

/// `25,104`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
