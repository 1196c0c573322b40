//! What happens at the bank on one day, and the truth about it.

use quittance_types::{Fault, Money};

use crate::bank::{BankEntry, BankStatement, Counterparty, EntryKind};
use crate::calendar;
use crate::dice::{Dice, Purpose};
use crate::names;
use crate::paying::Intent;
use crate::persona::ReferenceStyle;
use crate::reference::{self, Facts, Remittance};
use crate::truth::{Cover, Difference, LineKind, Truth};
use crate::world::Customer;

use super::Play;
use super::agenda::PlannedReturn;

/// Documents in one transfer; more do not fit into 140 characters.
const MAX_BATCH: usize = 6;

/// Follow-ups from here on repeat a payment that came back, and do not come back again.
const AFTER_RETURN: u32 = 10;

impl Play {
    /// Phase 3: the statements of today, one per account; none when banks are closed.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar, `BANK_ACCOUNT_UNKNOWN` when an invoice is in a currency the company has
    /// no account in.
    pub fn statements(&mut self) -> Result<Vec<BankStatement>, Fault> {
        if !calendar::is_bank_day(self.today) {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        let due = self.till.take(self.today, true);
        for transfer in self.group(due) {
            entries.extend(self.transfer(transfer)?);
        }
        for (_, planned) in self.agenda.returns.take(self.today) {
            entries.push(self.take_back(planned)?);
        }
        self.pay_out(&mut entries)?;
        self.strangers(&mut entries)?;
        let statements = self.bank.close_day(self.today, entries)?;
        self.summary.statements += statements.len() as u32;
        self.summary.bank_lines += statements.iter().map(|statement| statement.entries.len() as u32).sum::<u32>();
        Ok(statements)
    }

    /// One transfer for each intent, or one for several of a customer that pays in batches.
    fn group(&self, intents: Vec<Intent>) -> Vec<Vec<Intent>> {
        let mut groups: Vec<Vec<Intent>> = Vec::new();
        for intent in intents {
            let customer = intent.document.order.customer;
            let batches = self.world.customer(customer).is_some_and(|customer| customer.persona.batches);
            match groups.last_mut() {
                Some(group)
                    if batches
                        && group.len() < MAX_BATCH
                        && group
                            .iter()
                            .all(|other| other.document.order.customer == customer && other.pays.currency() == intent.pays.currency()) =>
                {
                    group.push(intent);
                }
                _ => groups.push(vec![intent]),
            }
        }
        groups
    }

    fn transfer(&mut self, intents: Vec<Intent>) -> Result<Option<BankEntry>, Fault> {
        let Some(first) = intents.first() else { return Ok(None) };
        let Some(customer) = self.world.customer(first.document.order.customer) else { return Ok(None) };
        let key = format!("{} {} {}", first.document, first.instalment, first.follow_up);
        let ordinal = (first.document.ordinal() << 16) | u64::from(first.instalment.min(255) << 8) | u64::from(first.follow_up.min(255));
        let mut dice = self.world.dice(customer.index, Purpose::Transfer, ordinal);
        let remittance = self.remittance(customer, &intents, &mut dice);
        let style = remittance.style;
        let amount = Money::sum(first.pays.currency(), intents.iter().map(|intent| intent.pays))?;
        let mut entry = BankEntry::received(amount, self.today, self.bank_reference(&key), remittance);
        entry.counterparty = Some(self.payer(customer));
        entry.transaction_id = Some(format!("TX{}", &entry.reference[1..]));
        entry.end_to_end_id = dice.chance(500).then(|| format!("ZL-{}-{}", self.today.year(), dice.digits(6)));
        let truth = receipt_truth(customer, style, &entry, &intents)?;
        let customer_index = customer.index;
        let returned = customer.persona.returned;
        self.summary.transfers += 1;
        self.summary.transferred.add(amount)?;
        self.summary.batch_transfers += u32::from(intents.len() > 1);
        for intent in intents.iter().filter(|intent| intent.difference != Difference::None) {
            *self.summary.differences.entry(intent.difference).or_default() += 1;
        }
        self.truth.lines.push(truth);
        let mut luck = self.world.dice(customer_index, Purpose::Return, ordinal);
        if luck.chance(returned) && intents.iter().all(|intent| intent.follow_up < AFTER_RETURN) {
            let day = calendar::plus_bank_days(self.today, luck.between(1, 5) as u32)?;
            let reason = luck.pick(&["AC04", "AM04", "AC06", "MS03"]);
            let planned = PlannedReturn { entry: entry.clone(), reason, intents };
            self.agenda.returns.add(day, entry.reference.clone(), planned);
        }
        Ok(Some(entry))
    }

    fn remittance(&self, customer: &Customer, intents: &[Intent], dice: &mut Dice) -> Remittance {
        let usual = dice.chance(customer.persona.reference_habit);
        let wanted = if usual { customer.persona.reference } else { ReferenceStyle::Exact };
        let numbers: Vec<&str> = intents.iter().map(|intent| intent.number.as_str()).collect();
        let invoice = intents.first().and_then(|intent| self.invoices.get(&intent.document));
        let differences = |kind| intents.iter().any(|intent| intent.difference == kind);
        let note = if differences(Difference::Deduction) {
            Some(dice.pick(&["abzgl. Transportschaden", "Kuerzung Fehlmenge", "less freight claim", "abz. Bonus"]))
        } else if differences(Difference::UnearnedDiscount) || (differences(Difference::EarlyDiscount) && dice.chance(400)) {
            Some("abz. Skonto")
        } else if differences(Difference::Remainder) {
            Some("Restzahlung")
        } else {
            None
        };
        let facts = Facts {
            numbers: &numbers,
            creditor_reference: invoice.and_then(|invoice| invoice.creditor_reference.as_deref()),
            purchase_order: invoice.map_or("", |invoice| invoice.purchase_order.as_str()),
            issued_on: invoice.map_or(self.today, |invoice| invoice.issued_on),
            customer_number: &customer.external_id,
            other_number: intents.first().and_then(|intent| self.other_number(intent)),
            note,
        };
        reference::write(wanted, &facts, dice)
    }

    /// The number of the customer's invoice before this one, else of the one after it.
    fn other_number(&self, intent: &Intent) -> Option<&str> {
        let customer = intent.document.order.customer;
        let own = |key: &crate::orders::DocumentKey| key.order.customer == customer;
        let before = self.invoices.range(..intent.document).next_back().filter(|(key, _)| own(key));
        let after = self.invoices.range(intent.document..).nth(1).filter(|(key, _)| own(key));
        before.or(after).map(|(_, invoice)| invoice.number.as_str())
    }

    /// Who the bank says has paid: the customer or its parent, in the spelling of their bank.
    fn payer(&self, customer: &Customer) -> Counterparty {
        let parent = customer.parent.filter(|_| customer.paid_by_parent).and_then(|parent| self.world.customer(parent));
        let payer = parent.unwrap_or(customer);
        let mut dice = self.world.dice(payer.index, Purpose::PayerName, 0);
        let plain = names::plain(&payer.party.name);
        let name = match dice.below(20) {
            0..12 => plain,
            12..17 => plain.to_ascii_uppercase(),
            _ => plain.chars().take(27).collect::<String>().trim_end().to_owned(),
        };
        let on_behalf_of = (parent.is_some() && dice.chance(500)).then(|| names::plain(&customer.party.name));
        Counterparty { name, iban: Some(payer.party.iban.clone()), bic: Some(payer.party.bic), on_behalf_of }
    }

    /// A transfer comes back, and is paid again by who can.
    fn take_back(&mut self, planned: PlannedReturn) -> Result<BankEntry, Fault> {
        let of = planned.entry.reference.clone();
        let amount = planned.entry.amount.neg();
        let reference = self.bank_reference(&format!("return {of}"));
        self.truth.lines.push(Truth {
            bank_reference: reference.clone(),
            booked_on: self.today,
            amount,
            kind: LineKind::Return { of: of.clone() },
            covers: Vec::new(),
            on_account: Money::zero(amount.currency()),
        });
        self.summary.returns += 1;
        for intent in planned.intents {
            let customer = intent.document.order.customer;
            let insolvent = self.world.customer(customer).is_some_and(|c| c.persona.insolvent_after.is_some());
            if insolvent || intent.difference == Difference::Duplicate {
                continue;
            }
            let mut dice = self.world.dice(customer, Purpose::Return, intent.document.ordinal() | 1 << 60);
            let pay_on = calendar::bank_day_from(self.today.plus_days(dice.between(4, 11) as i32)?)?;
            let mut again = Intent { pay_on, follow_up: intent.follow_up + AFTER_RETURN, ..intent };
            if again.difference == Difference::EarlyDiscount {
                again.pays = again.owed;
                again.discount = Money::zero(again.owed.currency());
                again.difference = Difference::None;
            }
            self.till.add(again);
        }
        Ok(BankEntry { amount, booked_on: self.today, reference, kind: EntryKind::Return { reason: planned.reason }, ..planned.entry })
    }

    /// Money of the rails, one booking for each payment, named by its reference.
    fn pay_out(&mut self, entries: &mut Vec<BankEntry>) -> Result<(), Fault> {
        for ((document, instalment, follow_up), payout) in self.agenda.payouts.take(self.today) {
            let amount = payout.intent.pays;
            let reference = self.bank_reference(&format!("payout {document} {instalment} {follow_up}"));
            let text = format!("PAYOUT {}", payout.reference);
            let remittance = Remittance { text, creditor_reference: None, style: ReferenceStyle::Nothing };
            let mut entry = BankEntry::received(amount, self.today, reference, remittance);
            entry.kind = EntryKind::Payout;
            entry.counterparty = Some(Counterparty { name: "Rheinpay Acquiring AG".to_owned(), iban: None, bic: None, on_behalf_of: None });
            self.note_other(&entry, LineKind::Payout);
            self.summary.payouts += 1;
            entries.push(entry);
        }
        Ok(())
    }

    /// Lines no customer caused: charges, interest, suppliers, wages, people who pay into the wrong account.
    fn strangers(&mut self, entries: &mut Vec<BankEntry>) -> Result<(), Fault> {
        let mut dice = self.world.company_dice(Purpose::BankDay, self.today.days() as u64);
        let month_ends = calendar::bank_day_from(self.today.plus_days(1)?)?.first_of_month() != self.today.first_of_month();
        if month_ends {
            self.other(entries, -dice.between(890, 2_450), EntryKind::Charges, None, "Entgelt Kontofuehrung", "charges")?;
            self.other(entries, dice.between(110, 900), EntryKind::Interest, None, "Habenzinsen", "interest")?;
            let wages = -dice.between(90_000, 120_000) * i64::from(self.world.params().customers);
            self.other(entries, wages, EntryKind::TransferOut, Some("Diverse Empfaenger"), "Lohn und Gehalt", "wages")?;
        }
        if self.today.weekday() == 5 {
            let goods = -dice.between(45_000, 80_000) * i64::from(self.world.params().customers);
            let text = format!("RE {}", dice.digits(7));
            self.other(entries, goods, EntryKind::TransferOut, Some("Stahlwerk Lenne GmbH"), &text, "goods")?;
        }
        if dice.chance(90) {
            let (name, text) = dice.pick(&[
                ("Allrisk Versicherung AG", "Erstattung Beitrag 2024"),
                ("Finanzamt Stuttgart", "Erstattung UST 4711"),
                ("Petra Lindner", "Miete Stellplatz 12"),
                ("Foerdergesellschaft mbH", "Zuschuss Bescheid 88-1203"),
                ("LEHMANN TRADING LTD", "invoice 4711"),
            ]);
            let amount = dice.between(5_000, 250_000);
            self.other(entries, amount, EntryKind::TransferIn, Some(name), text, "stranger")?;
        }
        Ok(())
    }

    fn other(
        &mut self,
        entries: &mut Vec<BankEntry>,
        minor: i64,
        kind: EntryKind,
        name: Option<&str>,
        text: &str,
        act: &str,
    ) -> Result<(), Fault> {
        let amount = Money::from_minor(minor, self.world.seller().currency)?;
        if amount.is_zero() {
            return Ok(());
        }
        let reference = self.bank_reference(&format!("{act} {}", self.today));
        let counterparty = name.map(|name| Counterparty { name: name.to_owned(), iban: None, bic: None, on_behalf_of: None });
        let entry = BankEntry {
            amount,
            booked_on: self.today,
            reference,
            kind,
            end_to_end_id: None,
            transaction_id: None,
            counterparty,
            text: text.to_owned(),
            creditor_reference: None,
        };
        let own = matches!(kind, EntryKind::Charges | EntryKind::Interest);
        self.note_other(&entry, if own { LineKind::BankOwn } else { LineKind::Stranger });
        entries.push(entry);
        Ok(())
    }

    fn note_other(&mut self, entry: &BankEntry, kind: LineKind) {
        self.truth.lines.push(Truth {
            bank_reference: entry.reference.clone(),
            booked_on: entry.booked_on,
            amount: entry.amount,
            kind,
            covers: Vec::new(),
            on_account: Money::zero(entry.amount.currency()),
        });
    }

    /// Sixteen digits and letters that depend on what is booked and on nothing else.
    fn bank_reference(&self, what: &str) -> String {
        let id = self.world.request_id(&format!("bank {what}")).simple().to_string();
        format!("B{}", id[..15].to_ascii_uppercase())
    }
}

fn receipt_truth(customer: &Customer, style: ReferenceStyle, entry: &BankEntry, intents: &[Intent]) -> Result<Truth, Fault> {
    let mut covers = Vec::with_capacity(intents.len());
    let mut on_account = entry.amount;
    for intent in intents {
        let cash = intent.pays.min(intent.owed)?;
        if !cash.is_positive() {
            continue;
        }
        on_account = on_account.sub(cash)?;
        covers.push(Cover { document: intent.number.clone(), cash, discount: intent.discount, difference: intent.difference });
    }
    Ok(Truth {
        bank_reference: entry.reference.clone(),
        booked_on: entry.booked_on,
        amount: entry.amount,
        kind: LineKind::Receipt { customer: customer.external_id.clone(), habit: customer.persona.habit, style },
        covers,
        on_account,
    })
}
