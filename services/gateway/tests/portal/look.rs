//! What the pages weigh, whether their colours can be read, and files to look at with one's own eyes.

use std::collections::HashMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use quittance_gateway::portal::assets::Assets;
use quittance_gateway::portal::html::Outside;
use quittance_gateway::portal::sign_in::{self, SignInView};
use quittance_gateway::portal::view::Part;

use crate::fixtures;
use crate::html::{page, pages, tags};

fn compressed(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}

fn fits(name: &str, text: &str, raw: usize, packed: usize) {
    assert!(text.len() <= raw * 1024, "{name}: {} of {raw} KB", text.len());
    assert!(compressed(text) <= packed * 1024, "{name}: {} of {packed} KB compressed", compressed(text));
}

#[test]
fn pages_and_files_keep_to_their_weight() {
    let mut full = fixtures::rich();
    let Part::Ready(events) = &mut full.events else { unreachable!() };
    let mut rows = events.rows.clone();
    for at in 0..40 {
        let mut row = rows[at % 8].clone();
        row.customer = Some(Outside::new(format!("Vereinigte Werkstätten für Präzisionstechnik Nr. {at} GmbH & Co. KG")));
        rows.push(row);
    }
    events.rows = rows;
    fits("a full page", &page(&fixtures::full_frame(), &full), 60, 14);
    for (name, html) in pages() {
        fits(name, &html, 60, 14);
    }
    let files = Assets::get();
    fits("stylesheet", files.style.body, 24, 7);
    assert!(files.script.body.len() <= 6 * 1024, "script: {}", files.script.body.len());
    assert!(compressed(files.script.body) <= 2560, "script compressed: {}", compressed(files.script.body));
}

#[test]
fn a_page_loads_three_files() {
    let html = page(&fixtures::full_frame(), &fixtures::rich());
    let loaded = |tag: &&crate::html::Tag| matches!(tag.name.as_str(), "script" | "link" | "img");
    assert_eq!(tags(&html).iter().filter(loaded).count(), 3);
}

#[test]
fn the_first_row_of_work_is_near() {
    let html = page(&fixtures::full_frame(), &fixtures::rich());
    let stops = |tag: &crate::html::Tag| {
        let hidden = tag.get("type") == Some("hidden") || tag.get("type") == Some("date");
        (matches!(tag.name.as_str(), "a" | "button" | "input") && !hidden) || tag.get("tabindex") == Some("0")
    };
    let tags = tags(&html);
    let first = tags.iter().position(|tag| tag.get("data-key") == Some("1")).unwrap();
    // The button of the menu and the two controls of the closed date form are not on the way.
    let closed = 2;
    let way = tags[..=first].iter().filter(|tag| stops(tag)).count() - closed;
    assert!(way <= 20, "{way} stops to the first row");
    assert_eq!(tags.iter().find(|tag| stops(tag)).unwrap().get("href"), Some("#main"), "the skip link comes first");
}

type Rgb = [f64; 3];

fn tokens() -> HashMap<String, (Rgb, Rgb)> {
    let style = Assets::get().style.body;
    let lines = style.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": light-dark("));
    lines
        .map(|(name, values)| {
            let (light, dark) = values.trim_end_matches(");").split_once(", ").unwrap();
            (name.to_owned(), (rgb(light), rgb(dark)))
        })
        .collect()
}

fn rgb(hex: &str) -> Rgb {
    let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
    [part(1), part(3), part(5)]
}

fn luminance(colour: Rgb) -> f64 {
    let linear = colour.map(|part| if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/// WCAG 2.2 contrast ratio.
fn ratio(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn colours_can_be_read_in_both_themes() {
    let tokens = tokens();
    let check = |front: &str, back: &str, least: f64| {
        let (front_light, front_dark) = tokens[front];
        let (back_light, back_dark) = tokens[back];
        for (theme, found) in [("light", ratio(front_light, back_light)), ("dark", ratio(front_dark, back_dark))] {
            assert!(found >= least, "{front} on {back}, {theme}: {found:.2} of {least}");
        }
    };
    for ground in ["canvas", "sunken", "rail", "selected"] {
        for text in ["ink", "ink-2", "ink-3", "accent", "ok", "warn", "bad"] {
            check(text, ground, 4.5);
        }
        check("edge", ground, 3.0);
    }
    for (text, ground) in
        [("ok", "ok-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"), ("accent", "accent-soft"), ("on-accent", "accent")]
    {
        check(text, ground, 4.5);
    }
    // Marks that carry a figure alone; the pale ones have an outline in the colour of control edges.
    for mark in ["cash", "open", "late", "disputed", "age2", "age3"] {
        check(mark, "canvas", 3.0);
    }
}

#[test]
fn the_tokens_are_those_of_the_design() {
    let tokens = tokens();
    let measured = [
        ("ink", 18.2, 15.4),
        ("ink-2", 8.2, 9.7),
        ("ink-3", 5.7, 7.1),
        ("accent", 7.9, 9.0),
        ("ok", 6.5, 9.3),
        ("warn", 6.9, 9.9),
        ("bad", 6.6, 8.9),
        ("edge", 3.7, 4.1),
    ];
    for (name, light, dark) in measured {
        let (found_light, found_dark) = tokens[name];
        let (canvas_light, canvas_dark) = tokens["canvas"];
        assert!((ratio(found_light, canvas_light) - light).abs() < 0.06, "{name} light");
        assert!((ratio(found_dark, canvas_dark) - dark).abs() < 0.06, "{name} dark");
    }
}

/// Writes the pages of these tests to `target/tmp/portal`. Serve that folder with any file server to look at them.
#[tokio::test]
async fn pages_are_written_for_the_eye() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("portal");
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    let files = Assets::get();
    for file in [&files.style, &files.script, &files.icon] {
        std::fs::write(folder.join("assets").join(&file.name), file.body).unwrap();
    }
    for (name, html) in pages() {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
    let sign_in = http_body_util::BodyExt::collect(sign_in::respond(&SignInView::default()).into_body()).await.unwrap();
    std::fs::write(folder.join("sign-in.html"), sign_in.to_bytes()).unwrap();
}
