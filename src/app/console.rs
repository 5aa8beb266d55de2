//! The part of the composition that administrators use.

use std::sync::Arc;

use crate::{
    flows::admin::{AdminRoom, attention::Lookout, door::Door, names::Names, rules::Rules},
    web::admin::AdminFlows,
};

/// Puts the administrators' flows together.
pub(super) fn admin_flows(room: AdminRoom) -> AdminFlows {
    let room = Arc::new(room);
    AdminFlows {
        door: Door::new(room.clone()),
        lookout: Lookout::new(room.clone()),
        names: Names::new(room.clone()),
        rules: Rules::new(room),
    }
}
