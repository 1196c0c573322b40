//! Normal forms of numbers, accounts and names, and the hash they are looked up by.

/// Hashes with fixed keys: the same on every machine and in every run.
pub type FixedState = std::hash::BuildHasherDefault<ahash::AHasher>;

/// Longest number or token that is looked at, in bytes of its normal form.
pub const LONGEST: usize = 40;

/// A normal form on the stack: upper-case ASCII letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    bytes: [u8; LONGEST],
    len: u8,
}

impl Form {
    /// Nothing.
    pub const EMPTY: Form = Form { bytes: [0; LONGEST], len: 0 };

    /// The number form of a text: letters and digits upper case, the rest dropped, `O` and `I` inside runs of digits read
    /// as 0 and 1. Cut at [`LONGEST`].
    pub fn of(text: &[u8]) -> Form {
        let mut form = Form::EMPTY;
        form.push_all(text);
        form.read_letters_as_digits();
        form
    }

    /// Appends letters and digits of a text, upper case; what does not fit is lost.
    pub fn push_all(&mut self, text: &[u8]) {
        let room = self.bytes[usize::from(self.len)..].iter_mut();
        let kept = text.iter().filter(|byte| byte.is_ascii_alphanumeric());
        let mut pushed = 0;
        for (slot, byte) in room.zip(kept) {
            *slot = byte.to_ascii_uppercase();
            pushed += 1;
        }
        self.len += pushed;
    }

    /// Appends one byte; what does not fit is lost.
    pub fn push(&mut self, byte: u8) {
        if usize::from(self.len) < LONGEST {
            self.bytes[usize::from(self.len)] = byte;
            self.len += 1;
        }
    }

    /// Runs of `O` and `I` with a digit before them and a digit or the end after them are digits somebody mistyped.
    pub fn read_letters_as_digits(&mut self) {
        let len = usize::from(self.len);
        let is_meant = |byte: &u8| matches!(byte, b'O' | b'I');
        for place in 1..len {
            if !is_meant(&self.bytes[place]) || !self.bytes[place - 1].is_ascii_digit() {
                continue;
            }
            let run = self.bytes[place..len].iter().take_while(|byte| is_meant(byte)).count();
            let is_inside = self.bytes[place + run..len].first().is_none_or(u8::is_ascii_digit);
            if is_inside {
                self.bytes[place] = if self.bytes[place] == b'O' { b'0' } else { b'1' };
            }
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// True when it is digits only, at least one.
    pub fn is_digits(&self) -> bool {
        self.len > 0 && self.as_bytes().iter().all(u8::is_ascii_digit)
    }

    /// The digits of it.
    pub fn digits(&self) -> Form {
        let mut form = Form::EMPTY;
        for byte in self.as_bytes().iter().filter(|byte| byte.is_ascii_digit()) {
            form.push(*byte);
        }
        form
    }
}

/// Without leading zeros; zeros alone stay one zero.
pub fn without_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    &digits[zeros.min(digits.len().saturating_sub(1))..]
}

/// A hash of 64 bits that is the same on every machine and in every run.
pub fn hash(bytes: &[u8]) -> u64 {
    const KEY: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut state = 0x243F_6A88_85A3_08D3_u64 ^ u64::try_from(bytes.len()).unwrap_or_default();
    for chunk in bytes.chunks(8) {
        let mut word = [0_u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = mix(state ^ u64::from_le_bytes(word), KEY);
    }
    mix(state, 0xD6E8_FEB8_6659_FD93)
}

/// The hash of a few numbers.
pub fn hash_numbers(first: u64, second: u64) -> u64 {
    mix(mix(first ^ 0xA076_1D64_78BD_642F, 0x9E37_79B9_7F4A_7C15) ^ second, 0xD6E8_FEB8_6659_FD93)
}

fn mix(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product >> 64) as u64 ^ product as u64
}

/// The hash of an account number without blanks and case; 0 for none.
pub fn account_key(account: &str) -> u64 {
    let form = {
        let mut form = Form::EMPTY;
        form.push_all(account.as_bytes());
        form
    };
    if form.as_bytes().len() < 5 { 0 } else { hash(form.as_bytes()) }
}

/// The shape of a number: its runs of letters and digits with their lengths, and nothing of their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape(u16);

impl Shape {
    /// Of a form.
    pub fn of(form: &[u8]) -> Shape {
        Shape((shape(form) & 0xFFFF) as u16)
    }
}

/// A set of shapes: false means certainly not.
#[derive(Debug, Default)]
pub struct ShapeSet(Vec<u64>);

impl ShapeSet {
    /// Adds a shape.
    pub fn insert(&mut self, shape: Shape) {
        self.0.resize(1 << 10, 0);
        self.0[usize::from(shape.0) / 64] |= 1 << (shape.0 % 64);
    }

    /// True when it was added.
    pub fn contains(&self, shape: Shape) -> bool {
        self.0.get(usize::from(shape.0) / 64).is_some_and(|word| word & (1 << (shape.0 % 64)) != 0)
    }
}

fn shape(form: &[u8]) -> u32 {
    let mut state = 0x811C_9DC5_u32;
    let mut rest = form;
    while let Some(first) = rest.first() {
        let is_digit = first.is_ascii_digit();
        let run = rest.iter().take_while(|byte| byte.is_ascii_digit() == is_digit).count();
        let code = u32::try_from(run).unwrap_or_default() * 2 + u32::from(is_digit);
        state = (state ^ code).wrapping_mul(0x0100_0193);
        rest = &rest[run..];
    }
    state
}

/// Folds one character of a name to upper-case ASCII, accents dropped.
fn fold(character: char, out: &mut Vec<u8>) {
    let letter = match character {
        'a'..='z' => character as u8 - 32,
        'A'..='Z' | '0'..='9' => character as u8,
        'ä' | 'Ä' | 'à' | 'á' | 'â' | 'ã' | 'å' | 'À' | 'Á' | 'Â' | 'Ã' | 'Å' | 'ą' | 'Ą' | 'ă' | 'Ă' => b'A',
        'ç' | 'Ç' | 'ć' | 'Ć' | 'č' | 'Č' => b'C',
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' | 'ę' | 'Ę' | 'ě' | 'Ě' => b'E',
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => b'I',
        'ñ' | 'Ñ' | 'ń' | 'Ń' | 'ň' | 'Ň' => b'N',
        'ö' | 'Ö' | 'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ø' | 'ő' | 'Ő' => b'O',
        'ü' | 'Ü' | 'ù' | 'ú' | 'û' | 'Ù' | 'Ú' | 'Û' | 'ů' | 'Ů' | 'ű' | 'Ű' => b'U',
        'ý' | 'ÿ' | 'Ý' => b'Y',
        'ł' | 'Ł' => b'L',
        'š' | 'Š' | 'ś' | 'Ś' | 'ș' | 'Ș' => b'S',
        'ž' | 'Ž' | 'ź' | 'Ź' | 'ż' | 'Ż' => b'Z',
        'ř' | 'Ř' => b'R',
        'đ' | 'Đ' | 'ď' | 'Ď' => b'D',
        'ß' => {
            out.push(b'S');
            b'S'
        }
        'æ' | 'Æ' => b'A',
        'œ' | 'Œ' => b'O',
        _ => return,
    };
    out.push(letter);
}

/// Legal forms and little words, which tell no two customers apart.
fn is_legal_form(word: &[u8]) -> bool {
    matches!(
        word,
        b"GMBH"
            | b"MBH"
            | b"AG"
            | b"KG"
            | b"KGAA"
            | b"OHG"
            | b"GBR"
            | b"UG"
            | b"EK"
            | b"EV"
            | b"EG"
            | b"SE"
            | b"CO"
            | b"COKG"
            | b"CIE"
            | b"COMPANY"
            | b"LTD"
            | b"LIMITED"
            | b"LLC"
            | b"LLP"
            | b"PLC"
            | b"INC"
            | b"CORP"
            | b"CORPORATION"
            | b"SA"
            | b"SAS"
            | b"SARL"
            | b"SASU"
            | b"EURL"
            | b"SNC"
            | b"SPA"
            | b"SRL"
            | b"SAPA"
            | b"SL"
            | b"SLU"
            | b"BV"
            | b"BVBA"
            | b"SPRL"
            | b"SCRL"
            | b"NV"
            | b"VOF"
            | b"CV"
            | b"AS"
            | b"ASA"
            | b"AB"
            | b"OY"
            | b"OYJ"
            | b"APS"
            | b"SP"
            | b"ZOO"
            | b"ZO"
            | b"DOO"
            | b"SRO"
            | b"SPOL"
            | b"KFT"
            | b"UND"
            | b"AND"
            | b"ET"
            | b"Y"
            | b"EN"
            | b"E"
            | b"OO"
    )
}

/// The words of a name: folded, legal forms dropped, `AE OE UE` read as the umlauts they stand for. Each call clears `out`.
pub fn name_tokens(name: &str, out: &mut Vec<u64>) {
    out.clear();
    let mut word: Vec<u8> = Vec::with_capacity(24);
    for character in name.chars().chain(std::iter::once(' ')) {
        if character.is_alphanumeric() {
            fold(character, &mut word);
            continue;
        }
        // A dot or an apostrophe inside a word is not its end: S.A., G.m.b.H., D'Angelo.
        if matches!(character, '.' | '\'' | '’') && !word.is_empty() {
            continue;
        }
        push_word(&mut word, out);
    }
}

fn push_word(word: &mut Vec<u8>, out: &mut Vec<u64>) {
    if !word.is_empty() && !is_legal_form(word) {
        let plain = plain_vowels(word);
        out.push(hash(&word[..plain]));
    }
    word.clear();
}

/// Drops the `E` of `AE OE UE` in place; the length that is left.
fn plain_vowels(word: &mut [u8]) -> usize {
    let (mut place, mut kept) = (0, 0);
    while let Some(byte) = word.get(place).copied() {
        let is_umlaut = matches!(byte, b'A' | b'O' | b'U') && word.get(place + 1) == Some(&b'E');
        word[kept] = byte;
        kept += 1;
        place += if is_umlaut { 2 } else { 1 };
    }
    kept
}

/// The hash of a whole name: its words without order; 0 when none is left.
pub fn name_key(tokens: &[u64]) -> u64 {
    tokens.iter().fold(0_u64, |sum, token| sum.wrapping_add(hash_numbers(*token, 7)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(name: &str) -> Vec<u64> {
        let mut out = Vec::new();
        name_tokens(name, &mut out);
        out
    }

    #[test]
    fn numbers_have_one_form() {
        for text in ["rx7-2026-44120", "RX7 2026/44 12O", "RX7.2O26.44I20"] {
            assert_eq!(Form::of(text.as_bytes()).as_bytes(), b"RX7202644120", "{text}");
        }
        assert_eq!(Form::of("für 12".as_bytes()).as_bytes(), b"FR12");
        assert_eq!(without_zeros(b"00123"), b"123");
        assert_eq!(without_zeros(b"000"), b"0");
        assert_eq!(without_zeros(b""), b"");
        assert_eq!(Form::of(&[b'7'; 90]).as_bytes().len(), LONGEST);
    }

    #[test]
    fn shapes_forget_values() {
        assert_eq!(shape(b"RX7202644120"), shape(b"AB0000000001"));
        assert_ne!(shape(b"RX7202644120"), shape(b"RX720264412"));
        assert_ne!(shape(b"1A"), shape(b"A1"));
    }

    #[test]
    fn names_have_one_form() {
        assert_eq!(name_key(&tokens("Müller & Söhne GmbH")), name_key(&tokens("SOEHNE MUELLER G.m.b.H.")));
        assert_ne!(name_key(&tokens("Müller Bau")), name_key(&tokens("Müller Holz")));
        assert_eq!(tokens("GmbH & Co. KG"), Vec::<u64>::new());
    }

    #[test]
    fn accounts_ignore_blanks_and_case() {
        assert_eq!(account_key("DE02 1203 0000 0000 2020 51"), account_key("de02120300000000202051"));
        assert_eq!(account_key(""), 0);
    }
}
