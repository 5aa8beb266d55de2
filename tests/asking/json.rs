//! JSON as RFC 8259 writes it, read by hand: the oracle shares no parser with the product.

/// A value. Numbers are known to be numbers, and nothing more is asked of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number,
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// A member of an object. Names should be unique (RFC 8259 §4); where they are not, the last counts, as in most readers.
    pub fn member(&self, name: &str) -> Option<&Json> {
        let Self::Object(members) = self else { return None };
        members.iter().rev().find(|(found, _)| found == name).map(|(_, value)| value)
    }
}

/// Reads a whole text; `None` where it is no JSON.
pub fn read(text: &str) -> Option<Json> {
    let mut reader = Reader { rest: text };
    let value = reader.value()?;
    reader.blank();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, token: &str) -> Option<()> {
        self.blank();
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn value(&mut self) -> Option<Json> {
        self.blank();
        match self.rest.chars().next()? {
            '{' => self.object(),
            '[' => self.list(),
            '"' => self.text().map(Json::Text),
            't' => self.take("true").map(|()| Json::Bool(true)),
            'f' => self.take("false").map(|()| Json::Bool(false)),
            'n' => self.take("null").map(|()| Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self) -> Option<Json> {
        self.take("{")?;
        let mut members = Vec::new();
        if self.take("}").is_some() {
            return Some(Json::Object(members));
        }
        loop {
            self.blank();
            let name = self.text()?;
            self.take(":")?;
            members.push((name, self.value()?));
            if self.take("}").is_some() {
                return Some(Json::Object(members));
            }
            self.take(",")?;
        }
    }

    fn list(&mut self) -> Option<Json> {
        self.take("[")?;
        let mut values = Vec::new();
        if self.take("]").is_some() {
            return Some(Json::List(values));
        }
        loop {
            values.push(self.value()?);
            if self.take("]").is_some() {
                return Some(Json::List(values));
            }
            self.take(",")?;
        }
    }

    fn text(&mut self) -> Option<String> {
        self.rest = self.rest.strip_prefix('"')?;
        let mut text = String::new();
        loop {
            let next = self.next()?;
            match next {
                '"' => return Some(text),
                '\\' => text.push(self.escaped()?),
                control if control < ' ' => return None,
                plain => text.push(plain),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            same @ ('"' | '\\' | '/') => same,
            'u' => {
                let first = self.unit()?;
                if !(0xD800..0xDC00).contains(&first) {
                    return char::from_u32(first);
                }
                self.rest = self.rest.strip_prefix("\\u")?;
                let second = self.unit().filter(|unit| (0xDC00..0xE000).contains(unit))?;
                return char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        self.rest = self.rest.get(4..)?;
        let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }

    fn number(&mut self) -> Option<Json> {
        let signed = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let whole = digits(signed)?;
        if whole.starts_with('0') && whole.len() > 1 {
            return None;
        }
        let mut rest = &signed[whole.len()..];
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = &fraction[digits(fraction)?.len()..];
        }
        if let Some(power) = rest.strip_prefix(['e', 'E']) {
            let power = power.strip_prefix(['+', '-']).unwrap_or(power);
            rest = &power[digits(power)?.len()..];
        }
        self.rest = rest;
        Some(Json::Number)
    }

    fn next(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let next = rest.next()?;
        self.rest = rest.as_str();
        Some(next)
    }
}

fn digits(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).filter(|digits| !digits.is_empty())
}

#[test]
fn what_is_json_is_read_and_what_is_not_is_not() {
    // RFC 8259 §2 to §7
    let text = r#" { "a" : [ null , true , -0.5e+1 , "\u0061\ud83d\ude00\n" ] , "a" : { } } "#;
    let read_back = read(text).unwrap();
    assert_eq!(read_back.member("a"), Some(&Json::Object(Vec::new())));
    let Json::Object(members) = read_back else { panic!("no object") };
    let expected = vec![Json::Null, Json::Bool(true), Json::Number, Json::Text("a😀\n".into())];
    assert_eq!(members[0].1, Json::List(expected));
    for wrong in
        ["", "{", "{]", "[1,]", "{\"a\"}", "01", "1.", "+1", "nul", "\"\\x\"", "\"\n\"", "\"\\ud83d\"", "1 1"]
    {
        assert_eq!(read(wrong), None, "{wrong:?}");
    }
}
