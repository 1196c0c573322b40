//! A policy applied to what the engine proposes.

use quittance_matching::proposal::{Band, LineClass, Refusal};
use quittance_types::CustomerId;

use super::{Decided, MatchPolicy, MatchRule, RuleAction, Ruling};
use crate::domain::line::BankLine;
use crate::ledgers::Proposed;

impl MatchPolicy {
    /// Takes from a proposal what the policy leaves to a person, and gives the money to whom a rule says it belongs. Returns
    /// the rule that counts for the line. Never makes more of a line than the engine did.
    pub fn judge(&self, line: &BankLine, proposed: &mut Proposed) -> Option<&MatchRule> {
        let rule = self.rule_for(&line.movement);
        let decided = Decided {
            is_auto: proposed.proposal.band == Band::Auto,
            confidence_ppm: proposed.proposal.confidence,
            customers: &paid_customers(proposed),
        };
        match self.rule_on(rule, decided) {
            Ruling::Stands => {}
            Ruling::Suggest(Refusal::Blocked(block)) => proposed.leave(block),
            Ruling::Suggest(refusal) => {
                proposed.proposal.band = Band::Suggest;
                proposed.proposal.refusal = Some(refusal);
            }
            Ruling::NotReceivable => discard(proposed),
        }
        if let Some(RuleAction::Customer(customer)) = rule.map(|rule| rule.action) {
            assign(proposed, customer);
        }
        rule
    }
}

/// Whose items the first reading pays; of money on account, whose it is.
fn paid_customers(proposed: &Proposed) -> Vec<CustomerId> {
    let Some(best) = proposed.candidates.first() else { return Vec::new() };
    if best.shares.is_empty() { best.customer.into_iter().collect() } else { best.shares.iter().map(|share| share.customer).collect() }
}

fn discard(proposed: &mut Proposed) {
    let proposal = &mut proposed.proposal;
    proposal.class = LineClass::Other;
    proposal.band = Band::None;
    proposal.refusal = Some(Refusal::NotReceivable);
    (proposal.confidence, proposal.margin, proposal.payer) = (0, 0, None);
    proposal.ranked.clear();
    proposed.candidates.clear();
    proposed.payer = None;
}

fn assign(proposed: &mut Proposed, customer: CustomerId) {
    proposed.payer = Some(customer);
    if proposed.proposal.refusal == Some(Refusal::NothingKnown) {
        proposed.proposal.refusal = Some(Refusal::NothingFits);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use quittance_matching::proposal::{Block, Hypothesis, HypothesisKind, MatchClass, Proposal};
    use quittance_types::{BankAccountId, BankLineId, StatementId, Uuid};

    use super::super::Conditions;
    use super::super::tests::{euro, line as movement, policy, rule};
    use super::*;
    use crate::domain::line::LineState;
    use crate::ledgers::CandidateView;

    fn line() -> BankLine {
        BankLine {
            id: BankLineId::new(Uuid::nil()),
            statement: StatementId::new(Uuid::nil()),
            bank_account: BankAccountId::new(Uuid::nil()),
            movement: movement(euro(10_000)),
            family: String::new(),
            occurrence: 1,
            state: LineState::Imported,
            rule: String::new(),
            why: String::new(),
            verdict: Default::default(),
            receipt: None,
        }
    }

    fn proposed(customer: CustomerId) -> Proposed {
        let hypothesis = Hypothesis {
            kind: HypothesisKind::OnAccount,
            customer: Some(0),
            allocations: Vec::new(),
            on_account: 10_000,
            bits: 30_000,
            evidence: Vec::new(),
            blocks: Vec::new(),
            match_class: MatchClass::E,
            oldest_first: false,
        };
        let proposal = Proposal {
            line: 0,
            class: LineClass::Receipt,
            band: Band::Auto,
            match_class: MatchClass::E,
            confidence: 999_500,
            margin: 9_000,
            ranked: vec![hypothesis],
            refusal: None,
            payer: Some(0),
        };
        let view = CandidateView {
            customer: Some(customer),
            shares: Vec::new(),
            on_account: 10_000,
            kind: HypothesisKind::OnAccount,
            bits: 30_000,
            evidence: Vec::new(),
            blocks: Vec::new(),
        };
        let (candidates, payer) = (vec![view], Some(customer));
        Proposed { proposal, candidates, payer, rule: String::new(), grade: None, advice: None, policy_version: 0 }
    }

    fn judged(action: RuleAction, proposed: &mut Proposed) {
        let policy = policy(vec![rule(Conditions::default(), action)]);
        assert_eq!(policy.judge(&line(), proposed).map(|rule| rule.action), Some(action));
    }

    #[test]
    fn what_a_person_has_to_see_is_a_suggestion_that_says_why() {
        let (mine, other) = (CustomerId::new(Uuid::from_u128(1)), CustomerId::new(Uuid::from_u128(2)));
        for (action, block) in [(RuleAction::SuggestOnly, Block::PolicyRule), (RuleAction::Customer(other), Block::CustomerByRule)] {
            let mut proposed = proposed(mine);
            judged(action, &mut proposed);
            assert_eq!((proposed.proposal.band, proposed.proposal.refusal), (Band::Suggest, Some(Refusal::Blocked(block))));
            assert_eq!(proposed.proposal.ranked[0].blocks, [block]);
            assert_eq!(proposed.payer, Some(action.customer().unwrap_or(mine)));
        }
        let mut confirmed = proposed(mine);
        judged(RuleAction::Customer(mine), &mut confirmed);
        assert_eq!((confirmed.proposal.band, confirmed.proposal.refusal), (Band::Auto, None));
    }

    #[test]
    fn nothing_is_proposed_for_what_is_no_payment() {
        let mut proposed = proposed(CustomerId::new(Uuid::from_u128(1)));
        judged(RuleAction::NotReceivable, &mut proposed);
        assert_eq!((proposed.proposal.band, proposed.proposal.class), (Band::None, LineClass::Other));
        assert!(proposed.candidates.is_empty() && proposed.proposal.ranked.is_empty() && proposed.payer.is_none());
    }

    #[test]
    fn a_rule_names_the_payer_of_a_line_nobody_knew() {
        let mine = CustomerId::new(Uuid::from_u128(1));
        let mut unknown = proposed(mine);
        (unknown.proposal.band, unknown.proposal.refusal) = (Band::None, Some(Refusal::NothingKnown));
        unknown.candidates.clear();
        unknown.payer = None;
        judged(RuleAction::Customer(mine), &mut unknown);
        assert_eq!((unknown.proposal.band, unknown.proposal.refusal, unknown.payer), (Band::None, Some(Refusal::NothingFits), Some(mine)));
    }
}
