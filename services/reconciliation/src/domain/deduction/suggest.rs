//! What a payer's words say about why it paid less: English, German, French, Spanish, Italian and Dutch.

use super::DeductionCode;

/// Beginnings of words, the telling ones first. One of at most four letters must be the whole word.
const WORDS: [(DeductionCode, &[&str]); 10] = [
    (DeductionCode::NotReceived, &["undelivered", "nichterhalt", "nichtgeliefert"]),
    (DeductionCode::DuplicateBilling, &["duplicat", "doppelt", "twice", "doppia", "duplicad", "dubbel"]),
    (DeductionCode::DiscountUnearned, &["skonto", "escompte", "sconto", "discount", "descuento", "korting"]),
    (DeductionCode::Promotion, &["promo", "bonus", "rebate", "rabatt", "werbekosten", "wkz", "marketing", "remise"]),
    (DeductionCode::Return, &["retoure", "rücksend", "ruecksend", "returned", "retour", "devolu", "reso"]),
    (
        DeductionCode::Quality,
        &[
            "quality",
            "qualität",
            "qualitaet",
            "mangel",
            "mängel",
            "maengel",
            "damage",
            "defect",
            "defekt",
            "beschädig",
            "beschaedig",
            "avari",
            "difett",
        ],
    ),
    (DeductionCode::Quantity, &["quantity", "qty", "menge", "minderliefer", "fehlmenge", "shortage", "manquant", "cantidad", "ammanco"]),
    (DeductionCode::Freight, &["freight", "fracht", "versandkosten", "shipping", "porto", "flete", "vrachtkosten"]),
    (DeductionCode::Tax, &["withholding", "quellensteuer", "umsatzsteuer", "mwst", "vat", "tva"]),
    (DeductionCode::Price, &["price", "preis", "prix", "precio", "prezzo", "prijs"]),
];

/// Words that belong together.
const PHRASES: [(DeductionCode, &str); 9] = [
    (DeductionCode::PurchaseOrderMissing, "no po"),
    (DeductionCode::PurchaseOrderMissing, "missing po"),
    (DeductionCode::PurchaseOrderMissing, "bestellnummer fehlt"),
    (DeductionCode::PurchaseOrderMissing, "ohne bestellnummer"),
    (DeductionCode::NotReceived, "not received"),
    (DeductionCode::NotReceived, "not delivered"),
    (DeductionCode::NotReceived, "nicht erhalten"),
    (DeductionCode::NotReceived, "non reçu"),
    (DeductionCode::NotReceived, "short shipped"),
];

const SHORT: usize = 4;

/// The code that words of a payer suggest, if any does.
pub fn code(said: &str) -> Option<DeductionCode> {
    let folded = said.to_lowercase();
    let words: Vec<&str> = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let text = format!(" {} ", words.join(" "));
    let phrase = PHRASES.iter().find(|(_, phrase)| text.contains(&format!(" {phrase} "))).map(|(code, _)| *code);
    phrase.or_else(|| {
        let says = |beginnings: &[&str]| words.iter().any(|word| beginnings.iter().any(|beginning| is_meant(word, beginning)));
        WORDS.iter().find(|(_, beginnings)| says(beginnings)).map(|(code, _)| *code)
    })
}

fn is_meant(word: &str, beginning: &str) -> bool {
    if beginning.chars().count() <= SHORT { word == beginning } else { word.starts_with(beginning) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_payers_suggest_codes() {
        for (said, expected) in [
            ("INV 4711 less freight charges", Some(DeductionCode::Freight)),
            ("Abzug wg. Preisdifferenz Pos. 3", Some(DeductionCode::Price)),
            ("abzgl. Skonto 2%", Some(DeductionCode::DiscountUnearned)),
            ("Ware NICHT ERHALTEN", Some(DeductionCode::NotReceived)),
            ("marchandise avariée", Some(DeductionCode::Quality)),
            ("Fehlmenge 12 Stk", Some(DeductionCode::Quantity)),
            ("invoice has no PO", Some(DeductionCode::PurchaseOrderMissing)),
            ("billed twice", Some(DeductionCode::DuplicateBilling)),
            ("private note, elevator", None),
            ("", None),
        ] {
            assert_eq!(code(said), expected, "{said}");
        }
    }
}
