//! What the engine may do by itself: proposed, tried in the shadow, activated by a second person.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::match_policy_service_client::MatchPolicyServiceClient;
use quittance_api::reconciliation::v1::{BankLineState as State, MatchPolicyState, MatchRuleAction, ShortPaymentPolicy};
use quittance_testkit::{Caller, expect_refusal, fields_of, on_both, request_id};
use quittance_types::Reason;

use crate::camt::{Line, Statement, credit};
use crate::fixture::{ALPHA_IBAN, BETA_IBAN, Company, euro, minor, money};

pub fn policies(company: &Company, person: &str) -> MatchPolicyServiceClient<Caller> {
    MatchPolicyServiceClient::new(company.service.as_person(person, company.tenant, &["*"]))
}

/// What the engine accepts by default.
pub fn usual() -> pb::MatchPolicy {
    pb::MatchPolicy {
        currency: "EUR".to_owned(),
        bank_fee_max: Some(euro(3_000)),
        rounding_tolerance: Some(euro(5)),
        write_off_max: Some(euro(500)),
        discount_grace_days: 3,
        fx_tolerance_bp: 150,
        ..Default::default()
    }
}

pub fn proposal(policy: pb::MatchPolicy) -> pb::ProposeMatchPolicyRequest {
    pb::ProposeMatchPolicyRequest { request_id: request_id(), match_policy: Some(policy) }
}

pub async fn propose(company: &Company, policy: pb::MatchPolicy) -> pb::MatchPolicy {
    let answer = policies(company, "alice").propose_match_policy(proposal(policy)).await.expect("a policy is proposed");
    answer.into_inner().match_policy.expect("the policy")
}

async fn diff(company: &Company, id: &str) -> pb::GetMatchPolicyDiffResponse {
    let query = pb::GetMatchPolicyDiffRequest { match_policy_id: id.to_owned(), page_size: 1_000, ..Default::default() };
    policies(company, "alice").get_match_policy_diff(query).await.expect("the difference").into_inner()
}

/// Its difference, once the job has tried it.
pub async fn tried(company: &Company, id: &str) -> pb::GetMatchPolicyDiffResponse {
    loop {
        let found = diff(company, id).await;
        if found.done {
            return found;
        }
    }
}

pub fn approval(id: &str) -> pb::ApproveMatchPolicyRequest {
    pb::ApproveMatchPolicyRequest { request_id: request_id(), match_policy_id: id.to_owned(), etag: String::new() }
}

async fn approve(company: &Company, id: &str) -> pb::MatchPolicy {
    let answer = policies(company, "bob").approve_match_policy(approval(id)).await.expect("a policy is activated");
    answer.into_inner().match_policy.expect("the policy")
}

async fn get(company: &Company, id: &str) -> pb::MatchPolicy {
    let query = pb::GetMatchPolicyRequest { match_policy_id: id.to_owned(), ..Default::default() };
    policies(company, "alice").get_match_policy(query).await.expect("the policy is there").into_inner().match_policy.expect("the policy")
}

pub async fn in_force(company: &Company, policy: pb::MatchPolicy) -> pb::MatchPolicy {
    let id = propose(company, policy).await.match_policy_id;
    tried(company, &id).await;
    approve(company, &id).await
}

fn statement(id: &str, opening: i64, lines: Vec<Line>) -> Statement {
    Statement::new(id, "2026-01-15", opening, lines)
}

#[tokio::test]
async fn a_second_person_activates_a_version_that_was_tried() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let built_in = get(&company, "").await;
        assert_eq!((built_in.version, built_in.state(), built_in.match_policy_id.as_str()), (0, MatchPolicyState::Active, ""));
        assert_eq!((minor(&built_in.bank_fee_max), minor(&built_in.rounding_tolerance), built_in.fx_tolerance_bp), (3_000, 5, 150));

        let first = propose(&company, usual()).await;
        assert_eq!((first.version, first.state(), first.proposed_by.as_str()), (1, MatchPolicyState::InTrial, "alice"));
        let trial = tried(&company, &first.match_policy_id).await;
        assert_eq!((trial.lines_total, trial.differences.len()), (0, 0));
        let first = get(&company, &first.match_policy_id).await;
        assert_eq!((first.state(), first.etag.as_str()), (MatchPolicyState::Tried, "2"));
        assert_eq!(get(&company, "").await.version, 0, "nothing is in force yet");

        let own = policies(&company, "alice").approve_match_policy(approval(&first.match_policy_id)).await;
        expect_refusal(own, Reason::SelfApproval);
        let looked_at = pb::ApproveMatchPolicyRequest { etag: "1".to_owned(), ..approval(&first.match_policy_id) };
        expect_refusal(policies(&company, "bob").approve_match_policy(looked_at).await, Reason::EtagMismatch);
        let active = approve(&company, &first.match_policy_id).await;
        assert_eq!((active.state(), active.decided_by.as_str()), (MatchPolicyState::Active, "bob"));
        assert_eq!(get(&company, "").await, active);
        let again = policies(&company, "bob").approve_match_policy(approval(&first.match_policy_id)).await;
        expect_refusal(again, Reason::IllegalTransition);

        let second = in_force(&company, usual()).await;
        let told = "SELECT COUNT(*) FROM event_log WHERE type = 'quittance.reconciliation.v1.MatchPolicyChanged'";
        assert_eq!(company.service.store().number(told).await, 7, "proposed, tried, activated, twice; superseded once");
        assert_eq!((second.version, get(&company, &first.match_policy_id).await.state()), (2, MatchPolicyState::Superseded));
        let page = pb::ListMatchPoliciesRequest { page_size: 1, ..Default::default() };
        let newest = policies(&company, "alice").list_match_policies(page.clone()).await.unwrap().into_inner();
        assert_eq!(newest.match_policies, [second]);
        let rest = pb::ListMatchPoliciesRequest { page_token: newest.next_page_token, ..page };
        let rest = policies(&company, "alice").list_match_policies(rest).await.unwrap().into_inner();
        assert_eq!((rest.match_policies[0].version, rest.next_page_token.as_str()), (1, ""));
    })
    .await;
}

#[tokio::test]
async fn a_trial_is_stale_once_another_version_was_activated() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        paid(&company).await;
        let strict = || pb::MatchPolicy { minimum_confidence_ppm: 1_000_000, ..usual() };
        let (one, other) = (propose(&company, strict()).await, propose(&company, strict()).await);
        let found = tried(&company, &one.match_policy_id).await;
        assert_eq!(found.differences.len(), 3);
        assert_eq!(found, tried(&company, &other.match_policy_id).await, "the same books give the same difference");
        approve(&company, &one.match_policy_id).await;
        let late = policies(&company, "bob").approve_match_policy(approval(&other.match_policy_id)).await;
        expect_refusal(late, Reason::ApprovalStale);
        assert_eq!(get(&company, "").await.version, one.version);

        let reject =
            |id: &str| pb::RejectMatchPolicyRequest { request_id: request_id(), match_policy_id: id.to_owned(), why: "stale".to_owned() };
        let mut alice = policies(&company, "alice");
        let rejected = alice.reject_match_policy(reject(&other.match_policy_id)).await.unwrap().into_inner().match_policy.unwrap();
        assert_eq!((rejected.state(), rejected.decided_by.as_str()), (MatchPolicyState::Rejected, "alice"));
        expect_refusal(alice.reject_match_policy(reject(&other.match_policy_id)).await, Reason::IllegalTransition);
        expect_refusal(alice.reject_match_policy(reject(&one.match_policy_id)).await, Reason::IllegalTransition);
    })
    .await;
}

/// Three invoices of 100.00 and what was paid for them: all of it, 3 cents less, and by a person for another document than
/// the text says.
async fn paid(company: &Company) -> [String; 3] {
    let mut invoices = Vec::new();
    for number in 1..=4 {
        invoices.push(company.invoice(&company.alpha, number, 10_000 + i64::from(number)).await);
    }
    let lines = vec![
        credit(10_001, "INV-ACME-2026-000001").from(ALPHA_IBAN),
        credit(9_999, "INV-ACME-2026-000002").from(ALPHA_IBAN),
        credit(10_003, "INV-ACME-2026-000003").from(ALPHA_IBAN),
    ];
    company.try_import(statement("S-1", 100_000, lines).write(), false).await.expect("a statement is imported");
    for (number, item) in [(1, &invoices[0]), (2, &invoices[1]), (3, &invoices[3])] {
        let line = company.line(&format!("INV-ACME-2026-00000{number}")).await;
        company.apply(&line.receipt_id, &[(item, minor(&line.amount))]).await;
    }
    let mut ids = Vec::new();
    for number in 1..=3 {
        ids.push(company.line(&format!("INV-ACME-2026-00000{number}")).await.bank_line_id);
    }
    ids.try_into().expect("three lines")
}

#[tokio::test]
async fn a_trial_tells_line_by_line_what_would_change_and_writes_nothing_else() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let [exact, short, _by_hand] = paid(&company).await;
        let before = (company.lines().await, company.balance("1200").await, company.service.store().rows("application").await);
        let strict = pb::MatchPolicy {
            bank_fee_max: None,
            rounding_tolerance: None,
            write_off_max: None,
            short_payment: ShortPaymentPolicy::Suggest.into(),
            ..usual()
        };
        let strict = propose(&company, strict).await.match_policy_id;
        let found = tried(&company, &strict).await;
        assert_eq!((found.lines_tried, found.lines_total), (3, 3));
        assert_eq!((found.both, found.only_active, found.only_new, found.differently), (2, 1, 0, 0), "{found:?}");
        assert_eq!(found.against_the_books, 1, "a person has applied one otherwise");
        let lines: Vec<&str> = found.differences.iter().map(|one| one.bank_line_id.as_str()).collect();
        assert_eq!(lines, [&short]);
        let (active, new) = (found.differences[0].active.as_ref().unwrap(), found.differences[0].proposed.as_ref().unwrap());
        assert_eq!((active.band(), new.band()), (pb::MatchBand::Auto, pb::MatchBand::Suggest));
        assert!(new.refusal.is_some() && active.refusal.is_none(), "{found:?}");
        assert_eq!(active.parts[0].document_number, "INV-ACME-2026-000002");
        let after = (company.lines().await, company.balance("1200").await, company.service.store().rows("application").await);
        assert_eq!(before, after);
        company.prove().await;

        approve(&company, &strict).await;
        let loose = propose(&company, usual()).await.match_policy_id;
        let found = tried(&company, &loose).await;
        assert_eq!((found.both, found.only_active, found.only_new, found.differently), (2, 0, 1, 0), "{found:?}");
        assert_eq!(found.differences[0].bank_line_id, short);
        let page = pb::GetMatchPolicyDiffRequest { match_policy_id: loose, page_size: 1, ..Default::default() };
        let page = policies(&company, "alice").get_match_policy_diff(page).await.unwrap().into_inner();
        assert_eq!((page.differences.len(), page.next_page_token.as_str()), (1, ""));
        assert!(found.differences.iter().all(|one| one.bank_line_id != exact));
    })
    .await;
}

#[tokio::test]
async fn what_is_activated_decides_from_then_on() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (first, second) = (company.invoice(&company.alpha, 1, 10_000).await, company.invoice(&company.alpha, 2, 20_000).await);
        in_force(&company, pb::MatchPolicy { auto_ceiling: Some(euro(15_000)), ..usual() }).await;
        let lines = vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN), credit(20_000, "INV-ACME-2026-000002").from(ALPHA_IBAN)];
        company.import(&statement("S-1", 100_000, lines)).await;
        assert_eq!((company.open_of(&first).await, company.open_of(&second).await), (0, 20_000), "above the ceiling a person decides");
        in_force(&company, pb::MatchPolicy { minimum_confidence_ppm: 1_000_000, ..usual() }).await;
        let third = company.invoice(&company.alpha, 3, 10_000).await;
        company.import(&statement("S-2", 130_000, vec![credit(10_000, "INV-ACME-2026-000003").from(ALPHA_IBAN)])).await;
        assert_eq!(company.open_of(&third).await, 10_000, "nothing is certain");
        company.prove().await;
    })
    .await;
}

fn rule(name: &str, action: MatchRuleAction) -> pb::MatchRule {
    pb::MatchRule { name: name.to_owned(), action: action.into(), ..Default::default() }
}

#[tokio::test]
async fn rules_say_whose_money_it_is_and_what_a_person_has_to_see() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let rules = vec![
            pb::MatchRule { counterparty_name_contains: "finanzamt".to_owned(), ..rule("tax", MatchRuleAction::NotReceivable) },
            pb::MatchRule { text_contains: "look at".to_owned(), ..rule("look", MatchRuleAction::SuggestOnly) },
            pb::MatchRule {
                counterparty_iban: BETA_IBAN.to_owned(),
                customer_id: company.alpha.clone(),
                ..rule("sister", MatchRuleAction::Customer)
            },
        ];
        in_force(&company, pb::MatchPolicy { rules, ..usual() }).await;
        let lines = vec![
            credit(9_000, "INV-ACME-2026-000001 refund").named("Finanzamt Köln"),
            credit(10_000, "please look at INV-ACME-2026-000001").from(ALPHA_IBAN),
            credit(123, "whose").from(BETA_IBAN),
        ];
        company.import(&statement("S-1", 100_000, lines)).await;
        assert_eq!(company.open_of(&invoice).await, 10_000);
        let tax = company.line("INV-ACME-2026-000001 refund").await;
        assert_eq!(tax.state(), State::Unidentified, "{tax:?}");
        let look = company.line("please look at INV-ACME-2026-000001").await;
        assert!(matches!(look.state(), State::Unapplied | State::Unidentified), "{look:?}");
        let sister = company.line("whose").await;
        assert_eq!(sister.state(), State::Unapplied, "{sister:?}");
        assert_eq!(company.receipt(&sister.receipt_id).await.customer_id, company.alpha);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_field_by_field() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut alice = policies(&company, "alice");
        let condition = |rule| pb::MatchRule { text_contains: "x".to_owned(), ..rule };
        let wrong = pb::MatchPolicy {
            bank_fee_max: Some(money("USD", 100)),
            rounding_tolerance: Some(euro(-1)),
            discount_grace_days: 61,
            fx_tolerance_bp: 1_001,
            minimum_confidence_ppm: -1,
            overpayment: 9,
            rules: vec![
                condition(rule("", MatchRuleAction::SuggestOnly)),
                rule("empty", MatchRuleAction::SuggestOnly),
                condition(rule("whose", MatchRuleAction::Customer)),
                condition(rule("twice", MatchRuleAction::SuggestOnly)),
                condition(rule("twice", MatchRuleAction::SuggestOnly)),
                condition(rule("what", MatchRuleAction::Unspecified)),
            ],
            ..usual()
        };
        let refused = expect_refusal(alice.propose_match_policy(proposal(wrong)).await, Reason::CurrencyMismatch);
        let expected = [
            "bank_fee_max",
            "rounding_tolerance",
            "discount_grace_days",
            "fx_tolerance_bp",
            "minimum_confidence_ppm",
            "overpayment",
            "rules[0].name",
            "rules[1].text_contains",
            "rules[2].customer_id",
            "rules[4].name",
            "rules[5].action",
        ];
        assert_eq!(fields_of(&refused), expected.map(|field| format!("match_policy.{field}")));
        let of = async |policy: pb::MatchPolicy, reason| {
            expect_refusal(policies(&company, "alice").propose_match_policy(proposal(policy)).await, reason)
        };
        of(pb::MatchPolicy { currency: String::new(), ..usual() }, Reason::FieldRequired).await;
        of(pb::MatchPolicy { legal_entity_id: format!("ent_{}", "0".repeat(32)), ..usual() }, Reason::ResourceNotFound).await;
        let stranger =
            pb::MatchRule { customer_id: format!("cus_{}", "0".repeat(32)), ..condition(rule("who", MatchRuleAction::Customer)) };
        of(pb::MatchPolicy { rules: vec![stranger], ..usual() }, Reason::ResourceNotFound).await;
        let many = (0..201).map(|number| condition(rule(&number.to_string(), MatchRuleAction::SuggestOnly))).collect();
        of(pb::MatchPolicy { rules: many, ..usual() }, Reason::TooManyItems).await;
        of(pb::MatchPolicy { rules: vec![condition(rule(&"x".repeat(61), MatchRuleAction::SuggestOnly))], ..usual() }, Reason::TextTooLong)
            .await;
        let absent = pb::GetMatchPolicyRequest { match_policy_id: format!("mpl_{}", "0".repeat(32)), ..Default::default() };
        expect_refusal(alice.get_match_policy(absent).await, Reason::ResourceNotFound);
        expect_refusal(
            policies(&company, "bob").approve_match_policy(approval(&format!("mpl_{}", "0".repeat(32)))).await,
            Reason::ResourceNotFound,
        );
        let negative = pb::ListMatchPoliciesRequest { page_size: -1, ..Default::default() };
        expect_refusal(alice.list_match_policies(negative).await, Reason::PageSizeNegative);
        assert_eq!(company.service.store().rows("match_policy").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_trial_that_was_cut_off_is_taken_up_again() {
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        paid(&company).await;
        let strict = pb::MatchPolicy { minimum_confidence_ppm: 1_000_000, ..usual() };
        let id = propose(&company, strict).await.match_policy_id;
        company.service.crash().await;
        company.service.restart().await;
        // Whoever had begun has it until its lease is over.
        company.service.clock().set(company.service.clock().now().plus(std::time::Duration::from_secs(300)));
        let found = tried(&company, &id).await;
        assert_eq!((found.lines_tried, found.lines_total, found.only_active, found.differences.len()), (3, 3, 3, 3), "{found:?}");
    })
    .await;
}
