//! What text may enter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use quittance_types::{Reason, text};

fn refusal(sent: &str) -> Reason {
    text::clean(sent, 200).unwrap_err().reason()
}

#[test]
fn honest_text_of_all_scripts_is_kept() {
    let honest = [
        "",
        "Müller & Söhne GmbH",
        "Łódź – 100 % “quoted”",
        "株式会社サンプル",
        "شركة المثال",
        "חברה לדוגמה",
        "Công ty Việt",
        "संगठन",
        "cafe\u{301}",
        "'; DROP TABLE invoice; --",
        "50%_off\\",
        "=cmd|' /C calc'!A0",
        "👍 paid",
        "ООО «Пример»",
    ];
    for sent in honest {
        assert_eq!(text::clean(sent, 200).unwrap(), sent);
    }
    assert_eq!(text::clean("  two words ", 200).unwrap(), "two words");
}

#[test]
fn hidden_and_breaking_characters_are_refused() {
    let bad = [
        "a\0b",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "\u{1b}[31m",
        "a\u{7f}",
        "a\u{85}b",
        "invoice\u{202e}fdp.exe",
        "\u{2066}x\u{2069}",
        "\u{200f}x",
        "zero\u{200b}width",
        "a\u{200d}b",
        "\u{feff}bom",
        "soft\u{ad}hyphen",
        "a\u{2028}b",
        "\u{301}acute",
        "x \u{301}",
        "\u{fffe}",
        "\u{10ffff}",
        "tag\u{e0041}",
        "bad\u{fffd}utf8",
    ];
    for sent in bad {
        assert_eq!(refusal(sent), Reason::TextInvalid, "{sent:?}");
    }
}

#[test]
fn length_counts_characters() {
    assert_eq!(text::clean(&"é".repeat(200), 200).unwrap().chars().count(), 200);
    assert_eq!(refusal(&"é".repeat(201)), Reason::TextTooLong);
    assert_eq!(refusal(&"x".repeat(1_000_000)), Reason::TextTooLong);
    assert_eq!(text::clean("x", usize::MAX).unwrap(), "x");
}

#[test]
fn notes_may_have_lines() {
    assert_eq!(text::clean_lines("one\r\ntwo\n\tthree", 200).unwrap(), "one\ntwo\n\tthree");
    assert_eq!(text::clean_lines("one\rtwo", 200).unwrap_err().reason(), Reason::TextInvalid);
}

#[test]
fn a_required_text_has_something_in_it() {
    assert_eq!(text::required("  ", 10).unwrap_err().reason(), Reason::FieldRequired);
    assert_eq!(text::required(" x ", 10).unwrap(), "x");
}

#[test]
fn card_numbers_never_enter() {
    let cards = [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "3530111333300000",
        "30569309025904",
        "4222222222222",
        "6304000000000000",
        "please charge 4111 1111 1111 1111 today",
        "card4111111111111111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "order 12 4111 1111 1111 1111",
        "4111 1111 1111 1111 exp 12 29",
    ];
    for sent in cards {
        let fault = text::clean(sent, 200).unwrap_err();
        assert_eq!(fault.reason(), Reason::CardNumberForbidden, "{sent}");
        assert!(!format!("{fault:?}").contains("4111"), "the number must not be repeated");
    }
}

#[test]
fn other_numbers_are_not_mistaken_for_cards() {
    let fine = [
        "4111111111111112",
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "GB82 WEST 1234 5698 7654 32",
        "INV-2026-000123",
        "ord_aaaaaaaa4111111111111111bbbbbbbb",
        "aaaaaaaa-4111-1111-1111-1111aaaaaaaa",
        "+49 30 1234567",
        "21 00000 00003 13947 14300 09017",
        "RF18 5390 0754 7034",
        "0000000000000000",
        "41111111111111111111111",
        "2026-01-31 4500012345",
        "1234567890123",
    ];
    for sent in fine {
        assert_eq!(text::clean(sent, 200).unwrap(), sent);
    }
}

#[test]
fn card_numbers_from_banks_are_masked() {
    let masked = text::mask_card_numbers("REF 77 4111 1111 1111 1111 and 5555555555554444 ü DE89 3704 0044 0532 0130 00");
    assert_eq!(masked, "REF 77 **** **** **** 1111 and ************4444 ü DE89 3704 0044 0532 0130 00");
    assert_eq!(text::mask_card_numbers("nothing here"), "nothing here");
}

fn with_check_digit(mut digits: Vec<u8>) -> String {
    let weigh = |(index, digit): (usize, &u8)| match (index % 2, *digit) {
        (0, digit) if digit > 4 => digit * 2 - 9,
        (0, digit) => digit * 2,
        (_, digit) => digit,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(|pair| u32::from(weigh(pair))).sum();
    digits.push(((10 - sum % 10) % 10) as u8);
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

proptest! {
    #[test]
    fn every_valid_visa_number_is_found_and_masked(rest in prop::collection::vec(0_u8..10, 14), before in "[a-z]{0,5}", after in "[a-z]{0,5}") {
        let mut digits = vec![4];
        digits.extend(rest);
        let number = with_check_digit(digits);
        let sent = format!("{before} {number} {after}");
        prop_assert!(text::contains_card_number(&sent));
        prop_assert!(!text::contains_card_number(&text::mask_card_numbers(&sent)));
    }

    #[test]
    fn nothing_makes_the_checks_panic_and_what_passes_passes_again(sent in any::<String>(), max in 0_usize..100) {
        let masked = text::mask_card_numbers(&sent);
        prop_assert_eq!(masked.chars().count(), sent.chars().count());
        if let Ok(cleaned) = text::clean(&sent, max) {
            prop_assert_eq!(text::clean(&cleaned, max).unwrap(), cleaned);
        }
    }

    #[test]
    fn digits_and_blanks_of_any_shape_are_handled(sent in "[0-9 A-Z-]{0,80}") {
        prop_assert!(!text::contains_card_number(&text::mask_card_numbers(&sent)));
    }
}
