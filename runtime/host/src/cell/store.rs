//! The variables of a notebook, kept from cell to cell.

use super::describe::{Description, describe};
use crate::channel::{Message, send};
use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The worker's one store; null until the first cell with variables.
static STORE: AtomicPtr<VariableStore> = AtomicPtr::new(std::ptr::null_mut());

struct Kept {
    value: Box<dyn Any>,
    /// Stands for the definitions of the notebook's own types in the value's type: two versions of
    /// a struct have one `TypeId` and different layouts.
    definition: u64,
}

/// The variables of a notebook.
///
/// Takes the place of the store that evcxr generates into every cell, so that it is compiled once.
#[derive(Default)]
pub struct VariableStore {
    variables: BTreeMap<&'static str, Kept>,
    put: Vec<&'static str>,
}

impl VariableStore {
    /// Keeps a value.
    pub fn put_variable<T: 'static>(&mut self, name: &'static str, definition: u64, value: T) {
        self.put(name, Kept { value: Box::new(value), definition });
    }

    /// Whether the value under `name` is there and still has the type `T`.
    pub fn check_variable<T: 'static>(&mut self, name: &'static str, definition: u64) -> bool {
        self.check(name, TypeId::of::<T>(), definition)
    }

    /// Takes a value out.
    ///
    /// # Panics
    /// If there is none of that name and type; [`Self::check_variable`] comes first.
    pub fn take_variable<T: 'static>(&mut self, name: &'static str) -> T {
        match self.take(name).downcast() {
            Ok(value) => *value,
            Err(_) => panic!("the type of the variable `{name}` has changed"),
        }
    }

    /// The shared value of that name, made on first use.
    pub fn lazy_arc<T: 'static, F: FnOnce() -> T>(
        &mut self,
        name: &'static str,
        create: F,
    ) -> std::sync::Arc<T> {
        let make = || Kept { value: Box::new(std::sync::Arc::new(create())), definition: 0 };
        let kept = self.variables.entry(name).or_insert_with(make);
        kept.value.downcast_ref::<std::sync::Arc<T>>().expect("one type a name").clone()
    }

    /// A value that does not fit is dropped here, by the code of the cell that made it.
    fn check(&mut self, name: &'static str, expected: TypeId, definition: u64) -> bool {
        let (fits, redefined) = match self.variables.get(name) {
            Some(kept) => {
                let fits = (*kept.value).type_id() == expected && kept.definition == definition;
                (fits, !fits)
            }
            None => (false, false),
        };
        if !fits {
            self.variables.remove(name);
            send(Message::Lost { variable: name.to_owned(), redefined });
        }
        fits
    }

    #[inline(never)]
    fn put(&mut self, name: &'static str, kept: Kept) {
        self.put.push(name);
        self.variables.insert(name, kept);
    }

    #[inline(never)]
    fn take(&mut self, name: &'static str) -> Box<dyn Any> {
        let kept = self.variables.remove(name);
        kept.unwrap_or_else(|| panic!("the variable `{name}` is gone")).value
    }

    /// What the last cell left, in a line each.
    fn describe_put(&mut self) -> Vec<Description> {
        let put = std::mem::take(&mut self.put);
        let kept = put.into_iter().filter_map(|name| Some((name, self.variables.get(name)?)));
        kept.map(|(name, kept)| describe(name, &*kept.value)).collect()
    }
}

/// Makes the store of a new worker; it lives as long as the worker.
pub fn create_variable_store() -> *mut VariableStore {
    let store = Box::into_raw(Box::default());
    STORE.store(store, Ordering::SeqCst);
    store
}

/// Tells the host which variables there are, once a cell has ended.
pub(super) fn tell() {
    // SAFETY: the store is never freed, and only the cell's thread, this one, uses it.
    let Some(store) = (unsafe { STORE.load(Ordering::SeqCst).as_mut() }) else { return };
    let changed = store.describe_put();
    let names = store.variables.keys().map(|name| (*name).to_owned()).collect();
    send(Message::Variables { names, changed });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_of_another_type_is_noticed() {
        let mut store = VariableStore::default();
        store.put_variable("x", 0, 1i32);
        assert!(store.check_variable::<i32>("x", 0));
        assert_eq!(store.take_variable::<i32>("x"), 1);
        store.put_variable("x", 0, 1i32);
        assert!(!store.check_variable::<String>("x", 0));
        assert!(!store.check_variable::<i32>("x", 0), "the value is gone");
    }

    #[test]
    fn a_variable_of_a_redefined_type_is_noticed() {
        let mut store = VariableStore::default();
        store.put_variable("x", 7, 1i32);
        assert!(!store.check_variable::<i32>("x", 8));
    }
}
