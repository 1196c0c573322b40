//! Bank statements and their lines.

use std::sync::{Arc, Mutex, PoisonError};

use quittance_api::reconciliation::v1::{self as pb, statement_service_server::StatementService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Clock, Ctx, Db, Tx, beside, rpc};
use quittance_formats::mapped::Mapping;
use quittance_types::{BankAccountId, Fault, PageRequest, Reason, StatementId, Violations};
use tonic::{Request, Response, Status, async_trait};

use super::{date, file, filter, not_ahead, optional};
use crate::importing::{self, Import, Imported};
use crate::ledgers::Ledgers;
use crate::store::{banks, lines, statements};
use crate::wire;

/// Longest mapping of columns.
const MAX_MAPPING: usize = 20_000;
/// How a workbook begins: opened only when a mapping says what is in it.
const WORKBOOK: &[u8] = b"PK\x03\x04";
/// What archives, spreadsheets, documents, pictures and programs begin with; they are never opened, whatever else is in them.
const FOREIGN: [&[u8]; 11] =
    [WORKBOOK, b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"MZ", b"\x7fELF"];

/// The implementation of StatementService.
pub struct StatementRpc {
    /// The service's database.
    pub db: Db,
    /// The time, for files without any date.
    pub clock: Clock,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// What the engine knows.
    pub ledgers: Ledgers,
}

#[async_trait]
impl StatementService for StatementRpc {
    async fn import_statement(
        &self,
        request: Request<pb::ImportStatementRequest>,
    ) -> Result<Response<pb::ImportStatementResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.import(ctx, message).await)
    }

    async fn get_statement(&self, request: Request<pb::GetStatementRequest>) -> Result<Response<pb::GetStatementResponse>, Status> {
        let parse = |query: &pb::GetStatementRequest| StatementId::parse(&query.statement_id).map_err(|fault| fault.field("statement_id"));
        rpc::read(&self.db, request, parse, |tx, id| async move {
            let statement = statements::load(&tx, id).await?;
            Ok(pb::GetStatementResponse { statement: Some(wire::statement(&statement)) })
        })
        .await
    }

    async fn list_statements(&self, request: Request<pb::ListStatementsRequest>) -> Result<Response<pb::ListStatementsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn list_bank_lines(&self, request: Request<pb::ListBankLinesRequest>) -> Result<Response<pb::ListBankLinesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list_lines(&self.db, &self.page_tokens, ctx, query).await)
    }
}

impl StatementRpc {
    /// Reads the file on a thread where it keeps nobody waiting, then stores it in one transaction.
    async fn import(&self, ctx: Ctx, message: pb::ImportStatementRequest) -> Result<pb::ImportStatementResponse, Fault> {
        if let Some(earlier) = self.db.replay(ctx.clone(), &message).await? {
            return Ok(earlier);
        }
        let (ledgers, today) = (self.ledgers.clone(), self.clock.today(self.db.zones().of(ctx.principal.tenant)));
        let parse = move || parse_import(&message, ledgers, today).map(|import| (message, import));
        let (message, import) = beside::compute(parse).await?;
        let import = Arc::new(import);
        if import.match_now {
            self.prepare(ctx.clone(), Arc::clone(&import)).await?;
        }
        let (done, ledgers) = (Arc::new(Mutex::new(None)), import.ledgers.clone());
        let tell = Arc::clone(&done);
        let body = move |tx: Tx, import: Arc<Import>| {
            let tell = Arc::clone(&tell);
            async move {
                let mut imported = importing::run(&tx, &import).await?;
                let effects = std::mem::take(&mut imported.effects);
                let answer = answer(imported);
                *tell.lock().unwrap_or_else(PoisonError::into_inner) = Some((answer.clone(), effects));
                Ok(answer)
            }
        };
        let answer = self.db.mutate(ctx, &message, import, body).await?;
        let told = done.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The statements of an answer have ids of their own: another answer is that of a twin, and this attempt came to nothing.
        if let Some((_, effects)) = told.filter(|(told, _)| *told == answer) {
            ledgers.take_over(effects).await;
        }
        Ok(answer)
    }
}

impl StatementRpc {
    /// Brings the ledgers the lines will be held against up to date, before the transaction that writes.
    async fn prepare(&self, ctx: Ctx, import: Arc<Import>) -> Result<(), Fault> {
        self.db
            .read(ctx, import, |tx, import| async move {
                for seller in banks::sellers_of(&tx, &import.file.accounts()).await? {
                    import.ledgers.prepare(&tx, seller).await?;
                }
                Ok(())
            })
            .await
    }
}

fn answer(imported: Imported) -> pb::ImportStatementResponse {
    pb::ImportStatementResponse {
        statements: imported.statements.iter().map(wire::statement).collect(),
        lines_imported: imported.lines_imported,
        lines_known: imported.lines_known,
        already_imported: imported.already,
        lines_matched: imported.lines_matched,
    }
}

fn parse_import(request: &pb::ImportStatementRequest, ledgers: Ledgers, today: quittance_types::BusinessDate) -> Result<Import, Fault> {
    let mut violations = Violations::new();
    let file_name = violations.take("file_name", file::name(&request.file_name));
    let given = date(request.as_of.as_ref()).and_then(|given| given.map(|on| not_ahead(on, today)).transpose());
    let as_of = violations.take("as_of", given);
    let mapping = violations.take("mapping", mapping(&request.mapping)).flatten();
    violations.take("content", check_content(&request.content, mapping.is_some()));
    violations.finish()?;
    let as_of = as_of.flatten().unwrap_or(today);
    let file = importing::read::read(&request.content, mapping.as_ref(), as_of)
        .map_err(|fault| if fault.fields().is_empty() { fault.field("content") } else { fault })?;
    Ok(Import {
        file: Arc::new(file),
        content: Arc::new(request.content.clone()),
        file_name: file_name.unwrap_or_default(),
        match_now: request.match_now,
        as_of,
        ledgers,
    })
}

fn mapping(text: &str) -> Result<Option<Mapping>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > MAX_MAPPING {
        return Err(Fault::new(Reason::TextTooLong, "at most 20,000 bytes").with("max_bytes", MAX_MAPPING));
    }
    let malformed = |error: serde_json::Error| Fault::new(Reason::MalformedJson, format!("not a mapping of columns: {error}"));
    serde_json::from_str(text).map(Some).map_err(malformed)
}

fn check_content(content: &[u8], is_mapped: bool) -> Result<(), Fault> {
    file::size(content)?;
    let is_workbook = is_mapped && content.starts_with(WORKBOOK);
    if !is_workbook && FOREIGN.iter().any(|magic| content.starts_with(magic)) {
        return Err(Fault::new(Reason::FileTypeUnsupported, "this kind of file is not opened; send the statement itself"));
    }
    Ok(())
}

async fn list(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListStatementsRequest) -> Result<pb::ListStatementsResponse, Fault> {
    let account = optional(&query.bank_account_id, BankAccountId::parse).map_err(|fault| fault.field("bank_account_id"))?;
    let scope = tokens.scope(&ctx, &[&query.bank_account_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx, (account, page)| async move { statements::page(&tx, account, &page).await };
    let found = db.read(ctx, (account, page), body).await?;
    Ok(pb::ListStatementsResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        statements: found.items.iter().map(wire::statement).collect(),
    })
}

async fn list_lines(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListBankLinesRequest) -> Result<pb::ListBankLinesResponse, Fault> {
    let mut violations = Violations::new();
    let statement = violations.take("statement_id", optional(&query.statement_id, StatementId::parse)).flatten();
    let state = violations.take("state", filter::<pb::BankLineState>(query.state)).flatten().and_then(wire::line_state_of);
    violations.finish()?;
    let scope = tokens.scope(&ctx, &[&query.statement_id, &query.state.to_string()]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx, (statement, state, page)| async move { lines::page(&tx, statement, state, &page).await };
    let (found, total) = db.read(ctx, (statement, state, page), body).await?;
    Ok(pb::ListBankLinesResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        bank_lines: found.items.iter().map(wire::bank_line).collect(),
        total_count: i64::try_from(total).unwrap_or(i64::MAX),
    })
}
