//! Does the console let in whom it should, and do what it says? The whole server in this process, and browsers of
//! administrators whose faces are scripted.

#[path = "../support/mod.rs"]
mod support;

mod api;
mod changes;
mod clients;
mod desk;
mod guard;
mod invitations;
mod keys;
mod officer;
mod policies;
mod records;
mod steps;
mod walk;
mod what_if;
mod why;
