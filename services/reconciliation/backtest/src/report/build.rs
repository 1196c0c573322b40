//! From what was counted to what is reported.

use std::collections::BTreeMap;
use std::time::Duration;

use quittance_matching::proposal::{Band, LineClass, MatchClass, Refusal};
use quittance_matching::record::{Line, Rates};
use quittance_types::Currency;

use super::{
    Bands, CalibrationBin, Difference, Exception, Month, Part, Refused, Report, Row, SellerRead, Share, Speed, StatementsRead, controls,
    findings, words,
};
use crate::advices::AdviceSummary;
use crate::amount::minor_text;
use crate::intake::TableRead;
use crate::owners::Taken;
use crate::statements::{Duplicates, StatementFile, StatementRead};
use crate::sums::Sums;
use crate::tally::{BINS, Count, Example, Tally};

/// Doubtful files that are named.
const DOUBTS: usize = 20;

/// What the report is made of.
pub(crate) struct Material {
    pub tables: Vec<TableRead>,
    /// False when the history was left aside.
    pub history: bool,
    pub sellers: Vec<SellerRead>,
    pub files: Vec<StatementFile>,
    pub figures: Vec<StatementRead>,
    /// Accounts that no row of `sellers.csv` names, and whose they were taken to be.
    pub taken: Vec<Taken>,
    pub unassigned: Vec<Line>,
    /// Lines of statements that do not add up.
    pub held: Vec<Line>,
    /// Numbers of open items that stand in rows which contradict each other.
    pub contradictions: Vec<String>,
    pub duplicates: Duplicates,
    /// How many line ids stand for several payments, and the first of them.
    pub shared_ids: Option<(u64, String)>,
    pub interim: u64,
    pub advices: AdviceSummary,
    pub tally: Tally,
    pub rates: Rates,
    pub currency: Currency,
    pub line_count: u64,
    pub threads: usize,
    /// Reading, building, matching.
    pub times: [Duration; 3],
}

/// Makes the report.
pub(crate) fn build(material: Material) -> Report {
    let missing = findings::missing(&material);
    let warnings = findings::warnings(&material);
    let Material { tables, sellers, duplicates, advices, rates, currency, .. } = material;
    let measure = Measure { rates: &rates, currency };
    let tally = material.tally;
    let receipts = measure
        .bands(tally.cells.iter().filter(|((class, _, _), _)| *class == LineClass::Receipt).map(|((_, band, _), count)| (*band, count)));
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        currency: currency.code(),
        summary: Vec::new(),
        missing,
        warnings,
        line_classes: line_classes(&measure, &tally),
        match_classes: match_classes(&measure, &tally),
        readings: readings(&measure, &tally),
        months: months(&tally),
        refusals: refusals(&tally),
        calibration: calibration(&tally),
        differences: differences(&tally),
        on_account: tally.on_account.clone(),
        exceptions: tally.exceptions.iter().map(exception).collect(),
        sellers,
        tables,
        statements: statements(
            material.files,
            &material.figures,
            [material.interim, material.unassigned.len() as u64, material.held.len() as u64],
        ),
        controls: controls::controls(&material.figures),
        duplicates,
        advices,
        unconserved: tally.unconserved,
        speed: speed(material.threads, material.times, material.line_count),
        receipts,
    };
    report.summary = findings::summary(&report, &measure);
    report
}

/// How sums of several currencies compare.
pub(super) struct Measure<'r> {
    pub rates: &'r Rates,
    pub currency: Currency,
}

impl Measure<'_> {
    /// A sum in the currency of the report; what has no rate counts nothing.
    pub fn size(&self, sums: &Sums) -> u64 {
        self.total(sums).unsigned_abs()
    }

    /// A sum in the currency of the report.
    pub fn total(&self, sums: &Sums) -> i64 {
        sums.in_one(self.currency, self.rates).0
    }

    fn bands<'c>(&self, counts: impl Iterator<Item = (Band, &'c Count)>) -> Bands {
        let mut by_band: BTreeMap<Band, Count> = BTreeMap::new();
        let mut all = Count::default();
        for (band, count) in counts {
            by_band.entry(band).or_default().merge(count);
            all.merge(count);
        }
        let part = |band: Band| {
            let count = by_band.get(&band).cloned().unwrap_or_default();
            Part {
                lines: count.lines,
                share_of_lines: Share::of(count.lines, all.lines),
                share_of_amount: Share::of(self.size(&count.amounts), self.size(&all.amounts)),
                amounts: count.amounts,
            }
        };
        Bands { auto: part(Band::Auto), suggest: part(Band::Suggest), none: part(Band::None), lines: all.lines, amounts: all.amounts }
    }
}

fn line_classes(measure: &Measure<'_>, tally: &Tally) -> Vec<Row> {
    let mut classes: Vec<LineClass> = tally.cells.keys().map(|(class, _, _)| *class).collect();
    classes.dedup();
    let row = |class: LineClass| Row {
        code: class.as_str(),
        name: words::line_class(class),
        bands: measure.bands(tally.cells.iter().filter(|((own, _, _), _)| *own == class).map(|((_, band, _), count)| (*band, count))),
    };
    classes.into_iter().map(row).collect()
}

fn match_classes(measure: &Measure<'_>, tally: &Tally) -> Vec<Row> {
    let of = |class: MatchClass| {
        let cells = tally.cells.iter().filter(move |((line, _, own), _)| *line == LineClass::Receipt && *own == class);
        cells.map(|((_, band, _), count)| (*band, count))
    };
    let row = |class: MatchClass| Row { code: class.as_str(), name: words::match_class(class), bands: measure.bands(of(class)) };
    MatchClass::ALL.into_iter().map(row).collect()
}

fn readings(measure: &Measure<'_>, tally: &Tally) -> Vec<Row> {
    let mut kinds: Vec<_> = tally.readings.keys().map(|(_, kind)| *kind).collect();
    kinds.sort();
    kinds.dedup();
    let row = |kind| Row {
        code: quittance_matching::proposal::HypothesisKind::as_str(kind),
        name: words::reading(kind),
        bands: measure.bands(tally.readings.iter().filter(|((_, own), _)| *own == kind).map(|((band, _), count)| (*band, count))),
    };
    kinds.into_iter().map(row).collect()
}

fn months(tally: &Tally) -> Vec<Month> {
    let month = |((year, month), bands): (&(i32, u32), &BTreeMap<Band, u64>)| {
        let lines = |band| bands.get(&band).copied().unwrap_or_default();
        Month { month: format!("{year}-{month:02}"), auto: lines(Band::Auto), suggest: lines(Band::Suggest), none: lines(Band::None) }
    };
    tally.months.iter().map(month).collect()
}

fn refusals(tally: &Tally) -> Vec<Refused> {
    let mut refusals: Vec<Refused> = tally
        .refusals
        .iter()
        .map(|((band, reason), refusal)| Refused {
            decision: band.as_str(),
            reason,
            sentence: refusal.sentence,
            lines: refusal.count.lines,
            amounts: refusal.count.amounts.clone(),
            example: exception(&refusal.example),
        })
        .collect();
    // What is no customer's money is not held back from anybody: it comes last.
    let is_foreign = |refused: &Refused| refused.reason == Refusal::NotReceivable.as_str();
    refusals.sort_by(|a, b| (is_foreign(a), b.lines, a.decision, a.reason).cmp(&(is_foreign(b), a.lines, b.decision, b.reason)));
    refusals
}

fn exception(example: &Example) -> Exception {
    Exception {
        line: example.line.clone(),
        seller: example.seller.clone(),
        date: example.on.to_string(),
        amount: minor_text(example.amount, example.currency),
        currency: example.currency.code(),
        payer: example.payer.clone(),
        text: example.text.clone(),
        why: example.why,
        best: example.best.clone(),
    }
}

fn calibration(tally: &Tally) -> Vec<CalibrationBin> {
    let bin = |(index, bin): (usize, &crate::tally::Bin)| CalibrationBin {
        range: format!("{}.{} to {}.{}", index / BINS, index % BINS, (index + 1) / BINS, (index + 1) % BINS),
        lines: bin.lines,
        auto: bin.auto,
        expected: Share::of(bin.expected, bin.lines.saturating_mul(1_000_000)),
    };
    tally.bins.iter().enumerate().map(bin).collect()
}

fn differences(tally: &Tally) -> Vec<Difference> {
    let difference = |(kind, count): (&quittance_matching::proposal::DifferenceKind, &crate::tally::DifferenceCount)| Difference {
        kind: kind.as_str(),
        name: words::difference(*kind),
        items: count.items,
        amounts: count.amounts.clone(),
    };
    tally.differences.iter().map(difference).collect()
}

fn statements(files: Vec<StatementFile>, figures: &[StatementRead], [interim, unassigned, held]: [u64; 3]) -> StatementsRead {
    let mut read = StatementsRead { interim, unassigned, held, ..StatementsRead::default() };
    for file in files {
        read.files += 1;
        read.bytes += file.bytes;
        match file.failure {
            Some(why) => read.failures.push((file.name, why)),
            None => {
                *read.formats.entry(file.format).or_default() += 1;
                if file.warnings > 0 {
                    read.doubts.push((file.name, file.warnings, file.examples));
                }
            }
        }
    }
    read.failures.sort();
    read.doubts.sort();
    read.doubts.truncate(DOUBTS);
    for statement in figures {
        read.statements += 1;
        read.lines += statement.kept;
        read.not_booked += statement.not_booked;
        read.unreadable += statement.unreadable;
        read.credits.merge(&statement.credits);
        read.debits.merge(&statement.debits);
    }
    read
}

fn speed(threads: usize, [read, build, matching]: [Duration; 3], lines: u64) -> Speed {
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let micros = u64::try_from(matching.as_micros()).unwrap_or(u64::MAX).max(1);
    let lines_per_second = lines.saturating_mul(1_000_000) / micros;
    Speed { threads, read_ms: ms(read), build_ms: ms(build), match_ms: ms(matching), lines_per_second }
}
