//! `result.csv`: one row per line and item.

use quittance_matching::proposal::{Band, DifferenceKind, Hypothesis, HypothesisKind, Proposal};
use quittance_matching::record::Line;
use quittance_matching::shard::Shard;

use crate::amount::{push_minor, push_scaled};

/// Columns of the file.
pub(crate) const HEADER: &str =
    "line_id,invoice_number,applied_amount,decision,candidate,confidence,customer_id,adjust_amount,adjust_reason\n";

/// Decimals of a confidence: parts per million.
const CONFIDENCE_DIGITS: u32 = 6;

/// Writes rows of one seller.
pub(crate) struct Rows<'s> {
    shard: &'s Shard,
    out: &'s mut String,
}

impl<'s> Rows<'s> {
    /// Appends to `out`, with names from `shard`.
    pub fn new(shard: &'s Shard, out: &'s mut String) -> Rows<'s> {
        Rows { shard, out }
    }

    /// All rows of a line.
    pub fn line(&mut self, line: &Line, proposal: &Proposal) {
        let shown = match proposal.band {
            Band::Auto => 1,
            Band::Suggest => proposal.ranked.len(),
            Band::None => 0,
        };
        let before = self.out.len();
        let confidences = confidences(proposal);
        for (index, hypothesis) in proposal.ranked.iter().take(shown).enumerate() {
            let confidence = confidences.get(index).copied().unwrap_or_default();
            self.hypothesis(line, proposal.band, index + 1, confidence, hypothesis);
        }
        if self.out.len() == before {
            self.bare(line, proposal);
        }
    }

    fn hypothesis(&mut self, line: &Line, band: Band, candidate: usize, confidence: u32, hypothesis: &Hypothesis) {
        let customer = hypothesis.customer.and_then(|customer| self.shard.customer(customer)).map_or("", |view| view.id);
        let mut allocations: Vec<_> =
            hypothesis.allocations.iter().filter_map(|allocation| Some((self.shard.item(allocation.item)?, allocation))).collect();
        // The order of the tables must not show in the result.
        allocations.sort_by_key(|(item, _)| item.number);
        for (item, allocation) in allocations {
            field(self.out, &line.id);
            field(self.out, item.number);
            push_minor(self.out, allocation.applied, item.currency);
            self.decision(band, candidate, confidence);
            field(self.out, self.shard.customer(item.customer).map_or(customer, |view| view.id));
            if allocation.kind.is_some() {
                push_minor(self.out, allocation.adjustment, item.currency);
            }
            self.out.push(',');
            self.out.push_str(allocation.kind.map_or("", reason));
            self.out.push('\n');
        }
        if hypothesis.on_account != 0 {
            field(self.out, &line.id);
            self.out.push(',');
            push_minor(self.out, hypothesis.on_account, line.currency);
            self.decision(band, candidate, confidence);
            field(self.out, customer);
            self.out.push_str(",\n");
        }
    }

    /// `,decision,candidate,confidence,`
    fn decision(&mut self, band: Band, candidate: usize, confidence: u32) {
        self.out.push(',');
        self.out.push_str(band.as_str());
        self.out.push(',');
        self.out.push_str(&candidate.to_string());
        self.out.push(',');
        push_scaled(self.out, i64::from(confidence), CONFIDENCE_DIGITS);
        self.out.push(',');
    }

    /// A line nothing is proposed for; with the customer where the money could wait on account.
    fn bare(&mut self, line: &Line, proposal: &Proposal) {
        let waiting = proposal.best().filter(|best| best.kind == HypothesisKind::OnAccount);
        let customer = waiting.and_then(|best| best.customer).and_then(|customer| self.shard.customer(customer));
        field(self.out, &line.id);
        self.out.push_str(",,none,,");
        push_scaled(self.out, i64::from(proposal.confidence), CONFIDENCE_DIGITS);
        self.out.push(',');
        field(self.out, customer.map_or("", |view| view.id));
        self.out.push_str(",\n");
    }
}

/// A row for a line that is not looked at: of an account of no seller, or of a statement that does not add up.
pub(crate) fn left_alone(out: &mut String, line: &Line) {
    field(out, &line.id);
    out.push_str(",,none,,0.000000,,,\n");
}

/// The word of the public file for a difference; differences that are booked without a word have none.
fn reason(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Discount
        | DifferenceKind::DiscountUnearned
        | DifferenceKind::ShortPay
        | DifferenceKind::BankFee
        | DifferenceKind::Partial => kind.as_str(),
        DifferenceKind::Rounding | DifferenceKind::WriteOff | DifferenceKind::Fx | DifferenceKind::Overpayment => "",
    }
}

/// Chance of each candidate: that of the first is calibrated, the others halve with every bit they are behind, and all
/// together are at most certain.
fn confidences(proposal: &Proposal) -> Vec<u32> {
    let first = proposal.confidence;
    let mut left = 1_000_000_u32.saturating_sub(first);
    let best = proposal.best().map_or(0, |best| best.bits);
    let behind = |(index, hypothesis): (usize, &Hypothesis)| {
        if index == 0 {
            return first;
        }
        let bits = u32::try_from(best.saturating_sub(hypothesis.bits).max(0) / 1000).unwrap_or_default();
        let chance = first.checked_shr(bits).unwrap_or_default().min(left);
        left -= chance;
        chance
    };
    proposal.ranked.iter().enumerate().map(behind).collect()
}

/// Appends a value and a comma; quoted when it holds what would end it.
pub(crate) fn field(out: &mut String, text: &str) {
    if text.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
    out.push(',');
}
