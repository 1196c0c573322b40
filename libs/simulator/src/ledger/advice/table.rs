//! Tables as text, CSV and HTML, and prose.

use std::fmt::Write;

use super::{Advice, AdviceRow, Style};
use crate::dice::Dice;
use crate::ledger::party::choose;
use crate::ledger::text::cut;

/// Which columns an advice has, left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Document,
    Date,
    Order,
    Gross,
    Deduction,
    Net,
    Reason,
}

impl Column {
    fn is_money(self) -> bool {
        matches!(self, Column::Gross | Column::Deduction | Column::Net)
    }
}

fn columns(advice: &Advice, dice: &mut Dice) -> Vec<Column> {
    let deducts = advice.rows.iter().any(|row| row.deduction != 0);
    let mut columns = match (deducts, dice.below(4)) {
        (true, 0 | 1) => vec![Column::Document, Column::Date, Column::Gross, Column::Deduction, Column::Net],
        (true, 2) => vec![Column::Document, Column::Date, Column::Gross, Column::Deduction, Column::Reason, Column::Net],
        (true, _) => vec![Column::Date, Column::Document, Column::Gross, Column::Deduction, Column::Net],
        (false, 0) => vec![Column::Document, Column::Net],
        (false, 1) => vec![Column::Document, Column::Date, Column::Net],
        (false, 2) => vec![Column::Date, Column::Document, Column::Gross, Column::Deduction, Column::Net],
        (false, _) => vec![Column::Document, Column::Order, Column::Date, Column::Net],
    };
    if dice.chance(150) && !columns.contains(&Column::Order) {
        columns.insert(0, Column::Order);
    }
    columns
}

fn cell(column: Column, row: &AdviceRow, style: &Style) -> String {
    match column {
        Column::Document => row.number.clone(),
        Column::Date => style.date(row.issued),
        Column::Order => row.order.clone(),
        Column::Gross => style.money(row.gross),
        Column::Deduction => style.money(row.deduction),
        Column::Net => style.money(row.net),
        Column::Reason => match (row.deduction, row.reason) {
            (0, _) => String::new(),
            (_, "short_pay") => style.labels.claim.to_owned(),
            _ => style.labels.discount.to_owned(),
        },
    }
}

fn headings(columns: &[Column], style: &Style, dice: &mut Dice) -> Vec<&'static str> {
    let labels = style.labels;
    let heading = |column: &Column| match column {
        Column::Document => choose(labels.document, dice),
        Column::Date => labels.date,
        Column::Order => labels.order,
        Column::Gross => choose(labels.gross, dice),
        Column::Deduction => choose(labels.deduction, dice),
        Column::Net => choose(labels.net, dice),
        Column::Reason => labels.reason,
    };
    columns.iter().map(heading).collect()
}

/// Letterhead lines.
pub(super) fn head(advice: &Advice, style: &Style, dice: &mut Dice) -> Vec<String> {
    let labels = style.labels;
    let mut lines = vec![
        advice.payer.name.clone(),
        format!("{} {}", advice.payer.country.code, advice.payer.town),
        String::new(),
        format!("{} {}", labels.title, if dice.chance(500) { advice.number.as_str() } else { "" }).trim_end().to_owned(),
        format!("{}: {}", labels.number, advice.number),
        format!("{}: {}", labels.paid_on, style.date(advice.day)),
    ];
    if dice.chance(600) {
        lines.push(format!("{}: {}", labels.customer, advice.customer_number));
    }
    if !advice.account.is_empty() && dice.chance(400) {
        lines.push(format!("{}: {}", labels.account, advice.account));
    }
    lines.push(String::new());
    lines
}

/// A table with columns under each other.
pub(super) fn text(advice: &Advice, style: &Style, dice: &mut Dice) -> String {
    let mut out = String::new();
    for line in head(advice, style, dice) {
        out.push_str(&line);
        out.push('\n');
    }
    out.push_str(&grid(advice, style, dice));
    out
}

/// The table alone, with its total.
pub(super) fn grid(advice: &Advice, style: &Style, dice: &mut Dice) -> String {
    let columns = columns(advice, dice);
    let headings = headings(&columns, style, dice);
    let rows: Vec<Vec<String>> = advice.rows.iter().map(|row| columns.iter().map(|column| cell(*column, row, style)).collect()).collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|place| rows.iter().map(|row| row[place].chars().count()).chain([headings[place].chars().count(), 12]).max().unwrap_or(12))
        .collect();
    let aligned = |cells: &[String]| {
        let mut line = String::new();
        for ((cell, width), column) in cells.iter().zip(&widths).zip(&columns) {
            let _ = if column.is_money() { write!(line, "{cell:>width$}  ") } else { write!(line, "{cell:<width$}  ") };
        }
        line.trim_end().to_owned()
    };
    let headings: Vec<String> = headings.into_iter().map(str::to_owned).collect();
    let mut lines = vec![aligned(&headings), "-".repeat(widths.iter().map(|width| width + 2).sum())];
    lines.extend(rows.iter().map(|row| aligned(row)));
    let total = choose(style.labels.total, dice);
    let width = lines[1].len();
    let sum = format!("{} {}", style.money(advice.total), style.currency.code());
    lines.push("-".repeat(width));
    lines.push(format!("{total}  {sum:>rest$}", rest = width.saturating_sub(total.chars().count() + 2)));
    lines.join("\n") + "\n"
}

/// A letter that names number and amount in sentences or lines.
pub(super) fn prose(advice: &Advice, style: &Style, dice: &mut Dice) -> String {
    let (labels, code) = (style.labels, style.currency.code());
    let mut out = format!("{}\n\n{}\n", labels.greeting, labels.lead);
    let one_line = dice.chance(300);
    let document = choose(labels.document, dice);
    for row in &advice.rows {
        let deduction = match row.deduction {
            0 => String::new(),
            _ => format!(" ({} {} {code})", labels.discount, style.money(row.deduction)),
        };
        let part = format!("{document} {} {} {code}{deduction}", row.number, style.money(row.net));
        let _ = if one_line { write!(out, "{part}; ") } else { writeln!(out, "  {part}") };
    }
    let _ = write!(
        out,
        "\n{}: {} {code}\n{}: {}\n{}: {}\n\n{}\n{}\n",
        choose(labels.total, dice),
        style.money(advice.total),
        labels.number,
        advice.number,
        labels.paid_on,
        style.date(advice.day),
        labels.close,
        advice.payer.name
    );
    out
}

/// Separated values, with or without lines before the table.
pub(super) fn csv(advice: &Advice, style: &Style, dice: &mut Dice) -> Vec<u8> {
    let separator = if style.point == ',' { dice.pick(&[';', ';', '\t']) } else { dice.pick(&[',', ';', '\t']) };
    let quoted = |text: &str| {
        let needs = text.contains(separator) || text.contains('"');
        if needs { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
    };
    let mut out = String::new();
    let mut line = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        out.push_str(&cells.join(&separator.to_string()));
        out.push_str("\r\n");
    };
    let labels = style.labels;
    let columns = columns(advice, dice);
    if dice.chance(650) {
        line(vec![labels.title.to_owned(), advice.payer.name.clone()]);
        line(vec![labels.number.to_owned(), advice.number.clone()]);
        line(vec![labels.paid_on.to_owned(), style.date(advice.day)]);
    }
    let headings = headings(&columns, style, dice);
    line(headings.into_iter().map(str::to_owned).collect());
    for row in &advice.rows {
        line(columns.iter().map(|column| cell(*column, row, style)).collect());
    }
    if dice.chance(700) {
        let mut cells = vec![String::new(); columns.len()];
        if let Some(first) = cells.first_mut() {
            *first = choose(labels.total, dice).to_owned();
        }
        if let Some(place) = columns.iter().position(|column| *column == Column::Net) {
            cells[place] = style.money(advice.total);
        }
        line(cells);
    }
    if dice.chance(120) {
        // Some programs still write Windows files.
        return out.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect();
    }
    out.into_bytes()
}

/// A page with the table.
pub(super) fn html(advice: &Advice, style: &Style, dice: &mut Dice) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let columns = columns(advice, dice);
    let mut out = String::from("<html><head><meta charset=\"utf-8\"><style>td{padding:2px}</style></head>\n<body>\n");
    for line in head(advice, style, dice).iter().filter(|line| !line.is_empty()) {
        let _ = writeln!(out, "<p>{}</p>", escape(line));
    }
    out.push_str("<table border=\"1\">\n<tr>");
    let mark = dice.pick(&["th", "th", "td"]);
    for heading in headings(&columns, style, dice) {
        let _ = write!(out, "<{mark}>{}</{mark}>", escape(heading));
    }
    out.push_str("</tr>\n");
    for row in &advice.rows {
        out.push_str("<tr>");
        for column in &columns {
            let align = if column.is_money() { " align=\"right\"" } else { "" };
            let _ = write!(out, "<td{align}>{}</td>", escape(&cell(*column, row, style)));
        }
        out.push_str("</tr>\n");
    }
    let span = columns.len().saturating_sub(1).max(1);
    let total = choose(style.labels.total, dice);
    let net_is_last = columns.last() == Some(&Column::Net);
    if net_is_last && dice.chance(700) {
        let _ = writeln!(
            out,
            "<tr><td colspan=\"{span}\"><b>{total}</b></td><td align=\"right\"><b>{}</b></td></tr>",
            style.money(advice.total)
        );
        out.push_str("</table>\n");
    } else {
        let _ = writeln!(out, "</table>\n<p>{total}: {} {}</p>", style.money(advice.total), style.currency.code());
    }
    let _ = writeln!(out, "<p>{}<br>{}</p>\n</body></html>", style.labels.close, escape(&cut(&advice.payer.name, 70)));
    out
}
