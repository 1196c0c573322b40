//! The staff portal: server-rendered pages, one stylesheet, one script, nothing from elsewhere.
//!
//! Everything here is a pure function from a view-model to bytes. Handlers fill [`view::OverviewView`] from RPCs and
//! hand it to [`overview::respond`]; no function of this module calls a service, reads a clock or keeps state.
//!
//! Where things are:
//! - [`pages`]: the table of pages. A page is linked from the moment its row says `built: true`, and nowhere before.
//! - [`frame`]: what stands around every page; [`html`]: the only types whose markup is not escaped again.
//! - [`format`]: numbers, dates and ages; [`charts`]: the SVG writer.
//! - [`view`] and [`overview`]: the Overview; [`sign_in`] and [`message`]: the two pages without figures.
//! - [`assets`] and [`headers`]: the files the pages use and the headers every answer carries.

pub mod assets;
pub mod charts;
pub mod format;
pub mod frame;
pub mod headers;
pub mod html;
pub mod message;
pub mod overview;
pub mod pages;
pub mod sign_in;
pub mod view;
