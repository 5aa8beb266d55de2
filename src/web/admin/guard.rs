//! Who may see a page of the console, and who may change something: judged at every request, before anything else.

use std::{fmt, future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, dev::Payload, http::StatusCode, web};
use askama::Template;

use super::frame::{Frame, console_page, done_in};
use crate::{
    domain::{admin::role::Role, change::Change, id::UserId},
    flows::{
        Unserved,
        admin::door::{Admitted, Knock},
        browser::Browser,
    },
    ports::fault::Fault,
    web::{
        error::Failure,
        follow::see_other,
        form::Form,
        headers::Policy,
        pages::{
            self, Page,
            text::{self, filters},
        },
        state::App,
    },
};

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 500;

/// Why a handler of the console has no answer of its own.
#[derive(Debug)]
pub enum Barred {
    /// They sign in or show their face first: the address that leads there and back.
    WayIn(String),
    /// The account that is signed in, by this name, has no role.
    Stranger(String),
    /// Their role may not do it; with the frame of the page that says so.
    NotTheirs(Box<Frame>, Role),
    /// There is no such thing here.
    Nowhere(Box<Frame>),
    /// Anything else.
    Failure(Failure),
}

impl<F: Into<Failure>> From<F> for Barred {
    fn from(failure: F) -> Self {
        Self::Failure(failure.into())
    }
}

impl fmt::Display for Barred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WayIn(_) => f.write_str("way_in"),
            Self::Stranger(_) => f.write_str("no_role"),
            Self::NotTheirs(..) => f.write_str("other_role"),
            Self::Nowhere(_) => f.write_str("not_found"),
            Self::Failure(failure) => failure.fmt(f),
        }
    }
}

impl ResponseError for Barred {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::WayIn(_) => StatusCode::SEE_OTHER,
            Self::Stranger(_) | Self::NotTheirs(..) => StatusCode::FORBIDDEN,
            Self::Nowhere(_) => StatusCode::NOT_FOUND,
            Self::Failure(failure) => failure.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        match self {
            Self::WayIn(address) => see_other(address),
            Self::Stranger(username) => pages::answer(status, &StrangerPage { username: username.clone() }),
            Self::NotTheirs(frame, needed) => {
                let refusal = Some(*needed);
                pages::answer(status, &BarredPage { frame: frame.as_ref().clone(), refusal })
            }
            Self::Nowhere(frame) => {
                pages::answer(status, &BarredPage { frame: frame.as_ref().clone(), refusal: None })
            }
            Self::Failure(failure) => failure.error_response(),
        }
    }
}

impl Barred {
    /// The failure that it is, where it is one: it is logged and explained like every other.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failure(failure) => Some(failure),
            _ => None,
        }
    }
}

/// Extracts an administrator who may read: signed in, with a role, their face shown within the hour.
pub struct Admin {
    /// Their browser.
    pub browser: Browser,
    /// Who they are.
    pub admitted: Admitted,
    app: web::Data<App>,
    done: Option<String>,
}

impl FromRequest for Admin {
    type Error = Barred;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Barred>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>().cloned();
        let visitor = app.as_ref().map(|app| app.cookies.visitor(request));
        // A form that is sent without a way in comes back to the console's first page.
        let back = if request.method().is_safe() { request.uri().to_string() } else { "/admin".to_owned() };
        let done = done_in(request.query_string());
        Box::pin(async move {
            let (Some(app), Some(visitor)) = (app, visitor) else { return Err(Failure::NotFound.into()) };
            let way_in = || Barred::WayIn(app.admin.door.way_in(&back));
            let Some(browser) = app.browsers.find(visitor).await? else { return Err(way_in()) };
            match app.admin.door.knock(&browser).await? {
                Knock::Unproven => Err(way_in()),
                Knock::Stranger(username) => Err(Barred::Stranger(username.as_str().to_owned())),
                Knock::Admitted(admitted) => Ok(Self { browser, admitted, app, done }),
            }
        })
    }
}

impl Admin {
    /// What stands around a page of a part of the console.
    pub fn frame(&self, section: &'static str) -> Frame {
        Frame {
            username: self.admitted.username.as_str().to_owned(),
            role: self.admitted.role,
            csrf: self.browser.session.csrf.expose().to_owned(),
            session: self.browser.session.id.to_string(),
            here: section,
            crumbs: Vec::new(),
            is_below: false,
            done: self.done.clone(),
        }
    }

    /// Asks for a role.
    pub fn must(&self, needed: Role) -> Result<(), Barred> {
        match self.admitted.role.may(needed) {
            true => Ok(()),
            false => Err(Barred::NotTheirs(Box::new(self.frame("").below()), needed)),
        }
    }

    /// Asks for a role, and for a fresh face before a page whose form changes something: so nobody fills it in for nothing.
    pub fn must_be_fresh(&self, needed: Role, page: &str) -> Result<(), Barred> {
        self.must(needed)?;
        match self.admitted.is_fresh {
            true => Ok(()),
            false => Err(Barred::WayIn(self.app.admin.door.way_in(page))),
        }
    }

    /// Proves a form that changes something: it is one of this session's own, the role may do it, and the face is fresh; else
    /// they show it and come back to this page. The change, with its author and the reason that the form's field `reason` gives.
    pub fn change(
        &self,
        request: &HttpRequest,
        form: &Form,
        needed: Role,
        page: &str,
    ) -> Result<Change, Barred> {
        form.prove_own(request, &self.app, &self.browser)?;
        self.must_be_fresh(needed, page)?;
        let reason = form.value("reason").map(|words| words.trim().chars().take(LONGEST_REASON).collect());
        Ok(Change { by: self.admitted.author(), reason })
    }

    /// There is no such thing.
    pub fn nowhere(&self) -> Barred {
        Barred::Nowhere(Box::new(self.frame("").below()))
    }

    /// Whether an account is the administrator's own.
    pub fn is(&self, user: &UserId) -> bool {
        self.admitted.user == *user
    }
}

/// Says that the console has no such page, or that the administrator's role is too small for it.
#[derive(Template)]
#[template(path = "admin/barred.html")]
pub struct BarredPage {
    /// What stands around it.
    pub frame: Frame,
    /// The role that would be needed; none where there is no such page.
    pub refusal: Option<Role>,
}

impl BarredPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { role: Role::Viewer, ..Frame::sample() }.below();
        Self { frame, refusal: Some(Role::Owner) }
    }
}

console_page!(BarredPage);

/// Says that an account has no role here.
#[derive(Template)]
#[template(path = "admin/stranger.html")]
pub struct StrangerPage {
    /// The name that they signed in with.
    pub username: String,
}

impl StrangerPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self { username: "ada".into() }
    }
}

impl Page for StrangerPage {
    fn policy(&self) -> Policy {
        Policy::plain()
    }
}

impl From<Unserved<std::convert::Infallible>> for Failure {
    fn from(unserved: Unserved<std::convert::Infallible>) -> Self {
        match unserved {
            Unserved::Refused(never) => match never {},
            Unserved::Fault(fault) => Fault::into(fault),
        }
    }
}
