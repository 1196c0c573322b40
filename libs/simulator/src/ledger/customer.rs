//! Customers with their accounts, names at the bank and habits.

use quittance_types::Currency;

use super::Profile;
use super::country::Country;
use super::mix::{ListQuote, Mix, Quote};
use super::money;
use super::party::{self, Party};
use super::plan::{Household, Kind};
use super::seller::Seller;
use crate::dice::Dice;

/// An account somebody pays from.
#[derive(Clone, Debug)]
pub struct PayingAccount {
    /// IBAN, or a plain number where there are none; empty when the bank never says it.
    pub number: String,
    /// Name its bank writes.
    pub name: String,
    /// Whether it stands in `customers.csv`.
    pub known: bool,
    /// Whether the name says nothing about the customer.
    pub alias: bool,
}

/// A customer.
#[derive(Clone, Debug)]
pub struct Customer {
    /// `C-0000017`
    pub id: String,
    /// Number with the seller, printed on invoices.
    pub number: String,
    /// Place among the seller's customers.
    pub ordinal: u64,
    /// The company.
    pub party: Party,
    /// Id of the parent; may be empty.
    pub parent: String,
    /// Where it pays from, the usual one first.
    pub accounts: Vec<PayingAccount>,
    /// Currency of its invoices.
    pub currency: Currency,
    /// How it usually names one item.
    pub quote: Quote,
    /// How it usually names several.
    pub list: ListQuote,
    /// Whether it sends advices.
    pub advises: bool,
    /// Whether it takes the discount when there is one.
    pub takes_discount: bool,
    /// Fee its bank keeps back, minor units of the account's currency; 0 for none.
    pub fee: i64,
    /// Form of its own order numbers.
    pub order_form: u8,
    /// Whether it has the same amount every month.
    pub subscriber: bool,
}

/// Customers that live together, and who pays for all of them.
#[derive(Clone, Debug)]
pub struct Family {
    /// What binds them.
    pub kind: Kind,
    /// The customers.
    pub customers: Vec<Customer>,
    /// A factor or central payer.
    pub central: Option<PayingAccount>,
}

/// Makes the customers of a household.
pub fn family(seller: &Seller, plan: &Household, mix: &Mix, dice: &mut Dice) -> Family {
    let mut customers: Vec<Customer> = Vec::with_capacity(plan.members.len());
    let country = country(seller, dice);
    for member in &plan.members {
        let party = match (plan.kind, customers.first()) {
            (Kind::LookAlikes, Some(first)) => first.party.look_alike(dice),
            (Kind::Group, Some(first)) => first.party.sister(dice),
            _ => Party::new(country, dice),
        };
        let mut customer = customer(seller, party, u64::from(member.ordinal), mix, dice);
        customer.subscriber = member.subscriber;
        if let (Kind::Group, Some(first)) = (plan.kind, customers.first()) {
            customer.parent = first.id.clone();
            // Many ledgers know the parent's account as the daughter's own.
            let shared = first.accounts.first().filter(|account| account.known && dice.chance(450));
            customer.accounts.extend(shared.cloned());
        }
        customers.push(customer);
    }
    let central = match plan.kind {
        Kind::Group => customers.first().and_then(|first| first.accounts.first()).cloned(),
        Kind::Factored => Some(central(country, dice)),
        Kind::Alone | Kind::LookAlikes => None,
    };
    Family { kind: plan.kind, customers, central }
}

fn country(seller: &Seller, dice: &mut Dice) -> &'static Country {
    if dice.chance(780) {
        return seller.party.country;
    }
    Country::of(dice.pick(&["DE", "AT", "CH", "NL", "BE", "FR", "IT", "ES", "GB", "US", "SE", "FI", "IE", "JP"]))
}

fn customer(seller: &Seller, party: Party, ordinal: u64, mix: &Mix, dice: &mut Dice) -> Customer {
    let abroad = party.country.code != seller.party.country.code;
    let own_currency = money::currency(party.country.currency).filter(|_| abroad && dice.chance(350));
    let count = dice.weighted(&[(70, 1), (22, 2), (8, 3)]);
    let accounts = (0..count).map(|_| account(&party, mix, dice)).collect();
    Customer {
        id: format!("{}-C{:06}", seller.id, ordinal + 1),
        number: seller.customer_number(ordinal),
        ordinal,
        parent: String::new(),
        accounts,
        currency: own_currency.unwrap_or(seller.currency),
        quote: mix.quote_habit(dice),
        list: mix.list(dice),
        advises: dice.chance(mix.advisers),
        takes_discount: dice.chance(600),
        fee: if abroad && dice.chance(300) {
            money::cents(dice.pick(&[150, 250, 500, 750, 1000, 1250, 1500, 2000, 3000]), seller.currency)
        } else {
            0
        },
        order_form: dice.below(8) as u8,
        subscriber: false,
        party,
    }
}

fn account(party: &Party, mix: &Mix, dice: &mut Dice) -> PayingAccount {
    let known = dice.chance(mix.known_accounts);
    let alias = !known && dice.chance(mix.aliases);
    let name = if alias { alias_name(party, dice) } else { party.name.clone() };
    let silent = dice.chance(15);
    PayingAccount { number: if silent { String::new() } else { party::account(party.country, dice) }, name, known: known && !silent, alias }
}

/// A brand, an owner or a holding that does not look like the customer.
fn alias_name(party: &Party, dice: &mut Dice) -> String {
    let country = party.country;
    match dice.below(4) {
        0 => format!("{} Holding {}", party::choose(country.families, dice), party::choose(country.forms, dice)),
        1 => format!("{} {}", dice.pick(&["Peter", "Maria", "Jan", "Sophie", "Luca", "Anna"]), party::choose(country.families, dice)),
        2 => format!("{} Shared Services", party::choose(country.families, dice)),
        _ => format!("{} Treasury {}", party.family, dice.pick(&["I", "II", "EMEA"])),
    }
}

fn central(country: &'static Country, dice: &mut Dice) -> PayingAccount {
    let name = dice.pick(&[
        "Eurofactor AG",
        "Coface Finanz GmbH",
        "Zentralregulierung Nord eG",
        "Grenke Factoring GmbH",
        "BNP Paribas Factor",
        "Bibby Factors Ltd",
        "E/D/E Einkaufsbüro GmbH",
    ]);
    PayingAccount { number: party::account(country, dice), name: name.to_owned(), known: false, alias: true }
}

/// The name as a bank passes it on.
pub fn at_the_bank(name: &str, profile: Profile, dice: &mut Dice) -> String {
    let changed = match profile {
        Profile::Base => 450,
        Profile::Hard => 700,
    };
    if !dice.chance(changed) {
        return name.to_owned();
    }
    let folded = super::text::fold(name);
    let out = match dice.below(9) {
        0 | 1 => folded.to_uppercase(),
        2 => folded,
        3 => folded.to_uppercase().replace('&', "+"),
        4 => without_form(name),
        5 => name.chars().take(27).collect(),
        6 => folded.to_uppercase().chars().take(35).collect(),
        7 => format!("{name}, {}", dice.pick(&["Buchhaltung", "Accounting", "Zentrale", "AP"])),
        _ => name.replace("GmbH & Co. KG", "GmbH+Co.KG").replace("Limited", "Ltd").replace("B.V.", "BV").replace("S.r.l.", "SRL"),
    };
    out.trim().to_owned()
}

fn without_form(name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let keep = if words.len() > 2 { words.len() - 1 } else { words.len() };
    words.into_iter().take(keep).collect::<Vec<_>>().join(" ")
}
