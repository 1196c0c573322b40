//! The words of transfers and letters, by language.

use super::country::Language;

/// Words of one language.
#[derive(Debug)]
pub struct Words {
    /// Before an invoice number.
    pub invoice: &'static [&'static str],
    /// Before its date.
    pub dated: &'static str,
    /// Before a customer number.
    pub customer: &'static [&'static str],
    /// Before an order number.
    pub order: &'static [&'static str],
    /// Before a delivery note.
    pub delivery: &'static str,
    /// An instalment; `#` stands for its number.
    pub instalment: &'static [&'static str],
    /// Payments without content.
    pub nothing: &'static [&'static str],
    /// Before the number of an advice.
    pub advice: &'static [&'static str],
    /// A discount taken.
    pub discount: &'static [&'static str],
    /// Deductions with their reason.
    pub deduction: &'static [&'static str],
    /// A payment before any invoice.
    pub prepaid: &'static [&'static str],
    /// Everything that is due.
    pub balance: &'static [&'static str],
    /// Before a phone number.
    pub phone: &'static str,
    /// Before a tax number.
    pub tax: &'static str,
    /// Before the payer's own voucher number.
    pub voucher: &'static str,
    /// A credit note set off.
    pub credit: &'static str,
    /// And others.
    pub others: &'static str,
    /// The rest of an item paid in part before.
    pub rest: &'static [&'static str],
}

/// The words of a language.
pub fn words(language: Language) -> &'static Words {
    match language {
        Language::German => &GERMAN,
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
        Language::Dutch => &DUTCH,
        Language::Italian => &ITALIAN,
        Language::Spanish => &SPANISH,
        Language::Swedish => &SWEDISH,
        Language::Finnish => &FINNISH,
    }
}

static GERMAN: Words = Words {
    invoice: &["Rechnung", "RG", "Re.-Nr.", "Rechnungsnr.", "RNr", "Rg.Nr.", "Faktura", "RE", "Re-Nr:"],
    dated: "vom",
    customer: &["Kd-Nr.", "Kundennr.", "KdNr", "Kunde"],
    order: &["Bestellung", "Best.-Nr.", "Auftrag", "PO"],
    delivery: "Lieferschein",
    instalment: &["Teilzahlung", "#. Rate", "Abschlag #", "Rate #/3", "Ratenzahlung"],
    nothing: &["Zahlung", "Ueberweisung", "Danke", "Rechnung", "Warenlieferung", "lt. Vereinbarung", "", "Miete", "Dienstleistung"],
    advice: &["lt. Avis", "Avis", "Zahlungsavis Nr.", "ZA", "siehe Avis"],
    discount: &["abzgl. Skonto", "./. Skonto", "-% Skonto", "Skontoabzug"],
    deduction: &["Kürzung wg. Mängel", "abzgl. Fehlmenge", "Abzug Transportschaden", "Minderlieferung", "abz. Bonus Q1", "Preisdifferenz"],
    prepaid: &["Anzahlung", "Vorauszahlung", "Vorkasse Auftrag", "a conto"],
    balance: &["Ausgleich Konto", "alle fälligen Rechnungen", "offene Posten", "Kontoausgleich", "Sammelzahlung"],
    phone: "Tel",
    tax: "USt-ID",
    voucher: "Beleg",
    credit: "Gutschrift",
    others: "u.a.",
    rest: &["Restzahlung", "Rest", "2. Rate"],
};
static ENGLISH: Words = Words {
    invoice: &["invoice", "inv", "Inv no", "INVOICE NO.", "Payment of invoice", "Inv.", "Bill", "inv#"],
    dated: "dated",
    customer: &["cust no", "account", "a/c", "Customer"],
    order: &["PO", "P/O", "order", "your order"],
    delivery: "delivery note",
    instalment: &["part payment", "instalment #", "payment # of 3", "partial pmt"],
    nothing: &["payment", "thank you", "", "transfer", "services", "goods", "invoice payment", "trade creditors"],
    advice: &["remittance", "Rem adv", "as per remittance advice", "RA", "advice no"],
    discount: &["less discount", "less 2% discount", "early payment discount"],
    deduction: &["less damaged goods", "short shipment", "less freight claim", "price difference", "less rebate", "returns deducted"],
    prepaid: &["deposit", "prepayment", "advance payment order", "on account"],
    balance: &["statement balance", "all due items", "settlement of account", "May statement"],
    phone: "Tel",
    tax: "VAT",
    voucher: "our ref",
    credit: "credit note",
    others: "etc",
    rest: &["balance of", "final payment", "remaining"],
};
static FRENCH: Words = Words {
    invoice: &["facture", "fact", "Facture n°", "FACT.", "F.", "règlement facture", "Réf"],
    dated: "du",
    customer: &["client", "n° client", "compte client"],
    order: &["commande", "cde", "BC"],
    delivery: "BL",
    instalment: &["acompte", "acompte #", "échéance #/3", "versement #"],
    nothing: &["virement", "règlement", "merci", "", "paiement", "solde", "prestation"],
    advice: &["selon avis", "avis de paiement", "avis n°", "bordereau"],
    discount: &["escompte déduit", "moins escompte", "esc. 2%"],
    deduction: &["déduction avarie", "manquant", "litige qualité", "écart de prix", "remise non déduite"],
    prepaid: &["acompte commande", "avance", "provision"],
    balance: &["solde de compte", "relevé de mai", "règlement de toutes factures échues"],
    phone: "Tél",
    tax: "TVA",
    voucher: "pièce",
    credit: "avoir",
    others: "etc",
    rest: &["solde", "reste dû"],
};
static DUTCH: Words = Words {
    invoice: &["factuur", "fact.", "factuurnr", "Factuurnummer", "nota", "betaling factuur", "fac"],
    dated: "d.d.",
    customer: &["klantnr", "debiteurnr", "klant"],
    order: &["order", "bestelling", "PO"],
    delivery: "pakbon",
    instalment: &["termijn #", "deelbetaling", "termijn # van 3", "aanbetaling #"],
    nothing: &["betaling", "bedankt", "", "overboeking", "diensten", "nota"],
    advice: &["volgens specificatie", "betaalspecificatie", "zie specificatie", "spec"],
    discount: &["minus betalingskorting", "korting contant", "2% korting"],
    deduction: &["minus schade", "tekort levering", "prijsverschil", "retour in mindering"],
    prepaid: &["aanbetaling", "vooruitbetaling order", "voorschot"],
    balance: &["openstaand saldo", "alle vervallen facturen", "rekeningoverzicht mei"],
    phone: "tel",
    tax: "BTW",
    voucher: "boekstuk",
    credit: "creditnota",
    others: "e.a.",
    rest: &["restant", "slottermijn"],
};
static ITALIAN: Words = Words {
    invoice: &["fattura", "ft", "Ft.", "fatt. n.", "saldo fattura", "FATT", "pagamento fattura n"],
    dated: "del",
    customer: &["cod. cliente", "cliente"],
    order: &["ordine", "ord.", "ODA"],
    delivery: "DDT",
    instalment: &["acconto", "rata #", "rata #/3", "acconto #"],
    nothing: &["pagamento", "bonifico", "grazie", "", "saldo", "fornitura"],
    advice: &["come da distinta", "distinta n.", "avviso di pagamento"],
    discount: &["meno sconto", "sconto cassa", "sconto 2%"],
    deduction: &["meno merce danneggiata", "differenza prezzo", "merce mancante", "contestazione"],
    prepaid: &["anticipo ordine", "acconto ordine", "anticipo"],
    balance: &["saldo estratto conto", "saldo partite scadute"],
    phone: "tel",
    tax: "P.IVA",
    voucher: "ns rif",
    credit: "nota credito",
    others: "ecc",
    rest: &["saldo residuo", "saldo"],
};
static SPANISH: Words = Words {
    invoice: &["factura", "fra.", "Fra", "fact", "pago factura", "N. factura", "FRA N"],
    dated: "de",
    customer: &["cliente", "cod. cliente"],
    order: &["pedido", "ped."],
    delivery: "albarán",
    instalment: &["plazo #", "pago parcial", "plazo # de 3", "a cuenta #"],
    nothing: &["transferencia", "pago", "gracias", "", "servicios", "material"],
    advice: &["según aviso", "aviso de pago", "relación n."],
    discount: &["menos dto. p.p.", "descuento pronto pago", "dto 2%"],
    deduction: &["menos mercancía dañada", "diferencia de precio", "faltante", "abono pendiente"],
    prepaid: &["anticipo pedido", "a cuenta", "señal"],
    balance: &["saldo de cuenta", "facturas vencidas", "extracto mayo"],
    phone: "tel",
    tax: "NIF",
    voucher: "ref",
    credit: "abono",
    others: "etc",
    rest: &["resto", "liquidación"],
};
static SWEDISH: Words = Words {
    invoice: &["faktura", "fakt", "Fakturanr", "fakturanummer", "betalning faktura"],
    dated: "daterad",
    customer: &["kundnr", "kund"],
    order: &["order", "best"],
    delivery: "följesedel",
    instalment: &["delbetalning #", "delbetalning", "avbetalning #/3"],
    nothing: &["betalning", "tack", "", "överföring"],
    advice: &["enl. avi", "betalningsavi", "avi nr"],
    discount: &["minus kassarabatt", "kassarabatt 2%"],
    deduction: &["avdrag skada", "prisdifferens", "avdrag brist"],
    prepaid: &["förskott order", "a conto", "handpenning"],
    balance: &["samtliga förfallna", "kontoutdrag maj"],
    phone: "tel",
    tax: "momsnr",
    voucher: "verifikat",
    credit: "kreditnota",
    others: "mfl",
    rest: &["restbelopp", "slutbetalning"],
};
static FINNISH: Words = Words {
    invoice: &["lasku", "laskunro", "Lasku nro", "laskun maksu"],
    dated: "pvm",
    customer: &["asiakasnro", "asiakas"],
    order: &["tilaus", "til."],
    delivery: "lähete",
    instalment: &["osamaksu", "erä #/3", "osamaksu #"],
    nothing: &["maksu", "kiitos", "", "tilisiirto"],
    advice: &["erittelyn mukaan", "maksuerittely", "erittely nro"],
    discount: &["miinus kassa-alennus", "kassa-ale 2%"],
    deduction: &["vähennys vaurio", "hintaero", "puuttuva tavara"],
    prepaid: &["ennakkomaksu tilaus", "ennakko"],
    balance: &["kaikki erääntyneet", "tiliote toukokuu"],
    phone: "puh",
    tax: "ALV",
    voucher: "tosite",
    credit: "hyvityslasku",
    others: "ym",
    rest: &["loppuerä", "loppumaksu"],
};
