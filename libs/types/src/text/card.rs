//! Finding payment card numbers in free text, so that they never enter.

/// A digit of the text, as value and byte position, and whether a blank or dash stands before it.
#[derive(Clone, Copy)]
struct Digit {
    value: u8,
    at: usize,
    starts_group: bool,
}

/// True when the text holds a plausible card number: 13 to 19 digits with a known issuer prefix, a length that issuer
/// uses and a valid check digit, written together or in groups split by single blanks or dashes.
///
/// The digits of a valid IBAN are passed over: account numbers are what remittance texts are full of. So are those of our
/// own ids and of UUIDs, among which card numbers occur by chance.
pub fn contains_card_number(text: &str) -> bool {
    runs(text).iter().any(|run| find_card(run).is_some())
}

/// The text with all but the last four digits of every card number turned into `*`. For what banks send us: a
/// statement line cannot be refused, and must not bring the number in either.
pub fn mask_card_numbers(text: &str) -> String {
    let mut hidden = Vec::new();
    for run in runs(text) {
        let mut rest = run.as_slice();
        while let Some((start, end)) = find_card(rest) {
            hidden.extend(rest.iter().take(end.saturating_sub(4)).skip(start).map(|digit| digit.at));
            rest = rest.get(end..).unwrap_or_default();
        }
    }
    let mask = |(at, character): (usize, char)| {
        if hidden.binary_search(&at).is_ok() { '*' } else { character }
    };
    text.char_indices().map(mask).collect()
}

/// The longest stretches of digits and single separators, IBANs left out.
fn runs(text: &str) -> Vec<Vec<Digit>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut run: Vec<Digit> = Vec::new();
    let mut separated = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let starts_word = at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|before| !before.is_ascii_alphanumeric());
        let rest = bytes.get(at..).unwrap_or_default();
        if starts_word && let Some(length) = iban_length(rest).or_else(|| id_length(rest)) {
            found.push(std::mem::take(&mut run));
            at = at.saturating_add(length);
            separated = false;
            continue;
        }
        match byte {
            b'0'..=b'9' => {
                run.push(Digit { value: byte.saturating_sub(b'0'), at, starts_group: separated || run.is_empty() });
                separated = false;
            }
            b' ' | b'-' if !separated && !run.is_empty() => separated = true,
            _ => {
                found.push(std::mem::take(&mut run));
                separated = false;
            }
        }
        at = at.saturating_add(1);
    }
    found.push(run);
    found.retain(|run| run.len() >= 13);
    found
}

/// The length of one of our ids (`ord_` and 32 hexadecimal digits) or of a UUID at the beginning of the text.
fn id_length(text: &[u8]) -> Option<usize> {
    let is_kind = text.iter().take(3).all(u8::is_ascii_lowercase) && text.get(3) == Some(&b'_');
    let (start, form): (usize, &[usize]) = if is_kind { (4, &[32]) } else { (0, &[8, 4, 4, 4, 12]) };
    let mut end = start;
    for (index, digits) in form.iter().enumerate() {
        if index > 0 {
            (text.get(end) == Some(&b'-')).then_some(())?;
            end = end.saturating_add(1);
        }
        let next = end.saturating_add(*digits);
        text.get(end..next)?.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        end = next;
    }
    text.get(end).is_none_or(|after| !after.is_ascii_alphanumeric()).then_some(end)
}

/// The first card number that begins and ends with a group, as the range of its digits.
fn find_card(run: &[Digit]) -> Option<(usize, usize)> {
    let starts = (0..run.len()).filter(|start| run.get(*start).is_some_and(|digit| digit.starts_group));
    for start in starts {
        for end in start.saturating_add(13)..=run.len().min(start.saturating_add(19)) {
            let ends_group = run.get(end).is_none_or(|digit| digit.starts_group);
            let digits = run.get(start..end).unwrap_or_default();
            if ends_group && has_known_issuer(digits) && passes_luhn(digits) {
                return Some((start, end));
            }
        }
    }
    None
}

/// Issuer prefixes and the lengths each uses (ISO/IEC 7812 assignments as the networks publish them).
fn has_known_issuer(digits: &[Digit]) -> bool {
    let prefix =
        |length: usize| digits.iter().take(length).fold(0_u32, |sum, digit| sum.saturating_mul(10).saturating_add(u32::from(digit.value)));
    let (two, three, four) = (prefix(2), prefix(3), prefix(4));
    match digits.len() {
        13 => two / 10 == 4,
        14 => matches!(two, 36 | 38 | 39) || matches!(three, 300..=305),
        15 => matches!(two, 34 | 37),
        16 => {
            two / 10 == 4
                || matches!(two, 51..=55 | 62 | 65 | 36 | 38 | 39)
                || matches!(three, 644..=649)
                || matches!(four, 2221..=2720 | 3528..=3589 | 6011 | 2200..=2204)
                || is_maestro(four)
        }
        17..=19 => two == 62 || (digits.len() == 19 && two / 10 == 4) || is_maestro(four),
        _ => false,
    }
}

fn is_maestro(four: u32) -> bool {
    matches!(four, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
}

fn passes_luhn(digits: &[Digit]) -> bool {
    let weigh = |(index, digit): (usize, &Digit)| {
        let doubled = u32::from(digit.value).saturating_mul(if index % 2 == 1 { 2 } else { 1 });
        if doubled > 9 { doubled.saturating_sub(9) } else { doubled }
    };
    digits.iter().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0 && digits.iter().any(|digit| digit.value != 0)
}

/// The bytes a valid IBAN takes up at the start of `bytes`, blanks between its groups included.
fn iban_length(bytes: &[u8]) -> Option<usize> {
    let [first, second, third, fourth, ..] = bytes else {
        return None;
    };
    let opens = first.is_ascii_uppercase() && second.is_ascii_uppercase() && third.is_ascii_digit() && fourth.is_ascii_digit();
    if !opens {
        return None;
    }
    let mut letters: Vec<u8> = Vec::with_capacity(34);
    let mut longest = None;
    for (at, byte) in bytes.iter().enumerate() {
        let next_is_word = bytes.get(at.saturating_add(1)).is_some_and(u8::is_ascii_alphanumeric);
        match byte {
            b' ' if next_is_word => continue,
            byte if byte.is_ascii_digit() || byte.is_ascii_uppercase() => letters.push(*byte),
            _ => break,
        }
        if letters.len() > 34 {
            break;
        }
        if letters.len() >= 15 && !next_is_word && remainder_97(&letters) == 1 {
            longest = Some(at.saturating_add(1));
        }
    }
    longest
}

/// ISO 7064 modulo 97 with the first four characters moved to the end.
fn remainder_97(letters: &[u8]) -> u32 {
    let rotated = letters.iter().skip(4).chain(letters.iter().take(4));
    rotated.fold(0_u32, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        _ => (sum * 100 + u32::from(byte.saturating_sub(b'A')) + 10) % 97,
    })
}
