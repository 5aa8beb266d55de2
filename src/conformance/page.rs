//! What a page asks: the one form that leads on.

use scraper::{ElementRef, Html, Selector};

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
        let document = Html::parse_document(html);
        let title = all(&document.root_element(), "title").first().map(text).unwrap_or_default();
        let mut forms: Vec<Form> =
            all(&document.root_element(), "form").iter().filter_map(Form::read).collect();
        let with_password = forms.iter().position(Form::asks_for_a_password).unwrap_or_default();
        let form = if forms.is_empty() { None } else { Some(forms.swap_remove(with_password)) };
        Self { title, form }
    }
}

impl Form {
    /// A form that a program can send: each field has a value or is a name or a password, and it does not lead back.
    fn read(form: &ElementRef<'_>) -> Option<Self> {
        let action = form.value().attr("action").unwrap_or_default().to_owned();
        let is_post = form.value().attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let mut fields: Vec<Field> = all(form, "input[name]").iter().filter_map(Field::read).collect();
        let button =
            all(form, "button, input[type=submit]").into_iter().find(|button| !leads_back(button))?;
        if let Some(name) = button.value().attr("name") {
            let value = button.value().attr("value").unwrap_or_default().to_owned();
            fields.push(Field { name: name.to_owned(), value, kind: Kind::Given });
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
    fn read(input: &ElementRef<'_>) -> Option<Self> {
        let kind = match input.value().attr("type").unwrap_or("text") {
            "password" => Kind::Password,
            "text" | "email" => Kind::Username,
            "hidden" => Kind::Given,
            "checkbox" | "radio" if input.value().attr("checked").is_some() => Kind::Given,
            _ => return None,
        };
        let value = input.value().attr("value").unwrap_or_default().to_owned();
        Some(Self { name: input.value().attr("name")?.to_owned(), value, kind })
    }
}

fn leads_back(button: &ElementRef<'_>) -> bool {
    let said =
        ["id", "name", "value", "formaction"].map(|name| button.value().attr(name).unwrap_or_default());
    let is_submit = button.value().attr("type").unwrap_or("submit") == "submit";
    !is_submit || said.iter().any(|text| BACKWARDS.iter().any(|word| text.to_lowercase().contains(word)))
}

fn all<'a>(within: &ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    // Every selector here is a constant of this file that parses; one that did not would find nothing.
    Selector::parse(selector).map(|parsed| within.select(&parsed).collect()).unwrap_or_default()
}

fn text(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
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
