//! Who plays the simulated company: a clerk who asks and a manager who approves.

use quittance_chassis::{Clock, Ctx, Permissions, Principal, client::Peers};
use quittance_simulator::{
    driver::{Staff, Suite},
    world::{Params, World},
};
use quittance_types::{Fault, TimeZone};

use crate::link;

/// The two people, over the peers of this process.
pub fn staff(peers: &Peers) -> Staff {
    let acting = |name: &str| {
        let principal = Principal::user(name, link::embedded_tenant(), Permissions::all());
        Suite::acting(peers, &Ctx { principal, ..Ctx::system("simulator", link::embedded_tenant()) })
    };
    Staff { clerk: acting("clerk"), manager: acting("manager") }
}

/// A world whose last day is today, so that "today" in the portal is the company's today.
///
/// # Errors
/// DATE_INVALID when the days leave the calendar.
pub fn world(seed: u64, customers: u32, days: u32) -> Result<World, Fault> {
    let today = Clock::system().now().date_in(&TimeZone::parse("UTC")?);
    let back = i32::try_from(days.saturating_sub(1)).unwrap_or(i32::MAX);
    World::new(Params::new(seed, customers, days, today.minus_days(back)?))
}
