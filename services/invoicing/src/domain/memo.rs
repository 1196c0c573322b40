//! Credit memos: what is taken back of an issued invoice, and never more than is left of it.

use quittance_types::{BusinessDate, CustomerId, Decimal, Fault, InvoiceId, LegalEntityId, MemoId, Money, Reason, Timestamp, allocate};

use super::content::{Part, all_left, named};
use super::invoice::{Invoice, Step};
use super::line::{Item, Line, Vat};
use super::number::DocumentNumber;
use super::totals::{TaxLine, Totals};

/// What a caller wants to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All that is left.
    Everything,
    /// Quantities of lines.
    Quantities(Vec<Part>),
    /// One gross amount, spread over net and tax of every VAT rate in proportion to what is left of each.
    Amount(Money),
}

/// An issued credit memo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditMemo {
    /// Identifier.
    pub id: MemoId,
    /// Number.
    pub number: DocumentNumber,
    /// The invoice it takes back from.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub invoice_number: String,
    /// Who bought.
    pub customer_id: CustomerId,
    /// Who sold.
    pub legal_entity_id: LegalEntityId,
    /// Lines with the numbers of the invoice's lines; of a credited amount, one per VAT rate.
    pub lines: Vec<Line>,
    /// Positive: what the customer owes less.
    pub totals: Totals,
    /// Issue date.
    pub issue_on: BusinessDate,
    /// Why, printed.
    pub why: String,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// What a memo takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Lines of the memo.
    pub lines: Vec<Line>,
    /// What they come to.
    pub totals: Totals,
}

impl Invoice {
    /// Takes something back: marks quantities and amounts as credited and returns what the memo says.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}; EXCEEDS_CREDITABLE {left}; CURRENCY_MISMATCH; AMOUNT_NOT_POSITIVE when the quantities
    /// are worth nothing; FIELD_OUT_OF_RANGE and ALLOCATION_DUPLICATE for lines.
    pub fn credit(&mut self, wanted: &Wanted) -> Result<Credit, Fault> {
        self.state = self.state.after(Step::Credit)?;
        let left = self.creditable()?;
        if !left.gross.is_positive() {
            return Err(exceeds(left.gross));
        }
        let (parts, credit) = match wanted {
            Wanted::Everything => self.everything(&left)?,
            Wanted::Quantities(parts) => (parts.clone(), self.quantities(parts, &left)?),
            Wanted::Amount(amount) => (Vec::new(), self.amount(*amount, &left)?),
        };
        credit.totals.gross.require_positive()?;
        self.take_back(&parts, &credit.totals)?;
        Ok(credit)
    }

    /// What is left to credit.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE, CURRENCY_MISMATCH: the stored amounts contradict each other.
    pub fn creditable(&self) -> Result<Totals, Fault> {
        let mut taxes = Vec::with_capacity(self.totals.taxes.len());
        for (all, done) in self.totals.taxes.iter().zip(&self.credited.taxes) {
            taxes.push(TaxLine { vat: all.vat, taxable: all.taxable.sub(done.taxable)?, tax: all.tax.sub(done.tax)? });
        }
        Totals::of_taxes(taxes, self.currency())
    }

    /// The quantities that are left; once amounts were credited the quantities are worth more than is left, and the memo
    /// names the amounts instead.
    fn everything(&self, left: &Totals) -> Result<(Vec<Part>, Credit), Fault> {
        let parts = all_left(&self.lines);
        if let Ok(credit) = self.quantities(&parts, left)
            && credit.totals.gross == left.gross
        {
            return Ok((parts, credit));
        }
        Ok((parts, self.amount(left.gross, left)?))
    }

    fn quantities(&self, parts: &[Part], left: &Totals) -> Result<Credit, Fault> {
        let too_much = |line: &Line| {
            let message = format!("{} of line {} are left to credit", line.left(), line.number);
            Fault::new(Reason::ExceedsCreditable, message).with("left", line.left())
        };
        let mut lines = Vec::with_capacity(parts.len());
        for (line, quantity) in named(&self.lines, parts, too_much)? {
            let item = Item { quantity, ..line.item.clone() };
            lines.push(Line { number: line.number, net: line.value_of_next(quantity)?, item, done: Decimal::ZERO });
        }
        let mut taxes = Vec::with_capacity(left.taxes.len());
        for rest in &left.taxes {
            let taxable = Money::sum(self.currency(), lines.iter().filter(|line| line.item.vat == rest.vat).map(|line| line.net))?;
            if taxable.is_zero() {
                continue;
            }
            if taxable.minor() > rest.taxable.minor() {
                return Err(exceeds(left.gross));
            }
            // The last part takes what rounding left over.
            let tax = if taxable == rest.taxable { rest.tax } else { rest.vat.on(taxable)?.min(rest.tax)? };
            taxes.push(TaxLine { vat: rest.vat, taxable, tax });
        }
        Ok(Credit { lines, totals: Totals::of_taxes(taxes, self.currency())? })
    }

    fn amount(&self, amount: Money, left: &Totals) -> Result<Credit, Fault> {
        if amount.compare(left.gross)?.is_gt() {
            return Err(exceeds(left.gross));
        }
        let weights: Vec<Decimal> =
            left.taxes.iter().flat_map(|line| [line.taxable, line.tax]).map(|part| Decimal::from(part.minor())).collect();
        let shares = allocate(amount, &weights)?;
        let (mut lines, mut taxes) = (Vec::new(), Vec::new());
        for (rest, share) in left.taxes.iter().zip(shares.chunks(2)) {
            let [taxable, tax] = share else { continue };
            if taxable.is_zero() && tax.is_zero() {
                continue;
            }
            let number = u32::try_from(lines.len()).unwrap_or(u32::MAX).saturating_add(1);
            lines.push(self.amount_line(number, rest.vat, *taxable));
            taxes.push(TaxLine { vat: rest.vat, taxable: *taxable, tax: *tax });
        }
        Ok(Credit { lines, totals: Totals::of_taxes(taxes, self.currency())? })
    }

    fn amount_line(&self, number: u32, vat: Vat, net: Money) -> Line {
        let item = Item {
            description: format!("Credit on {}", self.number_text()),
            quantity: Decimal::ONE,
            unit: "C62".to_owned(),
            unit_price: net.amount().normalize(),
            discount_percent: Decimal::ZERO,
            vat,
            item_code: String::new(),
        };
        Line { number, item, net, done: Decimal::ZERO }
    }

    fn take_back(&mut self, parts: &[Part], totals: &Totals) -> Result<(), Fault> {
        for line in &mut self.lines {
            let taken = parts.iter().find(|part| part.line_number == line.number);
            let taken = taken.map_or(Decimal::ZERO, |part| part.quantity);
            line.done = line.done.checked_add(taken).ok_or_else(|| Fault::internal("credited quantities overflow"))?.normalize();
        }
        for done in &mut self.credited.taxes {
            for taken in totals.taxes.iter().filter(|line| line.vat == done.vat) {
                done.taxable = done.taxable.add(taken.taxable)?;
                done.tax = done.tax.add(taken.tax)?;
            }
        }
        self.credited = Totals::of_taxes(std::mem::take(&mut self.credited.taxes), self.currency())?;
        Ok(())
    }
}

fn exceeds(left: Money) -> Fault {
    Fault::new(Reason::ExceedsCreditable, format!("{left} are left to credit on this invoice")).with("left", left)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use quittance_types::Currency;

    use super::*;
    use crate::domain::invoice::tests::{euro, two_rates};

    fn part(line_number: u32, quantity: i64) -> Part {
        Part { line_number, quantity: Decimal::from(quantity) }
    }

    #[test]
    fn everything_credits_the_invoice_to_the_cent() {
        let mut invoice = two_rates();
        let credit = invoice.credit(&Wanted::Everything).unwrap();
        assert_eq!(credit.totals, two_rates().totals);
        assert_eq!(invoice.credited.gross, invoice.totals.gross);
        assert!(invoice.lines.iter().all(|line| line.left().is_zero()));
        let again = invoice.credit(&Wanted::Everything).unwrap_err();
        assert_eq!((again.reason(), again.get("left")), (Reason::ExceedsCreditable, Some("0.00 EUR")));
    }

    #[test]
    fn quantities_are_credited_at_their_price_and_their_rate() {
        let mut invoice = two_rates();
        let credit = invoice.credit(&Wanted::Quantities(vec![part(1, 4)])).unwrap();
        assert_eq!((credit.totals.net.minor(), credit.totals.tax.minor()), (4_000, 760));
        assert_eq!(invoice.lines[0].left(), Decimal::from(6));
        let fault = invoice.credit(&Wanted::Quantities(vec![part(1, 7)])).unwrap_err();
        assert_eq!((fault.reason(), fault.get("left")), (Reason::ExceedsCreditable, Some("6")));
        assert_eq!(fault.fields()[0].field, "lines[0].quantity");
    }

    #[test]
    fn unknown_and_repeated_lines_are_refused() {
        let mut invoice = two_rates();
        let unknown = invoice.credit(&Wanted::Quantities(vec![part(9, 1)])).unwrap_err();
        assert_eq!(unknown.reason(), Reason::FieldOutOfRange);
        let twice = invoice.credit(&Wanted::Quantities(vec![part(1, 1), part(1, 1)])).unwrap_err();
        assert_eq!(twice.reason(), Reason::AllocationDuplicate);
    }

    #[test]
    fn an_amount_is_spread_over_net_and_tax_in_proportion() {
        let mut invoice = two_rates();
        // 100.00 + 19.00 and 9.99 + 0.70 make 129.69.
        let credit = invoice.credit(&Wanted::Amount(euro(1_000))).unwrap();
        let seen: Vec<(i64, i64)> = credit.totals.taxes.iter().map(|tax| (tax.taxable.minor(), tax.tax.minor())).collect();
        assert_eq!(seen, [(77, 5), (771, 147)]);
        assert_eq!(credit.totals.gross.minor(), 1_000);
        let too_much = invoice.credit(&Wanted::Amount(euro(11_970))).unwrap_err();
        assert_eq!(too_much.get("left"), Some("119.69 EUR"));
        let foreign = Money::from_minor(1, Currency::USD).unwrap();
        assert_eq!(invoice.credit(&Wanted::Amount(foreign)).unwrap_err().reason(), Reason::CurrencyMismatch);
    }

    #[test]
    fn the_rest_after_an_amount_is_credited_as_an_amount() {
        let mut invoice = two_rates();
        invoice.credit(&Wanted::Amount(euro(1_000))).unwrap();
        let rest = invoice.credit(&Wanted::Everything).unwrap();
        assert_eq!(rest.totals.gross.minor(), 11_969);
        assert!(rest.lines.iter().all(|line| line.item.description.starts_with("Credit on INV-")));
        assert!(invoice.creditable().unwrap().taxes.iter().all(|line| line.taxable.is_zero() && line.tax.is_zero()));
    }

    #[test]
    fn quantities_worth_more_than_is_left_are_refused() {
        let mut invoice = two_rates();
        invoice.credit(&Wanted::Amount(euro(12_000))).unwrap();
        let fault = invoice.credit(&Wanted::Quantities(vec![part(1, 10)])).unwrap_err();
        assert_eq!(fault.reason(), Reason::ExceedsCreditable);
    }

    #[derive(Clone, Debug)]
    enum Command {
        Everything,
        Quantity(u32, i64),
        Amount(i64),
    }

    fn commands() -> impl Strategy<Value = Command> {
        prop_oneof![
            1 => Just(Command::Everything),
            4 => (1_u32..=2, 1_i64..=10).prop_map(|(line, quantity)| Command::Quantity(line, quantity)),
            4 => (1_i64..6_000).prop_map(Command::Amount),
        ]
    }

    proptest! {
        /// Whatever is credited in whatever order: the sum of the memos is what the invoice says, never more than its
        /// gross, never below zero in any tax group, and a refusal changes no amount.
        #[test]
        fn memos_never_exceed_the_invoice(commands in prop::collection::vec(commands(), 1..12)) {
            let mut invoice = two_rates();
            let mut sum = 0;
            for command in commands {
                let wanted = match command {
                    Command::Everything => Wanted::Everything,
                    Command::Quantity(line, quantity) => Wanted::Quantities(vec![part(line, quantity)]),
                    Command::Amount(minor) => Wanted::Amount(euro(minor)),
                };
                let before = invoice.clone();
                match invoice.credit(&wanted) {
                    Ok(credit) => {
                        sum += credit.totals.gross.minor();
                        let nets: i64 = credit.lines.iter().map(|line| line.net.minor()).sum();
                        prop_assert_eq!(nets, credit.totals.net.minor());
                    }
                    Err(fault) => {
                        prop_assert_eq!(fault.reason(), Reason::ExceedsCreditable);
                        prop_assert_eq!(&invoice, &before);
                    }
                }
                prop_assert_eq!(invoice.credited.gross.minor(), sum);
                let left = invoice.creditable().unwrap();
                prop_assert!(left.taxes.iter().all(|line| !line.taxable.is_negative() && !line.tax.is_negative()));
                prop_assert!(left.gross.minor() + sum == invoice.totals.gross.minor());
            }
        }
    }
}
