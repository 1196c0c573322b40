//! Plain text with tables.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "german.txt",
        lines: "RE-2026-00017 1209.87 24.69; RE-2026-00018 490.00 10.00; RE-2026-00021 99.90 = 1799.77",
        source: "
Muster Handels GmbH
Hauptstraße 12
80331 München
Tel. 089 123456-0

Zahlungsavis Nr. ZA-4711 vom 12.03.2026
Kundennummer: 10023

Sehr geehrte Damen und Herren,
wir haben folgende Rechnungen zur Zahlung angewiesen:

Rechnung          Datum         Brutto      Skonto       Zahlbetrag
RE-2026-00017     01.02.2026    1.234,56     24,69         1.209,87
RE-2026-00018     05.02.2026      500,00     10,00           490,00
RE-2026-00021     17.02.2026       99,90                      99,90
-------------------------------------------------------------------
Summe                                                      1.799,77

Mit freundlichen Grüßen
Muster Handels GmbH, HRB 12345, USt-IdNr. DE123456789
IBAN DE02 1203 0000 0000 2020 51
",
    },
    Case {
        name: "english.txt",
        lines: "INV1001 1000.00; INV1002 250.50; CN88 -50.25 = 1200.25",
        source: "
REMITTANCE ADVICE
Payer:  Northwind Traders Ltd
Payment date: 03/12/2026
Payment reference: PAY-7781

Invoice No   Invoice Date   Amount (USD)
INV1001      02/01/2026         1,000.00
INV1002      02/13/2026           250.50
CN88         02/20/2026            50.25 CR
                            ------------
Total payment                   1,200.25
",
    },
    Case {
        name: "carry_forward.txt",
        lines: "900001 100.00; 900002 200.00; 900003 300.00; 900004 400.00 = 1000",
        source: "
Zahlungsavis                                   Seite 1
Beleg      Ihre Rechnung   Betrag EUR
5100001    900001              100,00
5100002    900002              200,00
Übertrag                       300,00

Zahlungsavis                                   Seite 2
Beleg      Ihre Rechnung   Betrag EUR
Übertrag                       300,00
5100003    900003              300,00
5100004    900004              400,00
Gesamtbetrag                 1.000,00
",
    },
    Case {
        name: "carried_forward_pages.txt",
        lines: "A-100 1500.00; A-101 2500.00; A-102 3000.00 = 7000",
        source: "
Statement of payment                          Page 1 of 2
Document     Date         Gross       Discount        Net
A-100        2026-01-05   1,500.00        0.00    1,500.00
A-101        2026-01-09   2,500.00        0.00    2,500.00
                          Carried forward         4,000.00
Statement of payment                          Page 2 of 2
                          Brought forward         4,000.00
A-102        2026-01-12   3,000.00        0.00    3,000.00
Total                     7,000.00        0.00    7,000.00
",
    },
    Case {
        name: "swiss.txt",
        lines: "4411 12345.60; 4412 1000.00 = 13345.6",
        source: "
Zahlungsanzeige vom 10.02.2026
Rechnungs-Nr.   Datum        Betrag CHF
4411            05.01.2026    12'345.60
4412            06.01.2026     1'000.00
Total CHF                     13'345.60
",
    },
    Case {
        name: "french.txt",
        lines: "F2026-0012 1176.00 24.00; F2026-0015 350.40; AV-0003 -120.00 = 1406.4",
        source: "
SOCIÉTÉ DUPONT SARL
Avis de virement n° 2026/118 du 15/03/2026

N° facture     Date         Montant brut    Escompte    Montant réglé
F2026-0012     01/02/2026       1 200,00       24,00         1 176,00
F2026-0015     10/02/2026         350,40                       350,40
Avoir AV-0003  12/02/2026        -120,00                      -120,00
Total                           1 430,40       24,00         1 406,40
",
    },
    Case {
        name: "dutch.txt",
        lines: "F-9001 98.00 2.00; F-9002 196.00 4.00 = 294",
        source: "
Betaalspecificatie                       datum: 04-02-2026
Factuurnr.   Factuurdatum   Factuurbedrag   Korting   Betaald bedrag
F-9001       04-01-2026            100,00      2,00            98,00
F-9002       06-01-2026            200,00      4,00           196,00
Totaal betaald                                                294,00
",
    },
    Case {
        name: "italian.txt",
        lines: "FT/1201 500.00; FT/1202 750.25; NC/15 -100.25 = 1150",
        source: "
Avviso di pagamento n. 889 del 20/01/2026
Documento   Data         Importo
FT/1201     05/12/2025     500,00
FT/1202     09/12/2025     750,25
NC/15       15/12/2025     100,25-
Totale bonifico          1.150,00
",
    },
    Case {
        name: "spanish.txt",
        lines: "FV26-001 980.00 20.00; FV26-002 1500.00 = 2480",
        source: "
AVISO DE PAGO
Fecha de pago: 28/02/2026
Nº factura    Fecha         Importe bruto   Descuento    Importe neto
FV26-001      01/02/2026         1.000,00       20,00          980,00
FV26-002      02/02/2026         1.500,00        0,00        1.500,00
Importe total                                                2.480,00
",
    },
    Case {
        name: "swedish.txt",
        lines: "70011 1250.00; 70012 2000.50 = 3250.5",
        source: "
Betalningsavi
Betalningsdatum: 2026-03-02
Fakturanr    Fakturadatum    Belopp
70011        2026-01-30      1 250,00
70012        2026-02-02      2 000,50
Totalt                       3 250,50
",
    },
    Case {
        name: "finnish.txt",
        lines: "33001 450.00; 33002 150.75; 33003 99.25 = 700",
        source: "
Maksuilmoitus
Maksupäivä 5.3.2026
Laskun numero   Laskun pvm     Summa EUR
33001           1.2.2026          450,00
33002           3.2.2026          150,75
33003           9.2.2026           99,25
Yhteensä                          700,00
",
    },
    Case {
        name: "no_head.txt",
        lines: "RE10001 1000.00; RE10002 2000.00 = 3000",
        source: "
RE10001   01.02.2026   1.000,00
RE10002   02.02.2026   2.000,00
                       3.000,00
",
    },
    Case {
        name: "order_beside_invoice.txt",
        lines: "81200 1500.00; 81201 700.00; 81202 300.00 = 2500",
        source: "
PO Number     Invoice     Inv Date      Amount
4500012345    81200       01/15/2026    1,500.00
4500012399    81201       01/16/2026      700.00
4500012400    81202       01/18/2026      300.00
                          Total:        2,500.00
",
    },
    Case {
        name: "numbers_like_dates.txt",
        lines: "20260115 500.00; 20260116 600.00 = 1100",
        source: "
Rechnung      Rechnungsdatum    Betrag
20260115      20.01.2026        500,00
20260116      21.01.2026        600,00
Gesamt                        1.100,00
",
    },
    Case {
        name: "whole_amounts.txt",
        lines: "7001 1500; 7002 2300 = 3800",
        source: "
Invoice    Date          Amount JPY
7001       2026-02-01          1500
7002       2026-02-03          2300
Total                          3800
",
    },
    Case {
        name: "sap.txt",
        lines: "5100077 97.00 3.00; 5100078 194.00 6.00 = 291",
        source: "
Beleg        Ihr Beleg    Datum       Bruttobetrag    Abzüge   Nettobetrag
1900000123   5100077      02.01.2026        100,00      3,00-        97,00
1900000124   5100078      03.01.2026        200,00      6,00-       194,00
Summe                                       300,00      9,00-       291,00
",
    },
    Case {
        name: "two_deductions.txt",
        lines: "R-1 88.00 12.00; R-2 196.00 4.00 = 284",
        source: "
Invoice    Gross     Discount   Freight ded.   Net paid
R-1        100.00        2.00          10.00      88.00
R-2        200.00        4.00           0.00     196.00
Total      300.00        6.00          10.00     284.00
",
    },
    Case {
        name: "deduction_rows.txt",
        lines: "RE-77 950.00 50.00; RE-78 400.00 = 1350",
        source: "
Rechnung     Datum         Betrag EUR
RE-77        01.02.2026      1.000,00
  abzüglich Fehlmenge          -50,00
RE-78        02.02.2026        400,00
Zahlbetrag                   1.350,00
",
    },
    Case {
        name: "wrapped_row.txt",
        lines: "LONG-INVOICE-NUMBER-2026-000001 1000.00; SHORT-2 20.00 = 1020",
        source: "
Invoice                            Date          Amount
LONG-INVOICE-NUMBER-2026-000001
                                   2026-01-02    1,000.00
SHORT-2                            2026-01-03       20.00
Total                                            1,020.00
",
    },
    Case {
        name: "mixed_signs.txt",
        lines: "4000 1200.00; 4001 -200.00; 4002 -100.00 = 900",
        source: "
Doc no.   Type          Amount
4000      Invoice     1,200.00
4001      Credit memo (200.00)
4002      Credit memo  100.00-
Net payment             900.00
",
    },
    Case {
        name: "unsigned_credit.txt",
        lines: "RE-500 1000.00; GS-20 -150.00 = 850",
        source: "
Belegnummer   Art          Betrag
RE-500        Rechnung     1.000,00
GS-20         Gutschrift     150,00
Überweisungsbetrag           850,00
",
    },
    Case {
        name: "payer_view.txt",
        lines: "RE-1 100.00; RE-2 200.00 = 300",
        source: "
Rechnung    Datum         Betrag
RE-1        01.02.2026    -100,00
RE-2        02.02.2026    -200,00
Summe                     -300,00
",
    },
    Case {
        name: "pipes.txt",
        lines: "INV-1 98.00 2.00; INV-2 50.00 = 148",
        source: "
| Invoice | Date       | Gross  | Discount | Paid   |
|---------|------------|--------|----------|--------|
| INV-1   | 2026-01-01 | 100.00 | 2.00     | 98.00  |
| INV-2   | 2026-01-02 | 50.00  | 0.00     | 50.00  |
| Total   |            | 150.00 | 2.00     | 148.00 |
",
    },
    Case {
        name: "no_total.txt",
        lines: "RE-1 100.00; RE-2 200.00 ?",
        source: "
Rechnung    Datum         Betrag
RE-1        01.02.2026    100,00
RE-2        02.02.2026    200,00
",
    },
    Case {
        name: "wrong_total.txt",
        lines: "RE-1 100.00; RE-2 200.00 = 310 ?",
        source: "
Rechnung    Datum         Betrag
RE-1        01.02.2026    100,00
RE-2        02.02.2026    200,00
Summe                     310,00
",
    },
    Case {
        name: "running_balance.txt",
        lines: "B-1 100.00; B-2 50.00; B-3 25.00 = 175",
        source: "
Invoice   Amount    Balance
B-1       100.00     100.00
B-2        50.00     150.00
B-3        25.00     175.00
Total     175.00
",
    },
    Case {
        name: "vat_columns.txt",
        lines: "F-1 117.60 2.40; F-2 240.00 = 357.6",
        source: "
Facture   HT        TVA      TTC       Escompte   Réglé
F-1       100,00    20,00    120,00        2,40   117,60
F-2       200,00    40,00    240,00        0,00   240,00
Total du paiement                                 357,60
",
    },
    Case {
        name: "indented_mess.txt",
        lines: "INV/26/001 10000.00; INV/26/002 5250.75; CM/26/009 -250.75 = 15000",
        source: "
        ACME CORP - ACCOUNTS PAYABLE
        Run date 02/28/2026   Vendor 100245  Check no. 0099812

        Invoice         Description              Inv. Amt        Disc        Net Amt
        ----------      -------------------      ----------      -----       ----------
        INV/26/001      Widgets, order 5512      10,000.00       0.00        10,000.00
        INV/26/002      Bolts 12 x 50             5,250.75       0.00         5,250.75
        CM/26/009       Returned goods             -250.75       0.00          -250.75
                                                 ==========                  ==========
        CHECK TOTAL                              15,000.00                   15,000.00

        Questions? Call 555-0100 ext. 1234, account 998877
",
    },
    Case {
        name: "yen_table.txt",
        lines: "SI 331288 14651 0; SI 331289 465841 0 = 480492",
        source: "
Remittance Advice RA-335374
Our account with you: D-10451

PO            Reference     Date                   Net
--------------------------------------------------------
B-26-3043     SI 331288     2026-04-25           14651
B-26-5178     SI 331289     2026-04-25          465841
--------------------------------------------------------
Total paid                                    480492 JPY
",
    },
];
