//! Bank lines, receipts, open items and payments of the fake suite.

use quittance_api::convert::{money_from_wire, money_to_wire};
use quittance_api::payments::v1 as pay;
use quittance_api::reconciliation::v1 as rec;
use quittance_types::Money;

use super::{State, eur};

impl State {
    /// Applies what quotes one open invoice in full and pays exactly that.
    pub(super) fn import_statement(&mut self, request: &rec::ImportStatementRequest) -> rec::ImportStatementResponse {
        let file = quittance_formats::read(&request.content).unwrap();
        assert!(file.findings.is_empty() && request.match_now && request.as_of.is_some());
        let (mut imported, mut matched) = (0, 0);
        for line in file.statements.iter().flat_map(|statement| statement.lines()) {
            imported += 1;
            let reference = line.bank_reference().unwrap().to_owned();
            let amount = line.signed_amount().unwrap().money().unwrap();
            let text = line.text().into_owned();
            let quoted = self.documents.iter().find(|(number, _)| text == **number).map(|(_, id)| id.clone());
            let fits = quoted.filter(|id| self.open[id] == amount);
            let state = match (&fits, line.is_return() || !amount.is_positive()) {
                (_, true) => rec::BankLineState::Posted,
                (Some(_), _) => rec::BankLineState::Applied,
                (None, _) => rec::BankLineState::Unidentified,
            };
            let receipt_id = format!("rcp_{reference}");
            if let Some(invoice_id) = fits {
                matched += 1;
                self.settle(&receipt_id, &invoice_id, amount);
            } else {
                self.unapplied.insert(receipt_id.clone(), amount);
            }
            let line = rec::BankLine { bank_reference: reference.clone(), state: state.into(), receipt_id, ..Default::default() };
            assert!(self.lines.insert(reference, line).is_none());
        }
        rec::ImportStatementResponse { lines_imported: imported, lines_matched: matched, ..Default::default() }
    }

    pub(super) fn settle(&mut self, receipt_id: &str, invoice_id: &str, amount: Money) {
        let open = self.open[invoice_id].sub(amount).unwrap();
        assert!(!open.is_negative(), "over-applied {invoice_id}");
        self.open.insert(invoice_id.to_owned(), open);
        let invoice = &self.invoices[invoice_id];
        self.applications.push(rec::Application {
            receipt_id: receipt_id.to_owned(),
            document_number: invoice.number.clone(),
            customer_id: invoice.customer_id.clone(),
            amount: Some(money_to_wire(amount)),
            ..Default::default()
        });
    }

    /// Two lines a page, so that paging is tried.
    pub(super) fn bank_lines(&self, request: &rec::ListBankLinesRequest) -> rec::ListBankLinesResponse {
        let wanted = |line: &&rec::BankLine| request.state == 0 || line.state == request.state;
        let skip: usize = request.page_token.parse().unwrap_or(0);
        let all: Vec<rec::BankLine> = self.lines.values().filter(wanted).cloned().collect();
        let next = skip + 50;
        rec::ListBankLinesResponse {
            next_page_token: if next < all.len() { next.to_string() } else { String::new() },
            total_count: all.len() as i64,
            bank_lines: all.into_iter().skip(skip).take(50).collect(),
        }
    }

    pub(super) fn receipt(&self, request: &rec::GetReceiptRequest) -> rec::GetReceiptResponse {
        let unapplied = self.unapplied.get(&request.receipt_id).copied().unwrap_or(eur(0));
        let receipt = rec::Receipt { unapplied: Some(money_to_wire(unapplied)), ..Default::default() };
        rec::GetReceiptResponse { receipt: Some(receipt) }
    }

    pub(super) fn open_item(&self, request: &rec::GetOpenItemRequest) -> rec::GetOpenItemResponse {
        let open = Some(money_to_wire(self.open[&request.open_item_id]));
        rec::GetOpenItemResponse { open_item: Some(rec::OpenItem { open, ..Default::default() }) }
    }

    pub(super) fn apply(&mut self, request: &rec::ApplyReceiptRequest) -> rec::ApplyReceiptResponse {
        for allocation in &request.allocations {
            let amount = money_from_wire(&allocation.amount).unwrap();
            self.settle(&request.receipt_id, &allocation.open_item_id, amount);
            let left = self.unapplied[&request.receipt_id].sub(amount).unwrap();
            assert!(!left.is_negative());
            self.unapplied.insert(request.receipt_id.clone(), left);
        }
        let line = self.lines.get_mut(request.receipt_id.trim_start_matches("rcp_")).unwrap();
        line.state = rec::BankLineState::Applied.into();
        rec::ApplyReceiptResponse::default()
    }

    pub(super) fn applications(&self, request: &rec::ListApplicationsRequest) -> rec::ListApplicationsResponse {
        let own = self.applications.iter().filter(|application| application.customer_id == request.customer_id);
        rec::ListApplicationsResponse { applications: own.cloned().collect(), ..Default::default() }
    }

    pub(super) fn pay(&mut self, request: &pay::CreatePaymentRequest) -> pay::CreatePaymentResponse {
        assert!(request.method_token.starts_with("sim_"));
        assert_eq!(request.allocations.len(), 1);
        let payment_id = request.request_id.replace('-', "");
        pay::CreatePaymentResponse { payment: Some(pay::Payment { payment_id: format!("pay_{payment_id}"), ..Default::default() }) }
    }
}
