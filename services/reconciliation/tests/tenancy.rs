//! Another tenant sees nothing: the same answer as for what does not exist.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::bank_service_client::BankServiceClient;
use quittance_api::reconciliation::v1::match_service_client::MatchServiceClient;
use quittance_api::reconciliation::v1::open_item_service_client::OpenItemServiceClient;
use quittance_api::reconciliation::v1::receipt_service_client::ReceiptServiceClient;
use quittance_api::reconciliation::v1::statement_service_client::StatementServiceClient;
use quittance_testkit::{expect_refusal, on_both, request_id, tenant};
use quittance_types::Reason;

use crate::camt::{Statement, credit};
use crate::fixture::{Company, allocation};

#[tokio::test]
async fn foreign_ids_are_not_found() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 1_000).await;
        let statement = company
            .import(&Statement::new("S", "2026-01-15", 100_000, vec![credit(1_000, "INV-ACME-2026-000001")]))
            .await
            .statements
            .remove(0);
        let line = company.lines().await.remove(0);
        let application = company.applications(pb::ListApplicationsRequest::default()).await.remove(0).application_id;
        let stranger = company.service.as_user(tenant(2), &["*"]);
        let (mut banks, mut statements) = (BankServiceClient::new(stranger.clone()), StatementServiceClient::new(stranger.clone()));
        let (mut receipts, mut items) = (ReceiptServiceClient::new(stranger.clone()), OpenItemServiceClient::new(stranger.clone()));
        let mut matches = MatchServiceClient::new(stranger);
        let receipt_id = line.receipt_id.clone();
        let not_found = Reason::ResourceNotFound;
        expect_refusal(banks.get_bank_account(pb::GetBankAccountRequest { bank_account_id: company.bank.clone() }).await, not_found);
        expect_refusal(banks.prove_bank_balance(pb::ProveBankBalanceRequest { bank_account_id: company.bank.clone() }).await, not_found);
        expect_refusal(statements.get_statement(pb::GetStatementRequest { statement_id: statement.statement_id }).await, not_found);
        expect_refusal(
            matches.explain_line(pb::ExplainLineRequest { bank_line_id: line.bank_line_id, ..Default::default() }).await,
            not_found,
        );
        expect_refusal(receipts.get_receipt(pb::GetReceiptRequest { receipt_id: receipt_id.clone() }).await, not_found);
        expect_refusal(items.get_open_item(pb::GetOpenItemRequest { open_item_id: invoice.clone() }).await, not_found);
        let apply = pb::ApplyReceiptRequest {
            request_id: request_id(),
            receipt_id: receipt_id.clone(),
            allocations: vec![allocation(&invoice, 1)],
            ..Default::default()
        };
        expect_refusal(receipts.apply_receipt(apply).await, not_found);
        let unapply = pb::UnapplyRequest { request_id: request_id(), application_id: application, ..Default::default() };
        expect_refusal(receipts.unapply(unapply).await, not_found);
        let write_off = pb::WriteOffRequest { request_id: request_id(), open_item_id: invoice, why: "x".to_owned(), ..Default::default() };
        expect_refusal(items.write_off(write_off).await, not_found);
        let keep = pb::PutOnAccountRequest { request_id: request_id(), receipt_id, customer_id: company.alpha.clone() };
        expect_refusal(receipts.put_on_account(keep).await, not_found);
        assert!(statements.list_bank_lines(pb::ListBankLinesRequest::default()).await.unwrap().into_inner().bank_lines.is_empty());
        let file = Statement::new("S", "2026-01-15", 100_000, Vec::new()).write();
        let import = pb::ImportStatementRequest { request_id: request_id(), content: file, ..Default::default() };
        expect_refusal(statements.import_statement(import).await, Reason::BankAccountUnknown);
        company.prove().await;
    })
    .await;
}
