#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::email::check(data));
