//! What each RPC demands, read once from the `(quittance.auth.v1.policy)` option of the contracts.
//!
//! One table drives authorisation, deadlines, rate-limit weights and the start-up check: a server that would serve a
//! method without a policy refuses to start.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, MethodDescriptor};
use quittance_api::auth::v1 as wire;
use quittance_types::{Fault, Reason};

const EXTENSION: &str = "quittance.auth.v1.policy";
const EVENT_TAIL: &str = "/quittance.events.v1.EventLogService/Read";
const REFLECTION: [&str; 2] =
    ["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"];

/// What one RPC demands.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `/package.Service/Method`.
    pub path: Arc<str>,
    /// The permission a caller needs; empty only if `public`.
    pub permission: Arc<str>,
    /// Needs no token.
    pub public: bool,
    /// Whether it changes facts.
    pub effect: Effect,
    /// Deadline if the caller names none; `None` for the server's default.
    pub deadline: Option<Duration>,
    /// Weight against the tenant's quota, at least 1.
    pub cost: u32,
    /// The caller sends a stream of messages.
    pub client_streaming: bool,
    /// The service answers with a stream of messages.
    pub server_streaming: bool,
}

/// Whether an RPC changes facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Changes facts and takes a `request_id`.
    Mutate,
}

impl Policy {
    /// `package.Service`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.path.trim_start_matches('/').split('/').next().unwrap_or_default()
    }

    /// `Method`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// True for the event stream, which has no end of its own.
    #[must_use]
    pub fn is_tail(&self) -> bool {
        &*self.path == EVENT_TAIL
    }

    /// True if one message goes in and one comes out.
    #[must_use]
    pub fn is_unary(&self) -> bool {
        !self.client_streaming && !self.server_streaming
    }
}

/// The policies of every method that has one, by path.
#[derive(Clone, Debug, Default)]
pub struct Policies(HashMap<Arc<str>, Policy>);

impl Policies {
    /// Reads the policies of every method of `pool`, and adds those of reflection.
    #[must_use]
    pub fn of(pool: &DescriptorPool) -> Policies {
        let mut table: HashMap<Arc<str>, Policy> = HashMap::new();
        if let Some(extension) = pool.get_extension_by_name(EXTENSION) {
            let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
            table.extend(methods.filter_map(|method| policy_of(&extension, &method)).map(|policy| (policy.path.clone(), policy)));
        }
        table.extend(REFLECTION.iter().map(|path| (Arc::from(*path), reflection(path))));
        Policies(table)
    }

    /// The policies of our own contracts.
    pub fn own() -> &'static Policies {
        static OWN: LazyLock<Policies> = LazyLock::new(|| Policies::of(quittance_api::pool()));
        &OWN
    }

    /// The policy of `/package.Service/Method`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Policy> {
        self.0.get(path)
    }

    /// Every policy, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.0.values()
    }

    /// Fails unless every method of the services named has a policy.
    ///
    /// # Errors
    /// `CONFIG_INVALID` naming the service that is in no contract, or the first method without a policy.
    pub fn require<'a>(&self, pool: &DescriptorPool, services: impl IntoIterator<Item = &'a str>) -> Result<(), Fault> {
        for name in services {
            let service = pool.get_service_by_name(name);
            let service = service.ok_or_else(|| refused(format!("the service {name} is in no contract"), name))?;
            for method in service.methods() {
                let path = path_of(&method);
                if self.find(&path).is_none() {
                    return Err(refused(format!("{path} has no usable policy; the server does not start"), &path));
                }
            }
        }
        Ok(())
    }
}

fn refused(message: String, method: &str) -> Fault {
    Fault::new(Reason::ConfigInvalid, message).with("method", method)
}

fn path_of(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// The policy of a method, or `None` if the option is absent or contradicts itself: neither public nor guarded by a
/// permission, both at once, or without an effect.
fn policy_of(extension: &ExtensionDescriptor, method: &MethodDescriptor) -> Option<Policy> {
    let options: DynamicMessage = method.options();
    if !options.has_extension(extension) {
        return None;
    }
    let declared: wire::Policy = options.get_extension(extension).as_message()?.transcode_to().ok()?;
    let effect = match declared.effect() {
        wire::Effect::Read => Effect::Read,
        wire::Effect::Mutate => Effect::Mutate,
        wire::Effect::Unspecified => return None,
    };
    if declared.public != declared.permission.is_empty() {
        return None;
    }
    Some(Policy {
        path: Arc::from(path_of(method)),
        permission: Arc::from(declared.permission),
        public: declared.public,
        effect,
        deadline: (declared.deadline_ms > 0).then(|| Duration::from_millis(u64::from(declared.deadline_ms))),
        cost: declared.cost.max(1),
        client_streaming: method.is_client_streaming(),
        server_streaming: method.is_server_streaming(),
    })
}

fn reflection(path: &str) -> Policy {
    Policy {
        path: Arc::from(path),
        permission: Arc::from(""),
        public: true,
        effect: Effect::Read,
        deadline: None,
        cost: 1,
        client_streaming: true,
        server_streaming: true,
    }
}
