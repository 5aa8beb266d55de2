//! Just enough reading of our own HTML for the tests: tags and their attributes.

/// An opening tag.
#[derive(Debug)]
pub struct Tag<'a> {
    pub name: &'a str,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        let at = self.rest.find(&format!(" {name}=\""))? + name.len() + 3;
        self.rest[at..].split('"').next()
    }

    /// Every attribute's name.
    pub fn attributes(&self) -> Vec<&'a str> {
        let mut names = vec![];
        let mut quoted = false;
        for (n, part) in self.rest.split('"').enumerate() {
            quoted = n % 2 == 1;
            if !quoted {
                names.extend(part.split_whitespace().map(|name| name.trim_end_matches('=')));
            }
        }
        assert!(!quoted, "an unclosed quote in <{} {}>", self.name, self.rest);
        names
    }
}

/// Every opening tag, in order. What stands inside a JSON block has its `<` escaped.
pub fn tags(html: &str) -> Vec<Tag<'_>> {
    let opening = |part: &&str| part.starts_with(|c: char| c.is_ascii_alphabetic());
    html.split('<')
        .filter(opening)
        .map(|part| {
            let tag = part.split('>').next().unwrap();
            let name = tag.split_whitespace().next().unwrap();
            Tag { name, rest: &tag[name.len()..] }
        })
        .collect()
}

/// What stands between the first opening tag of this name and its end.
pub fn content<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let from = html.find(&format!("<{name}"))?;
    let from = from + html[from..].find('>')? + 1;
    html[from..].split(&format!("</{name}>")).next()
}
