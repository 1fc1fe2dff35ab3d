use super::session;
use std::path::PathBuf;
use std::process::Command;

/// The sources of compiled cells that contain a word.
fn kept(word: &str) -> usize {
    let prepare = Command::new(env!("CARGO_BIN_EXE_candlelab")).arg("prepare").output().unwrap();
    let said = String::from_utf8(prepare.stdout).unwrap();
    let store = PathBuf::from(said.trim().rsplit(": ").next().unwrap());
    let files = std::fs::read_dir(store.with_extension("cells")).unwrap().flatten();
    files
        .filter(|file| std::fs::read_to_string(file.path()).is_ok_and(|it| it.contains(word)))
        .count()
}

#[test]
fn a_cell_of_an_earlier_run_is_not_compiled_again() {
    let word = format!("unheard_of_{}", std::process::id());
    let cells = [
        &*format!("fn {word}(list: &[i32]) -> i32 {{\n    list[2]\n}}"),
        "let (a, b, c) = (vec![1, 2], 3, 4);",
        &*format!("println!(\"{{b}} {{c}}\");\n{word}(&a)"),
    ];
    let first = session(&cells);
    let count = kept(&word);
    assert!(count > 0);
    let second = session(&cells);
    assert_eq!(kept(&word), count);
    for ran in [first, second] {
        ran[2].fails_with("Panic").shows("3 4").shows("--> In[1]:2:5");
    }
}

#[test]
#[ignore = "slow"]
fn the_order_of_statements_counts() {
    for (body, expected) in [("a += 1; a *= 3;", "6"), ("a *= 3; a += 1;", "4")] {
        let function = format!("fn f() -> i32 {{\n    let mut a = 1;\n    {body}\n    a\n}}");
        session(&[&function, "f()"])[1].is_ok().shows(expected);
    }
}

#[test]
#[ignore = "slow"]
fn what_a_cell_reads_while_it_is_compiled_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text");
    for text in ["one", "two"] {
        std::fs::write(&file, text).unwrap();
        session(&[&format!("include_str!({:?})", file.display().to_string())])[0].shows(text);
    }
}
