//! Labs: released, checked, and worked through by students. Cells run on the real engine.

use super::{Cmd, Done};
use std::fs;

const LAB: &str = "labs/00-doubling/lab.ipynb";
const OWN: &str = "own/00-doubling/lab.ipynb";

/// A folder with the lab, and what a student has made of their version of it.
fn work(change: impl FnOnce(String) -> String) -> Cmd {
    let cmd = lab().success("release labs -o own").prints("own/00-doubling  2 exercises, 3 points");
    let released = fs::read_to_string(cmd.path(OWN)).unwrap();
    fs::write(cmd.path(OWN), change(released)).unwrap();
    cmd.then().after("unset CANDLELAB_ENGINE")
}

fn lab() -> Cmd {
    Cmd::with(&["labs/00-doubling/lab.ipynb=labs/00-doubling/lab"])
}

fn solve(released: String) -> String {
    let gap = r#""    todo!()\n","#;
    released.replacen(gap, r#""    x + x\n","#, 1).replacen(gap, r#""    x + x + x\n","#, 1)
}

/// The student's file is as it was.
#[track_caller]
fn keeps_the_file(cmd: Cmd, code: i32, arguments: &str) -> Done {
    let before = fs::read(cmd.folder.path().join(OWN)).unwrap();
    let done = cmd.ends_with(code, arguments);
    assert_eq!(fs::read(done.path(OWN)).unwrap(), before);
    done
}

#[test]
fn a_release_gives_no_answer_away() {
    let done = lab().success("release labs");
    let text = fs::read_to_string(done.path("release/00-doubling/lab.ipynb")).unwrap();
    assert!(text.contains("todo!()") && !text.contains("x * 2.0") && !text.contains("12.0"));
    let done = done.then().success("release labs doubling -o one").prints("one/00-doubling");
    let done = done.then().ends_with(2, "release labs tripling");
    assert!(done.stderr.contains("no lab in `labs` with tripling in its name"), "{}", done.stderr);
    let done = done.then().ends_with(2, "release labs -o labs");
    assert!(done.stderr.contains("would replace the lab"), "{}", done.stderr);
    assert!(fs::read_to_string(done.path(LAB)).unwrap().contains("x * 2.0"));
}

#[test]
fn what_is_not_written_is_said() {
    let done = keeps_the_file(work(|it| it), 1, &format!("check {OWN}"));
    let done = done.prints("✗ double-check  this or an earlier exercise is still to be written");
    done.prints("0 of 2 checks pass, 0 of 3 points\nnext: exercise 1");
}

#[test]
fn another_way_to_the_answer_passes() {
    let done = keeps_the_file(work(solve), 0, &format!("check {OWN}"));
    done.prints("✓ double-check  numbers doubled\n✓ triple-check  tripled\n2 of 2 checks pass, 3 of 3 points");
}

#[test]
fn a_file_cut_short_is_checked_as_far_as_it_goes() {
    let work = work(|text| {
        let solved = solve(text);
        let end = solved.find("\"id\": \"triple\"").unwrap();
        solved[..end].to_owned()
    });
    let done = keeps_the_file(work, 1, &format!("check {OWN}"));
    let done = done.prints("cells could be read").prints("✓ double-check");
    done.prints("note: `triple` is missing and counts as not written");
}

#[test]
fn a_hint_asks_before_it_points() {
    let done = work(|it| it).success(&format!("hint {OWN} 2"));
    assert!(!done.stdout.contains("The same sign"));
    let done = done.prints("How often does a number stand in its triple?");
    done.then().success(&format!("hint {OWN} 2 --more")).prints("The same sign as before will do.");
    work(|it| it).success(&format!("hint {OWN} triple-check")).prints("exercise 2, `triple`");
    let done = work(|it| it).ends_with(2, &format!("hint {OWN} 3"));
    assert!(done.stderr.contains("it has the exercises 1 to 2"), "{}", done.stderr);
}

#[test]
fn a_reset_keeps_what_was_there() {
    for broken in [solve as fn(String) -> String, |_| "no notebook at all".into()] {
        let cmd = work(broken);
        let before = fs::read(cmd.folder.path().join(OWN)).unwrap();
        let done = cmd.success(&format!("reset {OWN}"));
        assert_eq!(fs::read(done.path("own/00-doubling/lab.old-1.ipynb")).unwrap(), before);
        assert!(fs::read_to_string(done.path(OWN)).unwrap().contains("todo!()"));
    }
}

#[test]
fn the_list_says_what_is_next() {
    work(|it| it).success("list own").prints("→ 00-doubling");
    let cmd = work(solve);
    let done = cmd.success(&format!("run {OWN} -o out"));
    done.then().success("list out/own").prints("✓ 00-doubling                    2 of  2 checks");
}

#[test]
fn a_sound_lab_has_no_problems() {
    let cmd = lab().after("unset CANDLELAB_ENGINE");
    let done =
        cmd.success("check-labs").prints("00-doubling                    2 exercises    3 points");
    done.prints("1 of 1 labs are as they should be");
}

#[test]
fn what_is_wrong_with_a_lab_is_listed() {
    let done = lab().success("list");
    let text = fs::read_to_string(done.path(LAB)).unwrap();
    let wide = format!("    x * 3.0 // {}", "-".repeat(90));
    let text = text.replace("    x * 2.0", &wide);
    let text = text.replacen("\"outputs\": []", "\"outputs\": [{}]", 1);
    let text = text.replace("## Summary", "Lab 01 and lab 00:").replace("two exercises", "some");
    let text = text.replace("c.close(triple(2.0)", "c.close(Vec::<f64>::new()[0]");
    fs::write(done.path(LAB), text).unwrap();
    fs::write(done.path("labs/README.md"), "# Labs\n").unwrap();
    let done = done.then().after("unset CANDLELAB_ENGINE").ends_with(1, "check-labs");
    let done = done.prints("it has outputs").prints("it has no `## Summary`");
    let done = done.prints("cell `double`: a line has 105 columns; at most 100");
    let row = "| [00 Doubling](00-doubling/lab.ipynb) | What is twice a number? | 2 | 3 | 5 min |";
    let done = done.prints(&format!("lacks the row `{row}`"));
    let done = done.prints("its first cell does not say `two exercises`");
    let done = done.prints("there is no lab 01; say `a later lab` until there is");
    assert!(!done.stdout.contains("no lab 00"), "{}", done.stdout);
    let done = done.prints("without a solution check `triple-check` ends with CheckFailed");
    let done = done.prints("cell `double`: its checksum should be");
    done.prints("check `double-check` does not pass with the solution");
}
