//! The forms in which names and numbers are compared.

use quittance_formats::references::normalise;

/// The form names are compared in: letters and digits, upper case, umlauts and accents of western Europe spelled out.
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for character in name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_uppercase) {
        match character {
            'Ä' | 'Æ' => key.push_str("AE"),
            'Ö' | 'Œ' | 'Ø' => key.push_str("OE"),
            'Ü' => key.push_str("UE"),
            'À' | 'Á' | 'Â' | 'Ã' | 'Å' => key.push('A'),
            'Ç' => key.push('C'),
            'È' | 'É' | 'Ê' | 'Ë' => key.push('E'),
            'Ì' | 'Í' | 'Î' | 'Ï' => key.push('I'),
            'Ñ' => key.push('N'),
            'Ò' | 'Ó' | 'Ô' | 'Õ' => key.push('O'),
            'Ù' | 'Ú' | 'Û' => key.push('U'),
            other => key.push(other),
        }
    }
    key
}

/// The form document numbers are compared in.
pub fn number_key(number: &str) -> String {
    normalise(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form() {
        assert_eq!(name_key("Müller & Söhne GmbH"), name_key("MUELLER SOEHNE GMBH"));
        assert_ne!(name_key("Müller GmbH"), name_key("Müller AG"));
    }
}
