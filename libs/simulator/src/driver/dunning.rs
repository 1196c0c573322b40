//! The weekly dunning run: prepared by one, approved by another, then issued and delivered.

use quittance_api::collections::v1::dunning_service_client::DunningServiceClient;
use quittance_api::collections::v1::{
    ApproveRunRequest, DeliverNoticesRequest, IssueRunRequest, ListNoticesRequest, Notice, NoticeState, PreviewRunRequest,
};
use quittance_types::{BusinessDate, Fault};

use super::call::ask;
use super::{Driver, convert};

impl Driver {
    pub(super) async fn run_dunning(&mut self, today: BusinessDate) -> Result<(), Fault> {
        let clerk = DunningServiceClient::new(self.staff.clerk.collections.clone());
        let manager = DunningServiceClient::new(self.staff.manager.collections.clone());
        let request_id = |act: &str| self.play.world().request_id(&format!("{act} {today}")).to_string();
        let (preview, approve, issue, deliver) =
            (request_id("preview dunning"), request_id("approve dunning"), request_id("issue dunning"), request_id("deliver notices"));
        let request = PreviewRunRequest { request_id: preview, as_of: convert::date(today) };
        let run = ask!(clerk.clone(), preview_run, request)?.run.unwrap_or_default();
        self.tally.mutations += 1;
        if run.notice_count == 0 {
            return Ok(());
        }
        let dunning_run_id = run.dunning_run_id;
        let request = ApproveRunRequest { request_id: approve, dunning_run_id: dunning_run_id.clone(), etag: run.etag };
        ask!(manager, approve_run, request)?;
        let request = IssueRunRequest { request_id: issue, dunning_run_id: dunning_run_id.clone() };
        ask!(clerk.clone(), issue_run, request)?;
        ask!(clerk, deliver_notices, DeliverNoticesRequest { request_id: deliver })?;
        self.tally.mutations += 3;
        self.tally.dunning_runs += 1;
        for notice in self.notices(&dunning_run_id).await? {
            self.received(&notice, today)?;
        }
        Ok(())
    }

    async fn notices(&self, dunning_run_id: &str) -> Result<Vec<Notice>, Fault> {
        let client = DunningServiceClient::new(self.staff.clerk.collections.clone());
        let mut notices = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListNoticesRequest {
                dunning_run_id: dunning_run_id.to_owned(),
                page_size: 1_000,
                page_token,
                ..ListNoticesRequest::default()
            };
            let page = ask!(client.clone(), list_notices, request)?;
            notices.extend(page.notices);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(notices);
            }
        }
    }

    fn received(&mut self, notice: &Notice, today: BusinessDate) -> Result<(), Fault> {
        if matches!(notice.state(), NoticeState::Draft | NoticeState::Cancelled) {
            return Ok(());
        }
        self.tally.notices += 1;
        let Some(index) = self.ids.indices.get(&notice.customer_id) else { return Ok(()) };
        self.play.notice_seen(*index, u32::try_from(notice.level).unwrap_or(1), today)
    }
}
