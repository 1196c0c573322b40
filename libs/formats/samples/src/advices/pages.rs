//! HTML.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case { name: "plain.html", lines: "INV-1 1234.50; INV-2 765.50 = 2000", source: "<html><body><h1>Remittance advice</h1>
<p>Payment date: 2026-03-01</p><table><tr><th>Invoice</th><th>Date</th><th>Amount</th></tr>
<tr><td>INV-1</td><td>2026-01-01</td><td align=right>1,234.50</td></tr><tr><td>INV-2</td><td>2026-01-02</td><td>765.50</td></tr>
<tr><td colspan=2>Total</td><td>2,000.00</td></tr></table></body></html>" },
    Case { name: "nbsp.html", lines: "F1001 1234.56; F1002 10000.00 = 11234.56", source: "<html><body><p>Avis de paiement n&deg; 77</p>
<table><thead><tr><th>Facture</th><th>Montant</th></tr></thead><tbody>
<tr><td>F1001</td><td>1&nbsp;234,56&nbsp;&euro;</td></tr><tr><td>F1002</td><td>10&nbsp;000,00&nbsp;&euro;</td></tr></tbody>
<tfoot><tr><td>Total</td><td><b>11&nbsp;234,56&nbsp;&euro;</b></td></tr></tfoot></table></body></html>" },
    Case { name: "nested.html", lines: "RE-1 98.00 2.00; RE-2 196.00 4.00 = 294", source: "<html><body><table width=600><tr><td><table><tr><td>Musterfirma GmbH</td><td>Tel. 089/123456</td></tr></table></td></tr>
<tr><td><p>Wir haben bezahlt:</p><table border=1><tr><td><b>Rechnung</b></td><td><b>Brutto</b></td><td><b>Skonto</b></td><td><b>Netto</b></td></tr>
<tr><td>RE-1</td><td>100,00</td><td>2,00</td><td>98,00</td></tr><tr><td>RE-2</td><td>200,00</td><td>4,00</td><td>196,00</td></tr></table></td></tr>
<tr><td>Gesamtbetrag: 294,00 EUR</td></tr></table></body></html>" },
    Case { name: "rowspan.html", lines: "4001 100.00; 4002 50.00; 4003 25.00 = 175", source: "<table><tr><th>Customer</th><th>Invoice no.</th><th>Amount</th></tr>
<tr><td rowspan=2>10023</td><td>4001</td><td>100.00</td></tr><tr><td>4002</td><td>50.00</td></tr><tr><td>10024</td><td>4003</td><td>25.00</td></tr>
<tr><td>Sum</td><td></td><td>175.00</td></tr></table>" },
    Case { name: "paragraphs.html", lines: "7001 500.00; 7002 600.00 = 1100", source: "<html><body><div>Sehr geehrte Damen und Herren,</div>
<div>wir haben 1.100,00 &euro; &uuml;berwiesen:</div><ul><li>Rechnung 7001: 500,00 &euro;</li><li>Rechnung 7002: 600,00 &euro;</li></ul></body></html>" },
    Case { name: "pre.html", lines: "RE-1 100.00; RE-2 200.00 = 300", source: "<html><body><pre>
Rechnung     Datum         Betrag
RE-1         01.02.2026    100,00
RE-2         02.02.2026    200,00
Summe                      300,00
</pre></body></html>" },
    Case { name: "key_value.html", lines: "INV-88 475.00 25.00 = 475", source: "<table><tr><td>Invoice number</td><td>INV-88</td></tr><tr><td>Invoice amount</td><td>500.00</td></tr>
<tr><td>Discount</td><td>25.00</td></tr><tr><td>Amount paid</td><td>475.00</td></tr></table><p>Payment total: 475.00 USD</p>" },
    Case { name: "credit_column.html", lines: "9001 1000.00; 9002 -100.00 = 900", source: "<table><tr><th>Document</th><th>Type</th><th>Amount</th></tr>
<tr><td>9001</td><td>Invoice</td><td>1,000.00</td></tr><tr><td>9002</td><td>Credit note</td><td>100.00 CR</td></tr>
<tr><td></td><td>Total paid</td><td>900.00</td></tr></table>" },
    Case { name: "inline_total.html", lines: "30010 120.00; 30011 80.00 = 200", source: "<table><tr><td>Factuur</td><td>Datum</td><td>Bedrag</td></tr><tr><td>30010</td><td>01-02-2026</td><td>&euro; 120,00</td></tr>
<tr><td>30011</td><td>02-02-2026</td><td>&euro; 80,00</td></tr><tr><td colspan=3>Totaal: &euro; 200,00</td></tr></table>" },
    Case { name: "reasons.html", lines: "IN-5 900.00 100.00; IN-6 250.00 = 1150", source: "<table><tr><th>Your invoice</th><th>Gross</th><th>Deduction</th><th>Reason</th><th>Net</th></tr>
<tr><td>IN-5</td><td>1000.00</td><td>100.00</td><td>Damaged goods</td><td>900.00</td></tr><tr><td>IN-6</td><td>250.00</td><td></td><td></td><td>250.00</td></tr>
<tr><th>Total</th><td>1250.00</td><td>100.00</td><td></td><td>1150.00</td></tr></table>" },
];
