#![no_main]

use quittance_formats::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| quittance_formats_fuzz::exercise(bytes, Format::Ofx));
