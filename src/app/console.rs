//! The part of the composition that administrators use.

use std::sync::Arc;

use crate::{
    flows::admin::{
        AdminRoom, administrators::Administrators, attention::Lookout, door::Door, names::Names,
        officer::OfficerDesk, rules::Rules, sessions::SessionDesk, users::UserDesk,
    },
    web::admin::AdminFlows,
};

/// Puts the administrators' flows together.
pub(super) fn admin_flows(room: AdminRoom) -> AdminFlows {
    let room = Arc::new(room);
    AdminFlows {
        door: Door::new(room.clone()),
        lookout: Lookout::new(room.clone()),
        names: Names::new(room.clone()),
        rules: Rules::new(room.clone()),
        administrators: Administrators::new(room.clone()),
        officer: OfficerDesk::new(room.clone()),
        users: UserDesk::new(room.clone()),
        sessions: SessionDesk::new(room),
    }
}
