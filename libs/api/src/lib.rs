//! The contracts as Rust: messages, clients and servers generated from `proto/`, and the conversions of the few types
//! every contract shares. Nothing else lives here.

pub mod convert;
pub mod status;

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

#[allow(missing_docs, clippy::all, clippy::float_arithmetic)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/packages.rs"));
}
pub use generated::google;
pub use generated::quittance::*;

/// A request that changes facts: it carries the client-made id that makes a retry safe (AIP-155).
pub trait Mutation {
    /// The client-made UUID as it came.
    fn request_id(&self) -> &str;
    /// Empties the id, so that two requests can be compared by what they ask for.
    fn clear_request_id(&mut self);
}
include!(concat!(env!("OUT_DIR"), "/mutations.rs"));

/// The descriptors of every contract, with their options, for reflection and dynamic use. Without comments: decoded, those
/// take four times the memory of all the rest.
pub static DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The same with comments, for people who ask by reflection what a method does.
pub static DOCUMENTED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/documented.bin"));

/// The descriptors, decoded once. Extensions (method policies, HTTP rules) are kept.
///
/// # Panics
/// Never: the bytes are written by this crate's own build.
#[allow(clippy::expect_used)]
pub fn pool() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("own descriptors decode"));
    &POOL
}

#[cfg(test)]
mod tests {
    use quittance_types::Reason;

    #[test]
    fn every_reason_is_in_the_contract_and_the_other_way_round() {
        let contract = crate::pool().get_enum_by_name("quittance.errors.v1.Reason").expect("the enum of reasons");
        let named: Vec<String> = contract.values().skip(1).map(|value| value.name().trim_start_matches("REASON_").to_owned()).collect();
        let coded: Vec<String> = Reason::ALL.iter().map(|reason| reason.as_str().to_owned()).collect();
        for reason in &coded {
            assert!(named.contains(reason), "{reason} is missing in proto/quittance/errors/v1/reasons.proto");
        }
        assert_eq!(named.len(), coded.len());
    }
}
