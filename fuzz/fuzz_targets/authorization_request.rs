#![no_main]

#[path = "../../tests/hostile_input/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|input: &[u8]| targets::authorization_request(input));
