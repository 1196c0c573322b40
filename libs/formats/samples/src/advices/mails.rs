//! Mail messages.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "text.eml",
        lines: "RE-1 100.00; RE-2 200.00 = 300",
        source: "From: Muster AG <ap@muster.example>
To: ar@seller.example
Subject: Zahlungsavis ZA-1
Date: Thu, 12 Mar 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Rechnung    Datum         Betrag
RE-1        01.02.2026    100,00
RE-2        02.02.2026    200,00
Summe                     300,00
",
    },
    Case {
        name: "quoted_printable.eml",
        lines: "RE-1 1234.56; RE-2 200.00 = 1434.56",
        source: "From: Muster AG <ap@muster.example>
Subject: =?UTF-8?Q?=C3=9Cberweisung?=
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Wir haben =C3=BCberwiesen:
Rechnung RE-1 vom 01.02.2026 =C3=BCber 1.2=
34,56 EUR
Rechnung RE-2 vom 02.02.2026 =C3=BCber 200,00 EUR
Gesamtbetrag: 1.434,56 EUR
",
    },
    Case {
        name: "alternative.eml",
        lines: "9001 50.00; 9002 70.00 = 120",
        source: "From: Buyer Ltd <ap@buyer.example>
Subject: Remittance
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

Please view this mail in HTML. Payment of 120.00 EUR.
--b
Content-Type: text/html

<table><tr><th>Invoice</th><th>Amount</th></tr><tr><td>9001</td><td>50.00</td></tr><tr><td>9002</td><td>70.00</td></tr>
<tr><td>Total</td><td>120.00</td></tr></table>
--b--
",
    },
    Case {
        name: "attached_csv.eml",
        lines: "F-1 300.00; F-2 450.00 = 750",
        source: "From: Buyer Ltd <ap@buyer.example>
Subject: Payment advice
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

Dear Sir or Madam, please find attached the details of our payment. Total amount: EUR 750,00
--x
Content-Type: text/csv; name=\"advice.csv\"
Content-Disposition: attachment; filename=\"advice.csv\"
Content-Transfer-Encoding: base64

UmVjaG51bmc7QmV0cmFnCkYtMTszMDAsMDAKRi0yOzQ1MCwwMAo=
--x--
",
    },
    Case {
        name: "forwarded.eml",
        lines: "I-77 80.00; I-78 20.00 = 100",
        source: "From: Sales <sales@seller.example>
Subject: Fwd: remittance
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

see below
--x
Content-Type: message/rfc822

From: Real Payer GmbH <ap@payer.example>
Subject: remittance
MIME-Version: 1.0
Content-Type: text/plain

Invoice I-77: 80.00 EUR
Invoice I-78: 20.00 EUR
Total: 100.00 EUR
--x--
",
    },
    Case {
        name: "quoted_reply.eml",
        lines: "3001 10.00; 3002 15.00 = 25",
        source: "From: Clerk <clerk@payer.example>
Subject: Re: your question
MIME-Version: 1.0
Content-Type: text/plain

Here it is again.

> We paid on 2026-03-01:
> Invoice 3001   10.00
> Invoice 3002   15.00
> Total          25.00
",
    },
    Case {
        name: "latin1.eml",
        lines: "RE-8 88.00; RE-9 12.00 = 100",
        source: "From: Zahler KG <ap@zahler.example>
Subject: Avis
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Rechnung RE-8 =FCber 88,00 EUR
Rechnung RE-9 =FCber 12,00 EUR
=DCberweisungsbetrag 100,00 EUR
",
    },
    Case {
        name: "body_repeats_attachment.eml",
        lines: "K-1 98.00 2.00; K-2 100.00 = 198",
        source: "From: Buyer Ltd <ap@buyer.example>
Subject: Payment
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

Invoice K-1  98.00
Invoice K-2  100.00
Total 198.00
--x
Content-Type: text/csv; name=\"a.csv\"
Content-Disposition: attachment; filename=\"a.csv\"

Invoice;Gross;Discount;Net
K-1;100.00;2.00;98.00
K-2;100.00;0.00;100.00
Total;200.00;2.00;198.00
--x--
",
    },
];
