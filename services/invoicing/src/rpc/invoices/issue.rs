//! Giving documents their numbers.
//!
//! Everything that can refuse a document happens before its series is touched: the row of the series is locked from then
//! until the commit, and a member of a group that is refused must have written nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use quittance_api::invoicing::v1 as pb;
use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault, InvoiceId, Violations};

use crate::domain::content::Content;
use crate::domain::invoice::{Invoice, InvoiceKind, Occasion};
use crate::domain::legal_entity::LegalEntity;
use crate::domain::number::DocumentNumber;
use crate::store::customers::{self, TermsOf};
use crate::store::invoices::{self, Issue};
use crate::store::sellers::Sellers;
use crate::store::series;

/// A document that is ready to be numbered.
struct Ready {
    invoice: Invoice,
    seller: Arc<LegalEntity>,
}

/// Issues what waits for one flush: one read of the customers, one update per series, one insert of headers and one of
/// lines, whatever the size of the group. One result per content, in order.
pub(super) async fn group(
    tx: &Tx,
    sellers: &Sellers,
    contents: Vec<Arc<Content>>,
) -> Result<Vec<Result<pb::IssueInvoiceResponse, Fault>>, Fault> {
    let terms = customers::terms_of(tx, contents.iter().map(|content| content.customer_id)).await?;
    let (mut answers, mut ready, mut members) = (Vec::with_capacity(contents.len()), Vec::new(), Vec::new());
    for (member, content) in contents.iter().enumerate() {
        match prepared(tx, sellers, &terms, InvoiceKind::Invoice, content).await {
            Ok(document) => {
                ready.push(document);
                members.push(member);
                answers.push(Ok(pb::IssueInvoiceResponse::default()));
            }
            // Not the member's fault: the transaction is lost.
            Err(fault) if fault.outcome().is_our_failure() || fault.is_retryable() => return Err(fault),
            Err(fault) => answers.push(Err(fault)),
        }
    }
    number(tx, &mut ready).await?;
    let issues = ready.into_iter().zip(&members).map(|(ready, member)| Issue::new(&tx.member(*member), ready.invoice));
    let issued = invoices::insert_issued(tx, issues.collect()).await?;
    for (member, invoice) in members.into_iter().zip(issued) {
        if let Some(answer) = answers.get_mut(member) {
            *answer = Ok(pb::IssueInvoiceResponse { invoice: Some(invoice) });
        }
    }
    Ok(answers)
}

/// Issues a batch, all or none; a refusal names every bad invoice by its index.
pub(super) async fn batch(tx: &Tx, sellers: &Sellers, contents: &[Arc<Content>]) -> Result<Vec<pb::Invoice>, Fault> {
    let terms = customers::terms_of(tx, contents.iter().map(|content| content.customer_id)).await?;
    let mut violations = Violations::new();
    let mut ready = Vec::with_capacity(contents.len());
    for (index, content) in contents.iter().enumerate() {
        match prepared(tx, sellers, &terms, InvoiceKind::Invoice, content).await {
            Ok(document) => ready.push(document),
            Err(fault) => violations.push(format!("invoices[{index}]"), fault),
        }
    }
    violations.finish()?;
    number(tx, &mut ready).await?;
    let issues = ready.into_iter().map(|ready| Issue::new(tx, ready.invoice));
    invoices::insert_issued(tx, issues.collect()).await
}

/// Issues a stored draft.
pub(super) async fn draft(tx: &Tx, sellers: &Sellers, id: InvoiceId) -> Result<pb::Invoice, Fault> {
    let mut invoice = invoices::load_for_update(tx, id).await?;
    let seller = sellers.load(tx, invoice.legal_entity_id).await?;
    // Looked at now, so that a number is not taken in vain.
    invoice.state.after(crate::domain::invoice::Step::Issue)?;
    invoice.redate(seller.today(tx.now()))?;
    let mut ready = [Ready { invoice, seller }];
    number(tx, &mut ready).await?;
    let [Ready { invoice, .. }] = ready;
    invoices::save_issued(tx, invoice).await
}

/// Stores a numbered pro-forma.
pub(super) async fn pro_forma(tx: &Tx, sellers: &Sellers, content: &Content) -> Result<pb::Invoice, Fault> {
    let invoice = drafted(tx, sellers, InvoiceKind::ProForma, content).await?;
    let seller = sellers.load(tx, invoice.legal_entity_id).await?;
    let mut ready = [Ready { invoice, seller }];
    number(tx, &mut ready).await?;
    let [Ready { invoice, .. }] = ready;
    invoices::insert_unowed(tx, &invoice).await
}

/// Issues the invoice of a pro-forma.
pub(super) async fn convert(tx: &Tx, sellers: &Sellers, id: InvoiceId, as_of: Option<BusinessDate>) -> Result<pb::Invoice, Fault> {
    let mut pro_forma = invoices::load_for_update(tx, id).await?;
    let seller = sellers.load(tx, pro_forma.legal_entity_id).await?;
    let issue_on = as_of.unwrap_or_else(|| seller.today(tx.now()));
    let invoice = pro_forma.convert(InvoiceId::new(tx.new_id()), issue_on, tx.now())?;
    invoices::save_converted(tx, pro_forma).await?;
    issue_one(tx, seller, Issue::new(tx, invoice)).await
}

/// Numbers one invoice and stores it.
pub(in crate::rpc) async fn issue_one(tx: &Tx, seller: Arc<LegalEntity>, issue: Issue) -> Result<pb::Invoice, Fault> {
    let Issue { by, invoice, reservation_id, order_complete } = issue;
    let mut ready = [Ready { invoice, seller }];
    number(tx, &mut ready).await?;
    let [Ready { invoice, .. }] = ready;
    let issued = invoices::insert_issued(tx, vec![Issue { by, invoice, reservation_id, order_complete }]).await?;
    issued.into_iter().next().ok_or_else(|| Fault::internal("an issued invoice is missing"))
}

/// A document made of content, without a number.
pub(super) async fn drafted(tx: &Tx, sellers: &Sellers, kind: InvoiceKind, content: &Content) -> Result<Invoice, Fault> {
    let terms = customers::terms_of(tx, [content.customer_id]).await?;
    prepared(tx, sellers, &terms, kind, content).await.map(|ready| ready.invoice)
}

async fn prepared(tx: &Tx, sellers: &Sellers, terms: &TermsOf, kind: InvoiceKind, content: &Content) -> Result<Ready, Fault> {
    let seller = sellers.load(tx, content.legal_entity_id).await?;
    let default_terms = terms.get(&content.customer_id).ok_or_else(|| content.customer_id.not_found())?;
    let occasion = Occasion { default_terms, today: seller.today(tx.now()), now: tx.now() };
    let invoice = Invoice::draft(InvoiceId::new(tx.new_id()), kind, content.clone(), &occasion)?;
    Ok(Ready { invoice, seller })
}

/// Takes the numbers of all documents, each series by one update, and issues them in order. Series are locked in a fixed
/// order: by seller, kind and year.
async fn number(tx: &Tx, documents: &mut [Ready]) -> Result<(), Fault> {
    let mut by_series: BTreeMap<_, Vec<&mut Ready>> = BTreeMap::new();
    for document in documents {
        let key = (document.seller.id, document.invoice.kind.series(), document.invoice.issue_on.year());
        by_series.entry(key).or_default().push(document);
    }
    for ((seller, kind, year), documents) in by_series {
        let count = i64::try_from(documents.len()).map_err(|_| Fault::internal("too many documents"))?;
        let first = series::take(tx, seller, kind, year, count).await?;
        for (sequence, document) in (first..).zip(documents) {
            let number = DocumentNumber::new(kind, &document.seller.code, year, sequence);
            document.invoice.issue(number, tx.now())?;
        }
    }
    Ok(())
}
