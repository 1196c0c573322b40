//! What the bytes of a file or an attachment are, and the pages in them.

use super::model::AdviceFormat;
use super::page::Page;
use super::{html, pdf, sheet, text, workbook};
use crate::budget::Budget;
use crate::charset::{declared_in_html, decode_declaring, decode_plain};
use crate::error::FormatError;
use crate::lines::lines;

/// Largest file read; an advice is a letter, not a ledger.
const MAX_BYTES: usize = 32 << 20;

/// Bytes looked at to tell what a text is.
const HEAD: usize = 4 << 10;

/// Tells what `bytes` are; `name` decides only between kinds of plain text.
///
/// # Errors
/// `FORMAT_UNKNOWN` with the reason for bytes no advice is read from, `XML_LIMIT` for more than 32 MiB.
pub(crate) fn kind_of(bytes: &[u8], name: Option<&str>) -> Result<AdviceFormat, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::Limit { what: "bytes of an advice", allowed: MAX_BYTES as u64, line: 0 });
    }
    let unknown = |why: &str| Err(FormatError::Unknown { why: why.to_string() });
    match bytes {
        [b'%', b'P', b'D', b'F', ..] => return Ok(AdviceFormat::Pdf),
        [b'P', b'K', 3, 4, ..] => return Ok(AdviceFormat::Xlsx),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return unknown("a workbook or message of the old binary Office formats"),
        [0x78, 0x9F, 0x3E, 0x22, ..] => return unknown("winmail.dat (TNEF), not read"),
        _ if bytes.trim_ascii().is_empty() => return unknown("the file is empty"),
        _ => {}
    }
    let (head, _) = decode_plain(bytes.get(..HEAD.min(bytes.len())).unwrap_or_default());
    if head.contains('\0') {
        return unknown("not a text");
    }
    let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    Ok(text_kind(&head, &ending))
}

fn text_kind(head: &str, ending: &str) -> AdviceFormat {
    let small = head.to_ascii_lowercase();
    if ending == "eml" || is_mail(&small) {
        return AdviceFormat::Mail;
    }
    let tagged = ["<html", "<!doctype html", "<table", "<body", "<div", "<p>"].iter().any(|tag| small.contains(tag));
    if tagged || matches!(ending, "html" | "htm") {
        return AdviceFormat::Html;
    }
    if matches!(ending, "csv" | "tsv") || sheet::looks_like(head) {
        return AdviceFormat::Csv;
    }
    AdviceFormat::Text
}

/// True for a block of header fields of which one is never written by hand.
fn is_mail(small: &str) -> bool {
    let mut fields = 0;
    let mut technical = false;
    for line in lines(small).take(60).map(|line| line.text) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && fields > 0 {
            continue;
        }
        let Some((name, _)) = line.split_once(':').filter(|(name, _)| !name.contains(' ')) else { return false };
        fields += 1;
        technical |= matches!(
            name,
            "mime-version" | "message-id" | "content-type" | "return-path" | "received" | "delivered-to" | "content-transfer-encoding"
        );
    }
    technical && fields >= 2
}

/// Pages of a file that is no mail, with their names; the parts are numbered from `part`.
pub(crate) fn pages(
    bytes: &[u8],
    kind: AdviceFormat,
    name: &str,
    part: u16,
    budget: &mut Budget,
) -> Result<Vec<(String, Page)>, FormatError> {
    let mut page = Page::of(part);
    if matches!(kind, AdviceFormat::Csv | AdviceFormat::Text) {
        page.expect(bytes.len());
    }
    let read = match kind {
        AdviceFormat::Html => html::read,
        AdviceFormat::Csv => sheet::read,
        AdviceFormat::Text => text::read,
        AdviceFormat::Pdf => {
            pdf::read(bytes, &mut page, budget)?;
            return Ok(vec![(name.to_string(), page)]);
        }
        AdviceFormat::Xlsx => return workbook::read(bytes, part, budget),
        other => return Err(FormatError::Unknown { why: format!("{} is not read here", other.code()) }),
    };
    let declared = declared_in_html(bytes).filter(|_| kind == AdviceFormat::Html);
    let (text, charset) = decode_declaring(bytes, declared);
    page.charset = charset;
    read(&text, &mut page, budget)?;
    Ok(vec![(name.to_string(), page)])
}
