//! The gateway's door with a real credit service behind it: REST, gRPC, gRPC-Web and the portal on one port, on both
//! databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "front/api_keys.rs"]
mod api_keys;
#[path = "front/door.rs"]
mod door;
#[path = "front/eyes.rs"]
mod eyes;
#[path = "front/grpc.rs"]
mod grpc;
#[path = "front/identity.rs"]
mod identity;
#[path = "front/limits.rs"]
mod limits;
#[path = "front/oidc.rs"]
mod oidc;
#[path = "front/pages.rs"]
mod pages;
#[path = "front/people.rs"]
mod people;
#[path = "front/replay.rs"]
mod replay;
#[path = "front/rest.rs"]
mod rest;
