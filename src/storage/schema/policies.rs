//! Versions of what administrators decide.

diesel::table! {
    policy_versions (number) {
        number -> BigInt,
        document -> Text,
        author -> Text,
        reason -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    client_versions (client_id, number) {
        client_id -> Text,
        number -> BigInt,
        snapshot -> Nullable<Text>,
        author -> Text,
        reason -> Text,
        at -> BigInt,
    }
}
