//! The frame around every page: skip link, rail, bar, and the facts every part of a page needs to write itself.

use askama::Template;
use quittance_types::{BusinessDate, Fault, TimeZone, Timestamp};

use super::assets::Assets;
use super::format::Format;
use super::html::{Html, Line, Outside, Span};
use super::pages::{Group, PageId, Site};

/// Which colours the person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// What the device says.
    #[default]
    Device,
    /// Dark ink on white.
    Light,
    /// Light ink on near black.
    Dark,
}

impl Theme {
    /// The value of `data-theme`; the device decides when there is none.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Theme::Device => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name, as the identity provider or the administrator wrote it.
    pub name: Outside,
    /// What the person does here, for instance "cash applier".
    pub role: Outside,
}

/// The form that ends the session. It is a POST and therefore carries the session's form token.
#[derive(Clone, Debug)]
pub struct SignOut {
    /// Address the form is posted to.
    pub path: &'static str,
    /// The session's form token.
    pub form_token: String,
}

/// What every page knows: for whom, as of when, in which format.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The page being shown.
    pub page: PageId,
    /// The pages that exist.
    pub site: Site,
    /// The tenant's name.
    pub tenant: Outside,
    /// Who is signed in.
    pub person: Option<Person>,
    /// How to end the session; `None` where there is none to end.
    pub sign_out: Option<SignOut>,
    /// The business date the figures stand for.
    pub as_of: BusinessDate,
    /// The tenant's current business date. When `as_of` is another day the frame says so under the bar.
    pub today: BusinessDate,
    /// Whether the page reads `?as_of=`; the date in the bar opens a small form then.
    pub may_choose_date: bool,
    /// The instant the page was put together.
    pub now: Timestamp,
    /// The tenant's time zone; all times of day are in it.
    pub zone: TimeZone,
    /// Formats of the person's locale.
    pub format: Format,
    /// Colours chosen by the person.
    pub theme: Theme,
    /// Address of the event stream naming changed parts (`data: <part>`); without one the page says when it was made
    /// and never claims to be live.
    pub live: Option<&'static str>,
    /// Counts of the rail; only pages where a person is needed have one.
    pub counts: Vec<(PageId, u64)>,
}

impl Frame {
    /// Whether the page looks at another day than today.
    pub fn is_past(&self) -> bool {
        self.as_of != self.today
    }

    fn count(&self, id: PageId) -> Option<String> {
        let (_, count) = self.counts.iter().find(|(page, _)| *page == id)?;
        (*count > 0).then(|| self.format.count(*count))
    }

    fn groups(&self) -> Vec<RailGroup> {
        let groups = Group::RAIL.into_iter().map(|group| RailGroup {
            label: group.label(),
            links: self.site.group(group).into_iter().map(|page| self.rail_link(page)).collect(),
        });
        groups.filter(|group: &RailGroup| !group.links.is_empty()).collect()
    }

    fn rail_link(&self, page: &super::pages::Page) -> RailLink {
        RailLink { label: page.label, href: page.path, go: page.go, current: page.id == self.page, count: self.count(page.id) }
    }

    fn past_line(&self) -> Option<Html> {
        let page = self.site.href(self.page, "");
        let back = Span::Link("Back to today".to_owned(), page);
        let date = Span::strong(self.format.date(self.as_of));
        self.is_past().then(|| Line::fill("You look at {}. Nothing can be changed from here. {}", [date, back]).html())
    }

    /// Puts the frame around the main part of a page.
    ///
    /// # Errors
    /// INTERNAL when a template cannot be written.
    pub fn around(&self, main: Html) -> Result<Html, Fault> {
        let search = self.site.href(PageId::Search, "");
        Html::render(&FrameTemplate {
            title: self.site.label(self.page),
            theme: self.theme.attribute(),
            assets: Assets::get(),
            groups: self.groups(),
            search,
            here: self.site.href(self.page, "").unwrap_or_else(|| "/".to_owned()),
            as_of: self.format.date(self.as_of),
            as_of_value: self.as_of.to_string(),
            today_value: self.today.to_string(),
            may_choose_date: self.may_choose_date,
            past: self.past_line(),
            time: self.format.time(self.now, &self.zone),
            live: self.live,
            zone: self.zone.name(),
            tenant: self.tenant.html(),
            person: self.person.as_ref().map(|person| (person.name.html(), person.role.html())),
            sign_out: self.sign_out.as_ref(),
            main,
        })
    }
}

struct RailGroup {
    label: Option<&'static str>,
    links: Vec<RailLink>,
}

struct RailLink {
    label: &'static str,
    href: &'static str,
    go: char,
    current: bool,
    count: Option<String>,
}

#[derive(Template)]
#[template(path = "frame.html")]
struct FrameTemplate<'a> {
    title: &'static str,
    theme: Option<&'static str>,
    assets: &'static Assets,
    groups: Vec<RailGroup>,
    search: Option<String>,
    here: String,
    as_of: String,
    as_of_value: String,
    today_value: String,
    may_choose_date: bool,
    past: Option<Html>,
    time: String,
    live: Option<&'static str>,
    zone: &'a str,
    tenant: Html,
    person: Option<(Html, Html)>,
    sign_out: Option<&'a SignOut>,
    main: Html,
}
