//! What writers of PDF files do: tables of characters, inline images, encryption. Text of ordinary size and direction is
//! read, or it is told that it cannot be, or the file is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::FindingKind;
use quittance_formats::remittance::read;
use quittance_samples::archive::{pdf_deflated, pdf_of_objects, pdf_stream};
use quittance_types::{Fault, Reason};

#[path = "support/encrypted_pdf.rs"]
mod encrypted_pdf;

use encrypted_pdf::{Packed, encrypted};

/// A file of one page with this content and these fonts `F0`, `F1` ..., behind which the objects follow that they name.
fn pdf_with(content: &[u8], fonts: &[String], further: &[Vec<u8>]) -> Vec<u8> {
    let names: String = (0..fonts.len()).map(|font| format!("/F{font} {} 0 R", FIRST_FONT + font)).collect();
    let page = format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<<{names}>>>>/Contents 4 0 R>>");
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        page.into_bytes(),
        pdf_stream("", content),
    ];
    objects.extend(fonts.iter().map(|font| format!("<</Type/Font/Subtype/Type1/BaseFont/Helvetica{font}>>").into_bytes()));
    objects.extend_from_slice(further);
    pdf_of_objects(&objects)
}

/// Number of the first font.
const FIRST_FONT: usize = 5;

/// The same, each font with its table of characters if it has one.
fn pdf(content: &[u8], tables: &[Option<Vec<u8>>]) -> Vec<u8> {
    let mut further = Vec::new();
    let mut font = |table: &Option<Vec<u8>>| {
        let Some(table) = table else { return "/Encoding/WinAnsiEncoding".to_string() };
        further.push(table.clone());
        format!("/ToUnicode {} 0 R", FIRST_FONT + tables.len() + further.len() - 1)
    };
    let fonts: Vec<String> = tables.iter().map(&mut font).collect();
    pdf_with(content, &fonts, &further)
}

/// A table of characters of about so many bytes in which every code means itself.
fn characters(size: usize) -> Vec<u8> {
    let head = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /A def\n/CMapType 2 def\n\
        1 begincodespacerange\n<00> <FF>\nendcodespacerange\n1 beginbfrange\n<00> <FF> <0000>\nendbfrange\n";
    let tail = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
    pdf_deflated("", format!("{head}{}{tail}", " ".repeat(size)).as_bytes())
}

/// A head, a document with its amount and a total, the document in font `font`.
fn advice(font: usize) -> String {
    format!(
        "BT /F0 10 Tf 1 0 0 1 60 700 Tm (Invoice) Tj 1 0 0 1 300 700 Tm (Net) Tj \
        1 0 0 1 60 680 Tm /F{font} 10 Tf (INV-100) Tj 1 0 0 1 300 680 Tm (100.00) Tj \
        /F0 10 Tf 1 0 0 1 60 660 Tm (Total) Tj 1 0 0 1 300 660 Tm (100.00) Tj ET"
    )
}

fn shown(bytes: &[u8]) -> Vec<String> {
    let advices = read(bytes, None).unwrap();
    let lines = advices.iter().flat_map(|advice| &advice.lines);
    lines.map(|line| format!("{} {}", line.document.value, line.net_amount().unwrap())).collect()
}

#[test]
fn tables_of_characters_cost_what_is_used_of_them() {
    let megabyte = || Some(characters(1 << 20));
    let used = [vec![None], (0..8).map(|_| megabyte()).collect()].concat();
    assert_eq!(shown(&pdf(advice(8).as_bytes(), &used)), ["INV-100 100"]);
}

#[test]
fn tables_of_characters_that_are_not_needed_cost_nothing() {
    let fonts = ["/Encoding/WinAnsiEncoding/ToUnicode 7 0 R".to_string(), "/ToUnicode 8 0 R".to_string()];
    let file = pdf_with(advice(1).as_bytes(), &fonts, &[characters(2 << 20), characters(200 << 10)]);
    assert_eq!(shown(&file), ["INV-100 100"]);
}

#[test]
fn tables_of_characters_beyond_measure_are_refused() {
    let file = pdf(advice(1).as_bytes(), &[None, Some(characters(64 << 20))]);
    assert_eq!(Fault::from(read(&file, None).unwrap_err()).reason(), Reason::XmlLimit);
}

#[test]
fn text_behind_an_inline_image_is_read() {
    let before: &[u8] = b"q 9 0 0 2 60 790 cm BI /IM true /W 9 /H 2 ";
    let images: [&[u8]; 6] = [
        b"ID \x80\x00\xff\x80EI Q ",
        b"ID \x80\x00\xff\x80\nEI Q ",
        b"ID  EI \nEI Q ",
        b"/F /A85 ID s8W-!~>EI Q ",
        b"/F [/AHx /Fl] ID 78 EI9C> EI\nQ ",
        b"/D [1 0] /I false ID \r\n\x80\x00EI Q ",
    ];
    for image in images {
        let content = [before, image, advice(0).as_bytes()].concat();
        assert_eq!(shown(&pdf(&content, &[None])), ["INV-100 100"], "{}", String::from_utf8_lossy(image));
    }
}

#[test]
fn text_far_to_the_right_is_read() {
    let content = "BT /F0 4 Tf 1 0 0 1 60 700 Tm (Invoice) Tj 1 0 0 1 900 700 Tm (Net) Tj \
        1 0 0 1 60 680 Tm (INV-100) Tj 1 0 0 1 900 680 Tm (100.00) Tj \
        1 0 0 1 60 660 Tm (Total) Tj 1 0 0 1 900 660 Tm (100.00) Tj ET";
    assert_eq!(shown(&pdf(content.as_bytes(), &[None])), ["INV-100 100"]);
}

#[test]
fn columns_far_to_the_right_stay_apart() {
    let content = "BT /F0 4 Tf 1 0 0 1 60 700 Tm (Invoice) Tj 1 0 0 1 700 700 Tm (Gross) Tj 1 0 0 1 900 700 Tm (Net) Tj \
        1 0 0 1 60 690 Tm (INV-100) Tj 1 0 0 1 700 690 Tm (110.00) Tj 1 0 0 1 900 690 Tm (100.00) Tj \
        1 0 0 1 60 680 Tm (INV-101) Tj 1 0 0 1 900 680 Tm (50.00) Tj \
        1 0 0 1 60 660 Tm (Total) Tj 1 0 0 1 900 660 Tm (150.00) Tj ET";
    let file = pdf(content.as_bytes(), &[None]);
    assert_eq!(shown(&file), ["INV-100 100", "INV-101 50"]);
    let gross: Vec<bool> = read(&file, None).unwrap()[0].lines.iter().map(|line| line.gross.is_some()).collect();
    assert_eq!(gross, [true, false]);
}

#[test]
fn text_that_cannot_be_read_is_told_once() {
    let told = |fonts: &[&str]| {
        let fonts: Vec<String> = fonts.iter().map(|font| (*font).to_string()).collect();
        let advices = read(&pdf_with(advice(1).as_bytes(), &fonts, &[]), None).unwrap();
        let findings = advices.iter().flat_map(|advice| &advice.findings);
        findings.filter(|finding| finding.kind == FindingKind::PartIgnored).map(|finding| finding.text.clone()).collect::<Vec<_>>()
    };
    let plain = "/Encoding/WinAnsiEncoding";
    assert!(told(&[plain, plain]).is_empty());
    for unread in [&[plain][..], &[plain, "/Encoding/90ms-RKSJ-H"], &[plain, "/Type/NoFont"]] {
        assert_eq!(told(unread), ["characters that their font does not tell"], "{unread:?}");
    }
}

#[test]
fn more_pages_than_are_read_are_refused() {
    let pages = |count: usize| {
        let tree =
            format!("<</Type/Pages/Kids[{}]/Count {count}>>", (0..count).map(|page| format!("{} 0 R ", page + 3)).collect::<String>());
        let page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_vec();
        let head = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), tree.into_bytes()];
        read(&pdf_of_objects(&[head, vec![page; count]].concat()), None)
    };
    assert!(pages(500).is_ok());
    assert_eq!(Fault::from(pages(501).unwrap_err()).reason(), Reason::XmlLimit);
}

#[test]
fn a_word_that_would_end_an_image_is_none_without_one() {
    let content = [b"ID ", advice(0).as_bytes(), b" EI "].concat();
    assert_eq!(shown(&pdf(&content, &[None])), ["INV-100 100"]);
}

#[test]
fn a_file_that_opens_without_a_password_is_read() {
    let file = encrypted(&pdf(advice(0).as_bytes(), &[None]), &[]);
    assert!(!file.windows(7).any(|window| window == b"INV-100"));
    assert_eq!(shown(&file), ["INV-100 100"]);
}

/// Streams of a hundred objects each, numbered from `first` on, as programs pack them.
fn streams_of(object: &str, count: usize, first: usize) -> Vec<Packed> {
    let index = |stream: usize| (0..100).map(|place| format!("{} {} ", first + stream * 100 + place, place * (object.len() + 1))).collect();
    (0..count).map(|stream| Packed { index: index(stream), objects: format!("{object} ").repeat(100) }).collect()
}

#[test]
fn an_encrypted_file_is_read_however_many_objects_are_packed() {
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F0 900 0 R>>>>/Contents 4 0 R>>";
    let objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        page.as_bytes().to_vec(),
        pdf_stream("", advice(0).as_bytes()),
    ];
    let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_string();
    let mut streams = streams_of("<</Type/Annot/Subtype/Link/Rect[60 700 120 712]/Border[0 0 0]/Dest[3 0 R/XYZ 60 700 0]>>", 12, 1_000);
    streams.push(Packed { index: "900 0 ".to_string(), objects: font });
    assert_eq!(shown(&encrypted(&pdf_of_objects(&objects), &streams)), ["INV-100 100"]);
}

#[test]
fn a_tagged_file_is_read_however_many_elements_it_has() {
    let element = "<</P 61 0 R/S/P/Type/StructElem/K[0]/Pg 3 0 R>>";
    let plain = vec![element.as_bytes().to_vec(); 8_000];
    assert_eq!(shown(&pdf_with(advice(0).as_bytes(), &["/Encoding/WinAnsiEncoding".to_string()], &plain)), ["INV-100 100"]);
    let packed: Vec<Vec<u8>> = streams_of(element, 80, 1_000)
        .iter()
        .map(|packed| {
            let entries = format!("/Type/ObjStm/N 100/First {}", packed.index.len());
            pdf_deflated(&entries, format!("{}{}", packed.index, packed.objects).as_bytes())
        })
        .collect();
    assert_eq!(shown(&pdf_with(advice(0).as_bytes(), &["/Encoding/WinAnsiEncoding".to_string()], &packed)), ["INV-100 100"]);
}

#[test]
fn a_file_that_needs_a_password_is_refused() {
    let open = encrypted(&pdf(advice(0).as_bytes(), &[None]), &[]);
    // Another identification makes another key; a name that is written with escapes is not looked for.
    for (text, other) in [("(A)(A)", "(B)(B)"), ("/Encrypt ", "/#45ncrypt ")] {
        let at = open.windows(text.len()).rposition(|window| window == text.as_bytes()).unwrap();
        let file = [&open[..at], other.as_bytes(), &open[at + text.len()..]].concat();
        assert_eq!(Fault::from(read(&file, None).unwrap_err()).reason(), Reason::FormatUnknown, "{other}");
    }
}

#[test]
fn an_inline_image_without_end_is_refused() {
    let content = [b"BI /W 9 /H 2 /F /Fl ID \x80\x00 ", advice(0).as_bytes()].concat();
    assert_eq!(Fault::from(read(&pdf(&content, &[None]), None).unwrap_err()).reason(), Reason::StatementMalformed);
}
