//! Properties of every contract, found from the descriptors.

use prost_reflect::{DescriptorPool, Kind, MethodDescriptor};
use quittance_chassis::policy::Policies;

fn pool() -> &'static DescriptorPool {
    quittance_api::pool()
}

fn own_methods() -> Vec<MethodDescriptor> {
    let services = pool().services().filter(|service| service.full_name().starts_with("quittance."));
    services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

#[test]
fn every_method_has_a_policy_with_a_permission_of_its_service() {
    for method in own_methods() {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let policy = Policies::own().find(&path).unwrap_or_else(|| panic!("{path} has no policy"));
        assert!(policy.public || policy.permission.split('.').count() == 3, "{path}: {}", policy.permission);
    }
}

#[test]
fn every_mutation_carries_its_request_id_first() {
    let mutations: Vec<_> = own_methods().into_iter().filter(|method| method.input().get_field_by_name("request_id").is_some()).collect();
    assert!(mutations.len() > 40, "{}", mutations.len());
    for method in mutations {
        let field = method.input().get_field_by_name("request_id").expect("just seen");
        assert_eq!((field.number(), field.kind()), (1, Kind::String), "{}", method.full_name());
    }
}

#[test]
fn no_enum_value_can_be_meant_by_silence() {
    for found in pool().all_enums().filter(|found| found.full_name().starts_with("quittance.")) {
        let zero = found.get_value(0).expect("proto3 has a zero");
        assert!(zero.name().ends_with("_UNSPECIFIED"), "{}", zero.full_name());
    }
}

#[test]
fn nothing_on_the_wire_is_a_float() {
    for message in pool().all_messages().filter(|message| message.full_name().starts_with("quittance.")) {
        for field in message.fields() {
            assert!(!matches!(field.kind(), Kind::Float | Kind::Double), "{}", field.full_name());
        }
    }
}
