//! Small workbooks and PDF files, written byte by byte.

use std::io::Write;

const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#;

/// A workbook with one sheet of `rows`.
pub fn workbook(rows: &str) -> Vec<u8> {
    workbook_of(rows, false)
}

/// The same, its sheet deflated.
pub fn workbook_deflated(rows: &str) -> Vec<u8> {
    workbook_of(rows, true)
}

fn workbook_of(rows: &str, deflate: bool) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let sheet = format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#);
    let book = format!(
        r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Tabelle1" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let relations = format!(
        r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/></Relationships>"#
    );
    let root = format!(
        r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    zip(&[
        ("[Content_Types].xml", types.as_bytes(), false),
        ("_rels/.rels", root.as_bytes(), false),
        ("xl/workbook.xml", book.as_bytes(), false),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes(), false),
        ("xl/styles.xml", STYLES.as_bytes(), false),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes(), deflate),
    ])
}

/// A workbook of 60 kB that inflates to 60 MB.
pub fn bomb() -> Vec<u8> {
    workbook_of(&"<row/>".repeat(10 << 20), true)
}

/// An archive of members: name, content, whether it is deflated.
pub fn zip(members: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content, deflate) in members {
        let start = out.len() as u32;
        let mut check = flate2::Crc::new();
        check.update(content);
        let packed = if *deflate {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        } else {
            content.to_vec()
        };
        let mut header = Vec::new();
        for part in [20u16, 0, if *deflate { 8 } else { 0 }, 0, 0x21] {
            header.extend(part.to_le_bytes());
        }
        for part in [check.sum(), packed.len() as u32, content.len() as u32] {
            header.extend(part.to_le_bytes());
        }
        header.extend((name.len() as u16).to_le_bytes());
        header.extend(0u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&header);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&header);
        directory.extend([0u8; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, count) = (out.len() as u32, members.len() as u16);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// A page with texts at their places.
pub fn pdf(texts: &[(i32, i32, &str)]) -> Vec<u8> {
    let shown = texts.iter().map(|(x, y, text)| format!("1 0 0 1 {x} {y} Tm ({text}) Tj\n"));
    let content = format!("BT /F1 10 Tf\n{}ET", shown.collect::<String>());
    pdf_of_objects(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>".to_vec(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
        pdf_stream("", content.as_bytes()),
    ])
}

/// A PDF file of objects, numbered from 1; the first is the catalog.
pub fn pdf_of_objects(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(out.len());
        out.extend([format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
    }
    let (at, count) = (out.len(), objects.len() + 1);
    out.extend(format!("xref\n0 {count}\n0000000000 65535 f \n").bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n").bytes());
    out
}

/// A stream of a PDF file, with what else its dictionary holds.
pub fn pdf_stream(entries: &str, content: &[u8]) -> Vec<u8> {
    [format!("<<{entries}/Length {}>>stream\n", content.len()).as_bytes(), content, b"\nendstream"].concat()
}

/// The same, deflated.
pub fn pdf_deflated(entries: &str, content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    pdf_stream(&format!("{entries}/Filter/FlateDecode"), &encoder.finish().unwrap())
}
