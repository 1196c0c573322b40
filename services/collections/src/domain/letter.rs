//! Letters: the words of a notice, from a template and the facts it may know.

use minijinja::{Environment, UndefinedBehavior, value::Serde};
use quittance_types::{BusinessDate, Currency, Fault, InvoiceId, Money, Reason, Uuid};
use serde::Serialize;

use super::notice::{Notice, NoticeItem};

/// Instructions a template may take; a letter of a thousand invoices takes about 40,000.
const FUEL: u64 = 2_000_000;
/// A longer letter is not one.
const LONGEST_LETTER: usize = 1_000_000;
const LONGEST_SUBJECT: usize = 200;

/// Languages we have letters of our own in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Everybody else.
    English,
    /// `de`, `de-AT`, ...
    German,
}

impl Language {
    /// The one to write in to somebody with this BCP 47 tag.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("de") { Self::German } else { Self::English }
    }

    fn letter(self) -> &'static str {
        match self {
            Self::English => include_str!("../letters/en.txt"),
            Self::German => include_str!("../letters/de.txt"),
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::English => {
                "{% if level == 1 %}Payment reminder{% elif level == 2 %}Second reminder{% else %}Final reminder{% endif %}: \
                 {{ totals.open }} past due"
            }
            Self::German => {
                "{% if level == 1 %}Zahlungserinnerung{% elif level == 2 %}Zweite Mahnung{% else %}Letzte Mahnung{% endif %}: \
                 {{ totals.open }} überfällig"
            }
        }
    }

    fn money(self, money: Money) -> String {
        let (group, point) = match self {
            Self::English => (',', '.'),
            Self::German => ('.', ','),
        };
        let text = money.amount().abs().to_string();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let mut shown = if money.is_negative() { "-".to_owned() } else { String::new() };
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && whole.len().saturating_sub(index).is_multiple_of(3) {
                shown.push(group);
            }
            shown.push(digit);
        }
        if !decimals.is_empty() {
            shown.push(point);
            shown.push_str(decimals);
        }
        format!("{shown} {}", money.currency().code())
    }

    fn date(self, date: BusinessDate) -> String {
        let (year, month, day) = date.ymd();
        match self {
            Self::English => date.to_string(),
            Self::German => format!("{day:02}.{month:02}.{year}"),
        }
    }
}

#[derive(Serialize)]
struct Facts<'a> {
    customer: Named<'a>,
    contact: Contact<'a>,
    items: Vec<Line<'a>>,
    totals: Totals,
    level: i32,
    as_of: String,
    sender: &'a str,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Contact<'a> {
    name: &'a str,
    email: &'a str,
    language: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    number: &'a str,
    invoice_id: String,
    due_date: String,
    days_past_due: i32,
    level: i32,
    open: String,
    amount: String,
    currency: &'a str,
}

#[derive(Serialize)]
struct Totals {
    open: String,
    credits: String,
    net: String,
    has_credits: bool,
    amount: String,
    currency: &'static str,
    count: usize,
}

fn facts<'a>(notice: &'a Notice, sender: &'a str) -> Result<Facts<'a>, Fault> {
    let language = Language::of(&notice.language);
    let line = |item: &'a NoticeItem| Line {
        number: &item.number,
        invoice_id: item.invoice.to_string(),
        due_date: language.date(item.due),
        days_past_due: item.days_past_due,
        level: item.level,
        open: language.money(item.open),
        amount: item.open.amount().to_string(),
        currency: item.open.currency().code(),
    };
    let totals = Totals {
        open: language.money(notice.total),
        credits: language.money(notice.credits),
        net: language.money(notice.total.sub(notice.credits)?),
        has_credits: notice.credits.is_positive(),
        amount: notice.total.amount().to_string(),
        currency: notice.currency().code(),
        count: notice.items.len(),
    };
    Ok(Facts {
        customer: Named { name: &notice.customer_name },
        contact: Contact { name: &notice.contact_name, email: &notice.recipient, language: &notice.language },
        items: notice.items.iter().map(line).collect(),
        totals,
        level: notice.level,
        as_of: language.date(notice.as_of),
        sender,
    })
}

/// A letter as somebody gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Subject of the mail, one line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// The letter of a notice. Empty templates are the built-in ones in the language of the contact.
///
/// # Errors
/// TEMPLATE_INVALID {line}, which a stored template gives only for facts unlike those it was tried with, and a built-in one
/// only for a notice so long that nobody would read it.
pub fn write(notice: &Notice, template: &str, subject: &str, sender: &str) -> Result<Letter, Fault> {
    let language = Language::of(&notice.language);
    let facts = facts(notice, sender)?;
    let subject = render(if subject.is_empty() { language.subject() } else { subject }, &facts)?;
    let subject: String = subject.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_SUBJECT).collect();
    let body = render(if template.is_empty() { language.letter() } else { template }, &facts)?;
    Ok(Letter { subject, body: format!("{}\n", body.trim_end()) })
}

/// Tries a template before it is stored: it has to compile and to write about an ordinary notice, one with and one
/// without a contact and credits. Empty is fine.
///
/// # Errors
/// TEMPLATE_INVALID {line}.
pub fn check(template: &str) -> Result<(), Fault> {
    if template.is_empty() {
        return Ok(());
    }
    for notice in [sample(0)?, sample(500)?] {
        render(template, &facts(&notice, "Accounts Receivable")?)?;
    }
    Ok(())
}

fn render(template: &str, facts: &Facts<'_>) -> Result<String, Fault> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    let compiled = environment.template_from_str(template).map_err(|error| invalid(&error))?;
    let text = compiled.render(Serde(facts)).map_err(|error| invalid(&error))?;
    if text.len() > LONGEST_LETTER {
        return Err(Fault::new(Reason::TemplateInvalid, "The template writes more than a megabyte.").with("line", 1));
    }
    Ok(text)
}

fn invalid(error: &minijinja::Error) -> Fault {
    let line = error.line().unwrap_or(1);
    let what = error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    Fault::new(Reason::TemplateInvalid, format!("Line {line}: {what}.")).with("line", line)
}

fn sample(credits: i64) -> Result<Notice, Fault> {
    use quittance_types::{CustomerId, DunningRunId, NoticeId, StrategyId};
    let (due, as_of) = (BusinessDate::from_ymd(2026, 1, 10)?, BusinessDate::from_ymd(2026, 1, 31)?);
    let open = Money::from_minor(123_450, Currency::EUR)?;
    let item = |number: &str| NoticeItem {
        invoice: InvoiceId::new(Uuid::nil()),
        number: number.to_owned(),
        level: 1,
        open,
        due,
        days_past_due: as_of.days_since(due),
    };
    let contact = if credits > 0 { ("Ada Example", "ada@example.com", "de") } else { ("", "", "") };
    Ok(Notice {
        id: NoticeId::new(Uuid::nil()),
        run: DunningRunId::new(Uuid::nil()),
        customer: CustomerId::new(Uuid::nil()),
        strategy: StrategyId::new(Uuid::nil()),
        as_of,
        level: 1,
        state: super::notice::NoticeState::Draft,
        total: open.add(open)?,
        credits: Money::from_minor(credits, Currency::EUR)?,
        item_count: 2,
        customer_name: "Example Ltd".to_owned(),
        contact_name: contact.0.to_owned(),
        recipient: contact.1.to_owned(),
        language: contact.2.to_owned(),
        issued_on: None,
        sent: None,
        delivery: String::new(),
        attempts: 0,
        items: vec![item("INV-2026-00001"), item("INV-2026-00002")],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_built_in_letters_speak_two_languages() {
        let mut notice = sample(500).unwrap();
        let Letter { subject, body: letter } = write(&notice, "", "", "Nordwind GmbH").unwrap();
        assert_eq!(subject, "Zahlungserinnerung: 2.469,00 EUR überfällig");
        assert!(letter.contains("Rechnung INV-2026-00001, fällig am 10.01.2026, seit 21 Tagen überfällig: 1.234,50 EUR\n"), "{letter}");
        assert!(letter.contains("5,00 EUR noch nicht verrechnet; damit bleiben 2.464,00 EUR"), "{letter}");
        assert!(letter.contains("Mit freundlichen Grüßen\nNordwind GmbH"));
        notice.language = "en-GB".to_owned();
        notice.level = 3;
        notice.credits = Money::zero(Currency::EUR);
        let Letter { subject, body: letter } = write(&notice, "", "", "Nordwind GmbH").unwrap();
        assert_eq!(subject, "Final reminder: 2,469.00 EUR past due");
        assert!(letter.contains("Invoice INV-2026-00002, due 2026-01-10, 21 days past due: 1,234.50 EUR\n"), "{letter}");
        assert!(!letter.contains("favour") && !letter.contains("\n\n\n"), "{letter}");
    }

    #[test]
    fn a_template_is_tried_before_it_is_stored() {
        assert!(check("Dear {{ customer.name }}: {% for item in items %}{{ item.number }} {% endfor %}{{ totals.open }}").is_ok());
        let line = |template: &str| {
            let fault = check(template).unwrap_err();
            assert_eq!(fault.reason(), Reason::TemplateInvalid);
            fault.get("line").map(str::to_owned)
        };
        assert_eq!(line("Hello\n{{ customer.name "), Some("2".to_owned()));
        assert_eq!(line("a\nb\n{{ custmer.name }}"), Some("3".to_owned()));
        assert!(line("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}").is_some());
    }

    #[test]
    fn a_subject_is_one_line() {
        let letter = write(&sample(0).unwrap(), "", "a\r\nBcc: x@y\n{{ level }}", "us").unwrap();
        assert_eq!(letter.subject, "a Bcc: x@y 1");
    }
}
