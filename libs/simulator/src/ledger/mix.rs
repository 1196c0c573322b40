//! How often what happens, by profile. Figures are weights, or shares per mille where they stand alone.

use super::Profile;
use crate::dice::Dice;

/// How a payer names one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// The number alone.
    Full,
    /// The number among words.
    Worded,
    /// The number with other separators, blanks or case.
    Spaced,
    /// Digits of the number.
    Digits,
    /// Digits without year or leading zeros.
    Short,
    /// Its own order number.
    Order,
    /// The delivery note.
    Delivery,
    /// The number in the end-to-end identification.
    EndToEnd,
    /// The structured reference in its field.
    Structured,
    /// The structured reference in the text.
    StructuredText,
    /// Its customer number.
    CustomerNumber,
    /// Nothing that helps.
    Nothing,
    /// The number cut off at the end of the text.
    Truncated,
    /// One digit wrong, no such number.
    Typo,
    /// One digit wrong, another item's number.
    TypoNeighbour,
    /// A short form among phone numbers, dates and other numbers.
    Distracted,
}

impl Quote {
    /// The word in a scenario.
    pub fn as_str(self) -> &'static str {
        match self {
            Quote::Full => "full",
            Quote::Worded => "worded",
            Quote::Spaced => "spaced",
            Quote::Digits => "digits",
            Quote::Short => "short",
            Quote::Order => "order",
            Quote::Delivery => "delivery",
            Quote::EndToEnd => "end_to_end",
            Quote::Structured => "structured",
            Quote::StructuredText => "structured_text",
            Quote::CustomerNumber => "customer_number",
            Quote::Nothing => "nothing",
            Quote::Truncated => "truncated",
            Quote::Typo => "typo",
            Quote::TypoNeighbour => "typo_neighbour",
            Quote::Distracted => "distracted",
        }
    }
}

/// How a payer names several items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListQuote {
    /// All numbers.
    Numbers,
    /// Digits of all numbers.
    Digits,
    /// The first in full, of the others the last digits: `70412/455/491`.
    Tails,
    /// Tails with the common part left out of the first as well.
    OnlyTails,
    /// First and last of a row: `70431-33`.
    Range,
    /// Its own order numbers.
    Orders,
    /// The first numbers, then `u.a.`: the rest must be found.
    Some,
    /// Nothing.
    Nothing,
}

impl ListQuote {
    /// The word in a scenario.
    pub fn as_str(self) -> &'static str {
        match self {
            ListQuote::Numbers => "list",
            ListQuote::Digits => "list_digits",
            ListQuote::Tails => "list_tails",
            ListQuote::OnlyTails => "list_only_tails",
            ListQuote::Range => "list_range",
            ListQuote::Orders => "list_orders",
            ListQuote::Some => "list_some",
            ListQuote::Nothing => "list_nothing",
        }
    }
}

/// What a payment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deal {
    /// One item in full.
    Single,
    /// Several items in full.
    Several,
    /// Items less credit notes.
    Netting,
    /// One item less discount, in time.
    Discount,
    /// Several items, each less discount.
    DiscountSeveral,
    /// Several items, some less discount.
    DiscountMixed,
    /// One item less discount, too late.
    DiscountLate,
    /// One item less the bank's fee.
    Fee,
    /// The same, the fee stated by the bank.
    FeeStated,
    /// One item, a few cents away.
    Rounding,
    /// One item less a deduction with a reason.
    ShortReason,
    /// One item less a deduction without a word.
    ShortSilent,
    /// An instalment.
    Instalment,
    /// More than the item.
    Over,
    /// Money without an item.
    OnAccount,
    /// An item paid twice.
    Duplicate,
    /// An item that is closed already.
    ClosedAgain,
    /// The same, and another open item has its amount.
    ClosedSameAmount,
    /// Everything that is due.
    WholeBalance,
    /// Some items, chosen freely, without a word.
    Subset,
    /// Items of an advice whose number stands in the text.
    Advice,
    /// Items of an advice that only its total leads to.
    AdviceTotal,
    /// Items of an advice nobody received.
    AdviceMissing,
    /// A payment that comes back.
    Returned,
    /// Somebody unknown pays an item without a word.
    Stranger,
    /// Two numbers stand in the text, one of them is paid.
    OneOfTwo,
    /// A closed number stands beside the one that is paid.
    OldAndNew,
    /// From the account of another customer, with the number.
    WrongAccount,
    /// Two digits of the amount changed places.
    AmountSlip,
    /// Several items, one of them less a deduction.
    SeveralShort,
    /// An invoice the ledger does not have.
    UnknownNumber,
    /// The seller pays a credit note out.
    PaidOut,
}

/// The mix of one profile.
#[derive(Clone, Debug)]
pub struct Mix {
    quotes: [(u32, Quote); 16],
    lists: [(u32, ListQuote); 8],
    deals: [(u32, Deal); 32],
    /// Customers who send advices.
    pub advisers: u32,
    /// Paying accounts that stand in `customers.csv`.
    pub known_accounts: u32,
    /// Of the others, those under another name.
    pub aliases: u32,
    /// Payments that follow the customer's habit.
    pub habitual: u32,
    /// Payments from an account never seen before or after.
    pub third_party: u32,
    /// Lines that are no receipts.
    pub noise: u32,
}

impl Mix {
    /// The mix of a profile.
    pub fn of(profile: Profile) -> Mix {
        match profile {
            Profile::Base => Mix {
                quotes: quotes([260, 210, 40, 95, 60, 55, 22, 40, 110, 22, 28, 55, 32, 45, 14, 100]),
                lists: lists([400, 100, 150, 50, 80, 35, 45, 40]),
                deals: deals([
                    450, 100, 24, 70, 22, 8, 12, 22, 6, 8, 16, 12, 22, 10, 10, 7, 6, 5, 10, 9, 36, 12, 6, 6, 7, 4, 5, 4, 5, 7, 5, 4,
                ]),
                advisers: 200,
                known_accounts: 690,
                aliases: 280,
                habitual: 650,
                third_party: 28,
                noise: 130,
            },
            Profile::Hard => Mix {
                quotes: quotes([170, 150, 55, 130, 95, 80, 38, 40, 65, 20, 46, 90, 60, 110, 40, 170]),
                lists: lists([280, 140, 190, 90, 95, 60, 80, 65]),
                deals: deals([
                    360, 150, 42, 60, 36, 15, 16, 26, 6, 10, 24, 22, 30, 14, 12, 11, 10, 9, 18, 18, 46, 18, 14, 9, 13, 8, 9, 8, 9, 16, 9, 5,
                ]),
                advisers: 260,
                known_accounts: 520,
                aliases: 350,
                habitual: 650,
                third_party: 50,
                noise: 130,
            },
        }
    }

    /// How to name one item.
    pub fn quote(&self, dice: &mut Dice) -> Quote {
        dice.weighted(&self.quotes)
    }

    /// How a customer usually names one item: nobody slips by habit.
    pub fn quote_habit(&self, dice: &mut Dice) -> Quote {
        match self.quote(dice) {
            Quote::Truncated | Quote::Typo | Quote::TypoNeighbour | Quote::Distracted => Quote::Worded,
            quote => quote,
        }
    }

    /// How to name several items.
    pub fn list(&self, dice: &mut Dice) -> ListQuote {
        dice.weighted(&self.lists)
    }

    /// What to pay.
    pub fn deal(&self, dice: &mut Dice) -> Deal {
        dice.weighted(&self.deals)
    }
}

fn quotes(weights: [u32; 16]) -> [(u32, Quote); 16] {
    const ALL: [Quote; 16] = [
        Quote::Full,
        Quote::Worded,
        Quote::Spaced,
        Quote::Digits,
        Quote::Short,
        Quote::Order,
        Quote::Delivery,
        Quote::EndToEnd,
        Quote::Structured,
        Quote::StructuredText,
        Quote::CustomerNumber,
        Quote::Nothing,
        Quote::Truncated,
        Quote::Typo,
        Quote::TypoNeighbour,
        Quote::Distracted,
    ];
    std::array::from_fn(|place| (weights[place], ALL[place]))
}

fn lists(weights: [u32; 8]) -> [(u32, ListQuote); 8] {
    const ALL: [ListQuote; 8] = [
        ListQuote::Numbers,
        ListQuote::Digits,
        ListQuote::Tails,
        ListQuote::OnlyTails,
        ListQuote::Range,
        ListQuote::Orders,
        ListQuote::Some,
        ListQuote::Nothing,
    ];
    std::array::from_fn(|place| (weights[place], ALL[place]))
}

fn deals(weights: [u32; 32]) -> [(u32, Deal); 32] {
    const ALL: [Deal; 32] = [
        Deal::Single,
        Deal::Several,
        Deal::Netting,
        Deal::Discount,
        Deal::DiscountSeveral,
        Deal::DiscountMixed,
        Deal::DiscountLate,
        Deal::Fee,
        Deal::FeeStated,
        Deal::Rounding,
        Deal::ShortReason,
        Deal::ShortSilent,
        Deal::Instalment,
        Deal::Over,
        Deal::OnAccount,
        Deal::Duplicate,
        Deal::ClosedAgain,
        Deal::ClosedSameAmount,
        Deal::WholeBalance,
        Deal::Subset,
        Deal::Advice,
        Deal::AdviceTotal,
        Deal::AdviceMissing,
        Deal::Returned,
        Deal::Stranger,
        Deal::OneOfTwo,
        Deal::OldAndNew,
        Deal::WrongAccount,
        Deal::AmountSlip,
        Deal::SeveralShort,
        Deal::UnknownNumber,
        Deal::PaidOut,
    ];
    std::array::from_fn(|place| (weights[place], ALL[place]))
}
