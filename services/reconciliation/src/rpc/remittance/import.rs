//! Importing a file of advices: read beside the database, stored in one transaction.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Ctx, Db, Tx, beside};
use quittance_types::{Currency, CustomerId, Fault, RemittanceAdviceId, Violations};
use sha2::{Digest, Sha256};

use super::super::{file, optional_customer};
use crate::domain::keys::number_key;
use crate::domain::remittance::{ReadAdvice, RemittanceAdvice};
use crate::importing::advices;
use crate::store::copies;
use crate::store::remittances::{self, AdviceFile, KnownDocument};
use crate::wire;

/// What is to be imported.
struct Import {
    sha256: [u8; 32],
    file_name: String,
    customer: Option<CustomerId>,
    content: Arc<Vec<u8>>,
    advices: Vec<ReadAdvice>,
}

/// Reads the file on a thread where it keeps nobody waiting, and again once it is known which of the texts in it are
/// documents of ours; then stores it in one transaction.
pub(super) async fn import(db: &Db, ctx: Ctx, message: pb::ImportRemittanceRequest) -> Result<pb::ImportRemittanceResponse, Fault> {
    if let Some(earlier) = db.replay(ctx.clone(), &message).await? {
        return Ok(earlier);
    }
    let (file_name, customer) = parse(&message)?;
    let content = Arc::new(message.content.clone());
    let sha256: [u8; 32] = Sha256::digest(content.as_slice()).into();
    let is_stored = db.read(ctx.clone(), sha256, |tx, sha256| async move { remittances::has_file(&tx, sha256).await }).await?;
    let advices = if is_stored { Vec::new() } else { read(db, &ctx, content.clone(), &file_name).await? };
    let import = Import { sha256, file_name, customer, content, advices };
    db.mutate(ctx, &message, Arc::new(import), |tx, import| async move { store(&tx, &import).await }).await
}

fn parse(request: &pb::ImportRemittanceRequest) -> Result<(String, Option<CustomerId>), Fault> {
    let mut violations = Violations::new();
    let file_name = violations.take("file_name", file::name(&request.file_name));
    let customer = optional_customer(&mut violations, &request.customer_id);
    violations.take("content", file::size(&request.content));
    violations.finish()?;
    Ok((file_name.unwrap_or_default(), customer))
}

async fn read(db: &Db, ctx: &Ctx, content: Arc<Vec<u8>>, file_name: &str) -> Result<Vec<ReadAdvice>, Fault> {
    let first = read_with(content.clone(), file_name, HashSet::new()).await?;
    let asked: Vec<String> = first.asked.into_iter().collect();
    let known = db.read(ctx.clone(), asked, |tx, asked| async move { remittances::documents(&tx, &asked).await }).await?;
    if known.is_empty() {
        return Ok(first.advices);
    }
    let known = known.into_iter().map(|document| document.key).collect();
    Ok(read_with(content, file_name, known).await?.advices)
}

async fn read_with(content: Arc<Vec<u8>>, file_name: &str, known: HashSet<String>) -> Result<advices::ReadFile, Fault> {
    let file_name = file_name.to_owned();
    beside::compute(move || advices::read(&content, &file_name, &known).map_err(|fault| fault.field("content"))).await
}

async fn store(tx: &Tx, import: &Import) -> Result<pb::ImportRemittanceResponse, Fault> {
    if let Some(customer) = import.customer {
        copies::require_customer(tx, customer).await.map_err(|fault| fault.field("customer_id"))?;
    }
    let file = AdviceFile { sha256: import.sha256, file_name: &import.file_name, content: &import.content };
    let is_new = remittances::insert_file(tx, &file).await?;
    let advices = if is_new {
        let advices = known_advices(tx, import).await?;
        remittances::insert(tx, import.sha256, &advices).await?;
        advices
    } else {
        remittances::of_file(tx, import.sha256).await?
    };
    let remittance_advices = advices.iter().map(wire::remittances::advice).collect();
    Ok(pb::ImportRemittanceResponse { remittance_advices, already_imported: !is_new })
}

/// What the books know of what a file names.
struct Context {
    documents: HashMap<String, Vec<KnownDocument>>,
    by_iban: HashMap<String, CustomerId>,
    by_number: HashMap<String, CustomerId>,
    /// What all our accounts are in, if it is one currency.
    currency: Option<Currency>,
}

async fn known_advices(tx: &Tx, import: &Import) -> Result<Vec<RemittanceAdvice>, Fault> {
    let all = || import.advices.iter();
    let keys: BTreeSet<String> = all().flat_map(|advice| &advice.lines).map(|line| number_key(&line.document)).collect();
    let texts = |text: fn(&ReadAdvice) -> &String| -> Vec<String> {
        let texts: BTreeSet<&String> = all().map(text).filter(|text| !text.is_empty()).collect();
        texts.into_iter().cloned().collect()
    };
    let keys: Vec<String> = keys.into_iter().filter(|key| !key.is_empty()).collect();
    let mut documents: HashMap<String, Vec<KnownDocument>> = HashMap::new();
    for document in remittances::documents(tx, &keys).await? {
        documents.entry(document.key.clone()).or_default().push(document);
    }
    let context = Context {
        documents,
        by_iban: copies::by_iban(tx, &texts(|advice| &advice.payer_iban)).await?,
        by_number: remittances::owners_of_numbers(tx, &texts(|advice| &advice.customer_number)).await?,
        currency: only(remittances::currencies(tx).await?.into_iter()),
    };
    Ok(all().map(|advice| known_advice(tx, import, advice, &context)).collect())
}

fn known_advice(tx: &Tx, import: &Import, read: &ReadAdvice, context: &Context) -> RemittanceAdvice {
    let documents: Vec<&KnownDocument> =
        read.lines.iter().filter_map(|line| context.documents.get(&number_key(&line.document))).flatten().collect();
    let by_text = || context.by_iban.get(&read.payer_iban).or_else(|| context.by_number.get(&read.customer_number)).copied();
    let customer = import.customer.or_else(|| only(documents.iter().map(|document| document.customer))).or_else(by_text);
    let of_documents = only(documents.iter().map(|document| document.currency));
    let currency = read.currency.or(of_documents).or(context.currency.filter(|_| documents.is_empty()));
    let valued = read.valued(currency);
    RemittanceAdvice {
        id: RemittanceAdviceId::new(tx.new_id()),
        format: read.format.to_owned(),
        file_name: import.file_name.clone(),
        number: read.number.clone(),
        advice_on: read.advice_on,
        currency,
        total: valued.total,
        payer_name: read.payer_name.clone(),
        payer_iban: read.payer_iban.clone(),
        customer_number: read.customer_number.clone(),
        customer,
        state: valued.state,
        findings: valued.findings,
        lines: valued.lines,
        bank_line: None,
        version: 1,
        created_at: tx.now(),
    }
}

/// The value all have in common.
fn only<T: PartialEq>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}
