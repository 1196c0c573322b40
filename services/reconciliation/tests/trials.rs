//! A trial looks at its lines in portions, and forgets nothing from one to the next.

use quittance_api::reconciliation::v1 as pb;
use quittance_testkit::on_both;

use crate::camt::{Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company};
use crate::policies::{propose, tried, usual};

/// Lines between two that name the same document: more than a portion has.
const BETWEEN: usize = 1_100;

#[tokio::test]
async fn a_later_portion_counts_on_what_an_earlier_one_would_have_paid() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.invoice(&company.alpha, 1, 10_000).await;
        let mut lines = vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN)];
        lines.extend((0..BETWEEN).map(|number| credit(1, &format!("nobody {number}"))));
        lines.push(credit(10_000, "INV-ACME-2026-000001 again").from(ALPHA_IBAN));
        company.try_import(Statement::new("S-1", "2026-01-15", 100_000, lines).write(), false).await.expect("a statement is imported");
        let first = company.line("INV-ACME-2026-000001").await.bank_line_id;
        let strict = propose(&company, pb::MatchPolicy { minimum_confidence_ppm: 1_000_000, ..usual() }).await;
        let found = tried(&company, &strict.match_policy_id).await;
        assert_eq!((found.lines_tried, found.lines_total, found.only_active), (1_102, 1_102, 1), "{found:#?}");
        assert_eq!(found.differences.iter().filter(|one| one.bank_line_id == first).count(), 1);
        company.prove().await;
    })
    .await;
}
