//! Parent and child workflows as types: no child without a completed parent.

pub mod definition;
pub mod document;
pub mod enrolment;
pub mod evidence;
pub mod run;
