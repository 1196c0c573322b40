use quittance_types::BusinessDate;

use super::{ACCOUNT_USABLE, Lesson, Source};

/// Thousandths of a confirmation that the master data counts, unfaded.
pub const MASTER_DATA: u64 = 3_000;
/// Months after which a confirmation counts half.
const HALF_LIFE: u32 = 18;
/// Thousandths of 2^(-k/18).
const FADED: [u64; HALF_LIFE as usize] = [1000, 962, 926, 891, 857, 825, 794, 764, 735, 707, 680, 655, 630, 606, 583, 561, 540, 520];

/// What one month saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    /// Months since January 1970.
    pub month: u16,
    /// Confirmations by people.
    pub person: u32,
    /// Class-A autos.
    pub automatic: u32,
}

/// Confirmations by month, and their sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    months: Vec<Month>,
    sources: Vec<(Source, u64)>,
}

impl Counter {
    /// The months with confirmations, ascending. Master data has no month.
    pub fn months(&self) -> &[Month] {
        &self.months
    }

    /// Where it comes from, ascending.
    pub fn sources(&self) -> &[(Source, u64)] {
        &self.sources
    }

    /// Confirmations by people and class-A autos; the master data counts as three.
    pub fn confirmations(&self) -> u32 {
        let seen: u32 = self.months.iter().map(|month| month.person + month.automatic).sum();
        seen + if self.is_master_data() { (MASTER_DATA / 1_000) as u32 } else { 0 }
    }

    /// Thousandths of a confirmation it counts on a day: older months fade, later ones count in full.
    pub fn weight(&self, on: BusinessDate) -> u64 {
        let now = month_of(on);
        let faded = |month: &Month| {
            let age = u32::from(now.saturating_sub(month.month));
            let factor = FADED[(age % HALF_LIFE) as usize];
            (u64::from(month.person + month.automatic) * factor) >> (age / HALF_LIFE).min(u64::BITS - 1)
        };
        let master = if self.is_master_data() { MASTER_DATA } else { 0 };
        self.months.iter().map(faded).sum::<u64>() + master
    }

    /// The last month with a confirmation; zero without one.
    pub(super) fn last_month(&self) -> u16 {
        self.months.last().map_or(0, |month| month.month)
    }

    pub(super) fn is_account_usable(&self) -> bool {
        let person = self.months.iter().any(|month| month.person > 0);
        let automatic: u32 = self.months.iter().map(|month| month.automatic).sum();
        person || automatic >= ACCOUNT_USABLE || self.is_master_data()
    }

    /// False when the source was counted before.
    pub(super) fn add(&mut self, lesson: &Lesson<'_>) -> bool {
        let Err(place) = self.sources.binary_search(&(lesson.source, lesson.id)) else { return false };
        self.sources.insert(place, (lesson.source, lesson.id));
        if let Some(count) = self.count_of(lesson) {
            *count = count.saturating_add(1);
        }
        true
    }

    /// The count a lesson belongs to; none for master data, which has no month.
    fn count_of(&mut self, lesson: &Lesson<'_>) -> Option<&mut u32> {
        if lesson.source == Source::MasterData {
            return None;
        }
        let month = month_of(lesson.on);
        let place = self.months.partition_point(|known| known.month < month);
        if self.months.get(place).is_none_or(|known| known.month != month) {
            self.months.insert(place, Month { month, person: 0, automatic: 0 });
        }
        let known = &mut self.months[place];
        Some(if lesson.source == Source::Person { &mut known.person } else { &mut known.automatic })
    }

    fn is_master_data(&self) -> bool {
        self.sources.last().is_some_and(|(source, _)| *source == Source::MasterData)
    }
}

/// Months since January 1970.
pub(super) fn month_of(date: BusinessDate) -> u16 {
    let (year, month, _) = date.ymd();
    u16::try_from((year - 1970) * 12).unwrap_or(0).saturating_add(u16::try_from(month).unwrap_or(1) - 1)
}
