//! Words beside values: totals, carried sums, and what the head of an advice tells.

use std::sync::LazyLock;

use super::Finder;
use crate::remittance::words::fold;

#[rustfmt::skip]
const TOTALS: &[&str] = &[
    "total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtbetrag", "gesamtsumme", "endbetrag", "endsumme", "zahlbetrag",
    "zahlungsbetrag", "uberweisungsbetrag", "gesamtzahl", "amount paid", "payment amount", "amount of payment", "net payment",
    "total paid", "transfer amount", "amount transferred", "remittance amount", "montant total", "montant du virement",
    "montant du paiement", "montant du reglement", "montant regle", "montant vire", "montant verse", "total general", "totaal",
    "totaalbedrag", "eindtotaal", "betaald bedrag", "overgemaakt bedrag", "totale", "importo totale", "importo bonifico",
    "importo del bonifico", "totale pagato", "importo pagato", "importo versato", "importe total", "total pagado",
    "importe transferido", "importe de la transferencia", "importe del pago", "importe pagado", "suma", "totalt", "totalbelopp",
    "summa", "slutsumma", "betalat belopp", "inbetalt belopp", "att betala", "utbetalt", "yhteensa", "loppusumma", "kokonaissumma",
    "maksun maara", "maksettu yhteensa", "maksettu summa", "betrag der uberweisung", "net amount paid", "payment total",
    "amount remitted", "check amount", "cheque amount", "total net", "nettosumme", "auszahlungsbetrag", "zahlung uber", "payment of",
    "te ontvangen", "zahlsumme", "bonifico di", "virement de", "transferencia de", "samlat belopp", "totalsumma", "payment value",
    "insgesamt", "zusammen", "altogether", "remitting", "remit amount", "remit total", "wire amount", "ach amount", "eft amount",
    "amount of transfer", "net total", "sammanlagt", "tillsammans", "totaalsom", "yhteissumma", "maksun summa", "razem", "lacznie",
    "laczna kwota", "ogolem", "w sumie", "kwota przelewu", "kwota platnosci", "do zaplaty", "suma platnosci", "kwota calkowita",
    "i alt", "ialt", "tilsammen", "betalingsbelob", "valor total", "valor pago", "montante total", "celkem", "complessivo",
    "complessivamente", "en conjunto", "au total", "amount of this payment", "amount transmitted", "uberwiesener betrag",
    "summe der zahlung", "bedrag van de betaling", "betalt belob", "maksettu yht",
];

#[rustfmt::skip]
const SUBTOTALS: &[&str] = &[
    "subtotal", "sub-total", "sub total", "zwischensumme", "zw.summe", "sous-total", "sous total", "subtotaal", "tussentotaal",
    "subtotale", "parziale", "totale parziale", "suma parcial", "delsumma", "valisumma", "page total", "total page", "seitensumme",
    "total de la page", "totale pagina", "sidsumma", "suma czesciowa", "suma strony", "mellansumma", "pagina totaal", "paginatotaal", "total pagina", "sivun summa",
];

#[rustfmt::skip]
const CARRIED: &[&str] = &[
    "carried forward", "brought forward", "carry forward", "carry over", "carried over", "carry-forward", "c/f", "b/f", "c/fwd",
    "b/fwd", "ubertrag", "report", "a reporter", "report a nouveau", "transport", "riporto", "a riportare", "suma y sigue",
    "suma anterior", "arrastre", "suma y arrastre", "overfort", "transporteras", "att overfora", "siirto", "siirretaan", "siirtyy",
    "over te brengen", "overbrengen", "overgebracht", "balance forward", "do przeniesienia", "z przeniesienia", "continued", "previous page", "vorherige seite", "vortrag",
];

static SUM_WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::new([TOTALS, SUBTOTALS]));
static CARRY_WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::new([CARRIED]));

/// True when the words name the sum of lines.
pub(crate) fn is_total(text: &str) -> bool {
    is_total_in(&fold(text))
}

/// As [`is_total`], of words that are folded.
pub(crate) fn is_total_in(folded: &str) -> bool {
    sums_in(folded) == (true, false)
}

/// True when the words name the sum of some lines, such as those of a page.
pub(crate) fn is_subtotal(text: &str) -> bool {
    sums_in(&fold(text)).1
}

/// Whether folded words name a total, and whether a subtotal.
fn sums_in(folded: &str) -> (bool, bool) {
    SUM_WORDS.hits(folded).fold((false, false), |(total, part), hit| (total || hit.group == 0, part || hit.group == 1))
}

/// True when the words name a sum carried from page to page.
pub(crate) fn is_carry(text: &str) -> bool {
    CARRY_WORDS.is_in(&fold(text))
}

/// True when the words name any of these: a total, a subtotal, a carried sum.
pub(crate) fn is_any_sum(text: &str) -> bool {
    let folded = fold(text);
    SUM_WORDS.is_in(&folded) || CARRY_WORDS.is_in(&folded)
}

/// What the head of an advice tells, by the words beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Label {
    /// Number of the advice or payment.
    Number,
    /// Date of the advice or payment.
    Date,
    /// The payer.
    Payer,
    /// The payee.
    Payee,
    /// Number the payer has at the payee.
    CustomerNumber,
    /// Account of the payer.
    Account,
    /// Currency.
    Currency,
    /// Number of lines.
    Count,
}

#[rustfmt::skip]
const LABELS: &[(Label, &[&str])] = &[
    (Label::Count, &[
        "liczba faktur", "liczba pozycji", "antal fakturaer",
        "number of invoices", "number of items", "number of lines", "number of documents", "no. of invoices", "items:", "anzahl",
        "nombre de factures", "nombre de lignes", "aantal facturen", "aantal", "numero fatture", "numero di fatture",
        "numero de facturas", "antal fakturor", "antal poster", "laskujen maara", "laskujen lukumaara", "count", "invoices paid",
    ]),
    (Label::CustomerNumber, &[
        "nr klienta", "numer klienta", "kundenr",
        "customer no", "customer number", "customer id", "customer code", "customer account", "our customer", "your customer",
        "kundennummer", "kunden-nr", "kundennr", "kd-nr", "kd.-nr", "debitor", "klantnummer", "klantnr", "debiteur",
        "numero client", "n° client", "code client", "no client", "codice cliente", "n. cliente", "numero cliente",
        "codigo de cliente", "n° cliente", "nº cliente", "cliente n", "kundnummer", "kundnr", "asiakasnumero", "asiakasnro",
        "our account with you", "account with you", "unser konto bei ihnen",
    ]),
    (Label::Account, &[
        "rachunek platnika", "z rachunku", "fra konto",
        "iban", "payer account", "from account", "debit account", "auftraggeberkonto", "konto des auftraggebers", "zahlungskonto",
        "compte debite", "compte emetteur", "van rekening", "conto ordinante", "cuenta ordenante", "cuenta de cargo", "fran konto",
        "tililta",
    ]),
    (Label::Date, &[
        "data platnosci", "data przelewu", "data zaplaty", "betalingsdato", "dato",
        "payment date", "date of payment", "value date", "advice date", "remittance date", "paid on", "zahlungsdatum", "zahldatum",
        "avisdatum", "valuta", "wertstellung", "ausfuhrungsdatum", "uberweisung am", "date de paiement", "date du paiement",
        "date de reglement", "date du virement", "date de virement", "betaaldatum", "betaald op", "datum", "data pagamento",
        "data del pagamento", "data bonifico", "data valuta", "fecha de pago", "fecha del pago", "fecha", "fecha de transferencia",
        "betalningsdatum", "betalningsdag", "betaldatum", "maksupaiva", "maksun paiva", "paivays", "pvm", "date", "data", "vom",
        "du", "del", "processing date", "run date",
    ]),
    (Label::Number, &[
        "awizo platnosci", "awizo", "nr awiza", "numer awiza", "nr platnosci", "numer platnosci", "nr przelewu",
        "betalingsadvis", "avi nr", "erittely nro", "specificatienr", "check number", "cheque number", "wire reference",
        "advice no", "advice number", "advice id", "remittance no", "remittance number", "remittance id", "remittance ref",
        "remittance advice", "payment no", "payment number", "payment ref", "payment id", "payment reference", "payment document",
        "zahlungsavis", "avisnummer", "avis-nr", "avis nr", "avis", "zahlungsreferenz", "zahlungsnummer", "zahlungs-nr",
        "zahlungsbeleg", "zahlungslauf", "avis de paiement", "avis de virement", "avis n", "n° avis", "reference de paiement",
        "reference paiement", "reference du paiement", "n° de paiement", "betalingsadvies", "betaaladvies", "betalingsspecificatie",
        "betaalspecificatie", "betalingskenmerk", "betaalreferentie", "avviso di pagamento", "avviso n", "distinta",
        "numero pagamento", "riferimento pagamento", "aviso de pago", "n° de pago", "numero de pago", "referencia de pago",
        "orden de pago", "betalningsavi", "betalningsreferens", "betalningsnummer", "maksuilmoitus", "maksun viite", "maksutunnus",
        "maksunumero", "transaction id", "transaction no", "cheque no", "check no", "eft no", "eft", "trace", "document no",
        "reference", "referenz", "unsere referenz", "our reference", "our ref", "notre reference", "onze referentie",
        "ns. riferimento", "nuestra referencia", "var referens", "viitteemme",
    ]),
    (Label::Payee, &[
        "odbiorca", "dostawca", "beneficjent", "modtager",
        "to", "payee", "beneficiary", "supplier", "vendor", "creditor", "an", "empfanger", "zahlungsempfanger", "lieferant",
        "kreditor", "a l'attention", "beneficiaire", "fournisseur", "aan", "begunstigde", "leverancier", "beneficiario",
        "fornitore", "proveedor", "till", "mottagare", "leverantor", "betalningsmottagare", "saaja", "toimittaja", "vastaanottaja",
    ]),
    (Label::Payer, &[
        "platnik", "nadawca", "zleceniodawca", "betaler", "maksajan nimi",
        "from", "payer", "remitter", "ordering customer", "company", "customer", "customer name", "paid by", "sender", "debtor",
        "auftraggeber", "absender", "zahler", "zahlungspflichtiger", "firma", "von", "kunde", "schuldner", "payeur", "emetteur",
        "donneur d'ordre", "societe", "de la part de", "client", "debiteur", "betaler", "opdrachtgever", "afzender", "van", "klant",
        "ordinante", "pagatore", "mittente", "societa", "cliente", "ordenante", "pagador", "emisor", "empresa", "betalare",
        "avsandare", "fran", "uppdragsgivare", "kund", "maksaja", "lahettaja", "yritys", "asiakas",
    ]),
    (Label::Currency, &[
        "waluta", "moeda",
        "currency", "wahrung", "devise", "valuta", "divisa", "moneda", "valuutta", "munteenheid"]),
];

static LABEL_WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::new(LABELS.iter().map(|(_, words)| *words)));

/// What the words of `label` introduce: the label one of whose words is the text, else begins it, else stands in it; of
/// several the longest word decides.
pub(crate) fn label_of(label: &str) -> Option<Label> {
    let folded = fold(label);
    let folded = folded.trim().trim_end_matches(|c: char| !c.is_alphanumeric()).trim();
    if folded.is_empty() || folded.len() > 50 {
        return None;
    }
    let merit = |start: usize, end: usize| match end - start {
        length if length == folded.len() => Some((2, length)),
        length if start == 0 && length > 3 => Some((1, length)),
        length if length > 5 => Some((0, length)),
        _ => None,
    };
    let hits = LABEL_WORDS.hits(folded);
    let best = hits.filter_map(|hit| merit(hit.start, hit.end).map(|merit| (merit, std::cmp::Reverse(hit.group)))).max();
    best.and_then(|(_, group)| LABELS.get(group.0)).map(|(label, _)| *label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_beside_values() {
        assert!(is_total("Gesamtbetrag EUR") && is_total("Total:") && !is_total("Subtotal") && is_subtotal("Sous-total"));
        assert!(is_carry("Übertrag von Seite 1") && is_carry("Carried forward") && !is_carry("RE-1"));
        for (text, label) in [
            ("Zahlungsavis Nr.", Label::Number),
            ("Payment date:", Label::Date),
            ("Kundennummer", Label::CustomerNumber),
            ("Auftraggeber:", Label::Payer),
            ("Währung", Label::Currency),
            ("Number of invoices", Label::Count),
            ("Valuta", Label::Date),
        ] {
            assert_eq!(label_of(text), Some(label), "{text}");
        }
    }
}
