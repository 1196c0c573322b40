#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| quittance_formats_fuzz::exercise_mapped(bytes));
