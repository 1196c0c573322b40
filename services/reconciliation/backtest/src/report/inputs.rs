//! Sections on what was read.

use super::Report;
use super::sections::{Cell, Head, Section, Table};
use super::words::{count, plural, sums};

fn table(names: &[&'static str], rows: Vec<Vec<Cell>>) -> Table {
    let head = names.iter().map(|name| Head { name: name.trim_start_matches('#'), figure: name.starts_with('#') }).collect();
    Table { head, rows, ..Table::default() }
}

fn section(title: &'static str, note: String, table: Table) -> Section {
    Section { title, note, chart: None, legend: false, table }
}

/// The tables of the folder.
pub(super) fn tables(report: &Report) -> Section {
    let row = |read: &crate::intake::TableRead| {
        let reasons: Vec<String> = read
            .reasons
            .iter()
            .chain(&read.oddities)
            .flat_map(|reason| {
                let examples = reason.examples.iter().map(|example| format!("line {} \"{}\"", example.line, example.value));
                let examples: Vec<String> = examples.collect();
                Some(format!("{} {} ({}): {}", reason.column, reason.why, count(reason.count), examples.join(", ")))
            })
            .collect();
        let name = if read.present { read.file.clone() } else { format!("{} (not there)", read.file) };
        vec![Cell::Two(name, reasons.join("; ")), Cell::Figure(count(read.rows)), Cell::Figure(count(read.refused))]
    };
    let rows = report.tables.iter().map(row).collect();
    section("Tables as read", String::new(), table(&["File", "#Rows used", "#Rows refused"], rows))
}

/// Bank files and their sums.
pub(super) fn bank_files(report: &Report) -> Section {
    let read = &report.statements;
    let megabytes = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10);
    let mut rows: Vec<(String, String)> = vec![("Files".to_owned(), format!("{}, {}", count(read.files), megabytes(read.bytes)))];
    rows.extend(read.formats.iter().map(|(format, files)| (format!("of these {format}"), count(*files))));
    rows.push(("Statements".to_owned(), count(read.statements)));
    rows.push(("Lines".to_owned(), count(read.lines)));
    rows.push(("Money in".to_owned(), sums(&read.credits)));
    rows.push(("Money out".to_owned(), sums(&read.debits)));
    let counts = [
        ("Entries announced and not booked, left out", read.not_booked),
        ("Lines of intraday reports, left out", read.interim),
        ("Lines without amount, direction or date, left out", read.unreadable),
        ("Lines of accounts of no seller", read.unassigned),
        ("Lines of statements that do not add up, held back", read.held),
        ("Files that came twice, left out", report.duplicates.files.len() as u64),
        ("Lines that came twice, left out", report.duplicates.lines),
    ];
    rows.extend(counts.into_iter().filter(|(_, lines)| *lines > 0).map(|(name, lines)| (name.to_owned(), count(lines))));
    let rows = rows.into_iter().map(|(name, value)| vec![Cell::Text(name), Cell::Figure(value)]).collect();
    section("Bank files as read", String::new(), table(&["What", "#Count or sum"], rows))
}

/// Remittance advices.
pub(super) fn advices(report: &Report) -> Section {
    let advices = &report.advices;
    if advices.files == 0 {
        return section("Remittance advices as read", String::new(), Table::default());
    }
    let mut rows = vec![
        ("Files".to_owned(), count(advices.files)),
        ("Lines".to_owned(), count(advices.lines)),
        ("Proven by their own figures".to_owned(), count(advices.proven)),
        ("That name documents of no seller".to_owned(), count(advices.unrelated)),
        ("That could not be read".to_owned(), count(advices.failed)),
    ];
    rows.extend(advices.review.iter().map(|(why, number)| (format!("For review: {}", why.replace('_', " ")), count(*number))));
    rows.extend(advices.failures.iter().map(|(file, why)| (format!("{file}: {why}"), String::new())));
    let rows = rows.into_iter().map(|(name, value)| vec![Cell::Text(name), Cell::Figure(value)]).collect();
    section("Remittance advices as read", String::new(), table(&["What", "#Count"], rows))
}

/// Bank files that are broken or doubtful.
pub(super) fn doubts(report: &Report) -> Section {
    let read = &report.statements;
    let failed =
        read.failures.iter().map(|(file, why)| vec![Cell::Two(file.clone(), why.clone()), Cell::Text("could not be read".to_owned())]);
    let doubtful = read.doubts.iter().map(|(file, number, examples)| {
        vec![Cell::Two(file.clone(), examples.join("; ")), Cell::Text(plural(*number, "doubtful figure", "doubtful figures"))]
    });
    section("Bank files to look at", String::new(), table(&["File", "What"], failed.chain(doubtful).collect()))
}
