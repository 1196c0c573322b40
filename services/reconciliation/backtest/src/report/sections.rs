//! The report as sections of tables and charts, the same for every way to show it.

use super::chart::{self, Parts};
use super::words::{count, decimal, plural, sums};
use super::{Bands, Report, Row, Share};

/// A heading, a note and what stands below.
pub(super) struct Section {
    pub title: &'static str,
    pub note: String,
    pub chart: Option<String>,
    /// True when the chart tells bands apart by colour.
    pub legend: bool,
    pub table: Table,
}

/// A table. Columns of figures are set right.
#[derive(Default)]
pub(super) struct Table {
    pub head: Vec<Head>,
    pub rows: Vec<Vec<Cell>>,
    pub total: Vec<Cell>,
    /// True when the total is proven: it gets a double rule.
    pub proven: bool,
}

/// Head of a column.
pub(super) struct Head {
    pub name: &'static str,
    pub figure: bool,
}

/// What stands in a table.
pub(super) enum Cell {
    Text(String),
    Figure(String),
    /// A main text with a second line in small.
    Two(String, String),
    /// True for good.
    Status(bool, String),
    /// A bar; not shown in text.
    Strip(String),
}

/// Heads from names; those that start with `#` are figures.
fn heads(names: &[&'static str]) -> Vec<Head> {
    names.iter().map(|name| Head { name: name.trim_start_matches('#'), figure: name.starts_with('#') }).collect()
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn figure(text: impl Into<String>) -> Cell {
    Cell::Figure(text.into())
}

/// All sections in the order they are read.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    let all = [
        bands(report),
        refusals(report),
        exceptions(report),
        match_classes(report),
        readings(report),
        calibration(report),
        months(report),
        differences(report),
        line_classes(report),
        sellers(report),
        controls(report),
        super::inputs::tables(report),
        super::inputs::bank_files(report),
        super::inputs::advices(report),
        super::inputs::doubts(report),
        speed(report),
    ];
    all.into_iter().filter(|section| !section.table.rows.is_empty()).collect()
}

fn band_parts(bands: &Bands) -> Parts {
    let part = |class, name: &str, lines: u64| (class, format!("{name}: {}", count(lines)), lines);
    vec![
        part("c-cash", "posted without a person", bands.auto.lines),
        part("c-band", "suggested", bands.suggest.lines),
        part("c-unapplied", "left for a person", bands.none.lines),
    ]
}

fn bands(report: &Report) -> Section {
    let receipts = &report.receipts;
    let row = |name: &str, part: &super::Part| {
        vec![
            text(name),
            figure(count(part.lines)),
            figure(part.share_of_lines.text()),
            figure(sums(&part.amounts)),
            figure(part.share_of_amount.text()),
        ]
    };
    let sentence = format!("{} of the receipts would be posted without a person", receipts.auto.share_of_lines.text());
    Section {
        title: "What becomes of the receipts",
        note: format!("shares of the amount in {}", report.currency),
        chart: Some(chart::strip(&band_parts(receipts), receipts.lines, 32, &sentence)),
        legend: true,
        table: Table {
            head: heads(&["Decision", "#Lines", "#of lines", "#Amount", "#of amount"]),
            rows: vec![
                row("Posted without a person (auto)", &receipts.auto),
                row("Suggested, one click (suggest)", &receipts.suggest),
                row("Left for a person (none)", &receipts.none),
            ],
            total: vec![
                text("All customer receipts"),
                figure(count(receipts.lines)),
                figure(""),
                figure(sums(&receipts.amounts)),
                figure(""),
            ],
            proven: true,
        },
    }
}

fn by_band(title: &'static str, note: &str, first: &'static str, rows: &[Row]) -> Section {
    let largest = rows.iter().map(|row| row.bands.lines).max().unwrap_or_default();
    let rows = rows.iter().filter(|row| row.bands.lines > 0).map(|row| {
        let bands = &row.bands;
        vec![
            text(row.name),
            Cell::Strip(chart::strip(&band_parts(bands), largest, 8, "")),
            figure(count(bands.lines)),
            figure(count(bands.auto.lines)),
            figure(count(bands.suggest.lines)),
            figure(count(bands.none.lines)),
            figure(bands.auto.share_of_lines.text()),
        ]
    });
    let head = heads(&[first, "", "#Lines", "#Auto", "#Suggest", "#None", "#Auto share"]);
    Section { title, note: note.to_owned(), chart: None, legend: true, table: Table { head, rows: rows.collect(), ..Table::default() } }
}

fn match_classes(report: &Report) -> Section {
    by_band("Receipts by class of match", "the class decides which experience a confidence is drawn from", "Class", &report.match_classes)
}

fn readings(report: &Report) -> Section {
    by_band("How the lines were read", "first reading of every line that has one", "Reading", &report.readings)
}

fn line_classes(report: &Report) -> Section {
    by_band("What the lines are", "only receipts and their returns are matched", "Line", &report.line_classes)
}

fn refusals(report: &Report) -> Section {
    let largest = report.refusals.first().map(|refused| refused.lines).unwrap_or_default();
    let row = |refused: &super::Refused| {
        let example = &refused.example;
        let payer = if example.payer.is_empty() { "payer not named" } else { &example.payer };
        let line = format!("{} {} {}, {payer}: {}", example.date, decimal(&example.amount), example.currency, example.text);
        let class = if refused.decision == "suggest" { "c-band" } else { "c-unapplied" };
        vec![
            Cell::Two(refused.sentence.to_owned(), format!("for one: {line}")),
            text(refused.decision),
            Cell::Strip(chart::strip(&[(class, count(refused.lines), refused.lines)], largest, 8, "")),
            figure(count(refused.lines)),
            figure(sums(&refused.amounts)),
        ]
    };
    Section {
        title: "What was held back, and why",
        note: "the largest line of each reason for example".to_owned(),
        chart: None,
        legend: false,
        table: Table {
            head: heads(&["Reason", "Decision", "", "#Lines", "#Amount"]),
            rows: report.refusals.iter().map(row).collect(),
            ..Table::default()
        },
    }
}

fn exceptions(report: &Report) -> Section {
    let row = |exception: &super::Exception| {
        let payer = if exception.payer.is_empty() { "payer not named" } else { &exception.payer };
        let best = if exception.best.is_empty() { "no suggestion".to_owned() } else { format!("first suggestion: {}", exception.best) };
        vec![
            Cell::Two(format!("{payer}, {}", exception.date), exception.text.clone()),
            Cell::Two(exception.why.to_owned(), best),
            figure(format!("{} {}", decimal(&exception.amount), exception.currency)),
            text(exception.line.clone()),
        ]
    };
    Section {
        title: "The largest that need a person",
        note: plural(report.exceptions.len() as u64, "line", "lines"),
        chart: None,
        legend: false,
        table: Table {
            head: heads(&["Payer and text", "Why it waits", "#Amount", "Bank reference"]),
            rows: report.exceptions.iter().map(row).collect(),
            ..Table::default()
        },
    }
}

fn calibration(report: &Report) -> Section {
    let bins = &report.calibration;
    let parts = |bin: &super::CalibrationBin| -> Parts {
        let rest = bin.lines.saturating_sub(bin.auto);
        vec![
            ("c-cash", format!("posted without a person: {}", count(bin.auto)), bin.auto),
            ("c-band", format!("others: {}", count(rest)), rest),
        ]
    };
    let columns: Vec<(String, Parts)> = bins.iter().map(|bin| (bin.range.chars().take(3).collect(), parts(bin))).collect();
    let row = |bin: &super::CalibrationBin| {
        vec![text(bin.range.clone()), figure(count(bin.lines)), figure(bin.expected.text()), figure(count(bin.auto))]
    };
    let rows = bins.iter().filter(|bin| bin.lines > 0).map(row).collect();
    Section {
        title: "How sure the engine is",
        note: "lines by the confidence of their first reading; so many are expected to be right".to_owned(),
        chart: Some(chart::columns(&columns, "lines by the confidence of their first reading")),
        legend: true,
        table: Table { head: heads(&["Confidence", "#Lines", "#Expected right", "#Auto"]), rows, ..Table::default() },
    }
}

fn months(report: &Report) -> Section {
    let parts = |month: &super::Month| -> Parts {
        vec![
            ("c-cash", format!("{}, posted without a person: {}", month.month, count(month.auto)), month.auto),
            ("c-band", format!("{}, suggested: {}", month.month, count(month.suggest)), month.suggest),
            ("c-unapplied", format!("{}, left for a person: {}", month.month, count(month.none)), month.none),
        ]
    };
    let columns: Vec<(String, Parts)> = report.months.iter().map(|month| (month.month.clone(), parts(month))).collect();
    let row = |month: &super::Month| {
        let lines = month.auto + month.suggest + month.none;
        vec![
            text(month.month.clone()),
            figure(count(lines)),
            figure(count(month.auto)),
            figure(count(month.suggest)),
            figure(count(month.none)),
            figure(Share::of(month.auto, lines).text()),
        ]
    };
    Section {
        title: "Receipts by month",
        note: "by booking date".to_owned(),
        chart: Some(chart::columns(&columns, "receipts by month and decision")),
        legend: true,
        table: Table {
            head: heads(&["Month", "#Lines", "#Auto", "#Suggest", "#None", "#Auto share"]),
            rows: report.months.iter().map(row).collect(),
            ..Table::default()
        },
    }
}

fn differences(report: &Report) -> Section {
    let row =
        |difference: &super::Difference| vec![text(difference.name), figure(count(difference.items)), figure(sums(&difference.amounts))];
    let mut rows: Vec<Vec<Cell>> = report.differences.iter().map(row).collect();
    if !report.on_account.is_empty() {
        rows.push(vec![text("Kept on account"), figure(""), figure(sums(&report.on_account))]);
    }
    Section {
        title: "Differences in what is posted without a person",
        note: "every difference has one explanation".to_owned(),
        chart: None,
        legend: false,
        table: Table { head: heads(&["Difference", "#Items", "#Amount"]), rows, ..Table::default() },
    }
}

fn sellers(report: &Report) -> Section {
    let row = |seller: &super::SellerRead| {
        let name = if seller.name.is_empty() { "no name".to_owned() } else { seller.name.clone() };
        vec![
            Cell::Two(name, seller.id.clone()),
            figure(count(seller.customers)),
            figure(count(seller.items)),
            figure(count(seller.closed)),
            figure(count(seller.confirmed)),
            figure(count(seller.lines)),
            figure(count(seller.receipts)),
            figure(Share::of(seller.auto, seller.receipts).text()),
            figure(count(seller.accounts)),
            figure(count(seller.learnt)),
        ]
    };
    Section {
        title: "Sellers",
        note: String::new(),
        chart: None,
        legend: false,
        table: Table {
            head: heads(&[
                "Seller",
                "#Customers",
                "#Open items",
                "#Closed",
                "#History",
                "#Lines",
                "#Receipts",
                "#Auto share",
                "#Accounts known",
                "#Learnt",
            ]),
            rows: report.sellers.iter().map(row).collect(),
            ..Table::default()
        },
    }
}

fn controls(report: &Report) -> Section {
    let row = |control: &super::Control| {
        let stated = |amount: &Option<String>| amount.as_deref().map_or_else(|| "not stated".to_owned(), decimal);
        let status = match (control.holds, &control.difference) {
            (true, _) => Cell::Status(true, "holds".to_owned()),
            (false, None) => Cell::Status(false, "cannot be checked".to_owned()),
            (false, Some(difference)) => Cell::Status(false, format!("off by {}", decimal(difference))),
        };
        vec![
            text(control.account.clone()),
            text(control.currency),
            figure(count(control.statements)),
            figure(stated(&control.opening)),
            figure(stated(&control.lines)),
            figure(stated(&control.closing)),
            status,
        ]
    };
    Section {
        title: "Control totals",
        note: "opening balance plus lines is the closing balance".to_owned(),
        chart: None,
        legend: false,
        table: Table {
            head: heads(&["Account", "Currency", "#Statements", "#Opening", "#Lines", "#Closing", "Proof"]),
            rows: report.controls.iter().map(row).collect(),
            ..Table::default()
        },
    }
}

fn speed(report: &Report) -> Section {
    let speed = &report.speed;
    let seconds = |ms: u64| format!("{}.{:03} s", ms / 1000, ms % 1000);
    let rows = vec![
        vec![text("Reading tables and bank files"), figure(seconds(speed.read_ms))],
        vec![text("Building indexes, reading advices"), figure(seconds(speed.build_ms))],
        vec![text("Matching"), figure(seconds(speed.match_ms))],
        vec![text("Lines a second in matching"), figure(count(speed.lines_per_second))],
        vec![text("Threads"), figure(count(speed.threads as u64))],
    ];
    Section {
        title: "How long it took",
        note: String::new(),
        chart: None,
        legend: false,
        table: Table { head: heads(&["Part", "#Time"]), rows, ..Table::default() },
    }
}
