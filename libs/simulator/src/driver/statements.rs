//! The bank's files, and matching.

use quittance_api::reconciliation::v1::ImportStatementRequest;
use quittance_api::reconciliation::v1::statement_service_client::StatementServiceClient;
use quittance_types::{BusinessDate, Fault};

use super::call::ask;
use super::{Driver, convert};

impl Driver {
    /// Imports the statements of today one after the other; the suite matches the new lines at once.
    pub(super) async fn bank(&mut self, today: BusinessDate) -> Result<bool, Fault> {
        let statements = self.play.statements()?;
        let client = StatementServiceClient::new(self.staff.clerk.reconciliation.clone());
        for statement in &statements {
            let act = format!("import {}", statement.id());
            let request = ImportStatementRequest {
                request_id: self.play.world().request_id(&act).to_string(),
                content: statement.to_camt()?,
                file_name: statement.file_name(),
                match_now: true,
                as_of: convert::date(today),
                ..Default::default()
            };
            let answer = ask!(client.clone(), import_statement, request)?;
            self.tally.mutations += 1;
            self.tally.lines_imported += u64::try_from(answer.lines_imported).unwrap_or_default();
            self.tally.lines_matched += u64::try_from(answer.lines_matched).unwrap_or_default();
        }
        Ok(!statements.is_empty())
    }
}
