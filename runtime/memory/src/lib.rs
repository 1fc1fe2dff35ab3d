//! The memory of a process that trains: jemalloc in place of the system's `malloc` and `free`, for
//! the program itself and for every library that it loads.
//!
//! A training step takes and frees the same tensors again and again. If their memory goes back to the
//! system in between, the system has to clear it each time, for up to half of the step's time; here
//! it stays with the process until [`give_back`].

use std::ffi::{CStr, c_char};
use std::io::{Error, Result};
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use tikv_jemalloc_sys::{extent_hooks_t, mallctl};

/// All threads share one pool, tensors of any size are from it, and what is given back is given back
/// at once.
const OPTIONS: &CStr = c"narenas:1,oversize_threshold:0,muzzy_decay_ms:0";

/// Where jemalloc looks for options before `main` begins.
#[cfg_attr(target_vendor = "apple", unsafe(export_name = "_rjem_malloc_conf"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(export_name = "malloc_conf"))]
// SAFETY: the text is there as long as the program.
pub static MALLOC_CONF: &c_char = unsafe { &*OPTIONS.as_ptr() };

/// Keeps memory that is freed for what is allocated next, until [`give_back`].
///
/// # Errors
/// If the allocator refuses.
pub fn keep() -> Result<()> {
    std::hint::black_box(MALLOC_CONF); // or the linker might leave it out
    let mut never: isize = -1;
    let mut hooks = MaybeUninit::<*mut extent_hooks_t>::uninit();
    // SAFETY: these names have values of these types.
    unsafe {
        control(c"arena.0.dirty_decay_ms", null_mut(), &raw mut never)?;
        control(c"arena.0.extent_hooks", hooks.as_mut_ptr(), null_mut())?;
        // The same functions in another table. With its own table jemalloc would let the system clear
        // what is asked for as zeros, as slow as memory from the system.
        let mut same = Box::into_raw(Box::new(*hooks.assume_init()));
        control(c"arena.0.extent_hooks", null_mut(), &raw mut same)
    }
}

/// Gives the memory that is free back to the system.
///
/// # Errors
/// If the allocator refuses.
pub fn give_back() -> Result<()> {
    // SAFETY: a command without a value.
    unsafe { control::<()>(c"arena.0.purge", null_mut(), null_mut()) }
}

/// Reads a value of jemalloc's, or sets it.
///
/// # Safety
/// The value is of type `T`, and pointers that are not null point to one.
unsafe fn control<T>(name: &CStr, old: *mut T, new: *mut T) -> Result<()> {
    let mut size = size_of::<T>();
    let old_size = if old.is_null() { null_mut() } else { &raw mut size };
    let new_size = if new.is_null() { 0 } else { size_of::<T>() };
    // SAFETY: as promised by the caller.
    let code = unsafe { mallctl(name.as_ptr(), old.cast(), old_size, new.cast(), new_size) };
    if code == 0 { Ok(()) } else { Err(Error::from_raw_os_error(code)) }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const SIZE: usize = 64 << 20;

    /// The memory of this process, in bytes.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
    }

    #[test]
    fn memory_stays_until_it_is_given_back() {
        keep().expect("an allocator that obeys");
        let before = resident();
        drop(std::hint::black_box(vec![1u8; SIZE]));
        assert!(resident() > before + SIZE / 2);
        let zeros = std::hint::black_box(vec![0u8; SIZE]);
        assert!(zeros.iter().all(|byte| *byte == 0));
        assert!(resident() < before + SIZE * 3 / 2);
        drop(zeros);
        give_back().expect("an allocator that obeys");
        assert!(resident() < before + SIZE / 2);
    }

    #[test]
    fn jemalloc_has_been_told() {
        let mut threads = 0u32;
        // SAFETY: an unsigned number.
        unsafe { control(c"opt.narenas", &raw mut threads, null_mut()) }.expect("a number");
        assert_eq!(threads, 1);
    }
}
