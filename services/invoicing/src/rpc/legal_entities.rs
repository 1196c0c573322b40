//! Sellers and their number series.

use quittance_api::invoicing::v1 as pb;
use quittance_api::invoicing::v1::legal_entity_service_server::LegalEntityService;
use quittance_chassis::tx::Tx;
use quittance_chassis::{Ctx, rpc};
use quittance_formats::identifiers::{parse_country, parse_iban, parse_vat_id};
use quittance_types::{Currency, Fault, LegalEntityId, TimeZone, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::{Parts, optional};
use crate::domain::legal_entity::{self, LegalEntity};
use crate::store::{legal_entities, series};
use crate::wire;

const MAX_NAME: usize = 140;

/// The implementation of LegalEntityService.
pub struct LegalEntityRpc {
    parts: Parts,
}

/// A seller as asked for.
#[derive(Clone)]
struct Wanted {
    code: String,
    legal_name: String,
    country: String,
    vat_id: String,
    currency: Currency,
    time_zone: TimeZone,
    iban: String,
}

#[async_trait]
impl LegalEntityService for LegalEntityRpc {
    async fn create_legal_entity(
        &self,
        request: Request<pb::CreateLegalEntityRequest>,
    ) -> Result<Response<pb::CreateLegalEntityResponse>, Status> {
        rpc::mutate(&self.parts.db, request, parse_create, |tx, wanted: Wanted| async move { create(&tx, wanted).await }).await
    }

    async fn get_legal_entity(&self, request: Request<pb::GetLegalEntityRequest>) -> Result<Response<pb::GetLegalEntityResponse>, Status> {
        rpc::read(
            &self.parts.db,
            request,
            |query| parse_id(&query.legal_entity_id),
            |tx, id| async move {
                let entity = legal_entities::load(&tx, id).await?;
                Ok(pb::GetLegalEntityResponse { legal_entity: Some(wire::legal_entity(&entity)) })
            },
        )
        .await
    }

    async fn list_legal_entities(
        &self,
        request: Request<pb::ListLegalEntitiesRequest>,
    ) -> Result<Response<pb::ListLegalEntitiesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(self.list(ctx, query).await)
    }

    async fn list_number_series(
        &self,
        request: Request<pb::ListNumberSeriesRequest>,
    ) -> Result<Response<pb::ListNumberSeriesResponse>, Status> {
        rpc::read(
            &self.parts.db,
            request,
            |query| parse_id(&query.legal_entity_id),
            |tx, id| async move {
                let entity = legal_entities::load(&tx, id).await?;
                let found = series::list(&tx, id).await?;
                Ok(pb::ListNumberSeriesResponse { series: found.iter().map(|series| wire::series(series, &entity.code)).collect() })
            },
        )
        .await
    }
}

impl LegalEntityRpc {
    /// The service on these parts.
    pub fn new(parts: &Parts) -> Self {
        Self { parts: parts.clone() }
    }

    async fn list(&self, ctx: Ctx, query: pb::ListLegalEntitiesRequest) -> Result<pb::ListLegalEntitiesResponse, Fault> {
        let (scope, page) = self.parts.page(&ctx, &[], query.page_size, &query.page_token)?;
        let found = self.parts.db.read(ctx, page, |tx, page| async move { legal_entities::page(&tx, &page).await }).await?;
        Ok(pb::ListLegalEntitiesResponse {
            legal_entities: found.items.iter().map(wire::legal_entity).collect(),
            next_page_token: scope.seal(found.next.as_deref()),
        })
    }
}

fn parse_id(id: &str) -> Result<LegalEntityId, Fault> {
    LegalEntityId::parse(id).map_err(|fault| fault.field("legal_entity_id"))
}

fn parse_create(request: &pb::CreateLegalEntityRequest) -> Result<Wanted, Fault> {
    let mut violations = Violations::new();
    let entity = violations.require("legal_entity", request.legal_entity.as_ref());
    let wanted = entity.and_then(|entity| violations.take("legal_entity", wanted(entity)));
    violations.finish()?;
    wanted.ok_or_else(missing)
}

fn missing() -> Fault {
    Fault::internal("a checked field is missing")
}

fn wanted(entity: &pb::LegalEntity) -> Result<Wanted, Fault> {
    let mut violations = Violations::new();
    let code = violations.take("code", legal_entity::code(&entity.code));
    let legal_name = violations.take("legal_name", text::required(&entity.legal_name, MAX_NAME));
    let country = violations.take("country", parse_country(&entity.country));
    let vat_id = violations.take("vat_id", optional(&entity.vat_id, parse_vat_id));
    let currency = match entity.currency.as_str() {
        "" => violations.require("currency", None),
        code => violations.take("currency", Currency::parse(code)),
    };
    let time_zone = match entity.time_zone.as_str() {
        "" => Some(TimeZone::utc()),
        name => violations.take("time_zone", TimeZone::parse(name)),
    };
    let iban = violations.take("iban", optional(&entity.iban, parse_iban));
    violations.finish()?;
    Ok(Wanted {
        code: code.ok_or_else(missing)?,
        legal_name: legal_name.ok_or_else(missing)?,
        country: country.ok_or_else(missing)?,
        vat_id: vat_id.ok_or_else(missing)?.unwrap_or_default(),
        currency: currency.ok_or_else(missing)?,
        time_zone: time_zone.ok_or_else(missing)?,
        iban: iban.ok_or_else(missing)?.map(String::from).unwrap_or_default(),
    })
}

async fn create(tx: &Tx, wanted: Wanted) -> Result<pb::CreateLegalEntityResponse, Fault> {
    let entity = LegalEntity {
        id: LegalEntityId::new(tx.new_id()),
        code: wanted.code,
        legal_name: wanted.legal_name,
        country: wanted.country,
        vat_id: wanted.vat_id,
        currency: wanted.currency,
        time_zone: wanted.time_zone,
        iban: wanted.iban,
        created_at: tx.now(),
    };
    legal_entities::insert(tx, &entity).await?;
    series::open(tx, entity.id, entity.today(tx.now()).year()).await?;
    Ok(pb::CreateLegalEntityResponse { legal_entity: Some(wire::legal_entity(&entity)) })
}
