//! Delimited text.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "german.csv",
        lines: "RE-1 98.00 2.00; RE-2 200.00 = 298",
        source: "Rechnungsnummer;Rechnungsdatum;Bruttobetrag;Skonto;Zahlbetrag
RE-1;01.02.2026;100,00;2,00;98,00
RE-2;02.02.2026;200,00;0,00;200,00
Summe;;300,00;2,00;298,00
",
    },
    Case {
        name: "english.csv",
        lines: "INV-1 1250.00; INV-2 99.95 ?",
        source: "invoice_number,invoice_date,amount_paid,currency
INV-1,2026-01-31,1250.00,EUR
INV-2,2026-02-01,99.95,EUR
",
    },
    Case {
        name: "quoted.csv",
        lines: "10001 1234.56; 10002 1000.00 20.00 = 2234.56",
        source: "\"Invoice\",\"Date\",\"Gross\",\"Discount\",\"Net\"
\"10001\",\"01/15/2026\",\"1,234.56\",\"0.00\",\"1,234.56\"
\"10002\",\"01/16/2026\",\"1,020.00\",\"20.00\",\"1,000.00\"
\"Total\",\"\",\"2,254.56\",\"20.00\",\"2,234.56\"
",
    },
    Case {
        name: "head_rows.csv",
        lines: "A1 500.00; A2 700.00 = 1200",
        source: "Zahlungsavis;ZA-99
Datum;05.03.2026
Auftraggeber;Muster AG
Gesamtbetrag;1.200,00

Beleg;Ihre Referenz;Betrag
51001;A1;500,00
51002;A2;700,00
",
    },
    Case {
        name: "record_types.csv",
        lines: "RE-1 100.00; RE-2 50.00 ?",
        source: "typ;nummer;datum;betrag
D;RE-1;2026-01-01;100,00
D;RE-2;2026-01-02;50,00
",
    },
    Case {
        name: "french.csv",
        lines: "FA-1 980.00 20.00; FA-2 400.00 = 1380",
        source: "N° facture;Date facture;Montant facture;Escompte;Montant réglé
FA-1;01/02/2026;1000,00;20,00;980,00
FA-2;02/02/2026;400,00;;400,00
TOTAL;;1400,00;20,00;1380,00
",
    },
    Case {
        name: "tabs.csv",
        lines: "55001 10.50; 55002 20.25 = 30.75",
        source: "Fakturanummer\tDatum\tBelopp
55001\t2026-01-01\t10,50
55002\t2026-01-02\t20,25
Summa\t\t30,75
",
    },
    Case {
        name: "customer_and_order.csv",
        lines: "900100 100.00; 900101 200.00 ?",
        source: "customer_no,po_number,invoice,delivery_note,net_amount
10023,4500001,900100,800001,100.00
10023,4500002,900101,800002,200.00
",
    },
    Case {
        name: "minus_behind.csv",
        lines: "RE-1 1000.00; GU-1 -100.00 = 900",
        source: "Beleg;Text;Betrag
RE-1;Rechnung;1.000,00
GU-1;Gutschrift;100,00-
Summe;;900,00
",
    },
    Case {
        name: "two_currencies.csv",
        lines: "E-1 100.00; E-2 50.00; U-1 70.00 ?",
        source: "Invoice;Amount;Currency
E-1;100.00;EUR
E-2;50.00;EUR
U-1;70.00;USD
",
    },
    Case {
        name: "two_payments.csv",
        lines: "I-1 10.00; I-2 20.00; I-3 30.00 ?",
        source: "payment_number,invoice,amount
P-100,I-1,10.00
P-100,I-2,20.00
P-101,I-3,30.00
",
    },
    Case {
        name: "constant_total.csv",
        lines: "RE-1 100.00; RE-2 200.00 = 300",
        source: "Avis;Gesamtbetrag;Rechnung;Betrag
ZA-1;300,00;RE-1;100,00
ZA-1;300,00;RE-2;200,00
",
    },
    Case {
        name: "negative_deduction.csv",
        lines: "RE-1 95.00 5.00; RE-2 210.00 -10.00 ?",
        source: "Rechnung;Brutto;Abzug;Netto
RE-1;100,00;-5,00;95,00
RE-2;200,00;10,00;210,00
",
    },
    Case {
        name: "no_head.csv",
        lines: "RE-100 98.00 2.00; RE-101 49.00 1.00 ?",
        source: "RE-100;01.02.2026;100,00;2,00;98,00
RE-101;02.02.2026;50,00;1,00;49,00
",
    },
    Case {
        name: "labels_like_heads.csv",
        lines: "25881 214.00; 26019 977.45 40.72 = 1191.45",
        source: "Zahlungsavis\tBrandt Steuerberatung GmbH
Avis-Nr.\tRA-518590
Zahldatum\t27.05.2026
Datum\tRechnungsnr.\tBetrag\tAbzug\tNettobetrag
29.04.2026\t25881\t214,00\t0,00\t214,00
10.05.2026\t26019\t1.018,17\t40,72\t977,45
Summe\t\t\t\t1.191,45
",
    },
    Case {
        name: "two_columns.csv",
        lines: "V-117821 19308.97; V-117818 4006.50 ?",
        source: "Avviso di pagamento;Marino Trasporti S.n.c.
Distinta n.;20278
Data pagamento;2026-05-07
Documento;Netto
V-117821;19308,97
V-117818;4006,50
",
    },
    Case {
        name: "equal_amounts.csv",
        lines: "2026/18113 2153.18; 2026/18114 2153.18 = 4306.36",
        source: "Rechnung;Bestellung;Datum;Zahlbetrag
2026/18113;B-26-6941;09/05/2026;2.153,18
2026/18114;B-26-6941;09/05/2026;2.153,18
Summe;;;4.306,36
",
    },
];
