//! Bank statements and their lines.

use std::sync::Arc;

use quittance_api::reconciliation::v1::{self as pb, statement_service_server::StatementService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Clock, Ctx, Db, rpc};
use quittance_types::{BankAccountId, Fault, PageRequest, Reason, StatementId, TimeZone, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::{date, filter, optional};
use crate::domain::matching::Terms;
use crate::importing::{self, Import, Imported};
use crate::store::{lines, statements};
use crate::wire;

/// Largest bank file.
const MAX_FILE: usize = 16 * 1_024 * 1_024;
/// Largest message that brings one: a file that is somewhat too large is told so by its own reason.
pub const MAX_MESSAGE: usize = 20 * 1_024 * 1_024;
/// Longest file name.
const MAX_FILE_NAME: usize = 255;
/// What archives, spreadsheets, documents, pictures and programs begin with; they are never opened, whatever else is in them.
const FOREIGN: [&[u8]; 11] = [
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"MZ",
    b"\x7fELF",
];

/// The implementation of StatementService.
pub struct StatementRpc {
    /// The service's database.
    pub db: Db,
    /// The time, for files without any date.
    pub clock: Clock,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// How patient the matching rules are.
    pub terms: Terms,
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
        let (terms, today) = (self.terms, self.clock.today(&TimeZone::utc()));
        let parsed = tokio::task::spawn_blocking(move || parse_import(&message, terms, today).map(|import| (message, import)));
        let (message, import) = parsed.await.map_err(|error| Fault::internal(format!("reading the file broke off: {error}")))??;
        self.db.mutate(ctx, &message, Arc::new(import), |tx, import| async move {
            importing::run(&tx, &import).await.map(answer)
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

fn parse_import(request: &pb::ImportStatementRequest, terms: Terms, today: quittance_types::BusinessDate) -> Result<Import, Fault> {
    let mut violations = Violations::new();
    let file_name = violations.take("file_name", file_name(&request.file_name));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.take("content", check_content(&request.content));
    violations.finish()?;
    let as_of = as_of.flatten().unwrap_or(today);
    let file = importing::read::read(&request.content, as_of).map_err(|fault| fault.field("content"))?;
    Ok(Import {
        file: Arc::new(file),
        content: Arc::new(request.content.clone()),
        file_name: file_name.unwrap_or_default(),
        match_now: request.match_now,
        as_of,
        terms,
    })
}

fn file_name(name: &str) -> Result<String, Fault> {
    if name.contains(['/', '\\']) || name.contains("..") {
        return Err(Fault::new(Reason::FileTypeUnsupported, "give the name of the file without its path"));
    }
    text::clean(name, MAX_FILE_NAME)
}

fn check_content(content: &[u8]) -> Result<(), Fault> {
    if content.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "give the file"));
    }
    if content.len() > MAX_FILE {
        return Err(Fault::new(Reason::FileTooLarge, "at most 16 MiB").with("max_bytes", MAX_FILE));
    }
    if FOREIGN.iter().any(|magic| content.starts_with(magic)) {
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
