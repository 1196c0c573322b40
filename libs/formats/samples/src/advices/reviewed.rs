//! Advices an independent review found read wrongly: mixed numbers, deductions in lines of their own, percentages, words
//! of further languages.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "short_paid.txt",
        lines: "10023 1500.00; 10024 250.50 20.00 = 1750.50",
        source: "Remittance
Invoice #10023: $1,500.00
Invoice #10024: $250.50 (short paid $20.00 - damaged goods)
Check total: $1,750.50
",
    },
    Case {
        name: "discount_below.txt",
        lines: "2026/001 1210.00; 2026/002 592.90 12.10 = 1802.90",
        source: "Pago de facturas
Factura 2026/001 de fecha 02/01/2026: 1.210,00 €
Factura 2026/002 de fecha 03/01/2026: 605,00 €
Descuento pronto pago: -12,10 €
Total transferido: 1.802,90 €
",
    },
    Case {
        name: "percent_is_no_document.txt",
        lines: "RE-2026-0001 1166.20 23.80; RE-2026-0002 595.00 = 1761.20",
        source: "Rechnung            Betrag EUR
RE-2026-0001          1.190,00
  ./. Skonto 2 %        -23,80
RE-2026-0002            595,00
Überweisungsbetrag    1.761,20
",
    },
    Case {
        name: "credit_note_of_another_shape.txt",
        lines: "RE-2026-0001 1190.00; RE-2026-0002 583.10 11.90; GS-12 -100.00 = 1673.10",
        source: "Sehr geehrte Damen und Herren,

wir haben heute folgende Rechnungen überwiesen:
RE-2026-0001 vom 02.01.2026 1.190,00 EUR
RE-2026-0002 vom 03.01.2026 595,00 EUR abzgl. 2% Skonto 11,90 EUR
Gutschrift GS-12 -100,00 EUR

Summe: 1.673,10 EUR

Mit freundlichen Grüßen
Müller GmbH, Tel. 030 1234567, IBAN DE89370400440532013000
",
    },
    Case {
        name: "credit_note_in_english.txt",
        lines: "RE-2026-0001 1190.00; RE-2026-0002 583.10 11.90; GS-12 -100.00 = 1673.10",
        source: "Dear Sir or Madam,

please find below the invoices included in our payment of EUR 1,673.10 dated 5 January 2026:

Invoice RE-2026-0001 EUR 1,190.00
Invoice RE-2026-0002 EUR 595.00 less 2% discount EUR 11.90
Credit note GS-12 EUR -100.00

Kind regards
Acme
",
    },
    Case {
        name: "less_below.txt",
        lines: "7001 500.00; 7002 250.00 50.00 = 750.00",
        source: "Invoice 7001: 500.00
Invoice 7002: 300.00
Less: returned goods ref RMA-55: -50.00
Net payment: 750.00
",
    },
    Case {
        name: "brackets_in_a_sentence.txt",
        lines: "20260012 1210.00; 20260015 605.00 = 1815.00",
        source: "Betaling van facturen 20260012 (€ 1.210,00) en 20260015 (€ 605,00), totaal € 1.815,00.
",
    },
    Case {
        name: "one_invoice_and_its_sum.eml",
        lines: "INV-10510 11240.00 1240.00 = 11240.00",
        source: "From: Accounts Payable <ap@payer.example>
Subject: Short pay
Message-ID: <2@x>
MIME-Version: 1.0
Content-Type: text/plain

Payer: Cascade Health Systems
Account: CH-22018
Remitting: $11,240.00
Invoices: INV-10510
PO: CH-PO-4419
Deduction: $1,240.00 damaged cartons, POD exception on PO CH-PO-4419

We are paying in full less the deduction.
",
    },
    Case {
        name: "check_amount.eml",
        lines: "INV-10481 4250.00 = 4250.00",
        source: "From: Accounts Payable <ap@payer.example>
Subject: Remittance for INV-10481
Message-ID: <1@x>
MIME-Version: 1.0
Content-Type: text/plain

Payer: Northwind Traders
Account: NW-20011
Check number: 99812
Check amount: 4250.00
Invoices: INV-10481
PO: NW-PO-8831
Memo: Payment for INV-10481
",
    },
    Case {
        name: "polish_table.txt",
        lines: "FV/17/03/2026 980.00 20.00; FV/18/03/2026 500.00; KOR/2/2026 -100.00 = 1380.00",
        source: "Awizo płatności 4711

Nr faktury       Data faktury   Kwota brutto   Potrącenie   Zapłacono   Powód
FV/17/03/2026    02.03.2026         1 000,00        20,00      980,00   uszkodzony towar
FV/18/03/2026    03.03.2026           500,00         0,00      500,00
KOR/2/2026       04.03.2026          -100,00         0,00     -100,00
Razem                                                        1 380,00
",
    },
    Case {
        name: "polish_sentences.txt",
        lines: "FV/17/03/2026 1000.00; FV/18/03/2026 480.00 20.00 = 1480.00",
        source: "Szanowni Państwo,

zapłaciliśmy następujące faktury:
Faktura FV/17/03/2026 z dnia 2 marca 2026: 1 000,00 PLN
Faktura FV/18/03/2026 z dnia 3 marca 2026: 500,00 PLN, potrącenie 20,00 PLN

Łącznie: 1 480,00 PLN
",
    },
    Case {
        name: "total_of_a_list_is_no_amount_of_one.txt",
        lines: "?",
        source: "Wir bezahlen Rechnungen 4711, 4712 und 4713 mit insgesamt 3.000,00 EUR.
",
    },
    Case {
        name: "several_in_a_line.txt",
        lines: "SI52323 76113.53; SI52359 5700.00; AV52394 -1950.00 = 79863.53",
        source: "Dear Sir or Madam,

we have paid the following invoices:
SI52323  76,113.53 GBP; SI52359  5,700.00 GBP; AV52394  -1,950.00 GBP

Amount remitted: 79,863.53 GBP
",
    },
    Case {
        name: "amount_first_with_deductions.txt",
        lines: "AB-79287/2026 8134.00 166.00; AB-79350/2026 17868.80 6948.97; AB-79385/2026 5529.00 = 31531.80",
        source: "Hei,

olemme maksaneet seuraavat laskut:
8 134,00 EUR  Lasku AB-79287/2026 (vähennys 166,00 EUR)
17 868,80 EUR  Lasku AB-79350/2026 (Vähennys 6 948,97 EUR palautus)
5 529,00 EUR  Lasku AB-79385/2026

Yhteensä: 31 531,80 EUR
",
    },
    Case {
        name: "transport_is_a_reason.html",
        lines: "0049971 2081.84 21.02; KOR/49979/2026 -1051.43; 0050005 8439.00 261.00 = 9469.41",
        source: "<table><tr><th>Pièce</th><th>Date facture</th><th>Brut</th><th>Déduction</th><th>Net payé</th><th>Motif</th></tr>
<tr><td>0049971</td><td>10/05/2026</td><td>2 102,86</td><td>21,02</td><td>2 081,84</td><td>frais de transport</td></tr>
<tr><td>KOR/49979/2026</td><td>11/01/2026</td><td>-1 051,43</td><td>0,00</td><td>-1 051,43</td><td></td></tr>
<tr><td>0050005</td><td>16/03/2026</td><td>8 700,00</td><td>261,00</td><td>8 439,00</td><td></td></tr>
</table><p>Total réglé: EUR 9 469,41</p>",
    },
    Case {
        name: "words_of_the_line_above.txt",
        lines: "RE-2026-53891 2300.00; CN-53899 -1150.00; RE-2026-53905 4500.00 = 5650.00",
        source: "Madame, Monsieur,

notre virement concerne :
* RE-2026-53891 (15/02/2026) 2 300,00 EUR
* CN-53899 (21/03/2026) 1 150,00- EUR
* RE-2026-53905 (03/03/2026) 4 500,00 EUR

Total du virement: 5 650,00 EUR
",
    },
    Case {
        name: "more_credit_notes_than_invoices.csv",
        lines: "RE-2026-11124 38271.23; RE-2026-11134 -1773.79; RE-2026-11169 -3100.00 ?",
        source: "Rechnung;Nettobetrag
RE-2026-11124;38271,23
RE-2026-11134;1773,79-
RE-2026-11169;3100,00-
",
    },
    Case {
        name: "nothing_in_a_column.txt",
        lines: "9000060774 1400.00 = 1400.00",
        source: "Maksuilmoitus 951728
Tosite                  Brutto     Kassa-alennus     Maksettu summa
9000060774            1 400,00                             1 400,00
Maksettu yhteensä                                          1 400,00
",
    },
    Case {
        name: "total_right_below.txt",
        lines: "0081920 1300.00; 0082007 3228.30 = 4528.30",
        source: "Szanowni Państwo,

nasz przelew dotyczy:
* 0081920 (2026-05-07) 1 300,00 PLN
* 0082007 (2026-01-20) 3 228,30 PLN
Kwota przelewu: 4 528,30 PLN
",
    },
    Case {
        name: "amounts_first_in_a_line.txt",
        lines: "RG28041-B 4200.00; RG28066-B 10434.43 3116.77; RG28079-B 294.00 6.00 = 14928.43",
        source: "Gentili Signori,

il nostro bonifico riguarda:
4200,00 EUR per Fattura RG28041-B; 10434,43 EUR per Fattura RG28066-B (Trattenuta 3116,77 EUR differenza prezzo); 294,00 EUR per Fattura RG28079-B (trattenuta 6,00 EUR)

Totale pagato: 14928,43 EUR
",
    },
    Case {
        name: "blanks_in_brackets.txt",
        lines: "K 23243 23712.60 7904.19; K 23258 1235.38 0.00 = 24947.98",
        source: "Madame, Monsieur,

notre virement concerne :
Facture K 23243 EUR 23 712,60 (marchandise endommagée: EUR 7 904,19)
Facture K 23258 EUR 1 235,38

Total du virement: EUR 24 947,98
",
    },
];
