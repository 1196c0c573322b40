//! Every check of the audit can fail: one row of a played company is changed behind everybody's back, and exactly the
//! check that guards it says so.

mod breaks;

use std::collections::{BTreeMap, BTreeSet};

use quittance_api::reconciliation::v1::{
    BankAccount, BulkResolveExceptionsRequest, CreateBankAccountRequest, ExceptionAction, ImportRemittanceRequest, ImportStatementRequest,
    PutExceptionRoutingRequest, RunMatchingRequest, bank_service_client::BankServiceClient, exception_action::Action,
    exception_service_client::ExceptionServiceClient, match_service_client::MatchServiceClient,
    remittance_service_client::RemittanceServiceClient, statement_service_client::StatementServiceClient,
};
use quittance_chassis::{Clock, db::Db};
use quittance_simulator::driver::Line;
use quittance_suite::audit;
use quittance_testkit::{Backend, Store, World, on_both, request_id};
use quittance_types::Reason;

use crate::company::{Company, broken, driver, play};
use breaks::{BREAKS, Break};

const SEED: u64 = 11;
const CUSTOMERS: u32 = 40;
const DAYS: u32 = 45;

/// What only one of the databases can break.
const OF_POSTGRES: &str = "row-level security binds everybody on every table of a tenant (PostgreSQL)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_sees_the_row_that_breaks_it() {
    on_both(|backend| async move {
        let world = World::new(backend);
        let mut company = Company::found(&world).await;
        play(&mut driver(&world, company.staff(), SEED, CUSTOMERS, DAYS)).await;
        let report = company.audit().await;
        assert!(report.holds(), "{:#?}", broken(&report));
        company.stop().await;

        let mut unproven: BTreeSet<&str> = report.findings().iter().map(|finding| finding.name).collect();
        let mut wrong = BTreeMap::new();
        let whole = Whole::of(&company).await;
        for case in BREAKS.iter().filter(|case| backend == Backend::Postgres || case.check != OF_POSTGRES) {
            let seen = whole.broken_by(backend, case).await;
            let expected: BTreeSet<&str> = case.also.iter().copied().chain([case.check]).collect();
            if seen != expected {
                wrong.insert(case.check, seen);
            }
            unproven.remove(case.check);
        }
        assert!(wrong.is_empty(), "what a break was seen by: {wrong:#?}");
        unproven.remove(if backend == Backend::Sqlite { OF_POSTGRES } else { "" });
        assert!(unproven.is_empty(), "nothing here breaks: {unproven:#?}");
    })
    .await;
}

const IBAN: &str = "DE89370400440532013000";
/// One payment of 119.00.
const STATEMENT: &str = ":20:WAITS\r\n:25:DE89370400440532013000\r\n:28C:1/1\r\n:60F:C260101EUR0,00\r\n\
    :61:2601020102C119,00NTRFNONREF//B-1\r\n:86:166?00GUTSCHRIFT?20RECHNUNG 4711?32KUNDE GMBH\r\n:62F:C260102EUR119,00\r\n";

/// Another payment of the same account, in a table.
const TABLE: &str = "Day;Amount;Text\n2026-01-03;50.00;another payment\n";
const MAPPING: &str = r#"{"booked_on": "Day", "date_format": "YYYY-MM-DD", "sign": {"kind": "signed", "amount": "Amount"}, "texts": ["Text"],
    "currency": "EUR", "account": "DE89370400440532013000"}"#;
const ADVICE: &str = "Payment advice\n\nInvoice    Amount EUR\nRE-2026-0001    100.00\nTotal    100.00\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_waits_to_be_matched_contradicts_nothing() {
    on_both(|backend| async move {
        let world = World::new(backend);
        let mut company = Company::found(&world).await;
        let line = company.staff().manager.reconciliation;
        open_account(line.clone()).await;
        let import = ImportStatementRequest { request_id: request_id(), content: STATEMENT.into(), match_now: false, ..Default::default() };
        let imported = StatementServiceClient::new(line).import_statement(import).await.expect("a statement").into_inner();
        assert_eq!((imported.lines_imported, imported.lines_matched), (1, 0));
        let contradicting = broken(&company.audit().await);
        assert!(!contradicting.contains(&"a line says of its money what its receipt says"), "{contradicting:?}");
        company.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_change_nothing_and_lines_without_effect_contradict_nothing() {
    on_both(|backend| async move {
        let world = World::new(backend);
        let mut company = Company::found(&world).await;
        let line = company.staff().manager.reconciliation;
        open_account(line.clone()).await;
        let (mut statements, mut desk) = (StatementServiceClient::new(line.clone()), ExceptionServiceClient::new(line.clone()));
        let import = |content: &str, mapping: &str| ImportStatementRequest {
            request_id: request_id(),
            content: content.into(),
            match_now: true,
            mapping: mapping.to_owned(),
            ..Default::default()
        };
        for (content, mapping, lines) in [(STATEMENT, "", 1), (STATEMENT, "", 1), (TABLE, MAPPING, 1)] {
            let imported = statements.import_statement(import(content, mapping)).await.expect("a file is imported").into_inner();
            assert_eq!(imported.lines_imported, lines);
        }
        let preview = BulkResolveExceptionsRequest {
            request_id: request_id(),
            queue: "default".to_owned(),
            action: Some(ExceptionAction { action: Some(Action::AcceptCandidate(1)) }),
            preview: true,
            ..Default::default()
        };
        desk.bulk_resolve_exceptions(preview.clone()).await.expect("a preview");
        let refused = BulkResolveExceptionsRequest { request_id: request_id(), preview: false, ..preview };
        desk.bulk_resolve_exceptions(refused).await.expect("nothing is resolved");
        let routing = PutExceptionRoutingRequest { request_id: request_id(), ..Default::default() };
        desk.put_exception_routing(routing).await.expect("an empty table");
        for _ in 0..2 {
            let advice = ImportRemittanceRequest { request_id: request_id(), content: ADVICE.into(), ..Default::default() };
            RemittanceServiceClient::new(line.clone()).import_remittance(advice).await.expect("an advice");
        }
        MatchServiceClient::new(line)
            .run_matching(RunMatchingRequest { request_id: request_id(), ..Default::default() })
            .await
            .expect("a run");
        world.settle().await;
        let mut contradicting = broken(&company.audit().await);
        // All have followed; cursors over what was passed by are stored within a second.
        contradicting.retain(|name| *name != "every consumer has followed its logs to the head");
        assert!(contradicting.is_empty(), "{contradicting:?}");
        company.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_database_of_another_version_is_brought_up_to_date_first() {
    on_both(|backend| async move {
        let store = Store::migrated(backend, "older", &[], &Clock::system()).await;
        let fault = audit::databases(vec![("credit", open(&store).await)]).await.map(drop).unwrap_err();
        assert_eq!(fault.reason(), Reason::ConfigInvalid);
        assert!(fault.message().contains("credit lacks ") && fault.message().contains("Start this version"), "{}", fault.message());
    })
    .await;
}

async fn open_account(line: Line) {
    let account = BankAccount { iban: IBAN.to_owned(), currency: "EUR".to_owned(), name: "House bank".to_owned(), ..Default::default() };
    let request = CreateBankAccountRequest { request_id: request_id(), bank_account: Some(account) };
    BankServiceClient::new(line).create_bank_account(request).await.expect("an account");
}

/// The databases of a company as they should be: moulds to copy, and copies that are open.
struct Whole {
    moulds: Vec<(&'static str, Store)>,
    _copies: Vec<Store>,
    open: Vec<(&'static str, Db)>,
}

impl Whole {
    async fn of(company: &Company) -> Self {
        let (mut moulds, mut copies, mut opened) = (Vec::new(), Vec::new(), Vec::new());
        for (service, store) in company.stores() {
            let copy = store.copy().await;
            opened.push((service, open(&copy).await));
            copies.push(copy);
            moulds.push((service, store.copy().await));
        }
        Self { moulds, _copies: copies, open: opened }
    }

    /// The checks that fail when this is done to one of the databases.
    async fn broken_by(&self, backend: Backend, case: &Break) -> BTreeSet<&'static str> {
        let (_, mould) = self.moulds.iter().find(|(service, _)| *service == case.service).expect("a service of the company");
        let store = mould.copy().await;
        if !case.apply(&store, backend).await {
            return BTreeSet::from(["there is no row to break"]);
        }
        let db = open(&store).await;
        let others = self.open.iter().map(|(service, whole)| (*service, if *service == case.service { db.clone() } else { whole.clone() }));
        let report = audit::databases(others.collect()).await.expect("every check runs");
        db.close().await;
        broken(&report).into_iter().collect()
    }
}

async fn open(store: &Store) -> Db {
    Db::open(&store.settings(), Clock::system()).await.expect("a database that is there")
}
