//! Cells that take their process with them.

use super::session;

#[test]
fn each_death_is_one_error_that_names_what_is_lost() {
    let make = "let kept = 1;";
    let ran = session(&[
        make,
        "unsafe { (8 as *mut u64).write_volatile(1) };",
        make,
        "fn down(n: u64) -> u64 { if n == 0 { 0 } else { 1 + down(n + 1) } }\ndown(1)",
        make,
        "std::process::abort();",
        make,
        "let all: Vec<u8> = Vec::with_capacity(1 << 50);",
        "kept",
    ]);
    let enames = ["SegmentationFault", "StackOverflow", "Abort", "OutOfMemory"];
    for (at, ename) in enames.into_iter().enumerate() {
        ran[2 * at + 1].fails_with(ename).shows("lost: `kept`");
    }
    ran[8].fails_with("E0425").shows("`kept` was lost when the process of In[8] ended");
}
