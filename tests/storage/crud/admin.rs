//! Administrators, one-time links, document checks, and the lists that the console shows.

use facestep::domain::{
    admin::{
        check::CheckSource,
        invitation::{Invitation, InvitationKind},
        role::{Administrator, Role},
    },
    change::Author,
    face::attempts::DeviceScope,
    id::{IdentityCheckId, SessionId},
    user::{PasswordHash, User, Username},
    workflow::document::DocumentHash,
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

fn administrator(user: &str, role: Role) -> Administrator {
    Administrator { user: user_id(user), role, granted_by: Author::Installer, granted_at: at(1) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_given_changed_and_taken() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                for name in ["u1", "u2"] {
                    assert!(db.insert_user(&user(name))?);
                    db.put_administrator(&administrator(name, Role::Owner))?;
                }
                db.put_administrator(&Administrator {
                    granted_by: Author::Operator(user_id("u1")),
                    ..administrator("u2", Role::Viewer)
                })
            })
            .await
            .unwrap();
        let (all, owners) = store.transact(|db| Ok((db.administrators()?, db.hold_owners()?))).await.unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!((all[1].role, all[1].granted_by.to_string()), (Role::Viewer, "operator:u1".into()));
        assert_eq!(owners, [administrator("u1", Role::Owner)]);
        let gone = store
            .transact(|db| {
                let first = db.remove_administrator(&user_id("u2"))?;
                Ok((first, db.remove_administrator(&user_id("u2"))?, db.find_administrator(&user_id("u2"))?))
            })
            .await
            .unwrap();
        assert_eq!(gone, (true, false, None));
    })
    .await;
}

fn link(name: &str, user: &str) -> Invitation {
    Invitation {
        token_hash: secret(name).hash(),
        kind: InvitationKind::Recover,
        user: user_id(user),
        role: Some(Role::Operator),
        invited_by: Author::Installer,
        created_at: at(0),
        expires_at: at(1000),
        used_at: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_used_once_in_its_time_and_gives_way_to_the_next_one_of_its_account() {
    on_each_engine(async |Database { store, .. }: Database| {
        let found = store
            .transact(|db| {
                assert!(db.insert_user(&user("u1"))?);
                assert!(db.insert_user(&user("u2"))?);
                db.insert_invitation(&link("first", "u1"))?;
                db.insert_invitation(&Invitation { role: None, ..link("second", "u1") })?;
                db.insert_invitation(&link("other", "u2"))?;
                let hash = |name| secret(name).hash();
                assert_eq!(db.find_invitation(&hash("first"))?, None);
                assert!(!db.use_invitation(&hash("second"), at(1000))?, "its time is up");
                assert!(db.use_invitation(&hash("second"), at(999))?);
                assert!(!db.use_invitation(&hash("second"), at(1))?, "it was used");
                assert_eq!(db.open_invitations(at(1))?, [link("other", "u2")]);
                assert_eq!(db.open_invitations(at(1000))?, []);
                assert_eq!(db.withdraw_invitations(&user_id("u2"))?, 1);
                assert_eq!(db.withdraw_invitations(&user_id("u1"))?, 0, "what was used stays");
                assert_eq!((db.purge_invitations(at(1000))?, db.purge_invitations(at(1001))?), (0, 1));
                db.find_invitation(&hash("second"))
            })
            .await
            .unwrap();
        assert_eq!(found, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_use_a_link_one_does() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                assert!(db.insert_user(&user("u1"))?);
                db.insert_invitation(&link("once", "u1"))
            })
            .await
            .unwrap();
        let using = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let used = store.transact(|db| db.use_invitation(&secret("once").hash(), at(1)));
                used.await.unwrap_or(false)
            })
        });
        let mut winners = 0;
        for used in using.collect::<Vec<_>>() {
            winners += usize::from(used.await.unwrap());
        }
        assert_eq!(winners, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_owners_who_leave_at_once_each_sees_that_the_other_left() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                for name in ["u1", "u2"] {
                    assert!(db.insert_user(&user(name))?);
                    db.put_administrator(&administrator(name, Role::Owner))?;
                }
                Ok(())
            })
            .await
            .unwrap();
        let leaving = ["u1", "u2"].map(|name| {
            let store = store.clone();
            tokio::spawn(async move {
                // As the flow does it: held, judged, removed.
                let left = store.transact(move |db| match db.hold_owners()?.len() {
                    0 | 1 => Ok(false),
                    _ => db.remove_administrator(&user_id(name)),
                });
                left.await.unwrap_or(false)
            })
        });
        let mut left = 0;
        for one in leaving {
            left += usize::from(one.await.unwrap());
        }
        assert_eq!(left, 1);
        assert_eq!(store.read(|db| db.administrators()).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_is_open_until_it_is_used_taken_back_replaced_or_lapsed() {
    on_each_engine(async |Database { store, .. }: Database| {
        let hash = || DocumentHash::from_kept("hash".into());
        store
            .transact(move |db| {
                assert!(db.insert_user(&user("u1"))?);
                let open = |db: &mut dyn facestep::ports::store::Db, now| {
                    Ok::<_, facestep::ports::fault::Fault>(
                        db.find_open_check(&user_id("u1"), &hash(), at(now))?
                            .map(|check| check.id.to_string()),
                    )
                };
                db.insert_identity_check(&identity_check("k1", "u1"))?;
                let id = |name| IdentityCheckId::parse(name).unwrap();
                assert_eq!(db.find_identity_check(&id("k1"))?, Some(identity_check("k1", "u1")));
                assert_eq!(open(db, 1)?.as_deref(), Some("k1"));
                assert_eq!(open(db, 2000)?, None, "it lapsed");
                let other = DocumentHash::from_kept("other".into());
                assert_eq!(db.find_open_check(&user_id("u1"), &other, at(1))?, None);
                assert_eq!(db.find_open_check(&user_id("u2"), &hash(), at(1))?, None);

                let mut later = identity_check("k2", "u1");
                (later.checked_at, later.source) = (at(5), CheckSource::Installer);
                db.insert_identity_check(&later)?;
                let replaced = db.find_identity_check(&id("k1"))?.unwrap();
                assert_eq!((replaced.withdrawn_at, replaced.sealed_portrait), (Some(at(5)), vec![]));
                assert_eq!((open(db, 6)?.as_deref(), db.count_open_checks(at(6))?), (Some("k2"), 1));
                assert!(!db.withdraw_identity_check(&id("k1"), at(7))?);

                assert!(db.spend_identity_check(&id("k2"), at(8))?);
                assert!(!db.spend_identity_check(&id("k2"), at(9))?, "it was used");
                assert!(!db.withdraw_identity_check(&id("k2"), at(9))?);
                let spent = db.find_identity_check(&id("k2"))?.unwrap();
                assert_eq!((spent.used_at, spent.sealed_portrait), (Some(at(8)), vec![]));
                assert_eq!((open(db, 9)?, db.count_open_checks(at(9))?), (None, 0));
                let all: Vec<_> =
                    db.identity_checks_of(&user_id("u1"))?.into_iter().map(|check| check.id).collect();
                assert_eq!(all, [id("k2"), id("k1")]);
                assert_eq!(
                    (db.purge_identity_checks(at(2000))?, db.purge_identity_checks(at(2001))?),
                    (0, 2)
                );
                Ok(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_listed_by_name_and_a_pattern_is_a_text_like_another() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                for (id, name) in [("1", "a_b"), ("2", "a%b"), ("3", "axb"), ("4", "a\\b"), ("5", "zoe")] {
                    let user = User { username: Username::parse(name).unwrap(), ..user(id) };
                    assert!(db.insert_user(&user)?);
                }
                Ok(())
            })
            .await
            .unwrap();
        let names = async |containing: Option<&'static str>, behind: Option<&'static str>, most| {
            let found = store.read(move |db| {
                let behind = behind.map(|name| Username::parse(name).unwrap());
                db.users(containing, behind.as_ref(), most)
            });
            let mut names: Vec<_> =
                found.await.unwrap().into_iter().map(|user| user.username.as_str().to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names(None, None, 10).await.len(), 5);
        assert_eq!(names(Some("_"), None, 10).await, ["a_b"]);
        assert_eq!(names(Some("%"), None, 10).await, ["a%b"]);
        assert_eq!(names(Some("\\"), None, 10).await, ["a\\b"]);
        assert_eq!(names(Some("ZO"), None, 10).await, ["zoe"]);
        let (first, all) = (names(None, None, 1).await, names(None, None, 10).await);
        assert_eq!(first.len(), 1);
        assert!(names(None, Some("zoe"), 10).await.is_empty());
        assert!(all.contains(&first[0]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_by_use_behind_one_and_of_one_account_alone() {
    on_each_engine(async |Database { store, .. }: Database| {
        let listed = store
            .transact(|db| {
                assert!(db.insert_user(&user("u1"))?);
                assert!(db.insert_user(&user("u2"))?);
                db.insert_session(&session("anonymous", None))?;
                for (name, who, seen) in [("a", "u1", 5), ("b", "u2", 7), ("c", "u1", 7), ("d", "u1", 1)] {
                    let mut session = session(name, Some(who));
                    session.seen_at = at(seen);
                    db.insert_session(&session)?;
                }
                let names = |sessions: Vec<facestep::domain::session::Session>| {
                    sessions.into_iter().map(|session| session.id.to_string()).collect::<Vec<_>>()
                };
                let b = SessionId::parse("b").unwrap();
                Ok((
                    names(db.sessions(None, None, 10)?),
                    names(db.sessions(None, Some((at(7), &b)), 10)?),
                    names(db.sessions(Some(&user_id("u1")), None, 2)?),
                ))
            })
            .await
            .unwrap();
        assert_eq!(listed.0, ["b", "c", "a", "d"]);
        assert_eq!(listed.1, ["c", "a", "d"]);
        assert_eq!(listed.2, ["c", "a"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_set_and_what_was_verified_only_where_nothing_was() {
    on_each_engine(async |Database { store, .. }: Database| {
        let read = store
            .transact(|db| {
                assert!(db.insert_user(&User {
                    verified: None,
                    password: PasswordHash::unset(),
                    ..user("u1")
                })?);
                assert!(!db.find_user(&user_id("u1"))?.unwrap().password.is_set());
                assert!(db.set_password(&user_id("u1"), &PasswordHash("$argon2id$x".into()))?);
                assert!(!db.set_password(&user_id("u2"), &PasswordHash::unset())?);
                assert!(db.set_verified(&user_id("u1"), &verified())?);
                let mut other = verified();
                other.given_name = "Eve".into();
                assert!(!db.set_verified(&user_id("u1"), &other)?);
                db.find_user(&user_id("u1"))
            })
            .await
            .unwrap()
            .unwrap();
        assert_eq!((read.verified, read.password.0.as_str()), (Some(verified()), "$argon2id$x"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn suspended_accounts_are_named_once_and_every_enrolment_of_an_account_is_listed() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                fill(db, 1)?;
                fill(db, 2)?;
                assert_eq!(db.suspended_users(10)?, []);
                let mut budget = db.find_budget(&user_id("u1"), &DeviceScope::Unknown)?.unwrap();
                budget.suspended_at = Some(at(20));
                db.save_budget(&budget)?;
                assert_eq!(db.suspended_users(10)?, [user_id("u1")]);
                assert!(db.is_suspended(&user_id("u1"))? && !db.is_suspended(&user_id("u2"))?);
                let enrolments = db.enrolments_of(&user_id("u1"))?;
                db.revoke_enrolment(&enrolments[0].id, at(30))?;
                assert!(db.find_enrolment_of(&user_id("u1"))?.is_none());
                assert_eq!(db.enrolments_of(&user_id("u1"))?[0].revoked_at, Some(at(30)));
                Ok(())
            })
            .await
            .unwrap();
    })
    .await;
}
