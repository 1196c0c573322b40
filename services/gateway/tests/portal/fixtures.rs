//! View-models for the tests: a rich company, an empty one, a hostile one, and one whose services are down.

use quittance_gateway::portal::format::Format;
use quittance_gateway::portal::frame::{Frame, Person, SignOut, Theme};
use quittance_gateway::portal::html::Outside;
use quittance_gateway::portal::pages::{PAGES, Page, PageId, Site};
use quittance_gateway::portal::view::{
    AgeBucket, AgeRow, AutoShare, Band, BooksView, Break, CashDay, CashView, Claim, DsoMonth, DsoPart, DsoView, EventRow, EventsView,
    Failure, MachineView, NeedsRow, NeedsView, OverviewView, Part, Proof, Queue, ReceivablesView, Sample, ServiceName, UnappliedCash,
    Verdict, Waiting,
};
use quittance_types::{BusinessDate, Currency, Decimal, Money, TimeZone, Timestamp};

pub const EUR: Currency = Currency::EUR;

pub fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

pub fn eur(text: &str) -> Money {
    Money::parse(text, EUR).unwrap()
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn days(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Every page of the table, as if it were built.
pub fn whole_site() -> Site {
    let pages: Vec<Page> = PAGES.iter().map(|page| Page { built: true, ..*page }).collect();
    Site::new(Vec::leak(pages))
}

pub fn frame() -> Frame {
    Frame {
        page: PageId::Overview,
        site: Site::default(),
        tenant: Outside::new("Halden & Roth GmbH"),
        person: Some(Person { name: Outside::new("Mara Lindt"), role: Outside::new("cash applier") }),
        sign_out: None,
        as_of: date("2026-11-20"),
        today: date("2026-11-20"),
        may_choose_date: true,
        now: at("2026-11-20T08:41:07Z"),
        zone: TimeZone::parse("Europe/Berlin").unwrap(),
        format: Format::default(),
        theme: Theme::Device,
        live: None,
        counts: Vec::new(),
    }
}

/// The frame with everything in it that a later day may bring.
pub fn full_frame() -> Frame {
    Frame {
        site: whole_site(),
        live: Some("/live"),
        sign_out: Some(SignOut { path: "/sign-out", form_token: "f0rm-t0ken".to_owned() }),
        counts: vec![
            (PageId::Worklist, 31),
            (PageId::Approvals, 3),
            (PageId::Cash, 23),
            (PageId::Exceptions, 11),
            (PageId::Orders, 6),
            (PageId::Disputes, 9),
            (PageId::DunningRuns, 1),
            (PageId::Ledger, 0),
        ],
        ..frame()
    }
}

pub fn rich() -> OverviewView {
    OverviewView {
        currency: EUR,
        cash: Part::Ready(cash()),
        needs: Part::Ready(needs()),
        receivables: Part::Ready(receivables()),
        dso: Part::Ready(dso()),
        machine: Part::Ready(machine()),
        books: Part::Ready(books()),
        events: Part::Ready(events()),
    }
}

/// What a company shows that has no forecast and no comparison: only what the services of today know.
pub fn plain() -> OverviewView {
    let mut cash = cash();
    cash.days.retain(|day| day.received.is_some());
    cash.days.iter_mut().for_each(|day| day.forecast = None);
    let last_week = [
        ("2026-11-09", "164210.00"),
        ("2026-11-10", "301000.40"),
        ("2026-11-11", "88120.15"),
        ("2026-11-12", "251400.00"),
        ("2026-11-13", "198022.87"),
        ("2026-11-14", "0"),
        ("2026-11-15", "0"),
    ];
    let earlier = last_week.map(|(day, amount)| CashDay { date: date(day), received: Some(eur(amount)), forecast: None });
    cash.days.splice(0..0, earlier);
    cash.same_days_last_week = Some(eur("1002753.42"));
    let mut dso = dso();
    for month in &mut dso.months {
        month.parts.retain(|(part, _)| matches!(part, DsoPart::Terms | DsoPart::PaidLate | DsoPart::Disputed));
    }
    dso.months.drain(..6);
    OverviewView { cash: Part::Ready(cash), dso: Part::Ready(dso), ..rich() }
}

fn cash() -> CashView {
    let day = |day: &str, received: Option<&str>, low: &str, likely: &str, high: &str| CashDay {
        date: date(day),
        received: received.map(eur),
        forecast: Some(Band { low: eur(low), likely: eur(likely), high: eur(high) }),
    };
    let weekend = |day: &str| CashDay { date: date(day), received: Some(eur("0")), forecast: None };
    CashView {
        days: vec![
            day("2026-11-16", Some("286410.20"), "241000", "262000", "317000"),
            day("2026-11-17", Some("198022.15"), "176000", "214000", "261000"),
            day("2026-11-18", Some("341184.60"), "269000", "322000", "389000"),
            day("2026-11-19", Some("168500.00"), "159000", "201000", "254000"),
            day("2026-11-20", Some("412318.40"), "302000", "388000", "471000"),
            CashDay { received: None, ..weekend("2026-11-21") },
            CashDay { received: None, ..weekend("2026-11-22") },
            day("2026-11-23", None, "222000", "276000", "337000"),
            day("2026-11-24", None, "164000", "208000", "269000"),
            day("2026-11-25", None, "238000", "300000", "376000"),
            day("2026-11-26", None, "149000", "187000", "245000"),
            day("2026-11-27", None, "306000", "402000", "510000"),
        ],
        same_days_last_week: None,
    }
}

fn needs() -> NeedsView {
    let row = |queue, count, value: &str, oldest, causes: &[(&'static str, u64)]| NeedsRow {
        queue,
        count,
        value: Some(eur(value)),
        oldest: Some(oldest),
        causes: causes.to_vec(),
    };
    let since = |text: &str| Waiting::Since(at(text));
    NeedsView {
        rows: vec![
            row(Queue::Disputes, 2, "14980.00", Waiting::PastTarget(date("2026-11-18")), &[]),
            row(Queue::HeldOrders, 6, "96400.00", since("2026-11-20T06:12:00Z"), &[("Over limit", 4), ("Overdue", 2)]),
            row(Queue::BrokenPromises, 4, "38915.40", since("2026-11-20T07:00:00Z"), &[]),
            row(Queue::ConfirmReceipts, 23, "184220.10", since("2026-11-19T03:51:00Z"), &[]),
            row(
                Queue::Exceptions,
                11,
                "27604.88",
                Waiting::SinceDay(date("2026-11-17")),
                &[("short payments", 7), ("Wrong entity", 2), ("Duplicates", 2)],
            ),
            row(Queue::Approvals, 3, "62150.00", since("2026-11-20T03:10:00Z"), &[("Limit", 1), ("write-offs", 2)]),
            row(Queue::DunningRuns, 0, "0", since("2026-11-20T03:10:00Z"), &[]),
        ],
        missing: Vec::new(),
    }
}

fn receivables() -> ReceivablesView {
    let row = |bucket, open: &str, disputed: &str, items, change: &str| AgeRow {
        bucket,
        open: eur(open),
        disputed: eur(disputed),
        items,
        change: Some(eur(change)),
    };
    ReceivablesView {
        rows: vec![
            row(AgeBucket::NotDue, "2914220.55", "0", 1204, "-38120.40"),
            row(AgeBucket::UpTo30, "684310.20", "38410.00", 312, "22904.10"),
            row(AgeBucket::UpTo60, "241907.43", "21988.70", 131, "-12400.00"),
            row(AgeBucket::UpTo90, "96418.00", "9120.00", 58, "3310.55"),
            row(AgeBucket::Over90, "133562.81", "61240.15", 74, "-19870.22"),
        ],
        proven: Some(eur("4070418.99")),
    }
}

fn dso() -> DsoView {
    let months = [
        ("2025-12-01", "31.0", "11.2", "2.8", "1.9", "2.8"),
        ("2026-01-01", "31.0", "10.7", "2.9", "1.8", "2.7"),
        ("2026-02-01", "31.0", "10.3", "2.9", "1.7", "2.5"),
        ("2026-03-01", "31.1", "10.3", "2.6", "1.7", "2.4"),
        ("2026-04-01", "31.1", "10.0", "2.9", "1.7", "2.2"),
        ("2026-05-01", "31.1", "9.6", "2.7", "1.8", "2.2"),
        ("2026-06-01", "31.1", "9.6", "2.6", "1.6", "2.0"),
        ("2026-07-01", "31.1", "8.7", "2.8", "1.6", "1.7"),
        ("2026-08-01", "31.2", "8.5", "2.3", "1.7", "1.7"),
        ("2026-09-01", "31.2", "8.8", "2.2", "1.7", "1.4"),
        ("2026-10-01", "31.2", "8.3", "2.3", "1.6", "1.4"),
        ("2026-11-01", "31.24", "7.86", "2.14", "1.48", "1.08"),
    ];
    let month = |(month, terms, late, disputed, billed, unapplied)| DsoMonth {
        month: date(month),
        parts: vec![
            (DsoPart::Terms, days(terms)),
            (DsoPart::PaidLate, days(late)),
            (DsoPart::Disputed, days(disputed)),
            (DsoPart::BilledLate, days(billed)),
            (DsoPart::Unapplied, days(unapplied)),
        ],
    };
    DsoView {
        months: months.into_iter().map(month).collect(),
        average_days_delinquent: Some(days("12.6")),
        collection_effectiveness: Some(days("84.13")),
    }
}

fn machine() -> MachineView {
    MachineView {
        run: Some(Outside::new("run 2026-11-20 #3")),
        lines: 1394,
        posted: 1204,
        waiting: 23,
        exceptions: 11,
        not_receipts: 156,
        sample: Some(Sample { checked: 12, right: 12 }),
        month: Some(AutoShare { posted: 1204, of: 1394, found_wrong: Some(0) }),
        unapplied: Some(UnappliedCash { amount: eur("48310.77"), receipts: 14, oldest: Some(date("2026-11-14")) }),
    }
}

fn books() -> BooksView {
    let holds = |claim| Proof { claim, verdict: Verdict::Holds };
    BooksView {
        checked_at: Some(at("2026-11-20T08:41:07Z")),
        proofs: vec![
            holds(Claim::SubledgerEqualsLedger),
            holds(Claim::CashEqualsBank { accounts: 4 }),
            holds(Claim::Invariants { count: 35, services: 5 }),
            holds(Claim::AuditChain { entry: 4_182_906 }),
        ],
    }
}

fn events() -> EventsView {
    let row = |time: &str, event: &str, document: Option<&str>, customer: Option<&str>, amount: Option<&str>| EventRow {
        at: at(time),
        event: format!("quittance.{event}"),
        document: document.map(Outside::new),
        customer: customer.map(Outside::new),
        amount: amount.map(eur),
        subject: document.map(|_| (PageId::Invoices, "inv_0190000000007000800000000000abcd".to_owned())),
    };
    EventsView {
        rows: vec![
            row(
                "2026-11-20T08:40:51Z",
                "reconciliation.v1.ItemSettled",
                Some("RX7-2026-70410"),
                Some("Nordlicht Handels GmbH"),
                Some("1902.18"),
            ),
            row(
                "2026-11-20T08:40:51Z",
                "reconciliation.v1.CashApplied",
                Some("2026/223, line 40"),
                Some("Nordlicht Handels GmbH"),
                Some("1902.18"),
            ),
            row("2026-11-20T08:31:10Z", "credit.v1.HoldReleased", Some("SO-55117"), Some("Brandt AG"), Some("9800.00")),
            row("2026-11-20T08:12:44Z", "invoicing.v1.InvoiceIssued", Some("RX7-2026-70488"), Some("Kappa BV"), Some("12953.00")),
            row("2026-11-20T07:55:02Z", "collections.v1.PromiseMade", None, Some("Aster & Söhne KG"), Some("10563.90")),
            row("2026-11-20T07:00:00Z", "collections.v1.PromiseBroken", None, Some("Nordlicht Handels GmbH"), Some("7215.00")),
            row("2026-11-19T15:20:30Z", "invoicing.v1.OrderHeld", Some("SO-55120"), Some("Nordlicht Handels GmbH"), Some("9800.00")),
            row("2026-11-19T15:02:11Z", "credit.v1.CustomerChanged", None, Some("Viborg Metal A/S"), None),
        ],
        missing: Vec::new(),
    }
}

pub fn empty() -> OverviewView {
    OverviewView {
        currency: EUR,
        cash: Part::Ready(CashView::default()),
        needs: Part::Ready(NeedsView::default()),
        receivables: Part::Ready(ReceivablesView::default()),
        dso: Part::Ready(DsoView::default()),
        machine: Part::Ready(MachineView::default()),
        books: Part::Ready(BooksView::default()),
        events: Part::Ready(EventsView::default()),
    }
}

pub const HOSTILE: &str = "<script>alert(1)</script>\"' onload=x\u{202E}drowssap\u{0000}\u{200B}&amp;<img src=x onerror=y>";

pub fn hostile_frame() -> Frame {
    Frame {
        tenant: Outside::new(HOSTILE),
        person: Some(Person { name: Outside::new(HOSTILE), role: Outside::new(HOSTILE) }),
        sign_out: Some(SignOut { path: "/sign-out", form_token: "\"><script>".to_owned() }),
        ..full_frame()
    }
}

pub fn hostile() -> OverviewView {
    let mut view = rich();
    let Part::Ready(events) = &mut view.events else { unreachable!() };
    for row in &mut events.rows {
        row.customer = Some(Outside::new(HOSTILE));
        row.document = Some(Outside::new(format!("{HOSTILE}{}", "x".repeat(2000))));
        row.subject = Some((PageId::Invoices, "../../x?y=\"<script>".to_owned()));
        row.event = format!("quittance.{HOSTILE}.v1.{HOSTILE}");
    }
    let Part::Ready(machine) = &mut view.machine else { unreachable!() };
    machine.run = Some(Outside::new(HOSTILE));
    let Part::Ready(books) = &mut view.books else { unreachable!() };
    books.proofs.push(Proof { claim: Claim::Other(Outside::new(HOSTILE)), verdict: Verdict::Holds });
    view
}

/// Services are down, figures are old, a permission is missing, and the books do not hold.
pub fn troubled() -> OverviewView {
    let mut needs = needs();
    needs.missing = vec![ServiceName::Collections];
    let mut receivables = receivables();
    receivables.proven = Some(eur("4070400.00"));
    let mut machine = machine();
    machine.not_receipts = 150;
    let broken = Break { left: Some(eur("4070418.99")), right: Some(eur("4070400.00")), violations: 0, first_event: Some(4_182_871) };
    let mut books = books();
    books.proofs[0].verdict = Verdict::Broken(Box::new(broken));
    books.proofs[1].verdict = Verdict::NotChecked(ServiceName::Reconciliation);
    let old = (at("2026-11-20T08:38:00Z"), Box::new(dso()));
    OverviewView {
        currency: EUR,
        cash: Part::failed(ServiceName::Reconciliation, Some("4bf92f3577b34da6a3ce929d0e0e4736")),
        needs: Part::Ready(needs),
        receivables: Part::Ready(receivables),
        dso: Part::Failed(Failure { service: ServiceName::Collections, earlier: Some(old), trace_id: Some("00f067aa".to_owned()) }),
        machine: Part::Ready(machine),
        books: Part::Ready(books),
        events: Part::Denied { permission: "events.read".to_owned() },
    }
}

/// Nothing answers.
pub fn down() -> OverviewView {
    OverviewView {
        currency: EUR,
        cash: Part::failed(ServiceName::Reconciliation, None),
        needs: Part::failed(ServiceName::Gateway, None),
        receivables: Part::failed(ServiceName::Collections, None),
        dso: Part::Later,
        machine: Part::failed(ServiceName::Reconciliation, None),
        books: Part::failed(ServiceName::Reconciliation, None),
        events: Part::failed(ServiceName::Gateway, None),
    }
}
