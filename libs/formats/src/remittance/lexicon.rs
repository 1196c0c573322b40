//! Words of remittance advices in English, German, French, Dutch, Italian, Spanish, Swedish, Finnish
//! and Polish, and the commonest Danish and Portuguese ones.
//!
//! Every word is folded (see [`fold`]); a word of up to four letters must stand alone, a longer one may begin a word.

use std::sync::LazyLock;

use super::reason::DeductionReason;
use super::words::fold;

mod finder;
mod labels;

pub(crate) use finder::Finder;

pub(crate) use labels::{Label, is_any_sum, is_carry, is_subtotal, is_total, is_total_in, label_of};

/// What a column, or a value with a word beside it, means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// Date of the document.
    Date,
    /// Another date: due, payment, delivery.
    OtherDate,
    /// Currency code.
    Currency,
    /// Percentage.
    Percent,
    /// Kind of document.
    Kind,
    /// Reason of a deduction.
    Reason,
    /// Number of the advice or payment.
    AdviceNumber,
    /// The payer's own numbers, orders, delivery notes, customer numbers.
    Reference,
    /// An amount that is neither gross, deduction nor net: tax, balance, running total.
    OtherAmount,
    /// Taken off.
    Deduction,
    /// Paid.
    Net,
    /// Before deductions.
    Gross,
    /// Document number; of two such columns the higher rank is the receiver's number.
    Document(u8),
    /// Free text.
    Text,
    /// An amount of no stated meaning.
    Amount,
}

/// Roles with their words, in the order they are looked for.
#[rustfmt::skip]
const ROLES: [(Role, &[&str]); 17] = [
    (Role::OtherDate, &[
        "termin", "data platnosci", "data przelewu", "data zaplaty", "forfaldsdato", "betalingsdato", "data vencimento",
        "data pagamento",
        "due", "fallig", "falligkeit", "echeance", "vervaldatum", "vervaldag", "scadenza", "vencimiento", "forfall",
        "forfallodatum", "erapaiva", "payment date", "zahldatum", "zahlungsdatum", "date de paiement", "date paiement",
        "date reglement", "date virement", "betaaldatum", "data pagamento", "fecha de pago", "fecha pago", "betalningsdag",
        "betaldatum", "maksupaiva", "value date", "wertstellung", "skontodatum", "discount date", "delivery date", "lieferdatum",
        "posting date", "buchungsdatum",
    ]),
    (Role::Date, &[
        "data wystawienia", "data faktury", "dato", "fakturadato",
        "date", "dated", "datum", "rechnungsdatum", "belegdatum", "re-datum", "factuurdatum", "data", "fecha", "fakturadatum",
        "paivays", "pvm", "paivamaara", "laskun paiva", "laskupaiva", "laskun pvm", "dat", "inv date", "invoice date",
        "data fattura", "f. fattura",
    ]),
    (
        Role::Currency,
        &[
        "waluta", "moeda", "mena",
        "currency", "curr", "cur", "ccy", "wahrung", "whg", "wrg", "devise", "valuta", "divisa", "moneda", "valuutta", "munt"],
    ),
    (Role::Percent, &["%", "percent", "prozent", "discount rate", "skontosatz", "rate", "taux", "pct"]),
    (Role::Kind, &[
        "rodzaj",
        "type", "art", "belegart", "dokumentart", "typ", "doc type", "document type", "nature", "soort", "tipo", "tyyppi", "kind",
        "laji", "vorgang", "dt", "typologie",
    ]),
    (Role::Reason, &[
        "powod", "przyczyna", "uwagi", "arsag", "explanation", "erlauterung", "begrundung",
        "reason", "grund", "abzugsgrund", "kurzungsgrund", "motif", "reden", "motivo", "orsak", "anledning", "syy", "remark",
        "comment", "deduction code", "reason code", "causale", "note", "notes", "bemerkung", "hinweis", "opmerking", "osservazioni",
        "observaciones", "anmarkning", "huomautus", "commentaire", "remarque", "code",
    ]),
    (Role::AdviceNumber, &[
        "nr platnosci", "numer platnosci", "nr przelewu", "awizo", "nr awiza", "avinummer", "avi nr",
        "payment no", "payment number", "payment ref", "payment id", "advice no", "advice number", "remittance no",
        "remittance number", "remittance id", "avis", "avisnummer", "zahlungsnummer", "zahlungsref", "zahlung nr", "zahlungsbeleg",
        "n° paiement", "reference paiement", "ref paiement", "betalingskenmerk", "betaalreferentie", "betalingsn", "betalingsref",
        "betalings-", "betalingsid",
        "numero pagamento", "rif. pagamento", "numero de pago", "referencia de pago", "ref. pago", "betalningsreferens",
        "betalningsnummer", "maksunumero", "maksun viite", "cheque no", "check no", "document de paiement",
    ]),
    (Role::Reference, &[
        "zamowieni", "zlecenie", "nr klienta", "klient", "rachunek", "rachunku", "ordre", "encomenda", "objednavka",
        "tilausnumero",
        "po", "p.o", "po-nr", "po no", "purchase order", "order", "bestell", "bestellung", "bestellnummer", "auftrag", "commande",
        "n° cde", "cde", "bestelnummer", "bestelling", "inkooporder", "ordine", "ord", "pedido", "bestallning", "tilaus",
        "inkopsorder", "our ref", "our doc", "our reference", "our number", "internal", "intern", "unsere", "unser", "notre",
        "onze", "ns. rif", "ns. prot", "nuestra", "nuestro", "var referens", "meidan", "delivery note", "lieferschein",
        "bon de livraison", "pakbon", "ddt", "albaran", "foljesedel", "lahete", "customer", "kunden", "client", "klant", "cliente",
        "kund", "asiakas", "supplier no", "vendor no", "vendor code", "lieferant", "kreditor", "debitor", "voucher", "cost cent",
        "kostenstelle", "iban", "account", "konto", "compte", "rekening", "conto", "cuenta", "tili", "line", "pos", "position",
        "lfd", "nr.lfd", "item no", "filiale", "store", "branch", "plant", "werk", "company", "erp", "sap",
    ]),
    (Role::OtherAmount, &[
        "podatek", "pozostal", "restbelob",
        "vat", "tax", "mwst", "ust", "umsatzsteuer", "steuer", "tva", "btw", "iva", "moms", "alv", "balance", "saldo", "solde",
        "open", "offen", "rest", "restbetrag", "restant", "outstanding", "remaining", "running", "cumul", "kumul", "qty",
        "quantity", "menge", "quantite", "aantal", "quantita", "cantidad", "antal", "maara kpl", "resterend", "residuo",
        "pendiente", "aterstaende", "avoin", "prior", "already",
    ]),
    (Role::Deduction, &[
        "potracen", "rabat", "upust", "odliczen", "pomniejsz", "fradrag", "desconto", "deducao", "retencao", "sleva", "srazka",
        "afgetrokken", "ingehouden", "deduzione", "short paid", "shortpaid",
        "zahlungsabzug", "discount", "disc", "disc.", "skonto", "skto", "skontobetrag", "abzug", "abzgl", "moins", "minus", "meno", "menos", "avgar",
        "vahenn", "abzuge", "deduction", "deduct", "kurzung", "nachlass", "escompte", "retenue", "deduit", "korting", "aftrek",
        "inhouding", "sconto", "trattenut", "detrazion", "ritenuta", "deduzion", "abbuono", "descuento", "dto", "dto.", "deduccion",
        "retencion", "rabatt", "avdrag", "kassarabatt", "alennus", "vahennys", "vahennykset", "kassa-alennus", "adjustment", "adj",
        "adj.", "withheld", "remise", "less", "minderung", "betalingskorting", "differenz", "difference", "allowance", "chargeback",
    ]),
    (Role::Net, &[
        "zaplacon", "zaplata", "do zaplaty", "platnosc", "przelew", "przelano", "wyplat", "betalingsbelob", "indbetal",
        "liquid", "uhrazen", "remitting",
        "net", "netto", "nettobetrag", "nettozahl", "paid", "payment", "pay amt", "amount paid", "zahlbetrag", "zahlung",
        "zahlungsbetrag", "bezahlt", "gezahlt", "ausgezahlt", "uberweisung", "uberwiesen", "regle", "reglement", "paye", "paiement",
        "verse", "montant net", "betaald", "te betalen", "betaling", "betaalbedrag", "nettobedrag", "pagato", "pagamento",
        "importo netto", "bonific", "neto", "pagado", "pago", "importe neto", "liquido", "betalt", "betalas", "att betala",
        "nettobelopp", "utbetal", "nettosumma", "maksettu", "maksettava", "maksu", "remitted", "settled", "ausgleich",
        "transferred", "transfer",
    ]),
    (Role::Gross, &[
        "kwota faktury", "wartosc faktury", "fakturovana", "fakturovano", "wartosc brutto", "kwota brutto", "fakturabelob", "valor da fatura", "valor bruto",
        "gross", "brutto", "bruttobetrag", "brut", "bruto", "invoice amount", "invoice total", "invoice value", "inv amount",
        "inv. amount", "inv amt", "inv. amt", "invoiced", "original amount", "orig. amount", "original", "document amount",
        "rechnungsbetrag", "rechnungssumme", "belegbetrag", "re-betrag", "montant facture", "montant de la facture", "montant ttc",
        "ttc", "factuurbedrag", "brutobedrag", "lordo", "importo fattura", "importo lordo", "totale fattura", "importe factura",
        "importe bruto", "importe de factura", "total factura", "bruttobelopp", "fakturabelopp", "bruttosumma", "laskun summa",
        "laskusumma", "laskun maara",
    ]),
    (Role::Document(3), &[
        "fatura", "faturas", "fv", "recibo",
        "invoice", "inv", "inv.", "bill", "your ref", "your reference", "your doc", "your number", "vendor ref", "supplier ref",
        "rechnung", "rechnungs", "rechnungsnr", "re-nr", "re.-nr", "renr", "rg-nr", "re nr", "rgnr", "rg", "re", "ihr beleg",
        "ihre", "facture", "factures", "n° fact", "no fact", "votre", "v/ref", "factuur", "factuurnr", "fact", "fact.", "uw ref",
        "uw kenmerk", "fattura", "fatt", "fatt.", "ft", "vs. rif", "vs rif", "vostr", "n. doc. forn", "factura", "facturas",
        "su factura", "su ref", "fra", "fra.", "faktura", "fakturanr", "fakt", "fakt.", "fakturanummer", "er ref", "lasku",
        "laskunro", "laskun nro", "laskunumero", "laskun numero", "faktur",
    ]),
    (Role::Document(2), &[
        "korekta", "dobropis",
        "reference", "ref", "ref.", "referenz", "referentie", "kenmerk", "riferimento", "rif", "rif.", "referencia", "referens",
        "viite", "external", "extern", "credit note", "gutschrift", "avoir",
    ]),
    (Role::Document(1), &[
        "numer", "bilag",
        "document", "doc", "doc.", "docno", "beleg", "belegnr", "belegnummer", "dokument", "piece", "n° piece", "stuk", "documento",
        "num. doc", "verifikat", "asiakirja", "tosite", "number", "nummer", "numero", "nr", "nr.", "no", "no.", "n°", "num", "#",
    ]),
    (Role::Text, &[
        "opis", "tytul", "beskrivelse",
        "text", "description", "beschreibung", "bezeichnung", "buchungstext", "libelle", "omschrijving", "descrizione",
        "descripcion", "concepto", "beskrivning", "kuvaus", "selite", "verwendungszweck", "details", "item",
    ]),
    (Role::Amount, &[
        "kwota", "wartosc", "suma", "belob", "valor", "montante", "castka", "pln", "zl", "dkk", "nok", "czk",
        "amount", "amt", "amt.", "betrag", "montant", "bedrag", "importo", "importe", "belopp", "summa", "summe", "maara", "total",
        "value", "wert", "eur", "usd", "gbp", "chf", "sek", "sum", "€", "$", "£",
    ]),
];

static ROLE_WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::new(ROLES.iter().map(|(_, words)| *words)));

/// `retencion 15%` without the rate: what it is taken of is an amount.
fn without_rate(folded: &str) -> String {
    let Some((before, after)) = folded.split_once('%') else { return folded.to_string() };
    let words = before.trim_end().trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    let has_rate = words.len() < before.trim_end().len();
    if has_rate { format!("{words}{after}") } else { folded.to_string() }
}

/// Words before what was taken off: the head is that of what is left.
#[rustfmt::skip]
static AFTER_WORDS: LazyLock<Finder> =
    LazyLock::new(|| Finder::new([&["after", "net of", "nach", "apres", "na", "dopo", "despues", "tras", "efter", "po", "jalkeen"][..]]));

/// The role the words of a column head give it.
pub(crate) fn role_of(header: &str) -> Option<Role> {
    // `PAY_AMT`: the names of fields.
    let folded = without_rate(&fold(header).replace('_', " "));
    let folded = folded.trim();
    if folded.is_empty() || folded.len() > 60 {
        return None;
    }
    let found = ROLE_WORDS.first_group(folded).and_then(|group| ROLES.get(group)).map(|(role, _)| *role);
    if found == Some(Role::Deduction) && AFTER_WORDS.is_in(folded) {
        return Some(Role::Net);
    }
    // A column that only names a reason holds what is taken off for it.
    found.or_else(|| DeductionReason::of_folded(folded).map(|_| Role::Deduction))
}

#[rustfmt::skip]
const CREDIT: [&str; 38] = [
    "credit note", "credit memo", "creditmemo", "credit", "crn", "gutschrift", "gutschr", "gs", "cn", "cm", "avoir", "note de credit",
    "creditnota", "creditfactuur", "nota di credito", "nota credito", "nota accredito", "nc", "ndc", "abono", "nota de credito",
    "kreditnota", "kreditfaktura", "kredit", "hyvityslasku", "hyvitys", "rechnungskorrektur", "korekta", "korygujac", "nota kredytowa",
    "dobropis", "fatura de credito", "storno", "stornorechnung", "rettelse", "kreditering", "nota di accredito", "creditering",
];

static CREDIT_WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::new([&CREDIT[..], &["credit transfer", "creditor", "credit advice"]]));

/// True when the words name a credit note.
pub(crate) fn is_credit(text: &str) -> bool {
    // The second list names what only sounds like one.
    let folded = fold(text);
    let (mut named, mut other) = (false, false);
    for hit in CREDIT_WORDS.hits(&folded) {
        named |= hit.group == 0;
        other |= hit.group == 1;
    }
    named && !other
}

/// Words before a document number that are no part of it.
#[rustfmt::skip]
const DOCUMENT_WORDS: [&str; 76] = [
    "invoice", "inv", "invoices", "bill", "rechnung", "rechnungen", "rechnungsnr", "rechnungsnummer", "re", "rg", "rnr", "rechn",
    "beleg", "belegnr", "facture", "factures", "fact", "fac", "factuur", "factuurnr", "factuurnummer", "facturen", "fattura", "fatt",
    "fatture", "ft", "factura", "facturas", "fra", "faktura", "fakturor", "fakt", "fakturanr", "lasku", "laskut", "laskunro",
    "document", "doc", "documento", "dokument", "number", "nummer", "numero", "nr", "no", "nro", "num", "n", "ref", "reference",
    "referenz", "riferimento", "referencia", "viite", "our", "your", "ihre", "rif", "faktury", "fakturze", "faktur", "fv", "numer",
    "fatura", "faturas", "fakturaer", "fakturan", "laskun", "laskua", "rachunek", "nos", "nrs", "num.", "fattura/e", "fact.", "rech",
];

/// True for a word that names a document without being part of its number.
pub(crate) fn is_document_word(word: &str) -> bool {
    let folded = fold(word);
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    bare.is_empty()
        || DOCUMENT_WORDS.contains(&bare)
        || bare.starts_with("rechnungs")
        || CREDIT.contains(&bare)
        || matches!(bare, "note" | "memo" | "nota" | "di" | "de" | "credito" | "accredito")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_columns() {
        for (header, role) in [
            ("Invoice number", Role::Document(3)),
            ("Rechnungs-Nr.", Role::Document(3)),
            ("Rechnungsdatum", Role::Date),
            ("Rechnungsbetrag", Role::Gross),
            ("Bruttobetrag", Role::Gross),
            ("Net amount", Role::Net),
            ("Amount paid", Role::Net),
            ("Payment date", Role::OtherDate),
            ("Skonto", Role::Deduction),
            ("Skonto %", Role::Percent),
            ("Deduction reason", Role::Reason),
            ("N° facture", Role::Document(3)),
            ("Montant réglé", Role::Net),
            ("Factuurnr.", Role::Document(3)),
            ("Importe", Role::Amount),
            ("Your reference", Role::Document(3)),
            ("Our reference", Role::Reference),
            ("PO number", Role::Reference),
            ("Währung", Role::Currency),
            ("Document", Role::Document(1)),
            ("Fattura n.", Role::Document(3)),
            ("Laskun numero", Role::Document(3)),
            ("Erääntyy", Role::Amount),
        ] {
            let found = role_of(header);
            assert_eq!(found, (header != "Erääntyy").then_some(role), "{header}");
        }
        assert!(is_credit("CN-4711") && is_credit("Gutschrift") && !is_credit("Creditor"));
    }
}
