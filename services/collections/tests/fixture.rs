//! A collections department, the logs it follows, and short ways to do what every test does.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use quittance_api::collections::v1 as pb;
use quittance_api::collections::v1::analytics_service_client::AnalyticsServiceClient;
use quittance_api::collections::v1::dispute_service_client::DisputeServiceClient;
use quittance_api::collections::v1::dunning_service_client::DunningServiceClient;
use quittance_api::collections::v1::promise_service_client::PromiseServiceClient;
use quittance_api::collections::v1::strategy_service_client::StrategyServiceClient;
use quittance_api::credit::v1 as credit;
use quittance_api::google::r#type::{Date, Money};
use quittance_api::reconciliation::v1 as books;
use quittance_chassis::Emit;
use quittance_collections::Collections;
use quittance_testkit::{Backend, Caller, Harness, World, request_id, tenant, unique};
use quittance_types::{BusinessDate, CustomerId, TenantId};
use tempfile::TempDir;
use tonic::Status;

use crate::peers::{self, Credit, Reconciliation};

/// Collections among the logs it follows. Jobs are off, letters go to a directory of their own.
pub struct Desk {
    pub world: World,
    pub collections: Harness<Collections>,
    pub letters: TempDir,
    pub tenant: TenantId,
    credit: Harness<Credit>,
    books: Harness<Reconciliation>,
    said: Mutex<Vec<Emit>>,
    master: Mutex<Vec<Emit>>,
}

/// An item as reconciliation has it.
#[derive(Clone, Debug)]
pub struct Item {
    pub state: books::OpenItem,
    pub customer: CustomerId,
}

impl Item {
    pub fn id(&self) -> String {
        self.state.document_id.clone()
    }
}

impl Desk {
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, &[]).await
    }

    pub async fn start_with(backend: Backend, settings: &[&str]) -> Self {
        let world = World::new(backend);
        let letters = tempfile::tempdir().unwrap();
        let directory = format!("service.mail.directory={}", letters.path().display());
        let mut all = vec!["service.evaluate_every_seconds=0", "service.deliver_every_seconds=0", directory.as_str()];
        all.extend(settings);
        let (credit, books) = (world.start::<Credit>().await, world.start::<Reconciliation>().await);
        let collections = world.start_with::<Collections>(&all).await;
        let desk = Self { world, collections, letters, tenant: tenant(1), credit, books, said: Mutex::default(), master: Mutex::default() };
        desk.listening().await;
        desk
    }

    /// Until the consumers have written down where they begin, nobody can tell that they are behind.
    async fn listening(&self) {
        while self.collections.store().number("SELECT count(DISTINCT producer) FROM consumer_cursor").await < 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub fn caller(&self, person: &str) -> Caller {
        self.collections.as_person(person, self.tenant, &["*"])
    }

    pub fn dunning(&self) -> DunningServiceClient<Caller> {
        self.dunning_of("clerk")
    }

    pub fn dunning_of(&self, person: &str) -> DunningServiceClient<Caller> {
        DunningServiceClient::new(self.caller(person))
    }

    pub fn analytics(&self) -> AnalyticsServiceClient<Caller> {
        AnalyticsServiceClient::new(self.caller("clerk"))
    }

    pub fn promises(&self) -> PromiseServiceClient<Caller> {
        PromiseServiceClient::new(self.caller("clerk"))
    }

    pub fn disputes(&self) -> DisputeServiceClient<Caller> {
        DisputeServiceClient::new(self.caller("clerk"))
    }

    pub fn strategies(&self) -> StrategyServiceClient<Caller> {
        StrategyServiceClient::new(self.caller("clerk"))
    }

    /// A customer of the standard segment who pays invoices by English mail.
    pub fn customer(&self, name: &str) -> CustomerId {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        self.customer_like(name, "", vec![contact("Ann", &email, "")])
    }

    pub fn customer_like(&self, name: &str, segment: &str, contacts: Vec<credit::Contact>) -> CustomerId {
        let id = CustomerId::new(unique());
        let customer = credit::Customer {
            customer_id: id.to_string(),
            legal_name: name.to_owned(),
            currency: "EUR".to_owned(),
            segment: segment.to_owned(),
            contacts,
            etag: "1".to_owned(),
            ..Default::default()
        };
        let event = credit::CustomerChanged { customer: Some(customer) };
        self.master.lock().unwrap().push(Emit::public(id, id.uuid(), &event));
        id
    }

    /// An issued invoice.
    pub fn invoice(&self, customer: CustomerId, number: &str, minor: i64, issued: &str, due: &str) -> Item {
        self.item(customer, "inv", books::OpenItemKind::Invoice, number, euro(minor), (issued, due))
    }

    /// An issued credit memo, to be given a positive amount.
    pub fn memo(&self, customer: CustomerId, number: &str, minor: i64, issued: &str) -> Item {
        self.item(customer, "mem", books::OpenItemKind::CreditMemo, number, euro(-minor), (issued, issued))
    }

    pub fn item(
        &self,
        customer: CustomerId,
        prefix: &str,
        kind: books::OpenItemKind,
        number: &str,
        total: Money,
        days: (&str, &str),
    ) -> Item {
        let state = books::OpenItem {
            open_item_id: format!("itm_{}", unique().simple()),
            kind: kind.into(),
            document_id: format!("{prefix}_{}", unique().simple()),
            document_number: number.to_owned(),
            customer_id: customer.to_string(),
            total: Some(total.clone()),
            open: Some(total),
            issue_date: Some(date(days.0)),
            due_date: Some(date(days.1)),
            state: books::OpenItemState::Open.into(),
            version: 1,
            ..Default::default()
        };
        let item = Item { state, customer };
        self.say(&item, &books::ItemOpened { open_item: Some(item.state.clone()) });
        item
    }

    /// Cash on an item; gives back the application, to be taken back.
    pub fn pay(&self, item: &mut Item, minor_units: i64, on: &str) -> books::Application {
        let open = minor(&item.state.open) - minor_units;
        item.state.open = Some(euro(open));
        item.state.version += 1;
        if open == 0 {
            item.state.settled_on = Some(date(on));
        }
        let application = books::Application {
            application_id: format!("apl_{}", unique().simple()),
            receipt_id: format!("rcp_{}", unique().simple()),
            document_id: item.id(),
            customer_id: item.customer.to_string(),
            amount: Some(euro(minor_units)),
            applied_on: Some(date(on)),
            ..Default::default()
        };
        let event = books::CashApplied { application: Some(application.clone()), receipt: None, open_item: Some(item.state.clone()) };
        self.say(item, &event);
        application
    }

    /// Gives an item more time.
    pub fn put_off(&self, item: &mut Item, due: &str) {
        item.state.due_date = Some(date(due));
        item.state.version += 1;
        self.say(item, &books::ItemChanged { open_item: Some(item.state.clone()) });
    }

    /// Takes cash back.
    pub fn take_back(&self, item: &mut Item, application: &books::Application) {
        item.state.open = Some(euro(minor(&item.state.open) + minor(&application.amount)));
        item.state.version += 1;
        item.state.settled_on = None;
        let application = books::Application { reversed: true, ..application.clone() };
        self.say(item, &books::CashUnapplied { application: Some(application), receipt: None, open_item: Some(item.state.clone()) });
    }

    /// Money that is there but not applied.
    pub fn unapplied(&self, customer: CustomerId, minor: i64) {
        let receipt = books::Receipt {
            receipt_id: format!("rcp_{}", unique().simple()),
            customer_id: customer.to_string(),
            amount: Some(euro(minor)),
            unapplied: Some(euro(minor)),
            received_on: Some(date("2026-01-10")),
            version: 1,
            ..Default::default()
        };
        let event = books::CashReceived { receipt: Some(receipt) };
        self.said.lock().unwrap().push(Emit::public(customer, customer.uuid(), &event));
    }

    pub fn say<M: prost::Message + prost::Name>(&self, item: &Item, event: &M) {
        self.said.lock().unwrap().push(Emit::public(&item.state.open_item_id, item.customer.uuid(), event));
    }

    /// Everything said so far arrives.
    pub async fn settle(&self) {
        let (master, said) = (std::mem::take(&mut *self.master.lock().unwrap()), std::mem::take(&mut *self.said.lock().unwrap()));
        peers::publish(self.credit.db(), self.tenant, master).await;
        peers::publish(self.books.db(), self.tenant, said).await;
        self.world.settle().await;
    }

    pub async fn put_strategy(&self, strategy: pb::Strategy) -> Result<pb::Strategy, Status> {
        let request = pb::PutStrategyRequest { request_id: request_id(), strategy: Some(strategy) };
        Ok(self.strategies().put_strategy(request).await?.into_inner().strategy.unwrap())
    }

    pub async fn preview(&self, as_of: &str) -> pb::DunningRun {
        let request = pb::PreviewRunRequest { request_id: request_id(), as_of: Some(date(as_of)) };
        self.dunning().preview_run(request).await.unwrap().into_inner().run.unwrap()
    }

    pub async fn approve(&self, run: &pb::DunningRun) -> pb::DunningRun {
        let (dunning_run_id, etag) = (run.dunning_run_id.clone(), run.etag.clone());
        let request = pb::ApproveRunRequest { request_id: request_id(), dunning_run_id, etag };
        self.dunning_of("manager").approve_run(request).await.unwrap().into_inner().run.unwrap()
    }

    /// Issued; nothing is issued that was not proposed.
    pub async fn issue(&self, run: &pb::DunningRun) -> Result<pb::DunningRun, Status> {
        let proposed = self.asked(run).await;
        let request = pb::IssueRunRequest { request_id: request_id(), dunning_run_id: run.dunning_run_id.clone() };
        let issued = self.dunning().issue_run(request).await?.into_inner().run.unwrap();
        assert!(self.asked(run).await.is_subset(&proposed));
        Ok(issued)
    }

    /// Which invoices the notices of a run are about, at which level.
    async fn asked(&self, run: &pb::DunningRun) -> BTreeSet<(String, i32)> {
        let items = self.notices(run).await.into_iter().flat_map(|notice| notice.items);
        items.map(|item| (item.invoice_id, item.level)).collect()
    }

    /// Previewed, approved and issued.
    pub async fn dun(&self, as_of: &str) -> pb::DunningRun {
        let run = self.preview(as_of).await;
        self.approve(&run).await;
        self.issue(&run).await.unwrap()
    }

    pub async fn notices(&self, run: &pb::DunningRun) -> Vec<pb::Notice> {
        let request = pb::ListNoticesRequest { dunning_run_id: run.dunning_run_id.clone(), page_size: 1_000, ..Default::default() };
        self.dunning().list_notices(request).await.unwrap().into_inner().notices
    }

    pub async fn deliver(&self) -> Result<(i32, i32, i32), Status> {
        let request = pb::DeliverNoticesRequest { request_id: request_id() };
        let done = self.dunning().deliver_notices(request).await?.into_inner();
        Ok((done.sent, done.bounced, done.still_queued))
    }

    pub async fn promise(&self, item: &Item, minor: i64, made: &str, due: &str) -> Result<pb::PromiseToPay, Status> {
        let request = pb::CreatePromiseRequest {
            request_id: request_id(),
            customer_id: item.customer.to_string(),
            invoice_ids: vec![item.id()],
            amount: Some(euro(minor)),
            due_date: Some(date(due)),
            as_of: Some(date(made)),
            note: String::new(),
        };
        Ok(self.promises().create_promise(request).await?.into_inner().promise.unwrap())
    }

    pub async fn dispute(&self, item: &Item, amount: Option<Money>, on: &str) -> Result<pb::Dispute, Status> {
        let request = pb::OpenDisputeRequest {
            request_id: request_id(),
            invoice_id: item.id(),
            amount,
            category: pb::DisputeCategory::Price.into(),
            note: "Not as agreed".to_owned(),
            as_of: Some(date(on)),
        };
        Ok(self.disputes().open_dispute(request).await?.into_inner().dispute.unwrap())
    }

    pub async fn resolve(&self, dispute: &pb::Dispute, on: &str) -> Result<pb::Dispute, Status> {
        let request = pb::ResolveDisputeRequest {
            request_id: request_id(),
            dispute_id: dispute.dispute_id.clone(),
            outcome: pb::DisputeState::ResolvedPay.into(),
            why: "Proven".to_owned(),
            as_of: Some(date(on)),
        };
        Ok(self.disputes().resolve_dispute(request).await?.into_inner().dispute.unwrap())
    }

    /// How often an event of this type was published.
    pub async fn published(&self, event: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM event_log WHERE public AND type = 'quittance.collections.v1.{event}'");
        self.collections.store().number(&sql).await
    }

    /// Invoices dunned twice at one level, and notices that do not sum to their items.
    pub async fn dunned_wrongly(&self) -> i64 {
        let twice =
            "SELECT count(*) FROM (SELECT document_id FROM dunned_item GROUP BY tenant_id, document_id, level HAVING count(*) > 1) t";
        let sums = "SELECT count(*) FROM notice n WHERE issued_on IS NOT NULL AND total_minor <> (SELECT COALESCE(SUM(open_minor), 0) \
                    FROM dunned_item i WHERE i.tenant_id = n.tenant_id AND i.notice_id = n.id)";
        let store = self.collections.store();
        store.number(twice).await + store.number(sums).await
    }
}

pub fn contact(name: &str, email: &str, language: &str) -> credit::Contact {
    credit::Contact {
        name: name.to_owned(),
        email: email.to_owned(),
        language: language.to_owned(),
        role: credit::ContactRole::AccountsPayable.into(),
        ..Default::default()
    }
}

/// Levels 1, 2 and 3 after 5, 15 and 30 days; a week between letters; nothing below 10.00.
pub fn strategy(segment: &str) -> pb::Strategy {
    let step = |level, days_past_due| pb::StrategyStep { level, days_past_due, ..Default::default() };
    pb::Strategy {
        segment: segment.to_owned(),
        steps: vec![step(1, 5), step(2, 15), step(3, 30)],
        minimum_amount: Some(euro(1_000)),
        ..Default::default()
    }
}

pub fn euro(minor: i64) -> Money {
    Money { currency_code: "EUR".to_owned(), units: minor / 100, nanos: i32::try_from(minor % 100 * 10_000_000).unwrap() }
}

/// Minor units of an amount with two decimals.
pub fn minor(money: &Option<Money>) -> i64 {
    let money = money.as_ref().expect("an amount");
    money.units * 100 + i64::from(money.nanos) / 10_000_000
}

pub fn date(text: &str) -> Date {
    quittance_api::convert::date_to_wire(BusinessDate::parse(text).unwrap())
}

/// An id of this kind that nothing has.
pub fn nobody(prefix: &str) -> String {
    format!("{prefix}_{}", unique().simple())
}
