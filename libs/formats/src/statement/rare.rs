//! Room for what most entries do not have: a pointer's width when there is nothing.

use std::ops::{Deref, DerefMut};

/// A list that is mostly empty.
// A `Vec` is three words wide where it is empty too.
#[allow(clippy::box_collection)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few<T>(Option<Box<Vec<T>>>);

impl<T> Few<T> {
    /// An empty list.
    pub(super) const NONE: Few<T> = Few(None);

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        let list = self.0.get_or_insert_default();
        // Most hold one item, and a list of very many grows by a quarter.
        if list.len() == list.capacity() {
            list.reserve_exact((list.len() / 4).max(1));
        }
        list.push(item);
    }

    /// Gives back unused room.
    pub(super) fn shrink(&mut self) {
        self.0 = self.0.take().filter(|list| !list.is_empty());
        if let Some(list) = &mut self.0 {
            list.shrink_to_fit();
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few(None)
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map(Vec::as_slice).unwrap_or_default()
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_deref_mut().map(Vec::as_mut_slice).unwrap_or_default()
    }
}

impl<T> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Few<T> {
        let mut list = Few::default();
        list.extend(items);
        list
    }
}

impl<T> From<Vec<T>> for Few<T> {
    fn from(items: Vec<T>) -> Few<T> {
        Few(Some(items).filter(|items| !items.is_empty()).map(Box::new))
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What has a value that says nothing, of which every other one is told apart.
pub trait Nothing: PartialEq + Default + 'static {
    /// That value.
    const NOTHING: &'static Self;
}

/// What most do not have: read and filled as what it is.
#[derive(Debug, Clone)]
pub struct IfAny<T>(Option<Box<T>>);

/// Empty ones are none.
impl<T: Nothing> PartialEq for IfAny<T> {
    fn eq(&self, other: &IfAny<T>) -> bool {
        **self == **other
    }
}

impl<T: Nothing> IfAny<T> {
    /// Gives back the room of what says nothing.
    pub(super) fn shrink(&mut self) {
        self.0 = self.0.take().filter(|found| **found != *T::NOTHING);
    }

    /// The same, to be changed.
    pub(super) fn as_mut(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }
}

impl<T> IfAny<T> {
    /// What there is; none where there is nothing.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }
}

impl<T> Default for IfAny<T> {
    fn default() -> IfAny<T> {
        IfAny(None)
    }
}

impl<T: Nothing> From<T> for IfAny<T> {
    fn from(found: T) -> IfAny<T> {
        IfAny(Some(Box::new(found)).filter(|found| **found != *T::NOTHING))
    }
}

impl<T: Nothing> Deref for IfAny<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::NOTHING)
    }
}

impl<T: Nothing> DerefMut for IfAny<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

/// What few have of a type is read and filled as if it were fields of its own.
macro_rules! as_own_fields {
    ($whole:ty, $rare:ty) => {
        impl std::ops::Deref for $whole {
            type Target = $rare;

            fn deref(&self) -> &$rare {
                &self.rare
            }
        }

        impl std::ops::DerefMut for $whole {
            fn deref_mut(&mut self) -> &mut $rare {
                &mut self.rare
            }
        }
    };
}
pub(super) use as_own_fields;
