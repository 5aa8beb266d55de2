//! The security headers: what a browser may do with an answer, and on a page, which scripts, forms and devices.
//!
//! Every answer starts from nothing (`default-src 'none'`). A page adds what it needs, each source by name; nothing is
//! ever inline. `web::pages` says which page needs what.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use url::{Host, Url};

/// What one answer is allowed to do (Content Security Policy Level 3, Permissions Policy).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    page: bool,
    forms: bool,
    form_target: Option<FormTarget>,
    elsewhere: bool,
    scripts: bool,
    camera: bool,
    picture: Option<PictureSource>,
}

/// Where one picture beside our own may come from, as a CSP source: the origin of a client's logo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureSource(String);

impl PictureSource {
    /// The source that covers an https address, or nothing where the address is none.
    pub fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok().filter(|url| url.scheme() == "https")?;
        FormTarget::of(url.as_str()).map(|FormTarget(source)| Self(source))
    }
}

/// Where a form's answer may lead beyond this origin, as a CSP source: the origin of a proven redirect address.
///
/// Browsers apply `form-action` to the redirects that follow a post, so the last one, to the client, must be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormTarget(String);

impl FormTarget {
    /// The source that covers a redirect address, or nothing where the address is none.
    ///
    /// A native app's own scheme (RFC 8252 §7.1) becomes a scheme source. So does an IPv6 literal, which the
    /// grammar of host sources cannot say (CSP Level 3 §2.3.1).
    pub fn of(redirect: &str) -> Option<Self> {
        let url = Url::parse(redirect).ok()?;
        let by_scheme = || format!("{}:", url.scheme());
        let source = match (url.scheme(), url.host()) {
            ("http" | "https", Some(Host::Domain(_) | Host::Ipv4(_))) => url.origin().ascii_serialization(),
            ("http" | "https", Some(Host::Ipv6(_))) => by_scheme(),
            ("http" | "https", None) | ("javascript" | "data" | "blob" | "file", _) => return None,
            _ => by_scheme(),
        };
        let safe = |c: char| c.is_ascii_alphanumeric() || "+-.:/_".contains(c);
        source.chars().all(safe).then_some(Self(source))
    }
}

impl Policy {
    /// An answer that is no page: nothing at all is allowed.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// A page without forms or scripts.
    pub fn plain() -> Self {
        Self { page: true, ..Self::default() }
    }

    /// A page with forms that post to this origin, whose answers may end at `target`.
    pub fn form(target: Option<&FormTarget>) -> Self {
        Self { page: true, forms: true, form_target: target.cloned(), ..Self::default() }
    }

    /// A page whose form posts to `target`, from where it may lead on to wherever there is https: browsers apply
    /// `form-action` to redirects as well, and where a client sends its visitors next is its own business.
    pub fn form_elsewhere(target: Option<&FormTarget>) -> Self {
        Self { elsewhere: true, ..Self::form(target) }
    }

    /// The same page with one picture from elsewhere.
    pub fn with_picture(self, picture: Option<PictureSource>) -> Self {
        Self { picture, ..self }
    }

    /// The same page with our scripts.
    pub fn with_scripts(self) -> Self {
        Self { scripts: true, ..self }
    }

    /// The same page with our scripts, requests to this origin, and the camera.
    pub fn with_camera(self) -> Self {
        Self { camera: true, ..self.with_scripts() }
    }

    /// The value of `Content-Security-Policy`.
    pub fn content_security_policy(&self) -> String {
        let mut parts = vec!["default-src 'none'".to_owned()];
        if self.page {
            parts.push("style-src 'self'".into());
            parts.push(match &self.picture {
                None => "img-src 'self'".into(),
                Some(PictureSource(source)) => format!("img-src 'self' {source}"),
            });
        }
        if self.camera {
            parts.push("connect-src 'self'".into());
        }
        if self.scripts {
            parts.push("script-src 'self'".into());
            parts.push("require-trusted-types-for 'script'".into());
            parts.push("trusted-types 'none'".into());
        }
        parts.push(match (&self.forms, &self.form_target) {
            (false, _) => "form-action 'none'".into(),
            (true, None) => "form-action 'self'".into(),
            (true, Some(FormTarget(source))) if self.elsewhere => format!("form-action {source} https:"),
            (true, Some(FormTarget(source))) => format!("form-action 'self' {source}"),
        });
        parts.push("base-uri 'none'".into());
        parts.push("frame-ancestors 'none'".into());
        parts.join("; ")
    }

    /// The value of `Permissions-Policy`.
    pub fn permissions_policy(&self) -> &'static str {
        if self.camera {
            "camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), payment=()"
        } else {
            "camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), payment=()"
        }
    }

    /// Writes this policy into an answer's headers, in place of any other.
    pub fn write(&self, headers: &mut HeaderMap) {
        let value = match *self == Self::nothing() {
            true => Ok(NOTHING),
            false => HeaderValue::from_str(&self.content_security_policy()),
        };
        if let Ok(value) = value {
            headers.insert(header::CONTENT_SECURITY_POLICY, value);
        }
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(self.permissions_policy()));
    }
}

/// What [`Policy::nothing`] says: the policy of all that is no page, so written once.
const NOTHING: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What every answer carries, whatever it is, unless its handler said otherwise.
///
/// `Referrer-Policy` is `same-origin`, not `no-referrer`: under the latter a form's post carries `Origin: null`
/// (Fetch §3.2), and the check of the origin would refuse our own pages.
const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Two years, for every name below ours (RFC 6797 §6.1).
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Middleware: fills in the security headers that an answer does not carry yet.
///
/// Use with `actix_web::middleware::from_fn`. An answer without a policy of its own gets [`Policy::nothing`]. Strict transport is
/// announced where the request came over https (as the connection or a trusted proxy says).
pub async fn secure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let https = request.connection_info().scheme() == "https";
    let mut response = next.call(request).await?;
    complete(response.headers_mut(), https);
    Ok(response)
}

/// Fills in the security headers that are not there yet.
pub fn complete(headers: &mut HeaderMap, https: bool) {
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        Policy::nothing().write(headers);
    }
    for (name, value) in ALWAYS {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
}
