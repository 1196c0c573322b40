//! What the Overview says, and that it adds up.

use quittance_gateway::portal::frame::{Frame, Theme};
use quittance_gateway::portal::view::{
    AgeBucket, AgeRow, CashView, DsoMonth, DsoPart, DsoView, MachineView, NeedsView, OverviewView, Part, Queue, ServiceName,
};
use quittance_types::{Currency, Decimal, Money};

use crate::fixtures::{self, eur};
use crate::html::{page, part, tags, text};

/// The cells of the rows of a table, as text.
fn rows(html: &str, section: &str) -> Vec<Vec<String>> {
    let start = html.find(&format!("<{section}>")).unwrap();
    let end = html.find(&format!("</{section}>")).unwrap();
    let rows = html[start..end].split("<tr").skip(1);
    rows.map(|row| row.split("<t").skip(1).map(|cell| text(&format!("<t{cell}"))).collect()).collect()
}

fn first(cell: &str) -> &str {
    cell.split(' ').next().unwrap()
}

/// The first number of a cell, in its smallest unit; what a narrow page shows follows it.
fn number(cell: &str) -> i64 {
    let digits: String = first(cell).chars().filter(|c| c.is_ascii_digit() || *c == '-' || *c == '\u{2212}').collect();
    digits.replace('\u{2212}', "-").parse().unwrap()
}

#[test]
fn the_page_opens_with_two_sentences() {
    let html = page(&fixtures::full_frame(), &fixtures::rich());
    let lead = text(part(&html, "lead"));
    assert!(lead.contains("€412,318.40 came in today, 6\u{202F}% more than expected."), "{lead}");
    assert!(lead.contains("49 things need a person; the oldest has waited three days."), "{lead}");
    assert!(lead.contains("Cash this week €1,406,435.35 +€19,435.35 against forecast"), "{lead}");
    assert!(lead.contains("Overdue €1,156,198.44 28.4\u{202F}% of all receivables"), "{lead}");
    assert!(lead.contains("Days sales outstanding 43.8 31.2 is the best our terms allow"), "{lead}");
    assert!(lead.contains("Posted without a person 86.4\u{202F}% of lines, last 30 days; none found wrong"), "{lead}");
}

#[test]
fn without_a_forecast_nothing_is_said_about_one() {
    let html = page(&fixtures::frame(), &fixtures::plain());
    let lead = text(part(&html, "lead"));
    assert!(lead.contains("€412,318.40 came in today. 49 things"), "{lead}");
    assert!(lead.contains("+€403,681.93 against last week to Fri"), "{lead}");
    let cash = part(&html, "cash");
    assert!(!cash.contains("c-band") && !cash.contains("expected") && !cash.contains("likely"));
    assert_eq!(cash.matches("c-cash").count(), 10, "ten bars, no weekend");
    assert!(cash.contains("this week"));
}

#[test]
fn receivables_foot_and_the_proof_earns_the_double_rule() {
    let html = page(&fixtures::full_frame(), &fixtures::rich());
    let part = part(&html, "receivables");
    let body = rows(part, "tbody");
    let foot = rows(part, "tfoot").remove(0);
    assert_eq!(body.len(), 5);
    for column in 2..=6 {
        let sum: i64 = body.iter().map(|row| number(&row[column])).sum();
        assert_eq!(sum, number(&foot[column]), "column {column}");
    }
    assert_eq!(foot[3], "100.0\u{202F}%");
    assert_eq!(foot[6], "\u{2212}44,175.97");
    assert!(part.contains("<tr class=\"proven\">"));
    assert!(part.contains("url(#hatch)"), "the disputed part is hatched");
}

#[test]
fn a_total_the_ledger_does_not_confirm_says_so_and_has_no_double_rule() {
    let html = page(&fixtures::full_frame(), &fixtures::troubled());
    let part = part(&html, "receivables");
    assert!(!part.contains("proven\""));
    assert!(text(part).contains("The rows sum to 4,070,418.99, the ledger says 4,070,400.00: a difference of +18.99."));
}

#[test]
fn cash_not_yet_applied_is_a_row_with_a_minus() {
    let mut view = fixtures::rich();
    let Part::Ready(receivables) = &mut view.receivables else { unreachable!() };
    let unapplied = AgeRow { bucket: AgeBucket::Unapplied, open: eur("-48310.77"), disputed: eur("0"), items: 14, change: None };
    receivables.rows.push(unapplied);
    let html = page(&fixtures::full_frame(), &view);
    let part = part(&html, "receivables");
    let foot = rows(part, "tfoot").remove(0);
    assert_eq!(first(&foot[2]), "4,022,108.22");
    assert_eq!(foot[3], "–", "shares of a sum with a minus are not shown as a whole");
    assert!(text(part).contains("\u{2212}48,310.77 –"));
    assert!(text(crate::html::part(&html, "lead")).contains("28.4\u{202F}% of all receivables"));
}

#[test]
fn days_of_every_month_foot() {
    let html = page(&fixtures::full_frame(), &fixtures::rich());
    let months = rows(part(&html, "dso"), "tbody");
    assert_eq!(months.len(), 12);
    for month in &months {
        let parts: i64 = month[1..6].iter().map(|cell| number(cell)).sum();
        assert_eq!(parts, number(&month[6]), "{month:?}");
    }
    assert!(text(part(&html, "dso")).contains("Why it takes 43.8 days"));
    let image = tags(part(&html, "dso").split_once('>').unwrap().1.split("</section>").next().unwrap());
    let name = image.iter().find(|tag| tag.name == "svg").unwrap().get("aria-label").unwrap().to_owned();
    assert_eq!(name, "DSO fell from 49.7 to 43.8 days; beside our terms the largest part is paid late with 7.9 days.");
}

#[test]
fn every_bank_line_is_accounted_for_or_missed() {
    let html = page(&fixtures::full_frame(), &fixtures::rich());
    let machine = text(part(&html, "machine"));
    assert!(machine.contains("Posted 1,204 of 1,394 bank lines without a person"), "{machine}");
    assert!(machine.contains("Left 23 for confirmation, 11 as exceptions, 156 were not receipts Every line is accounted for 190"));
    assert!(machine.contains("Cash not yet applied 14 receipts, oldest 6 days €48,310.77"), "{machine}");
    let troubled = page(&fixtures::full_frame(), &fixtures::troubled());
    assert!(text(part(&troubled, "machine")).contains("6 lines are not accounted for"));
}

#[test]
fn a_broken_proof_stands_before_the_sentence() {
    let html = page(&fixtures::full_frame(), &fixtures::troubled());
    let lead = text(part(&html, "lead"));
    let alarm = "A proof does not hold: Subledger equals ledger. 4,070,418.99 against 4,070,400.00, a difference of +18.99. First at event 4,182,871.";
    let (before, _) = lead.split_once(alarm).expect(&lead);
    assert!(!before.contains("came in"));
    let books = text(part(&html, "books"));
    assert!(books.contains("does not hold") && books.contains("not checked") && books.contains("unbroken"), "{books}");
}

#[test]
fn a_failed_part_leaves_the_others_standing() {
    let html = page(&fixtures::full_frame(), &fixtures::troubled());
    let cash = text(part(&html, "cash"));
    assert!(cash.contains("Reconciliation does not answer. Try again Details Trace 4bf92f3577b34da6a3ce929d0e0e4736"), "{cash}");
    let dso = part(&html, "dso");
    assert!(text(dso).contains("Collections does not answer. Figures of 09:38. Try again"));
    assert!(dso.contains("role=\"img\""), "the earlier figures are still drawn");
    let lead = text(part(&html, "lead"));
    assert!(lead.contains("What came in today is not known: Reconciliation does not answer."), "{lead}");
    assert!(lead.contains("At least 49 things need a person"), "{lead}");
    assert!(text(part(&html, "needs")).contains("Collections does not answer; its queues are missing here."));
    assert!(text(part(&html, "events")).contains("You may not see this. An administrator can grant events.read."));
    let down = page(&fixtures::full_frame(), &fixtures::down());
    assert_eq!(text(part(&down, "lead")).matches("not known").count(), 6);
    assert!(part(&down, "dso").contains("data-later=\"dso\""));
}

#[test]
fn an_empty_company_says_why_and_what_fills_it() {
    let html = page(&fixtures::frame(), &fixtures::empty());
    let all = text(&html);
    for sentence in [
        "No cash came in today, and none this week. Nothing needs a person.",
        "Nothing waits for a person. What the services may not decide alone appears here.",
        "No receipt in these days. The next bank statement that is imported fills this.",
        "No item is open. The first invoice that is issued appears here.",
        "The first month with an invoice appears here.",
        "No bank line was read today",
        "No proof has run yet.",
        "Nothing has happened yet. The first order, invoice or bank statement appears here.",
    ] {
        assert!(all.contains(sentence), "{sentence}\n{all}");
    }
    assert!(!html.contains("<table") && !html.contains("role=\"img\""), "no empty tables or charts");
}

#[test]
fn queues_come_by_money_and_days_and_silent_ones_not_at_all() {
    let html = page(&fixtures::full_frame(), &fixtures::rich());
    let rows = rows(part(&html, "needs"), "tbody");
    let what: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert!(what[0].starts_with(Queue::ConfirmReceipts.label()), "{what:?}");
    assert!(what[2].starts_with("Resolve exceptions Short payments 7, wrong entity 2, duplicates 2"), "{what:?}");
    assert!(!html.contains(Queue::DunningRuns.label()), "an empty queue is left out");
    assert_eq!(rows[0][4], "1 day 4 h");
    assert_eq!(rows[5][4], "2 days late");
}

#[test]
fn one_thing_is_one_thing() {
    let mut view = fixtures::rich();
    let Part::Ready(needs) = &mut view.needs else { unreachable!() };
    needs.rows.truncate(1);
    needs.rows[0].count = 1;
    let html = page(&fixtures::full_frame(), &view);
    assert!(text(part(&html, "lead")).contains("One thing needs a person; it has waited two days."));
    view.needs = Part::Ready(NeedsView { rows: Vec::new(), missing: vec![ServiceName::Credit, ServiceName::Collections] });
    let html = page(&fixtures::full_frame(), &view);
    assert!(text(part(&html, "lead")).contains("Whether something needs a person is not fully known."));
    assert!(text(part(&html, "needs")).contains("Credit and Collections do not answer; their queues are missing here."));
}

#[test]
fn another_day_is_named_everywhere() {
    let frame = Frame { today: fixtures::date("2026-12-01"), ..fixtures::full_frame() };
    let html = page(&frame, &fixtures::rich());
    let all = text(&html);
    assert!(all.contains("You look at 20 Nov 2026. Nothing can be changed from here. Back to today"), "{all}");
    assert!(all.contains("came in on 20 Nov 2026, 6"), "{all}");
    assert!(all.contains("What the machine did on 20 Nov 2026"));
    assert!(page(&frame, &fixtures::down()).contains("href=\"/?as_of=2026-11-20&#38;part=dso\""), "asked again for the same day");
}

#[test]
fn a_page_is_live_only_with_a_stream() {
    let still = page(&fixtures::frame(), &fixtures::rich());
    assert!(text(&still).contains("Figures of 09:41") && !still.contains("data-stream"));
    let live = page(&fixtures::full_frame(), &fixtures::rich());
    assert!(live.contains("data-stream=\"/live\" data-zone=\"Europe/Berlin\""));
    let dark = page(&Frame { theme: Theme::Dark, ..fixtures::frame() }, &fixtures::rich());
    assert!(dark.contains("<html lang=\"en\" data-theme=\"dark\">"));
}

#[test]
fn counts_stand_only_where_a_person_is_needed() {
    let html = page(&fixtures::full_frame(), &fixtures::rich());
    assert_eq!(html.matches("class=\"count\"").count(), 7, "a page with nothing to do has no count");
}

#[test]
fn amounts_that_cannot_be_added_spoil_only_their_part() {
    let mut view = fixtures::rich();
    let Part::Ready(receivables) = &mut view.receivables else { unreachable!() };
    receivables.rows[2].open = Money::from_minor(100, Currency::USD).unwrap();
    let html = page(&fixtures::full_frame(), &view);
    assert!(text(part(&html, "receivables")).contains("These figures cannot be added up"));
    assert!(text(part(&html, "lead")).contains("Overdue not known"));
    assert!(text(part(&html, "books")).contains("holds"));
}

#[test]
fn odd_figures_are_drawn_without_breaking() {
    let mut view = fixtures::rich();
    let Part::Ready(cash) = &mut view.cash else { unreachable!() };
    cash.days[0].received = Some(eur("-500.00"));
    cash.days[1].received = Some(Money::from_minor(100_000_000_000_000, Currency::EUR).unwrap());
    let Part::Ready(machine) = &mut view.machine else { unreachable!() };
    *machine = MachineView { lines: 1, posted: u64::MAX, waiting: u64::MAX, ..MachineView::default() };
    let parts = vec![(DsoPart::Terms, Decimal::MAX), (DsoPart::PaidLate, Decimal::NEGATIVE_ONE)];
    view.dso = Part::Ready(DsoView {
        months: vec![
            DsoMonth { month: fixtures::date("2026-11-01"), parts: parts.clone() },
            DsoMonth { month: fixtures::date("2026-12-01"), parts },
        ],
        average_days_delinquent: Some(Decimal::MAX),
        collection_effectiveness: None,
    });
    let html = page(&fixtures::full_frame(), &view);
    assert!(text(part(&html, "cash")).contains("\u{2212}500.00") && text(part(&html, "cash")).contains("1,000,000,000,000.00"));
    for mark in tags(&html).iter().filter(|tag| tag.name == "rect") {
        let sizes = [mark.get("width"), mark.get("height")];
        assert!(sizes.into_iter().flatten().all(|size| !size.starts_with('-')), "no mark has a negative size: {mark:?}");
    }
    assert!(text(part(&html, "machine")).contains("more outcomes than lines"));
    assert!(text(part(&html, "dso")).contains("The first month with an invoice appears here."), "days beyond all range are no days");
}

#[test]
fn a_single_month_and_a_single_day_are_enough() {
    let mut view: OverviewView = fixtures::plain();
    let Part::Ready(dso) = &mut view.dso else { unreachable!() };
    dso.months.drain(..5);
    let Part::Ready(cash) = &view.cash else { unreachable!() };
    let last = cash.days.last().unwrap().clone();
    view.cash = Part::Ready(CashView { days: vec![last], same_days_last_week: None });
    let html = page(&fixtures::frame(), &view);
    assert!(text(part(&html, "dso")).contains("parts of DSO in days, one month"));
    assert_eq!(part(&html, "cash").matches("c-cash").count(), 1);
    assert!(text(part(&html, "lead")).contains("since 16 Nov"));
}
