//! The tables as diesel sees them, the same on both engines. The rules that hold them are in `migrations/`.
#![allow(missing_docs)] // The columns are described in the migrations.

mod policies;

pub use policies::{client_versions, policy_versions};

diesel::table! {
    users (id) {
        id -> Text,
        username -> Text,
        password_hash -> Text,
        verified -> Nullable<Text>,
        created_at -> BigInt,
        profile -> Text,
        updated_at -> Nullable<BigInt>,
        member_of -> Text,
    }
}

diesel::table! {
    initial_access_tokens (token_hash) {
        token_hash -> Text,
        uses_left -> Integer,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    administrators (user_id) {
        user_id -> Text,
        role -> Text,
        granted_by -> Text,
        granted_at -> BigInt,
    }
}

diesel::table! {
    admin_invitations (token_hash) {
        token_hash -> Text,
        kind -> Text,
        user_id -> Text,
        role -> Nullable<Text>,
        invited_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    identity_checks (id) {
        id -> Text,
        user_id -> Text,
        source -> Text,
        document -> Text,
        document_hash -> Text,
        attested -> Text,
        sealed_portrait -> Binary,
        portrait_sha256 -> Text,
        checked_by -> Text,
        answered_for_by -> Text,
        checked_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        token_hash -> Text,
        csrf -> Text,
        user_id -> Nullable<Text>,
        ledger -> Text,
        opened_at -> BigInt,
        seen_at -> BigInt,
        version -> BigInt,
        longest_idle -> BigInt,
    }
}

diesel::table! {
    devices (id) {
        id -> Text,
        user_id -> Text,
        token_hash -> Text,
        first_success_at -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        name -> Text,
        authentication -> Text,
        secret_hash -> Nullable<Text>,
        redirect_uris -> Text,
        id_token_algorithm -> Text,
        minimum_acr -> Nullable<Text>,
        acr_values_are_necessary -> Bool,
        protected_scopes -> Text,
        created_at -> BigInt,
        sealed_secret -> Nullable<Binary>,
        metadata -> Text,
        registration_token_hash -> Nullable<Text>,
    }
}

diesel::table! {
    interactions (id) {
        id -> Text,
        client_id -> Text,
        parameters -> Text,
        session_id -> Nullable<Text>,
        account_chosen_at -> Nullable<BigInt>,
        allowed_at -> Nullable<BigInt>,
        missed -> Nullable<Text>,
        ceremonies_opened -> Integer,
        opened_at -> BigInt,
        expires_at -> BigInt,
        ended -> Nullable<Text>,
        version -> BigInt,
        workflow -> Nullable<Text>,
    }
}

diesel::table! {
    access_consents (user_id, client_id) {
        user_id -> Text,
        client_id -> Text,
        allowed -> Text,
        allowed_at -> BigInt,
    }
}

diesel::table! {
    logout_notices (id) {
        id -> Text,
        client_id -> Text,
        subject -> Text,
        session_id -> Text,
        opened_at -> BigInt,
        next_try_at -> BigInt,
        tries -> Integer,
    }
}

diesel::table! {
    pushed_requests (reference) {
        reference -> Text,
        client_id -> Text,
        parameters -> Text,
        signed -> Bool,
        expires_at -> BigInt,
        interaction_id -> Nullable<Text>,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        code_hash -> Text,
        client_id -> Text,
        user_id -> Text,
        subject -> Text,
        session_id -> Text,
        offline -> Bool,
        terms -> Text,
        assurance -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        redeemed_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Text,
        grant_id -> Text,
        secret_hash -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        ends_at -> BigInt,
    }
}

diesel::table! {
    client_grants (id) {
        id -> Text,
        client_id -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    access_tokens (token_hash) {
        token_hash -> Text,
        grant_id -> Nullable<Text>,
        client_grant_id -> Nullable<Text>,
        claims -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    used_assertions (client_id, jti_hash) {
        client_id -> Text,
        jti_hash -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        algorithm -> Text,
        public_jwk -> Text,
        sealed_private_jwk -> Binary,
        created_at -> BigInt,
        generation -> BigInt,
        signs_from -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
        certificate -> Nullable<Binary>,
    }
}

diesel::table! {
    runs (seq) {
        seq -> BigInt,
        id -> Text,
        kind -> Text,
        enrolment_id -> Nullable<Text>,
        user_id -> Text,
        interaction_id -> Text,
        stage -> Text,
        opened_at -> BigInt,
        version -> BigInt,
        workflow -> Nullable<Text>,
        replaces -> Nullable<Text>,
    }
}

diesel::table! {
    enrolments (id) {
        id -> Text,
        user_id -> Text,
        run_id -> Text,
        model -> Text,
        sealed_template -> Binary,
        evidence -> Text,
        completed_at -> BigInt,
        proof -> Binary,
        revoked_at -> Nullable<BigInt>,
        renewal -> BigInt,
        coverage -> Nullable<Text>,
    }
}

diesel::table! {
    key_encryption_keys (id) {
        id -> Text,
        purpose -> Text,
        known_answer -> Binary,
        in_use -> Bool,
        used_since -> BigInt,
    }
}

diesel::table! {
    data_keys (enrolment_id) {
        enrolment_id -> Text,
        kek_id -> Text,
        wrapped -> Binary,
    }
}

diesel::table! {
    transform_keys (enrolment_id) {
        enrolment_id -> Text,
        kek_id -> Text,
        wrapped -> Binary,
    }
}

diesel::table! {
    personas (document_number) {
        document_number -> Text,
        behaviour -> Text,
        given_name -> Text,
        family_name -> Text,
        birth_date -> Text,
        sealed_portrait -> Binary,
    }
}

diesel::table! {
    ceremonies (id) {
        id -> Text,
        run_id -> Text,
        interaction_id -> Text,
        session_id -> Text,
        user_id -> Text,
        challenge -> Text,
        nonce -> Text,
        capture_public_jwk -> Text,
        hint_public_jwk -> Text,
        sealed_private_jwks -> Binary,
        stage -> Text,
        opened_at -> BigInt,
        expires_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    device_keys (thumbprint) {
        thumbprint -> Text,
        user_id -> Text,
        public_jwk -> Text,
        device_id -> Nullable<Text>,
        bound_at -> BigInt,
        bound_by -> Text,
        last_used_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    attempt_budgets (user_id, scope) {
        user_id -> Text,
        scope -> Text,
        failures_in_a_row -> Integer,
        poor_pictures_in_a_row -> Integer,
        unfinished -> Integer,
        last_begun_at -> Nullable<BigInt>,
        last_spent_at -> Nullable<BigInt>,
        suspended_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    population_attempts (time_window) {
        time_window -> BigInt,
        spent -> BigInt,
    }
}

diesel::table! {
    shown_captures (ceremony_id) {
        ceremony_id -> Text,
        user_id -> Text,
        passed -> Bool,
        shown_at -> BigInt,
        sealed_prints -> Binary,
    }
}

diesel::table! {
    audit_events (seq) {
        seq -> BigInt,
        id -> Text,
        event -> Text,
        position -> Nullable<BigInt>,
        link -> Nullable<Binary>,
        at -> BigInt,
        kind -> Text,
        facet -> Nullable<Text>,
        user_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        interaction_id -> Nullable<Text>,
        run_id -> Nullable<Text>,
    }
}

diesel::table! {
    audit_head (id) {
        id -> BigInt,
        position -> BigInt,
        link -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(grants, refresh_tokens);
diesel::allow_tables_to_appear_in_same_query!(data_keys, transform_keys);
diesel::allow_tables_to_appear_in_same_query!(data_keys, enrolments);
diesel::allow_tables_to_appear_in_same_query!(transform_keys, enrolments);
diesel::allow_tables_to_appear_in_same_query!(enrolments, runs);
diesel::allow_tables_to_appear_in_same_query!(enrolments, shown_captures);
