//! Why a payer takes something off, by the words payers use.

use std::sync::LazyLock;

use super::lexicon::Finder;

macro_rules! deduction_reasons {
    ($($(#[$doc:meta])* $variant:ident = $code:literal: [$($word:literal),+];)+) => {
        /// Why something is taken off an invoice.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DeductionReason { $($(#[$doc])* $variant,)+ }

        impl DeductionReason {
            /// Every reason, in the order their words are looked for.
            pub const ALL: &'static [DeductionReason] = &[$(DeductionReason::$variant,)+];

            /// Stable name in `snake_case`.
            pub fn code(self) -> &'static str {
                match self { $(DeductionReason::$variant => $code,)+ }
            }

            /// Beginnings of words that mean it, in lower case without accents.
            fn words(self) -> &'static [&'static str] {
                match self { $(DeductionReason::$variant => &[$($word),+],)+ }
            }
        }
    };
}

deduction_reasons! {
    /// Goods arrived broken or spoilt.
    Damaged = "damaged": ["damage", "broken", "beschadig", "schaden", "endommag", "abime", "casse", "beschadigd", "danneggi", "danad", "averia", "skadad", "skadat", "vaurio", "vioittun", "rikki", "uszkodz", "zniszcz", "defect", "defekt", "mangel", "rotto", "faulty", "spoil", "poskozen"];
    /// Fewer goods than invoiced.
    Shortage = "shortage": ["short", "missing", "fehlmenge", "mindermenge", "fehlend", "fehlt", "manquant", "manque", "tekort", "ontbrek", "mancan", "ammanco", "faltant", "falta", "saknas", "brist", "puuttu", "vajaus", "quantity", "niedobor", "brak", "mankament", "mangler", "tekort"];
    /// Another price than agreed.
    Price = "price": ["price", "pricing", "preis", "prix", "tarif", "prijs", "prezzo", "precio", "pris", "hinta", "cena", "ceny", "cenow", "roznica cen", "preco"];
    /// Freight, transport, packing.
    Freight = "freight": ["freight", "shipping", "transport", "fracht", "versand", "porto", "fret", "vracht", "trasport", "flete", "portes", "frakt", "rahti", "przesylk", "livraison frais", "frais de port", "spedizion"];
    /// Goods sent back.
    Return = "return": ["return", "retoure", "rucksend", "rucklief", "ruckgabe", "retour", "reso", "resi", "devolu", "retur", "palautu", "zwrot", "zwroc", "rueckgabe", "restitu", "ruckgesandt", "teruggest", "aterlamn"];
    /// Advertising and promotion.
    Advertising = "advertising": ["advert", "promo", "marketing", "werbe", "wkz", "publicit", "reclame", "pubblicit", "publicid", "reklam", "mainos", "co-op", "coop"];
    /// Early-payment discount.
    Discount = "discount": ["discount", "skonto", "escompte", "korting", "sconto", "descuento", "rabatt", "kassarabatt", "kassa-alennus", "alennus", "betalingskorting", "disc", "skto", "pronto pago", "cash disc", "dto", "esc", "rabat", "upust", "desconto", "pronto pagamento", "escuento", "early pay", "prompt pay", "sk.", "sc.", "scto", "skt.", "kort."];
    /// Bonus or rebate agreed.
    Rebate = "rebate": ["rebate", "bonus", "ruckvergut", "remise", "ristourne", "rappel", "allowance", "abbuono", "bonificacion", "premia"];
    /// Tax withheld.
    WithholdingTax = "withholding_tax": ["withh", "wht", "quellensteuer", "retenue", "retencion", "retencao", "ritenuta", "kallskatt", "lahdevero", "bronbelasting", "irpf", "tds", "podatek u zrodla", "voorheffing"];
    /// Bank charges.
    BankFee = "bank_fee": ["bank fee", "bank charge", "bankgebuhr", "bankspesen", "frais bancaire", "bankkosten", "spese banc", "comision banc", "bankavgift", "pankkikulu", "fee", "charge", "gebuhr", "spesen", "oplata bank", "prowizj", "koszty bank", "pankin", "bankomkost", "bank cost"];
    /// Late or missed delivery, contract penalty.
    Penalty = "penalty": ["penalt", "late deliver", "verspat", "vertragsstrafe", "ponale", "penalit", "boete", "penal", "mora", "vite", "sakko", "kara", "opozni", "retard", "ritardo", "retraso", "laat geleverd", "forsen", "myohas", "malus"];
    /// Set off against something else.
    SetOff = "set_off": ["set-off", "set off", "offset", "aufrechn", "verrechn", "compensat", "verreken", "compensac", "kompensat", "modregn", "kvitt"];
}

static WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::of_beginnings(DeductionReason::ALL.iter().map(|reason| reason.words())));

impl DeductionReason {
    /// The reason `text` names, if any: the first in order of [`DeductionReason::ALL`] one of whose words begins a word
    /// of the text.
    pub fn of(text: &str) -> Option<DeductionReason> {
        DeductionReason::of_folded(&super::words::fold(text))
    }

    /// As [`DeductionReason::of`], for a text that is folded already.
    pub(crate) fn of_folded(folded: &str) -> Option<DeductionReason> {
        WORDS.first_group(folded).and_then(|group| DeductionReason::ALL.get(group)).copied()
    }
}
