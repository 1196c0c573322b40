//! Text as banks carry it: folded to their character set, cut to their lengths.

/// Umlauts and accents written out, nothing but printable ASCII left.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'ä' | 'æ' => out.push_str("ae"),
            'ö' | 'ø' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'Ä' | 'Æ' => out.push_str("Ae"),
            'Ö' | 'Ø' => out.push_str("Oe"),
            'Ü' => out.push_str("Ue"),
            'ß' => out.push_str("ss"),
            'à' | 'á' | 'â' | 'å' | 'ã' => out.push('a'),
            'À' | 'Á' | 'Â' | 'Å' => out.push('A'),
            'è' | 'é' | 'ê' | 'ë' => out.push('e'),
            'È' | 'É' | 'Ê' | 'Ë' => out.push('E'),
            'ì' | 'í' | 'î' | 'ï' => out.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' => out.push('o'),
            'Ó' | 'Ô' => out.push('O'),
            'ù' | 'ú' | 'û' => out.push('u'),
            'ç' => out.push('c'),
            'Ç' => out.push('C'),
            'ñ' => out.push('n'),
            '–' | '—' => out.push('-'),
            '€' => out.push_str("EUR"),
            '°' | 'º' => out.push('o'),
            plain if plain == ' ' || plain.is_ascii_graphic() => out.push(plain),
            _ => out.push(' '),
        }
    }
    out
}

/// The first `limit` characters.
pub fn cut(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

/// Pieces of at most `width` characters, cut anywhere, as banks cut.
pub fn pieces(text: &str, width: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(width.max(1)).map(|piece| piece.iter().collect()).collect()
}

/// The digits of a text.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Where the longest run of digits lies that stands last among those of its length: start and end.
pub fn main_run(text: &str) -> (usize, usize) {
    let bytes = text.as_bytes();
    let (mut best, mut start) = ((0, 0), None);
    for place in 0..=bytes.len() {
        let is_digit = bytes.get(place).is_some_and(u8::is_ascii_digit);
        match (is_digit, start) {
            (true, None) => start = Some(place),
            (false, Some(from)) => {
                if place - from >= best.1 - best.0 {
                    best = (from, place);
                }
                start = None;
            }
            _ => {}
        }
    }
    best
}

/// Digits without leading zeros.
pub fn without_zeros(digits: &str) -> &str {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() { digits } else { trimmed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_pieces() {
        assert_eq!(main_run("RX7-2026-44120"), (9, 14));
        assert_eq!(main_run("2026/00123"), (5, 10));
        assert_eq!(main_run("F26/001234/B"), (4, 10));
        assert_eq!(main_run("none"), (0, 0));
        assert_eq!(pieces("Rechnung RX7-2026-44120", 10), ["Rechnung R", "X7-2026-44", "120"]);
        assert_eq!(fold("Größe Ångström SA à Liège"), "Groesse Angstroem SA a Liege");
    }
}
