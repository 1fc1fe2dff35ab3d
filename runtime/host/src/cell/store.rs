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
    /// Copies of handles that the running cell has taken; they go back where it fails.
    copies: BTreeMap<&'static str, (Kept, bool)>,
    /// Values that went back while the evaluator already believes in another type.
    aside: BTreeMap<&'static str, Kept>,
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

    /// Takes a handle out, such as a tensor, and keeps a copy in case the cell fails before it has a
    /// new value of that name; `keeps_type` is whether that would have the same type.
    ///
    /// # Panics
    /// As [`Self::take_variable`].
    pub fn take_copied<T: 'static>(&mut self, name: &'static str, keeps_type: bool) -> T {
        if let Some(Kept { value, definition }) = self.variables.get(name)
            && let Some(copy) = copy(&**value)
        {
            let copy = Kept { value: copy, definition: *definition };
            self.copies.insert(name, (copy, keeps_type));
        }
        self.take_variable(name)
    }

    /// Keeps an old value where the cell has failed before it had a new one of that name.
    pub fn put_back<T: 'static>(
        &mut self,
        name: &'static str,
        definition: u64,
        keeps_type: bool,
        value: T,
    ) {
        self.give_back(name, Kept { value: Box::new(value), definition }, keeps_type);
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
    fn give_back(&mut self, name: &'static str, kept: Kept, keeps_type: bool) {
        if !self.put.contains(&name) {
            let place = if keeps_type { &mut self.variables } else { &mut self.aside };
            place.insert(name, kept);
        }
    }

    #[inline(never)]
    fn put(&mut self, name: &'static str, kept: Kept) {
        self.put.push(name);
        self.aside.remove(name);
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

/// A copy of a value that is only a handle.
#[cfg(feature = "candle")]
fn copy(value: &dyn Any) -> Option<Box<dyn Any>> {
    use candle_core::{Tensor, Var};
    let tensor = value.downcast_ref::<Tensor>().cloned();
    let var = value.downcast_ref::<Var>().cloned();
    tensor.map(|tensor| Box::new(tensor) as _).or_else(|| Some(Box::new(var?) as _))
}

#[cfg(not(feature = "candle"))]
fn copy(_value: &dyn Any) -> Option<Box<dyn Any>> {
    None
}

/// Takes out a value that went back beside the variables.
///
/// # Panics
/// If there is none of that name and type.
pub fn aside<T: 'static>(name: &str) -> T {
    // SAFETY: the store is never freed, and only the cell's thread, this one, uses it; the cell
    // that asks has no other use for it meanwhile.
    let store = unsafe { STORE.load(Ordering::SeqCst).as_mut() };
    let kept = store.and_then(|store| store.aside.remove(name));
    let value = kept.and_then(|kept| kept.value.downcast().ok());
    *value.unwrap_or_else(|| panic!("the variable `{name}` is gone"))
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
    for (name, (kept, keeps_type)) in std::mem::take(&mut store.copies) {
        store.give_back(name, kept, keeps_type);
    }
    let changed = store.describe_put();
    let names = store.variables.keys().chain(store.aside.keys());
    let names = names.map(|name| (*name).to_owned()).collect();
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
    fn an_old_value_goes_back_unless_there_is_a_new_one() {
        let mut store = VariableStore::default();
        store.put_back("old", 0, true, 1i32);
        assert_eq!(store.take_variable::<i32>("old"), 1);
        store.put_variable("new", 0, 2i32);
        store.put_back("new", 0, true, 1i32);
        assert_eq!(store.take_variable::<i32>("new"), 2);
        store.put_back("other", 0, false, 1i32);
        assert!(!store.check_variable::<f32>("other", 0) && store.aside.contains_key("other"));
    }

    #[test]
    fn a_variable_of_a_redefined_type_is_noticed() {
        let mut store = VariableStore::default();
        store.put_variable("x", 7, 1i32);
        assert!(!store.check_variable::<i32>("x", 8));
    }
}
