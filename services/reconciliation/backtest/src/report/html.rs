//! The report as one page: no script, nothing from elsewhere, light and dark.

use askama::Template;

use super::Report;
use super::sections::{Cell, Section, sections};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'r> {
    report: &'r Report,
    lead: &'r str,
    more: &'r [String],
    sections: Vec<Section>,
}

/// Renders everything.
pub(super) fn render(report: &Report) -> String {
    let (lead, more) = report.summary.split_first().map_or(("", [].as_slice()), |(lead, more)| (lead.as_str(), more));
    let page = Page { report, lead, more, sections: sections(report) };
    page.render().unwrap_or_default()
}
