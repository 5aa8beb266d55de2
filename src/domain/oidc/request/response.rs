//! What kind of answer is asked for, and by which way it travels (OAuth 2.0 Multiple Response Type Encoding Practices 1.0).

/// What is asked to come back from the authorization endpoint: one or more of a code, an ID token and an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponseType {
    /// `code` (RFC 6749 §3.1.1).
    Code,
    /// `id_token` (OpenID Connect Core 1.0 §3.2).
    IdToken,
    /// `id_token token` (OpenID Connect Core 1.0 §3.2).
    IdTokenToken,
    /// `code id_token` (OpenID Connect Core 1.0 §3.3).
    CodeIdToken,
    /// `code token` (OpenID Connect Core 1.0 §3.3).
    CodeToken,
    /// `code id_token token` (OpenID Connect Core 1.0 §3.3).
    CodeIdTokenToken,
}

impl ResponseType {
    /// All of them. `token` alone is no request of OpenID Connect (OpenID Connect Core 1.0 §3).
    pub const ALL: [Self; 6] = [
        Self::Code,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
    ];

    /// The registered name, its words in alphabetical order: as it stands in a client's metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// Reads a name, whose words may stand in any order, each once (RFC 6749 §3.1.1).
    pub fn parse(text: &str) -> Option<Self> {
        let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        let name = words.join(" ");
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether a code is part of the answer.
    pub fn gives_code(self) -> bool {
        !matches!(self, Self::IdToken | Self::IdTokenToken)
    }

    /// Whether an ID token is part of the answer itself.
    pub fn gives_id_token(self) -> bool {
        !matches!(self, Self::Code | Self::CodeToken)
    }

    /// Whether an access token is part of the answer itself.
    pub fn gives_access_token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// By which way the answer travels unless the request says otherwise (OAuth 2.0 Multiple Response Type Encoding
    /// Practices 1.0 §2.1, §3, §5).
    pub fn usual_mode(self) -> ResponseMode {
        match self {
            Self::Code => ResponseMode::Query,
            _ => ResponseMode::Fragment,
        }
    }
}

/// Some of the response types: what an operator offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseTypes(u8);

impl ResponseTypes {
    /// Whether it is one of them.
    pub fn contains(self, one: ResponseType) -> bool {
        self.0 & Self::bit(one) != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = ResponseType> {
        ResponseType::ALL.into_iter().filter(move |one| self.contains(*one))
    }

    fn bit(one: ResponseType) -> u8 {
        1 << one as u8
    }
}

impl Default for ResponseTypes {
    /// What no access token leaves the authorization endpoint by (RFC 9700 §2.1.2).
    fn default() -> Self {
        [ResponseType::Code, ResponseType::IdToken].into_iter().collect()
    }
}

impl FromIterator<ResponseType> for ResponseTypes {
    fn from_iter<I: IntoIterator<Item = ResponseType>>(types: I) -> Self {
        Self(types.into_iter().fold(0, |set, one| set | Self::bit(one)))
    }
}

/// By which way an answer travels to the client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query (RFC 6749 §4.1.2).
    Query,
    /// In the fragment (OAuth 2.0 Multiple Response Type Encoding Practices 1.0 §2.1).
    Fragment,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode 1.0 §2).
    FormPost,
}

impl ResponseMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// Reads a registered name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_response_type_may_stand_in_any_order_but_once() {
        // RFC 6749 §3.1.1
        assert_eq!(ResponseType::parse("token code id_token"), Some(ResponseType::CodeIdTokenToken));
        assert_eq!(ResponseType::parse("token id_token"), Some(ResponseType::IdTokenToken));
        for other in ["", "token", "none", "code code", "Code", "code\tid_token"] {
            assert_eq!(ResponseType::parse(other), None, "{other}");
        }
        for one in ResponseType::ALL {
            assert_eq!(ResponseType::parse(one.name()), Some(one));
        }
    }

    #[test]
    fn what_holds_a_token_travels_in_the_fragment() {
        // OAuth 2.0 Multiple Response Type Encoding Practices 1.0 §3, §5
        for one in ResponseType::ALL {
            let holds_token = one.gives_id_token() || one.gives_access_token();
            assert_eq!(one.usual_mode() == ResponseMode::Fragment, holds_token, "{one:?}");
        }
    }
}
