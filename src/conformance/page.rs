//! What a page asks: the one form that leads on.

use html5ever::{parse_document, tendril::TendrilSink};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Words in a form's address or its button's name by which a form does not lead on.
const BACKWARDS: [&str; 7] = ["abort", "cancel", "decline", "deny", "logout", "reject", "withdraw"];

/// A page.
pub struct Page {
    /// What stands in its title.
    pub title: String,
    /// The form that leads on, where there is one.
    pub form: Option<Form>,
}

/// A form.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// Where it leads.
    pub action: String,
    /// Whether it is posted.
    pub is_post: bool,
    fields: Vec<Field>,
}

#[derive(Debug, PartialEq, Eq)]
struct Field {
    name: String,
    value: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Given,
    Username,
    Password,
}

impl Page {
    /// Reads a page: a form with a password goes before one with buttons alone.
    pub fn read(html: &str) -> Self {
        let document = parse_document(RcDom::default(), Default::default()).one(html).document;
        let title = all(&document, &["title"]).first().map(text).unwrap_or_default();
        let mut forms: Vec<Form> = all(&document, &["form"]).iter().filter_map(Form::read).collect();
        let with_password = forms.iter().position(Form::asks_for_a_password).unwrap_or_default();
        let form = if forms.is_empty() { None } else { Some(forms.swap_remove(with_password)) };
        Self { title, form }
    }
}

impl Form {
    /// A form that a program can send: each field has a value or is a name or a password, and it does not lead back.
    fn read(form: &Handle) -> Option<Self> {
        let action = attribute(form, "action").unwrap_or_default();
        let is_post = attribute(form, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let mut fields: Vec<Field> = all(form, &["input"]).iter().filter_map(Field::read).collect();
        let button = all(form, &["button", "input"]).into_iter().find(leads_on)?;
        if let Some(name) = attribute(&button, "name") {
            let value = attribute(&button, "value").unwrap_or_default();
            fields.push(Field { name, value, kind: Kind::Given });
        }
        let is_backwards = BACKWARDS.iter().any(|word| action.contains(word));
        (is_post && !is_backwards).then_some(Self { action, is_post, fields })
    }

    /// Whether it is a sign-in.
    pub fn asks_for_a_password(&self) -> bool {
        self.fields.iter().any(|field| field.kind == Kind::Password)
    }

    /// The fields as a person of this name would send them.
    pub fn filled<'a>(&'a self, username: &'a str, password: &'a str) -> Vec<(&'a str, &'a str)> {
        let value = |field: &'a Field| match field.kind {
            Kind::Given => field.value.as_str(),
            Kind::Username => username,
            Kind::Password => password,
        };
        self.fields.iter().map(|field| (field.name.as_str(), value(field))).collect()
    }
}

impl Field {
    fn read(input: &Handle) -> Option<Self> {
        let kind = match attribute(input, "type").as_deref().unwrap_or("text") {
            "password" => Kind::Password,
            "text" | "email" => Kind::Username,
            "hidden" => Kind::Given,
            "checkbox" | "radio" if attribute(input, "checked").is_some() => Kind::Given,
            _ => return None,
        };
        Some(Self {
            name: attribute(input, "name")?,
            value: attribute(input, "value").unwrap_or_default(),
            kind,
        })
    }
}

/// Whether it submits its form, and not to give up. A button submits unless it says otherwise, an input only if it says so.
fn leads_on(button: &Handle) -> bool {
    let kind = attribute(button, "type");
    let is_submit =
        kind.as_deref() == Some("submit") || (kind.is_none() && name_of(button) == Some("button"));
    let said = ["id", "name", "value", "formaction"].map(|name| attribute(button, name).unwrap_or_default());
    is_submit && !said.iter().any(|text| BACKWARDS.iter().any(|word| text.to_lowercase().contains(word)))
}

/// Every element of one of these names within another, in the order of the page.
fn all(within: &Handle, names: &[&str]) -> Vec<Handle> {
    let mut found = Vec::new();
    for child in within.children.borrow().iter() {
        if name_of(child).is_some_and(|name| names.contains(&name)) {
            found.push(child.clone());
        }
        found.extend(all(child, names));
    }
    found
}

fn name_of(node: &Handle) -> Option<&str> {
    match &node.data {
        NodeData::Element { name, .. } => Some(&name.local),
        _ => None,
    }
}

fn attribute(node: &Handle, name: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    attrs.borrow().iter().find(|attr| &*attr.name.local == name).map(|attr| attr.value.to_string())
}

fn text(node: &Handle) -> String {
    let children = node.children.borrow();
    let pieces = children.iter().map(|child| match &child.data {
        NodeData::Text { contents } => contents.borrow().to_string(),
        _ => text(child),
    });
    pieces.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_filled_and_what_is_hidden_is_sent_along() {
        let page = Page::read(
            r#"<title> Sign in </title><form action="/search" method="get"><button>Go</button></form>
            <form method="post" action="/in"><input type="hidden" name="csrf" value="c&amp;1"><input name="login">
            <input type="password" name="pw"><button type="button">Show</button><button>Sign in</button></form>"#,
        );
        assert_eq!(page.title, "Sign in");
        let form = page.form.unwrap();
        assert!(form.asks_for_a_password());
        assert_eq!(form.filled("ada", "secret"), [("csrf", "c&1"), ("login", "ada"), ("pw", "secret")]);
    }

    #[test]
    fn a_consent_is_given_by_the_button_that_does_not_lead_back() {
        let page = Page::read(
            r#"<form method="post" action="/interaction/1/decline"><button>No</button></form>
            <form method="post" action="/allow"><button name="answer" value="deny">No</button>
            <button name="answer" value="allow">Yes</button></form>"#,
        );
        let form = page.form.unwrap();
        assert_eq!(form.action, "/allow");
        assert_eq!(form.filled("", ""), [("answer", "allow")]);
    }

    #[test]
    fn a_page_without_a_way_on_has_no_form() {
        assert!(Page::read("<title>Error</title><p>No").form.is_none());
        assert!(
            Page::read(r#"<form method="post" action="/logout"><button>Out</button></form>"#).form.is_none()
        );
    }
}
