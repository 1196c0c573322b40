//! The table of pages: the one place where a page of the portal is announced.
//!
//! To add a page: write its module, route it, set `built: true` here. The rail, the `g` keys, the links of the
//! Overview and the search field appear by themselves; until then nothing points at an address that would answer 404.

/// A page of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageId {
    /// How are we, what needs me?
    Overview,
    /// Whom do I contact next, what for?
    Worklist,
    /// What waits for a second pair of eyes?
    Approvals,
    /// Whose money is this?
    Cash,
    /// What does not fit, by how much?
    Exceptions,
    /// Why is it unpaid, what settled it?
    Invoices,
    /// May this order go?
    Orders,
    /// What is true about this customer?
    Customers,
    /// Pursue, settle or concede?
    Disputes,
    /// Who gets which letter, who not, why?
    DunningRuns,
    /// Do the books hold?
    Ledger,
    /// Figures over time, for printing and export.
    Reports,
    /// Who changed what, why; is the chain whole?
    AuditTrail,
    /// Policies, strategies, templates, users, keys.
    Settings,
    /// The search field of the bar.
    Search,
}

/// A heading of the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What a person does next.
    Work,
    /// Receipts, invoices, orders.
    Money,
    /// Whom we deal with.
    Customers,
    /// Proof and record.
    Books,
    /// At the foot of the rail, without a heading.
    Foot,
    /// Not in the rail.
    Hidden,
}

impl Group {
    /// The groups of the rail, in order.
    pub const RAIL: [Group; 5] = [Group::Work, Group::Money, Group::Customers, Group::Books, Group::Foot];

    /// The heading above the group; `None` for a group without one.
    pub fn label(self) -> Option<&'static str> {
        match self {
            Group::Work => Some("Work"),
            Group::Money => Some("Money"),
            Group::Customers => Some("Customers"),
            Group::Books => Some("Books"),
            Group::Foot | Group::Hidden => None,
        }
    }
}

/// One row of the table of pages.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Which page.
    pub id: PageId,
    /// Where it stands in the rail.
    pub group: Group,
    /// Its name in the rail and in the title of the browser.
    pub label: &'static str,
    /// Its address, without a query.
    pub path: &'static str,
    /// The letter that opens it after `g`.
    pub go: char,
    /// Whether it exists. Only then anything links to it.
    pub built: bool,
}

const fn page(id: PageId, group: Group, label: &'static str, path: &'static str, go: char) -> Page {
    Page { id, group, label, path, go, built: false }
}

/// Every page of the portal, in the order of the rail. Addresses and letters are those of the design, so a page that is
/// built later finds its place kept.
pub const PAGES: &[Page] = &[
    Page { built: true, ..page(PageId::Overview, Group::Work, "Overview", "/", 'o') },
    page(PageId::Worklist, Group::Work, "Worklist", "/worklist", 'w'),
    page(PageId::Approvals, Group::Work, "Approvals", "/approvals", 'a'),
    page(PageId::Cash, Group::Money, "Cash", "/cash", 'c'),
    page(PageId::Exceptions, Group::Money, "Exceptions", "/exceptions", 'x'),
    page(PageId::Invoices, Group::Money, "Invoices", "/invoices", 'i'),
    page(PageId::Orders, Group::Money, "Orders and holds", "/holds", 'h'),
    page(PageId::Customers, Group::Customers, "Customers", "/customers", 'u'),
    page(PageId::Disputes, Group::Customers, "Disputes", "/disputes", 'd'),
    page(PageId::DunningRuns, Group::Customers, "Dunning runs", "/dunning", 'n'),
    page(PageId::Ledger, Group::Books, "Ledger and proofs", "/ledger", 'l'),
    page(PageId::Reports, Group::Books, "Reports", "/reports", 'r'),
    page(PageId::AuditTrail, Group::Books, "Audit trail", "/audit", 't'),
    page(PageId::Settings, Group::Foot, "Settings", "/settings", 's'),
    page(PageId::Search, Group::Hidden, "Search", "/search", '/'),
];

/// The pages one answer may link to.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    pages: &'static [Page],
}

impl Default for Site {
    fn default() -> Self {
        Site { pages: PAGES }
    }
}

impl Site {
    /// A site over another table; for tests of pages that are still to come.
    pub fn new(pages: &'static [Page]) -> Site {
        Site { pages }
    }

    /// The row of a page that exists.
    pub fn built(&self, id: PageId) -> Option<&'static Page> {
        self.pages.iter().find(|page| page.id == id && page.built)
    }

    /// The existing pages of one group of the rail, in order.
    pub fn group(&self, group: Group) -> Vec<&'static Page> {
        self.pages.iter().filter(|page| page.group == group && page.built).collect()
    }

    /// The name of a page, built or not; the product's name if the table does not know it.
    pub fn label(&self, id: PageId) -> &'static str {
        self.pages.iter().find(|page| page.id == id).map_or("Quittance", |page| page.label)
    }

    /// The address of a page that exists, with `query` (already encoded, without `?`) if it is not empty.
    pub fn href(&self, id: PageId, query: &str) -> Option<String> {
        let path = self.built(id)?.path;
        Some(if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
    }

    /// The address of one thing under a page that exists, for instance an invoice by its id. `None` when the id has a
    /// character that an id cannot have.
    pub fn thing(&self, id: PageId, thing: &str) -> Option<String> {
        let plain = !thing.is_empty() && thing.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let path = self.built(id).filter(|_| plain)?.path;
        Some(format!("{}/{thing}", path.trim_end_matches('/')))
    }
}
