//! Plain text without tables: sentences, lists, labels.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "sentence_de.txt",
        lines: "RE-2026-101 1234.56; RE-2026-102 765.44 = 2000",
        source: "
Guten Tag,
wir haben heute insgesamt 2.000,00 EUR überwiesen. Darin enthalten sind die Rechnung RE-2026-101 vom 01.02.2026 über
1.234,56 EUR und die Rechnung RE-2026-102 vom 03.02.2026 über 765,44 EUR.
Viele Grüße
Petra Klein
Tel. +49 30 1234567
",
    },
    Case {
        name: "list_en.txt",
        lines: "10045 500.00; 10046 250.00; 10051 99.99 = 849.99",
        source: "
Hello,

please find below the details of our payment of 849.99 GBP made on 12 March 2026:

- Invoice 10045: 500.00
- Invoice 10046: 250.00
- Invoice 10051: 99.99

Kind regards
Accounts Payable
Phone 020 7946 0123
",
    },
    Case {
        name: "labels.txt",
        lines: "4711 1209.87 24.69; 4712 100.00 = 1309.87",
        source: "
Zahlungsavis
Datum: 12.03.2026

Rechnung: 4711
Rechnungsbetrag: 1.234,56
Skonto: 24,69
Zahlbetrag: 1.209,87

Rechnung: 4712
Rechnungsbetrag: 100,00
Skonto: 0,00
Zahlbetrag: 100,00

Gesamtbetrag: 1.309,87
",
    },
    Case {
        name: "less_discount.txt",
        lines: "RE-9 980.00 20.00; RE-10 490.00 10.00 = 1470",
        source: "
Wir zahlen RE-9 1.000,00 EUR abzüglich 2 % Skonto 20,00 EUR sowie
RE-10 500,00 EUR abzüglich 2 % Skonto 10,00 EUR.
Gesamtbetrag der Überweisung: 1.470,00 EUR
",
    },
    Case {
        name: "amount_first.txt",
        lines: "8801 300.00; 8802 450.50 = 750.5",
        source: "
Dear team,
we transferred EUR 750.50 today:
300.00 for invoice 8801
450.50 for invoice 8802
",
    },
    Case {
        name: "credit_in_list.txt",
        lines: "F-100 900.00; F-101 300.00; NC-7 -200.00 = 1000",
        source: "
Bonjour,
nous avons effectué un virement de 1.000,00 EUR pour les factures suivantes :
Facture F-100 : 900,00
Facture F-101 : 300,00
Avoir NC-7 : -200,00
Cordialement
",
    },
    Case {
        name: "unaligned.txt",
        lines: "RE-1000 100.00 2.00; RE-1001 1000.00 20.00; RE-10022 10.00 = 1110",
        source: "
RE-1000 01.02.2026 102,00 2,00 100,00
RE-1001 02.02.2026 1.020,00 20,00 1.000,00
RE-10022 03.02.2026 10,00 0,00 10,00
Gesamtbetrag 1.110,00 EUR
",
    },
    Case {
        name: "dutch_list.txt",
        lines: "2026-0001 121.00; 2026-0002 242.00 = 363",
        source: "
Geachte heer, mevrouw,
Wij hebben op 3 maart 2026 een bedrag van € 363,00 overgemaakt voor:
factuur 2026-0001 € 121,00
factuur 2026-0002 € 242,00
Totaalbedrag € 363,00
",
    },
    Case {
        name: "italian_list.txt",
        lines: "1501 800.00; 1502 1200.00 = 2000",
        source: "
Buongiorno,
abbiamo disposto un bonifico di euro 2.000,00 a saldo di:
fattura n. 1501 del 10/01/2026 euro 800,00
fattura n. 1502 del 15/01/2026 euro 1.200,00
Distinti saluti
",
    },
    Case {
        name: "spanish_list.txt",
        lines: "A-301 150.00; A-302 350.00 = 500",
        source: "
Estimados señores:
Les informamos de la transferencia de 500,00 EUR correspondiente a:
Factura A-301 de 2 de enero de 2026: 150,00 EUR
Factura A-302 de 9 de enero de 2026: 350,00 EUR
",
    },
    Case {
        name: "swedish_list.txt",
        lines: "5501 1000.00; 5502 500.00 = 1500",
        source: "
Hej,
vi har idag betalat 1 500,00 SEK avseende
faktura 5501 1 000,00 kr
faktura 5502 500,00 kr
Summa 1 500,00 kr
",
    },
    Case {
        name: "finnish_list.txt",
        lines: "8001 220.00; 8002 330.00 = 550",
        source: "
Hei,
olemme maksaneet seuraavat laskut, maksun määrä 550,00 EUR:
lasku 8001 220,00 EUR
lasku 8002 330,00 EUR
",
    },
    Case {
        name: "one_invoice.txt",
        lines: "RE-4711 100.00 = 100",
        source: "
Zahlungsavis
Rechnung RE-4711 vom 02.01.2026: 100,00 EUR
Gesamtbetrag: 100,00 EUR
",
    },
    Case {
        name: "no_amounts.txt",
        lines: " = 500 ?",
        source: "
We have paid your invoices 100, 101 and 102 today. Total 500.00 EUR.
",
    },
    Case {
        name: "signature_figures.txt",
        lines: "70001 45.00; 70002 55.00 = 100",
        source: "
Zahlung über 100,00 EUR

Rechnung 70001  45,00
Rechnung 70002  55,00

--
Beispiel AG, Grundkapital 1.000.000,00 EUR
Amtsgericht Berlin HRB 998877, Konto 1234567890 BLZ 10070024
Telefon 030/55667788
",
    },
    Case {
        name: "discount_in_brackets.txt",
        lines: "SI 381919 11900.00 0; SI 382414 57312.00 2388.00 = 69212",
        source: "
Hej,
i dag har vi betalat följande fakturor:
  Faktura SI 381919 11 900,00 SEK
  Faktura SI 382414 57 312,00 SEK (rabatt 2 388,00 SEK)

Totalt: 69 212,00 SEK
Avi nr: 39111
",
    },
    Case {
        name: "yen.txt",
        lines: "26-42020 33921; 25-41340 11900 = 45821",
        source: "
Dear Sir or Madam,
we have paid the following invoices today:
  Invoice 26-42020 33921 JPY
  Invoice 25-41340 11900 JPY
Total paid: 45821 JPY
",
    },
    Case {
        name: "one_line.txt",
        lines: "4711 100.00; 4712 -20.00; 4713 30.00 1.00 = 110",
        source: "
Rechnung 4711 100,00 EUR; Rechnung 4712 (20,00) EUR; Rechnung 4713 30,00 EUR (Skonto 1,00 EUR);
Summe: 110,00 EUR
",
    },
    Case {
        name: "minus_in_a_list.txt",
        lines: "SI 331216 535.00 0; SI 331309 -72.08 0 = 462.92",
        source: "
folgende Rechnungen haben wir heute überwiesen:
Rechnung SI 331216 535,00 EUR; Rechnung SI 331309 -72,08 EUR;
Überweisungsbetrag: 462,92 EUR
Avis-Nr.: 20363
",
    },
    Case {
        name: "discounts_beside_net.txt",
        lines: "2026/23056 16.78 0.34; 2026/23058 103.81 2.12 = 120.59",
        source: "
oggi abbiamo pagato le seguenti fatture:
  N. fattura 2026/23056 16,78 EUR (sconto 0,34 EUR)
  N. fattura 2026/23058 103,81 EUR (sconto 2,12 EUR)

Totale pagato: 120,59 EUR
Distinta n.: 35739
",
    },
    Case {
        name: "columns_that_are_mostly_empty.txt",
        lines: "26011222 55.85 2.93; 434383 2562.41 0; 433907 382.32 0; 436477 176.22 0 = 3176.80",
        source: "
Dear Sirs, please find below the details of our payment:

Pos   Invoice No             PO    Inv. date      Gross   Discount   Net paid
1     26011222        451508546   28/04/2026      58.78       2.93      55.85
2     434383                      29/07/2026   2,562.41              2,562.41
3     433907          456059251   20/07/2026     382.32                382.32
4     436477                      04/09/2026     176.22                176.22

Total paid  3,176.80
",
    },
    Case {
        name: "quoted_mail_below.txt",
        lines: "575 28.81 0; 768 1174.29 0; G2608-419 -228.30 0 = 974.80",
        source: "
Sehr geehrte Damen und Herren, wir überweisen Ihnen heute:

Pos   Belegnr.              PO        Datum     Zahlbetrag
1     575                        15.09.2026      28,81 EUR
2     768            456830103   18.09.2026   1.174,29 EUR
3     G2608-419                  17.08.2026    -228,30 EUR

Gesamtbetrag  974,80 EUR

Am 17.09.2026 AR wrote:
> the following invoices are overdue:
> 2510-0099   09.11.2025   102,78 EUR
> 2607-0018   31.07.2026   159,83 EUR
",
    },
    Case {
        name: "all_quoted.txt",
        lines: "RE-1 100.00 0; RE-2 50.00 0 = 150",
        source: "
Bitte buchen. Am 17.09.2026 schrieb AP:
> Rechnung RE-1 vom 01.09.2026: 100,00 EUR
> Rechnung RE-2 vom 02.09.2026: 50,00 EUR
> Gesamt: 150,00 EUR
",
    },
];
