//! Who a customer is: company, address, contact, VAT id and bank account. Invented, but formed as the real ones are.

use crate::check_digits;
use crate::dice::{Dice, Purpose};

/// A company as its customer record and its transfers show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Registered name with legal form.
    pub name: String,
    /// Street and house number.
    pub street: String,
    /// Postal code in the form of the country.
    pub postal_code: String,
    /// Town.
    pub city: &'static str,
    /// ISO 3166 alpha-2 code.
    pub country: &'static str,
    /// VAT id with right check digits.
    pub vat_id: String,
    /// Name of the person in accounts payable.
    pub contact: String,
    /// Mail address below `example.com`, which never receives mail.
    pub email: String,
    /// Account it pays from, without blanks.
    pub iban: String,
    /// BIC of the bank of that account.
    pub bic: &'static str,
}

/// The party of the customer with this index.
pub fn party(seed: u64, index: u32) -> Party {
    let mut dice = Dice::new(seed, u64::from(index), Purpose::Party, 0);
    let country = dice.weighted(&COUNTRIES);
    let town = match country {
        "AT" => dice.pick(&AUSTRIAN_TOWNS),
        "NL" => dice.pick(&DUTCH_TOWNS),
        "CH" => dice.pick(&SWISS_TOWNS),
        _ => dice.pick(&GERMAN_TOWNS),
    };
    let family = dice.pick(&FAMILIES);
    let trade = dice.pick(&TRADES);
    let form = legal_form(country, &mut dice);
    let name = match dice.below(4) {
        0 => format!("{trade} {} {form}", town.1),
        1 => format!("{family} & {} {trade} {form}", dice.pick(&FAMILIES)),
        _ => format!("{family} {trade} {form}"),
    };
    let contact = format!("{} {}", dice.pick(&GIVEN_NAMES), dice.pick(&FAMILIES));
    let street = format!("{} {}", dice.pick(&STREETS), dice.between(1, 148));
    let postal_code = postal_code(country, town.0, &mut dice);
    let vat_id = vat_id(country, &mut dice);
    let (iban, bic) = account(country, index, &mut dice);
    let email = format!("accounts@{}-{index}.example.com", slug(&format!("{family} {trade}")));
    Party { name, street, postal_code, city: town.1, country, vat_id, contact, email, iban, bic }
}

/// Lower-case ASCII of a name: umlauts written out, everything else that is no letter or digit a single dash.
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for character in plain(name).chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The name as it survives on a bank message: umlauts written out.
pub fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'Ä' => plain.push_str("Ae"),
            'Ö' => plain.push_str("Oe"),
            'Ü' => plain.push_str("Ue"),
            'ß' => plain.push_str("ss"),
            'é' | 'è' => plain.push('e'),
            other => plain.push(other),
        }
    }
    plain
}

fn legal_form(country: &str, dice: &mut Dice) -> &'static str {
    match country {
        "AT" => dice.pick(&["GmbH", "GmbH & Co KG", "e.U."]),
        "NL" => dice.pick(&["B.V.", "B.V.", "V.O.F."]),
        "CH" => dice.pick(&["AG", "GmbH"]),
        _ => dice.pick(&["GmbH", "GmbH", "GmbH & Co. KG", "AG", "e.K.", "OHG", "UG (haftungsbeschränkt)"]),
    }
}

fn postal_code(country: &str, area: u32, dice: &mut Dice) -> String {
    match country {
        "AT" | "CH" => format!("{}", area * 10 + dice.below(10) as u32),
        "NL" => {
            let letters = dice.pick(&["AB", "BX", "CD", "EK", "GH", "KL", "PN", "VT"]);
            format!("{} {letters}", area * 10 + dice.below(10) as u32)
        }
        _ => format!("{:05}", area * 100 + dice.below(100) as u32),
    }
}

fn vat_id(country: &str, dice: &mut Dice) -> String {
    loop {
        let found = match country {
            "AT" => check_digits::austrian_vat_id(&dice.digits(7)),
            "NL" => Some(check_digits::dutch_vat_id(&dice.digits(9))),
            "CH" => check_digits::swiss_vat_id(&dice.digits(8)),
            _ => check_digits::german_vat_id(&dice.digits(8)),
        };
        if let Some(vat_id) = found {
            return vat_id;
        }
    }
}

/// An account no other customer has: the index goes through a one-to-one map of the account number space.
fn account(country: &str, index: u32, dice: &mut Dice) -> (String, &'static str) {
    let number = (u64::from(index) * 7_368_787 + 1_203_480_917) % 10_000_000_000;
    match country {
        "AT" => {
            let (code, bic) = dice.pick(&[("12000", "BKAUATWWXXX"), ("20111", "GIBAATWWXXX"), ("32000", "RLNWATWWXXX")]);
            (check_digits::iban("AT", &format!("{code}0{number:010}")), bic)
        }
        "NL" => {
            let (code, bic) = dice.pick(&[("ABNA", "ABNANL2AXXX"), ("INGB", "INGBNL2AXXX"), ("RABO", "RABONL2UXXX")]);
            (check_digits::iban("NL", &format!("{code}{}", dutch_account(index))), bic)
        }
        "CH" => {
            let (code, bic) = dice.pick(&[("00762", "KBBECH22XXX"), ("00700", "ZKBKCHZZ80A"), ("09000", "POFICHBEXXX")]);
            (check_digits::iban("CH", &format!("{code}00{number:010}")), bic)
        }
        _ => {
            let (code, bic) = dice.pick(&GERMAN_BANKS);
            (check_digits::iban("DE", &format!("{code}{number:010}")), bic)
        }
    }
}

/// The first account number with a check digit in a block of eleven that belongs to the customer alone.
fn dutch_account(index: u32) -> String {
    let mut body = (u64::from(index) * 7_368_787 + 20_348_091) % 90_000_000 * 11;
    loop {
        let digits = format!("{body:09}");
        if let Some(check) = check_digits::dutch_account_check(&digits) {
            return format!("{digits}{check}");
        }
        body += 1;
    }
}

const COUNTRIES: [(u32, &str); 4] = [(78, "DE"), (9, "AT"), (8, "NL"), (5, "CH")];

/// Bank codes (Bankleitzahl) and BICs that belong together.
const GERMAN_BANKS: [(&str, &str); 8] = [
    ("37040044", "COBADEFFXXX"),
    ("10070000", "DEUTDEBBXXX"),
    ("60050101", "SOLADEST600"),
    ("70150000", "SSKMDEMMXXX"),
    ("20050550", "HASPDEHHXXX"),
    ("50010517", "INGDDEFFXXX"),
    ("43060967", "GENODEM1GLS"),
    ("76026000", "NORSDE71XXX"),
];

/// First digits of the postal code, and town.
const GERMAN_TOWNS: [(u32, &str); 20] = [
    (701, "Stuttgart"),
    (803, "München"),
    (101, "Berlin"),
    (200, "Hamburg"),
    (506, "Köln"),
    (603, "Frankfurt am Main"),
    (904, "Nürnberg"),
    (41, "Leipzig"),
    (10, "Dresden"),
    (281, "Bremen"),
    (301, "Hannover"),
    (441, "Dortmund"),
    (861, "Augsburg"),
    (761, "Karlsruhe"),
    (791, "Freiburg"),
    (890, "Ulm"),
    (351, "Gießen"),
    (337, "Bielefeld"),
    (481, "Münster"),
    (990, "Erfurt"),
];
const AUSTRIAN_TOWNS: [(u32, &str); 6] =
    [(101, "Wien"), (801, "Graz"), (402, "Linz"), (502, "Salzburg"), (602, "Innsbruck"), (690, "Bregenz")];
const DUTCH_TOWNS: [(u32, &str); 6] =
    [(101, "Amsterdam"), (301, "Rotterdam"), (351, "Utrecht"), (561, "Eindhoven"), (971, "Groningen"), (591, "Venlo")];
const SWISS_TOWNS: [(u32, &str); 5] = [(800, "Zürich"), (405, "Basel"), (301, "Bern"), (900, "St. Gallen"), (600, "Luzern")];

const FAMILIES: [&str; 56] = [
    "Albrecht",
    "Bachmann",
    "Becker",
    "Berger",
    "Böhm",
    "Brandt",
    "Busch",
    "Dietrich",
    "Engel",
    "Fischer",
    "Franke",
    "Friedrich",
    "Fuchs",
    "Graf",
    "Günther",
    "Haas",
    "Hahn",
    "Hartmann",
    "Heinrich",
    "Herrmann",
    "Hofmann",
    "Huber",
    "Jansen",
    "Jung",
    "Kaiser",
    "Keller",
    "Köhler",
    "Kraus",
    "Krüger",
    "Kuhn",
    "Lang",
    "Lehmann",
    "Lorenz",
    "Maier",
    "Martin",
    "Meyer",
    "Müller",
    "Neumann",
    "Otto",
    "Peters",
    "Pfeiffer",
    "Richter",
    "Roth",
    "Sauer",
    "Schäfer",
    "Schmitt",
    "Schreiber",
    "Schulz",
    "Seidel",
    "Sommer",
    "Stein",
    "Vogel",
    "Wagner",
    "Weber",
    "Winkler",
    "Zimmermann",
];
const TRADES: [&str; 32] = [
    "Anlagenbau",
    "Antriebstechnik",
    "Bau",
    "Bäckerei",
    "Blechtechnik",
    "Dachbau",
    "Druck",
    "Elektrotechnik",
    "Fahrzeugbau",
    "Fenster",
    "Feinmechanik",
    "Gartenbau",
    "Gebäudetechnik",
    "Großhandel",
    "Haustechnik",
    "Holzbau",
    "Hydraulik",
    "Innenausbau",
    "Kältetechnik",
    "Kunststoffe",
    "Logistik",
    "Maschinenbau",
    "Metallbau",
    "Möbel",
    "Oberflächen",
    "Präzisionsteile",
    "Sanitär",
    "Schlosserei",
    "Stahlhandel",
    "Verpackung",
    "Werkzeuge",
    "Zerspanung",
];
const GIVEN_NAMES: [&str; 24] = [
    "Anna", "Bernd", "Carla", "David", "Elif", "Frank", "Gesa", "Hakan", "Ines", "Jonas", "Katrin", "Lukas", "Maria", "Nils", "Olga",
    "Paul", "Renate", "Stefan", "Tanja", "Uwe", "Vera", "Wiebke", "Yusuf", "Zoe",
];
const STREETS: [&str; 16] = [
    "Industriestraße",
    "Bahnhofstraße",
    "Gewerbepark",
    "Hauptstraße",
    "Am Hafen",
    "Lindenweg",
    "Siemensstraße",
    "Daimlerstraße",
    "Mühlweg",
    "Ringstraße",
    "Im Grund",
    "Robert-Bosch-Straße",
    "Kirchgasse",
    "Nordring",
    "Werkstraße",
    "Benzstraße",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn accounts_are_valid_and_belong_to_one_customer() {
        let mut seen = BTreeSet::new();
        for index in 0..2000 {
            let party = party(9, index);
            assert!(check_digits::iban_is_valid(&party.iban), "{}", party.iban);
            let length = match party.country {
                "AT" => 20,
                "NL" => 18,
                "CH" => 21,
                _ => 22,
            };
            assert_eq!(party.iban.len(), length, "{}", party.iban);
            assert!(seen.insert(party.iban), "account used twice");
            assert!(party.email.ends_with(".example.com") && party.email.is_ascii(), "{}", party.email);
            assert!(party.vat_id.starts_with(if party.country == "CH" { "CHE" } else { party.country }));
        }
    }

    #[test]
    fn names_fold_as_banks_fold_them() {
        assert_eq!(plain("Größe Öl"), "Groesse Oel");
        assert_eq!(slug("Müller & Söhne GmbH"), "mueller-soehne-gmbh");
    }
}
