#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::date_of_birth::check(data));
