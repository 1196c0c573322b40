//! Text made comparable.

/// Lower case without accents and other marks; `ß` is `ss`, every blank an ordinary one. One character in may be two out.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'A'..='Z' => out.push(letter.to_ascii_lowercase()),
            '\u{0}'..='\u{7f}' => out.push(letter),
            _ => fold_wide(letter, &mut out),
        }
    }
    out
}

fn fold_wide(letter: char, out: &mut String) {
    for small in letter.to_lowercase() {
        match small {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ą' => out.push('a'),
            'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => out.push('e'),
            'ì' | 'í' | 'î' | 'ï' => out.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => out.push('o'),
            'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => out.push('u'),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ś' | 'š' => out.push('s'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            'ł' => out.push('l'),
            'ý' | 'ÿ' => out.push('y'),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            '‐' | '‑' | '‒' | '–' | '—' | '−' => out.push('-'),
            '’' | '‘' | '´' => out.push('\''),
            blank if blank.is_whitespace() => out.push(' '),
            other => out.push(other),
        }
    }
}

/// True when `word` stands in `folded` as a whole word or words.
pub(crate) fn has_word(folded: &str, word: &str) -> bool {
    let whole = |position: usize| {
        let before = folded.get(..position).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
        let after = folded.get(position + word.len()..).is_some_and(|after| !after.starts_with(char::is_alphanumeric));
        before && after
    };
    folded.match_indices(word).any(|(position, _)| whole(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded() {
        assert_eq!(fold("Überträge  «Größe» Nº–1"), "ubertrage  «grosse» nº-1");
        assert!(has_word("page total:", "total") && !has_word("totally", "total"));
    }
}
