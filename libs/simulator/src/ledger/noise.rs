//! Lines of an account that no customer caused.

use super::country::{COUNTRIES, Country};
use super::line::{BankLine, Booked, Class, Code, Truth, codes};
use super::money;
use super::party::{self, Party};
use super::period::Period;
use super::seller::Seller;
use crate::dice::Dice;

/// One such line on some day of the period.
pub fn line(seller: &Seller, period: &Period, documents: u64, dice: &mut Dice) -> Booked {
    let day = period.days.get(dice.below(period.days.len() as u64) as usize).copied().unwrap_or(period.first);
    let (line, class, scenario) = match dice.below(100) {
        0..=17 => fee(seller, day, dice),
        18..=23 => interest(seller, day, dice),
        24..=31 => own_transfer(seller, day, dice),
        32..=61 => supplier(seller, day, documents, dice),
        62..=67 => payroll(seller, day, dice),
        68..=75 => taxes(seller, day, dice),
        76..=91 => payout(seller, day, dice),
        _ => refund(seller, day, dice),
    };
    Booked { line, truth: Truth { class, applied: Vec::new(), scenario: format!("no_receipt/{scenario}/-") } }
}

type Made = (BankLine, Class, &'static str);

fn euros(low: i64, high: i64, seller: &Seller, dice: &mut Dice) -> i64 {
    let eur = money::currency("EUR").unwrap_or(seller.currency);
    money::convert(dice.between(low * 100, high * 100), eur, seller.currency, 0).max(1)
}

fn worded(day: i32, amount: i64, code: Code, name: &str, account: String, text: String) -> BankLine {
    BankLine { payer_name: name.to_owned(), payer_account: account, text, ..BankLine::new(day, amount, code) }
}

fn fee(seller: &Seller, day: i32, dice: &mut Dice) -> Made {
    let text = dice.pick(&[
        "Kontoführungsentgelt 04/2026",
        "Account fee",
        "ENTGELT AUSLANDSZAHLUNG",
        "Transaction charges April",
        "frais de tenue de compte",
    ]);
    (worded(day, -euros(1, 90, seller, dice), codes::FEE, "", String::new(), text.to_owned()), Class::Fee, "fee")
}

fn interest(seller: &Seller, day: i32, dice: &mut Dice) -> Made {
    let amount = euros(1, 300, seller, dice);
    let sign = if dice.chance(600) { 1 } else { -1 };
    let text = dice.pick(&["Zinsen 04/2026", "Interest April", "Habenzinsen", "ABSCHLUSS PER 30.04.2026", "intérêts"]);
    (worded(day, sign * amount, codes::INTEREST, "", String::new(), text.to_owned()), Class::Interest, "interest")
}

/// From or to another account of the seller itself.
fn own_transfer(seller: &Seller, day: i32, dice: &mut Dice) -> Made {
    let sign = if dice.chance(500) { 1 } else { -1 };
    let amount = euros(1000, 90_000, seller, dice) / 1000 * 1000;
    let account = party::account(seller.party.country, dice);
    let text = dice.pick(&["Umbuchung", "Übertrag", "Cash Pooling", "internal transfer", "Kontoübertrag"]);
    (worded(day, sign * amount.max(1000), codes::OWN, &seller.party.name, account, text.to_owned()), Class::Transfer, "own_transfer")
}

/// A supplier's invoice number may look like one of the seller's own.
fn supplier(seller: &Seller, day: i32, documents: u64, dice: &mut Dice) -> Made {
    let supplier = Party::new(anywhere(seller, dice), dice);
    let number = if dice.chance(300) {
        seller.shape.number(dice.below(documents.max(1)), super::period::date(day - 20))
    } else {
        format!("{}{}", dice.pick(&["", "RE", "2026-", "F"]), dice.digits(6))
    };
    let account = party::account(supplier.country, dice);
    let debited = dice.chance(200);
    let code = if debited { codes::DEBITED } else { codes::SENT };
    let line = worded(
        day,
        -euros(20, 9000, seller, dice),
        code,
        &supplier.name,
        account,
        format!("{number} {}", dice.pick(&["", "Rechnung", "invoice", "Kd 88123"])).trim().to_owned(),
    );
    (line, Class::Outgoing, "supplier")
}

fn payroll(seller: &Seller, day: i32, dice: &mut Dice) -> Made {
    let line =
        worded(day, -euros(20_000, 150_000, seller, dice), codes::PAYROLL, "", String::new(), "LOHN/GEHALT 05/2026 SAMMLER".to_owned());
    (line, Class::Outgoing, "payroll")
}

fn taxes(seller: &Seller, day: i32, dice: &mut Dice) -> Made {
    let office = dice.pick(&["Finanzamt Stuttgart", "HMRC VAT", "DGFIP", "Belastingdienst", "Bundeskasse", "AOK Krankenkasse"]);
    let account = party::account(seller.party.country, dice);
    let text = format!("UST {} {}/2026", dice.digits(10), dice.between(1, 5));
    (worded(day, -euros(300, 60_000, seller, dice), codes::SENT, office, account, text), Class::Outgoing, "taxes")
}

fn payout(seller: &Seller, day: i32, dice: &mut Dice) -> Made {
    let (name, text) = dice.pick(&[
        ("STRIPE PAYMENTS EUROPE LTD", "STRIPE PAYOUT"),
        ("PayPal Europe S.a.r.l.", "PAYPAL AUSZAHLUNG"),
        ("Adyen N.V.", "TX settlement batch"),
        ("SumUp Limited", "SumUp payout"),
        ("Mollie Payments", "Mollie settlement"),
        ("First Data GmbH", "KARTENUMSATZ"),
        ("Klarna Bank AB", "Klarna settlement"),
    ]);
    let code = if dice.chance(400) { codes::CARDS } else { codes::CREDIT };
    let account = party::account(Country::of("IE"), dice);
    let line = worded(day, euros(50, 9000, seller, dice), code, name, account, format!("{text} {}", dice.digits(8)));
    (line, Class::ProcessorPayout, "payout")
}

/// Money in that belongs to no receivable.
fn refund(seller: &Seller, day: i32, dice: &mut Dice) -> Made {
    let tax = dice.chance(400);
    let supplier = Party::new(anywhere(seller, dice), dice);
    let name = if tax { "Finanzamt Stuttgart".to_owned() } else { supplier.name };
    let text = if tax {
        format!("ERSTATTUNG UST 04/2026 {}", dice.digits(10))
    } else {
        format!(
            "{} {}",
            dice.pick(&["Gutschrift Ihre Retoure", "Refund credit", "Erstattung Kaution", "Versicherung Schaden"]),
            dice.digits(6)
        )
    };
    let account = party::account(seller.party.country, dice);
    (
        worded(day, euros(30, 4000, seller, dice), codes::CREDIT, &name, account, text),
        Class::Other,
        if tax { "tax_refund" } else { "refund" },
    )
}

fn anywhere(seller: &Seller, dice: &mut Dice) -> &'static Country {
    if dice.chance(800) { seller.party.country } else { COUNTRIES.get(dice.below(12) as usize).unwrap_or(seller.party.country) }
}
