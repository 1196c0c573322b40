//! The lives of things, replayed from the logs: every event carries the state after it.

mod legal;

use std::collections::{BTreeMap, HashMap};

use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage, Value};
use quittance_chassis::{
    db::{Db, RowExt},
    tx::Tx,
};
use quittance_types::{Fault, Uuid, text::contains_card_number};

use super::Finding;
use legal::{Legal, Versions};

/// Events replayed at a time.
const PAGE: i64 = 2_000;

const EVENTS: &str = "SELECT p.position, l.tenant_id, l.type, l.payload FROM event_position p JOIN event_log l ON l.ordinal = p.ordinal \
    WHERE p.position > $1 ORDER BY p.position LIMIT $2";

/// A thing at one moment of its life.
struct Moment {
    tenant: Uuid,
    kind: String,
    id: String,
    state: String,
    version: i64,
}

/// What one page of a log told.
#[derive(Default)]
struct Page {
    moments: Vec<Moment>,
    /// Events with a payment card number.
    cards: i64,
    last: Option<i64>,
}

#[derive(Default)]
struct Replay {
    legal: BTreeMap<&'static str, Legal>,
    /// State and version when last seen, by tenant and id.
    seen: HashMap<(Uuid, String), (String, i64)>,
    illegal: i64,
    disordered: i64,
}

/// Replays every log.
pub(super) async fn check(databases: &[(&'static str, Db)]) -> Result<Vec<Finding>, Fault> {
    let (mut illegal, mut disordered, mut cards) = (0, 0, 0);
    for (_, db) in databases {
        let mut replay = Replay { legal: legal::all(), ..Replay::default() };
        let mut after = 0_i64;
        loop {
            let page = db.read_system("audit", after, page).await?;
            page.moments.into_iter().for_each(|moment| replay.see(moment));
            cards += page.cards;
            let Some(last) = page.last else { break };
            after = last;
        }
        illegal += replay.illegal;
        disordered += replay.disordered;
    }
    Ok(vec![
        Finding { code: "I20", name: "the versions of a thing follow each other in its log", violations: disordered },
        Finding { code: "I23", name: "nothing was ever in a state it could not come to", violations: illegal },
        Finding { code: "I32", name: "no payment card number stands in an event", violations: cards },
    ])
}

impl Replay {
    fn see(&mut self, moment: Moment) {
        let Some(legal) = self.legal.get_mut(moment.kind.as_str()) else { return };
        let before = self.seen.get(&(moment.tenant, moment.id.clone()));
        if let Some((state, version)) = before {
            self.illegal += i64::from(!legal.allows(state, &moment.state));
            let follows = match legal.versions {
                Versions::Dense => moment.version == *version || moment.version == version + 1,
                Versions::Ascending => moment.version >= *version,
            };
            self.disordered += i64::from(!follows);
        } else {
            self.illegal += i64::from(!legal.knows(&moment.state));
        }
        self.seen.insert((moment.tenant, moment.id), (moment.state, moment.version));
    }
}

async fn page(tx: Tx, after: i64) -> Result<Page, Fault> {
    let rows = tx.all(EVENTS, vec![after.into(), PAGE.into()]).await?;
    let mut page = Page::default();
    for row in &rows {
        page.last = Some(row.value("position")?);
        let (tenant, name, payload): (Uuid, String, Vec<u8>) = (row.value("tenant_id")?, row.value("type")?, row.value("payload")?);
        let descriptor = quittance_api::pool().get_message_by_name(&name);
        let Some(message) = descriptor.and_then(|descriptor| DynamicMessage::decode(descriptor, payload.as_slice()).ok()) else { continue };
        let shown = serde_json::to_string(&message).map_err(|problem| Fault::internal(format!("{name}: {problem}")))?;
        page.cards += i64::from(contains_card_number(&shown));
        page.moments.extend(moments_of(&message, tenant));
    }
    Ok(page)
}

/// The things an event tells of: itself, or the messages it holds, as far as they have an id and a state.
fn moments_of(event: &DynamicMessage, tenant: Uuid) -> Vec<Moment> {
    let held = event.fields().filter_map(|(_, value)| value.as_message().and_then(|message| moment(message, tenant)));
    held.chain(moment(event, tenant)).collect()
}

fn moment(message: &DynamicMessage, tenant: Uuid) -> Option<Moment> {
    let descriptor = message.descriptor();
    let id = text(message, descriptor.get_field(1)?.name()).filter(|id| id.len() > 4)?;
    let state = state_of(message, &descriptor)?;
    let version = match descriptor.get_field_by_name("version").map(|field| message.get_field(&field).into_owned()) {
        Some(Value::I64(version)) => version,
        _ => text(message, "etag").and_then(|etag| etag.parse().ok()).unwrap_or_default(),
    };
    Some(Moment { tenant, kind: descriptor.full_name().to_owned(), id, state, version })
}

fn text(message: &DynamicMessage, field: &str) -> Option<String> {
    message.get_field_by_name(field)?.as_str().map(str::to_owned)
}

/// The state as it is called in the store: without the name of its type, in small letters.
fn state_of(message: &DynamicMessage, descriptor: &MessageDescriptor) -> Option<String> {
    let field = descriptor.get_field_by_name("state")?;
    let Kind::Enum(states) = field.kind() else { return None };
    let number = message.get_field(&field).as_enum_number()?;
    let zero = states.get_value(0)?.name().strip_suffix("UNSPECIFIED")?.to_owned();
    Some(states.get_value(number)?.name().strip_prefix(&zero)?.to_lowercase())
}
