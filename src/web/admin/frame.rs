//! What stands around every page of the console: who is here, where they are, what there is, and what was done just now.

use crate::{domain::admin::role::Role, web::pages::text};

/// One part of the console, as the navigation names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Where it is.
    pub path: &'static str,
    /// The key of its name.
    pub key: &'static str,
    /// Who sees it.
    pub needs: Role,
}

/// Every part, in the order of the navigation.
pub const SECTIONS: [Section; 12] = [
    part("/admin", "admin-nav-home", Role::Viewer),
    part("/admin/users", "admin-nav-users", Role::Viewer),
    part("/admin/sessions", "admin-nav-sessions", Role::Viewer),
    part("/admin/clients", "admin-nav-clients", Role::Viewer),
    part("/admin/policies", "admin-nav-policies", Role::Viewer),
    part("/admin/contexts", "admin-nav-contexts", Role::Viewer),
    part("/admin/workflows", "admin-nav-workflows", Role::Viewer),
    part("/admin/why", "admin-nav-why", Role::Viewer),
    part("/admin/keys", "admin-nav-keys", Role::Viewer),
    part("/admin/statistics", "admin-nav-statistics", Role::Viewer),
    part("/admin/audit", "admin-nav-audit", Role::Viewer),
    part("/admin/administrators", "admin-nav-administrators", Role::Viewer),
];

const fn part(path: &'static str, key: &'static str, needs: Role) -> Section {
    Section { path, key, needs }
}

/// A step on the way to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// Where it is.
    pub path: String,
    /// Its name.
    pub name: String,
}

/// What stands around a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The administrator, by the name they sign in with.
    pub username: String,
    /// What they may do.
    pub role: Role,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The session's name, for the form that ends it.
    pub session: String,
    /// The part that the page belongs to: its path.
    pub here: &'static str,
    /// The steps below that part, the page itself left out.
    pub crumbs: Vec<Crumb>,
    /// Whether the page is below its part and not the part itself.
    pub is_below: bool,
    /// What was done just now, in words.
    pub done: Option<String>,
}

impl Frame {
    /// The parts that this administrator sees.
    pub fn sections(&self) -> impl Iterator<Item = Section> {
        SECTIONS.into_iter().filter(|section| self.role.may(section.needs))
    }

    /// The way to this page: its part, and the steps below; nothing on a part's own page.
    pub fn way(&self) -> Vec<Crumb> {
        let part = SECTIONS.into_iter().find(|section| section.path == self.here && self.is_below);
        let part = part.and_then(|section| {
            text::find(section.key).map(|name| Crumb { path: section.path.to_owned(), name })
        });
        part.into_iter().chain(self.crumbs.iter().cloned()).collect()
    }

    /// Whether the administrator may what this role may.
    pub fn may(&self, needed: &Role) -> bool {
        self.role.may(*needed)
    }

    /// Whether they may what an operator may.
    pub fn operates(&self) -> bool {
        self.role.may(Role::Operator)
    }

    /// Whether they may what an owner may.
    pub fn owns(&self) -> bool {
        self.role.may(Role::Owner)
    }

    /// The frame of a page below its part.
    #[must_use]
    pub fn below(self) -> Self {
        Self { is_below: true, ..self }
    }

    /// The same with one more step before the page.
    #[must_use]
    pub fn under(mut self, path: impl Into<String>, name: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { path: path.into(), name: name.into() });
        self.below()
    }

    /// A filled one, for the render test.
    pub fn sample() -> Self {
        Self {
            username: "olivia".into(),
            role: Role::Owner,
            csrf: "csrf-sample".into(),
            session: "s4Kd9wPz".into(),
            here: "/admin",
            crumbs: Vec::new(),
            is_below: false,
            done: None,
        }
    }
}

/// The words of what was done, where a query names something that there are words for.
pub(super) fn done_in(query: &str) -> Option<String> {
    let name = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "done")?.1;
    let is_plain = name.len() <= 64 && name.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
    is_plain.then(|| text::find(&format!("admin-done-{name}")))?
}

/// A page of the console: it has forms, whose answers stay here.
macro_rules! console_page {
    ($($page:ty),+ $(,)?) => {$(
        impl $crate::web::pages::Page for $page {
            fn policy(&self) -> $crate::web::headers::Policy {
                $crate::web::headers::Policy::form(None)
            }
        }
    )+};
}
pub(super) use console_page;
