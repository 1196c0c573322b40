//! Who asks, for which tenant, by which method and until when: the one value that every handler, transaction and
//! outgoing call carries.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quittance_types::{Fault, Reason, TenantId};
use tokio::time::Instant;
use uuid::Uuid;

/// The context of one request, event delivery or job run. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who is acting, and what they may do.
    pub principal: Principal,
    /// The gRPC path, `/quittance.credit.v1.CreditService/Reserve`; `/system/<name>` for jobs and consumers.
    pub method: Arc<str>,
    /// The caller's idempotency key; set once the request message has been read.
    pub request_id: Option<Uuid>,
    /// The instant after which nobody waits for the answer.
    pub deadline: Option<Instant>,
    /// The W3C trace context of the current span, to be stored with events and sent with outgoing calls.
    pub traceparent: Option<String>,
}

impl Ctx {
    /// The context of background work done under its own name for `tenant`, with every permission.
    #[must_use]
    pub fn system(name: &'static str, tenant: TenantId) -> Ctx {
        let principal = Principal::new(PrincipalKind::System, name, tenant, Permissions::all());
        Ctx { principal, method: Arc::from(format!("/system/{name}")), request_id: None, deadline: None, traceparent: None }
    }

    /// The tenant whose rows may be seen.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.principal.tenant
    }

    /// The same context with the idempotency key of the request.
    #[must_use]
    pub fn with_request_id(mut self, request_id: Uuid) -> Ctx {
        self.request_id = Some(request_id);
        self
    }

    /// The same context with a trace to continue.
    #[must_use]
    pub fn with_traceparent(mut self, traceparent: Option<String>) -> Ctx {
        self.traceparent = traceparent;
        self
    }

    /// The same context, to be answered within `budget` from now, or sooner if it already had to be.
    #[must_use]
    pub fn within(mut self, budget: Duration) -> Ctx {
        let limit = Instant::now() + budget;
        self.deadline = Some(self.deadline.map_or(limit, |deadline| deadline.min(limit)));
        self
    }

    /// Time left before the deadline; `None` if there is no deadline, zero once it has passed.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// A key for a remote call made on behalf of this request: the same request always derives the same key for the
    /// same `purpose`, so a retried request repeats its remote work instead of doubling it.
    ///
    /// # Errors
    /// `REQUEST_ID_REQUIRED` if this context has no request id.
    pub fn derived_request_id(&self, purpose: &str) -> Result<Uuid, Fault> {
        let request_id = self.request_id.ok_or_else(|| Fault::new(Reason::RequestIdRequired, "request_id is required"))?;
        let name = format!("{}\n{}\n{}", self.tenant(), self.method, purpose);
        Ok(Uuid::new_v5(&request_id, name.as_bytes()))
    }
}

/// Who is acting.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// What kind of actor this is.
    pub kind: PrincipalKind,
    /// Stable identifier of the actor within the tenant; for a service, the actor it works for.
    pub subject: String,
    /// Who answers for an API key: the person who made it, or made the key it was made with. None for who is no key.
    pub maker: Option<String>,
    /// The one tenant this principal can see. It comes from the token, never from a message or header.
    pub tenant: TenantId,
    /// What it may do.
    pub permissions: Permissions,
}

/// Kinds of actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// An integration with an API key.
    Machine,
    /// Another service of the suite, working for the subject.
    Service,
    /// Background work: sequencer, consumers, jobs.
    System,
}

impl PrincipalKind {
    /// The name used in tokens and in the event log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PrincipalKind::User => "user",
            PrincipalKind::Machine => "machine",
            PrincipalKind::Service => "service",
            PrincipalKind::System => "system",
        }
    }

    /// The inverse of [`PrincipalKind::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<PrincipalKind> {
        match name {
            "user" => Some(PrincipalKind::User),
            "machine" => Some(PrincipalKind::Machine),
            "service" => Some(PrincipalKind::Service),
            "system" => Some(PrincipalKind::System),
            _ => None,
        }
    }
}

impl fmt::Display for PrincipalKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Principal {
    /// A person with the given permissions.
    #[must_use]
    pub fn user(subject: impl Into<String>, tenant: TenantId, permissions: Permissions) -> Principal {
        Principal::new(PrincipalKind::User, subject, tenant, permissions)
    }

    /// An integration with the given permissions.
    #[must_use]
    pub fn machine(subject: impl Into<String>, tenant: TenantId, permissions: Permissions) -> Principal {
        Principal::new(PrincipalKind::Machine, subject, tenant, permissions)
    }

    fn new(kind: PrincipalKind, subject: impl Into<String>, tenant: TenantId, permissions: Permissions) -> Principal {
        Principal { kind, subject: subject.into(), maker: None, tenant, permissions }
    }

    /// The same principal, for whom this person answers.
    #[must_use]
    pub fn made_by(mut self, person: impl Into<String>) -> Principal {
        self.maker = Some(person.into());
        self
    }

    /// Who four eyes are counted by: the subject, or for an API key who made it. The kind of principal tells no two people
    /// apart: the same person comes as a user through the gateway, by a key of their own, and as the principal of a service
    /// that works for them.
    #[must_use]
    pub fn person(&self) -> &str {
        self.maker.as_deref().unwrap_or(&self.subject)
    }

    /// `kind:subject`, as the event log records the actor.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("{}:{}", self.kind, self.subject)
    }

    /// Fails unless the principal holds `permission`; for checks finer than the policy of the method.
    ///
    /// # Errors
    /// `PERMISSION_MISSING` with the permission in the metadata.
    pub fn require(&self, permission: &str) -> Result<(), Fault> {
        if self.permissions.allows(permission) {
            return Ok(());
        }
        let message = format!("the permission {permission} is missing");
        Err(Fault::new(Reason::PermissionMissing, message).with("permission", permission))
    }
}

/// A set of permission patterns: `invoicing.invoice.issue`, a branch `invoicing.invoice.*`, or `*` for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(Arc<[Box<str>]>);

impl Permissions {
    /// Everything is allowed.
    #[must_use]
    pub fn all() -> Permissions {
        Permissions::of(["*"])
    }

    /// Nothing is allowed.
    #[must_use]
    pub fn none() -> Permissions {
        Permissions::default()
    }

    /// The given patterns, sorted and without repetitions.
    pub fn of<T: Into<Box<str>>>(patterns: impl IntoIterator<Item = T>) -> Permissions {
        let mut patterns: Vec<Box<str>> = patterns.into_iter().map(Into::into).collect();
        patterns.sort_unstable();
        patterns.dedup();
        Permissions(Arc::from(patterns))
    }

    /// True if one of the patterns covers `permission`. A star stands for whole words only: `a.b.*` covers `a.b.c`
    /// but neither `a.b` nor `a.bc`. The empty permission is covered by nothing but `*`.
    #[must_use]
    pub fn allows(&self, permission: &str) -> bool {
        self.0.iter().any(|pattern| covers(pattern, permission))
    }

    /// The patterns in order.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// True if nothing is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn covers(pattern: &str, permission: &str) -> bool {
    if pattern == "*" || pattern == permission {
        return true;
    }
    let Some(branch) = pattern.strip_suffix('*') else {
        return false;
    };
    branch.ends_with('.') && permission.len() > branch.len() && permission.starts_with(branch)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_star_stands_for_whole_words_only() {
        let permissions = Permissions::of(["a.b.*", "x.y"]);
        assert!(permissions.allows("a.b.c"));
        assert!(permissions.allows("a.b.c.d"));
        assert!(permissions.allows("x.y"));
        for refused in ["a.b", "a.bc", "a.b.", "x.y.z", "x", "", "*"] {
            assert!(!permissions.allows(refused), "{refused}");
        }
    }

    #[test]
    fn a_key_is_the_person_who_made_it() {
        let tenant = TenantId::new(Uuid::from_u128(7));
        let alice = Principal::user("alice", tenant, Permissions::none());
        let key = Principal::machine("key_1", tenant, Permissions::none()).made_by(alice.person());
        let second = Principal::machine("key_2", tenant, Permissions::none()).made_by(key.person());
        assert_eq!((alice.person(), key.person(), second.person()), ("alice", "alice", "alice"));
        assert_eq!(key.actor(), "machine:key_1");
    }

    #[test]
    fn nothing_is_allowed_by_default() {
        assert!(!Permissions::none().allows("a.b"));
        assert!(!Permissions::none().allows(""));
        assert!(Permissions::all().allows("a.b"));
    }

    #[test]
    fn derived_keys_repeat_and_differ_by_purpose() {
        let tenant = TenantId::new(Uuid::from_u128(7));
        let ctx = Ctx::system("test", tenant).with_request_id(Uuid::from_u128(1));
        assert_eq!(ctx.derived_request_id("reserve").unwrap(), ctx.derived_request_id("reserve").unwrap());
        assert_ne!(ctx.derived_request_id("reserve").unwrap(), ctx.derived_request_id("release").unwrap());
        let without = Ctx::system("test", tenant);
        assert_eq!(without.derived_request_id("x").unwrap_err().reason(), Reason::RequestIdRequired);
    }
}
