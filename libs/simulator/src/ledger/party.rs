//! Companies: names, look-alikes, accounts and VAT ids.

use super::country::Country;
use crate::check_digits;
use crate::dice::Dice;

/// A company.
#[derive(Clone, Debug)]
pub struct Party {
    /// Registered name with legal form.
    pub name: String,
    /// Family or fancy part of the name.
    pub family: &'static str,
    /// Trade part of the name; may be empty.
    pub trade: &'static str,
    /// Legal form.
    pub form: &'static str,
    /// Town.
    pub town: &'static str,
    /// Country.
    pub country: &'static Country,
    /// VAT id as printed.
    pub vat_id: String,
}

impl Party {
    /// A company of a country.
    pub fn new(country: &'static Country, dice: &mut Dice) -> Party {
        let family = choose(country.families, dice);
        let trade = choose(country.trades, dice);
        let form = choose(country.forms, dice);
        let town = choose(country.towns, dice);
        Party { name: name(country, family, trade, form, town, dice), family, trade, form, town, country, vat_id: vat_id(country, dice) }
    }

    /// A company whose name can be taken for this one's: other form, spelling or trade, or the same name in another town.
    pub fn look_alike(&self, dice: &mut Dice) -> Party {
        let country = self.country;
        let form = country.forms.iter().rev().find(|form| **form != self.form).copied().unwrap_or(self.form);
        let town = choose(country.towns, dice);
        let family = crate::names::plain(self.family);
        let name = match dice.below(5) {
            0 if family != self.family => format!("{family} {} {form}", self.trade),
            1 => format!("{} {} {form}", self.family, self.trade),
            2 => format!("{} {} {town} {form}", self.family, self.trade),
            3 => format!("{} {} {form}", self.family, choose(country.trades, dice)),
            _ => format!("{family} & Co {} {form}", self.trade),
        };
        let name = match (name == self.name, dice.below(7)) {
            // The very same name in another town.
            (_, 0) if town != self.town => self.name.clone(),
            (true, _) => format!("{name} {town}"),
            (false, _) => name,
        };
        Party { name, family: self.family, trade: self.trade, form, town, country, vat_id: vat_id(country, dice) }
    }

    /// A company of the same group: the family name with another trade or town.
    pub fn sister(&self, dice: &mut Dice) -> Party {
        let town = choose(self.country.towns, dice);
        let trade = choose(self.country.trades, dice);
        let name = match dice.below(3) {
            0 => format!("{} {} {town} {}", self.family, self.trade, self.form),
            1 => format!("{} {trade} {}", self.family, self.form),
            _ => format!("{} {town} {}", self.family, self.form),
        };
        Party { name, trade, town, vat_id: vat_id(self.country, dice), ..self.clone() }
    }
}

/// One entry of a list, each equally likely; empty for an empty list.
pub fn choose(list: &[&'static str], dice: &mut Dice) -> &'static str {
    list.get(dice.below(list.len() as u64) as usize).copied().unwrap_or_default()
}

fn name(country: &Country, family: &str, trade: &str, form: &str, town: &str, dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => format!("{trade} {town} {form}"),
        1 => format!("{family} & {} {trade} {form}", choose(country.families, dice)),
        2 => format!("{family} & {} {form}", second(country)),
        3 => format!("{family} {trade} {town} {form}"),
        _ => format!("{family} {trade} {form}"),
    }
}

fn second(country: &Country) -> &'static str {
    match country.code {
        "DE" | "AT" | "CH" => "Söhne",
        "FR" | "BE" => "Fils",
        "IT" => "Figli",
        "ES" => "Hijos",
        "NL" => "Zonen",
        "SE" => "Söner",
        "FI" => "Pojat",
        _ => "Sons",
    }
}

fn vat_id(country: &Country, dice: &mut Dice) -> String {
    let real = match country.code {
        "DE" => check_digits::german_vat_id(&dice.digits(8)),
        "AT" => check_digits::austrian_vat_id(&dice.digits(7)),
        "CH" => check_digits::swiss_vat_id(&dice.digits(8)),
        "NL" => Some(check_digits::dutch_vat_id(&dice.digits(9))),
        _ => None,
    };
    real.unwrap_or_else(|| {
        let body: String = country.vat.chars().map(|place| if place == '#' { digit(dice) } else { place }).collect();
        format!("{}{body}", country.code)
    })
}

fn digit(dice: &mut Dice) -> char {
    char::from(b'0' + dice.below(10) as u8)
}

/// An account in the country's form: an IBAN, or a plain number where there is none.
pub fn account(country: &Country, dice: &mut Dice) -> String {
    let bank = choose(country.banks, dice);
    if matches!(country.code, "US" | "JP") {
        return format!("{bank}{}", dice.digits(country.account_digits));
    }
    let number = dice.digits(country.account_digits);
    let bban = if country.code == "BE" { belgian_account(bank, &number) } else { format!("{bank}{number}") };
    check_digits::iban(country.code, &bban)
}

/// Bank, seven digits, and the remainder of both by 97 (97 for 0).
fn belgian_account(bank: &str, digits: &str) -> String {
    let body = format!("{bank}{}", &digits[..7]);
    let check = super::scheme::belgian_check(&body);
    format!("{body}{check:02}")
}

/// A BIC that goes with accounts of the country.
pub fn bic(country: &Country, account: &str) -> String {
    let bank: String = account.chars().filter(char::is_ascii_uppercase).skip(2).take(4).collect();
    let bank = if bank.len() == 4 { bank } else { default_bank(country.code).to_owned() };
    format!("{bank}{}2X", country.code)
}

fn default_bank(country: &str) -> &'static str {
    match country {
        "DE" => "COBA",
        "AT" => "BKAU",
        "CH" => "ZKBK",
        "BE" => "GEBA",
        "FR" => "BNPA",
        "IT" => "BCIT",
        "ES" => "CAIX",
        "US" => "CHAS",
        "SE" => "ESSE",
        "FI" => "NDEA",
        _ => "BOTK",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;
    use crate::ledger::country::COUNTRIES;

    #[test]
    fn accounts_have_the_length_of_their_country() {
        let lengths = [
            ("DE", 22),
            ("AT", 20),
            ("CH", 21),
            ("NL", 18),
            ("BE", 16),
            ("FR", 27),
            ("IT", 27),
            ("ES", 24),
            ("GB", 22),
            ("SE", 24),
            ("FI", 18),
            ("IE", 22),
        ];
        let mut dice = Dice::new(1, 0, Purpose::Party, 0);
        for country in &COUNTRIES {
            let account = account(country, &mut dice);
            let Some((_, length)) = lengths.iter().find(|(code, _)| *code == country.code) else { continue };
            assert_eq!(account.len(), *length, "{account}");
            assert!(check_digits::iban_is_valid(&account), "{account}");
        }
    }

    #[test]
    fn look_alikes_are_others() {
        for index in 0..200 {
            let mut dice = Dice::new(2, index, Purpose::Party, 0);
            let party = Party::new(&COUNTRIES[index as usize % COUNTRIES.len()], &mut dice);
            let other = party.look_alike(&mut dice);
            assert!(other.name != party.name || other.town != party.town, "{other:?}");
        }
    }
}
