//! Bad input, bad output, wrong usage.

use super::Cmd;

#[test]
fn bad_input_is_named_with_a_hint() {
    Cmd::with(&[]).ends_with(2, "run none.ipynb").says(
        "error: no such notebook: `none.ipynb`\n\
         hint: check the spelling; folders work too, `candlelab run labs` runs all below it\n",
    );
    Cmd::with(&["not-json"]).ends_with(2, "run not-json.ipynb").says(
        "error: `not-json.ipynb` is not JSON: expected value at line 3 column 1\n\
         hint: a notebook is one JSON object; was it cut short, or left with merge markers?\n",
    );
    Cmd::with(&["format-3"]).ends_with(2, "run format-3.ipynb").says(
        "error: `format-3.ipynb` is in notebook format 3, but format 4 is needed\n\
         hint: upgrade it: `jupyter nbconvert --to notebook --inplace format-3.ipynb`\n",
    );
    Cmd::with(&["python"]).ends_with(2, "run python.ipynb").wrote(&[]).says(
        "error: `python.ipynb` is a notebook for python (kernel `python3`), but Rust is needed\n\
         hint: choose the kernel Rust (Candle) in JupyterLab and save, or use `jupyter execute`\n",
    );
    Cmd::with(&["labs/note.txt=passes"])
        .ends_with(2, "run labs")
        .says("error: no notebooks in `labs`\nhint: notebooks are files that end in `.ipynb`\n");
}

#[test]
fn bad_input_does_not_keep_other_notebooks_from_running() {
    let done = Cmd::with(&["python", "passes"]).ends_with(2, "run python.ipynb passes.ipynb");
    done.wrote(&["passes.ipynb"]).prints("1 of 2 notebooks passed");
}

#[test]
fn wrong_usage_is_explained() {
    for arguments in ["", "run", "run x --timeout 0", "run x --fail-fast --keep-going", "fly"] {
        Cmd::with(&[]).ends_with(2, arguments);
    }
}

#[test]
fn an_output_folder_that_cannot_be_written_is_found_before_the_run() {
    let cmd = Cmd::with(&["endless"]).after("touch out");
    let done = cmd.ends_with(2, "run endless.ipynb");
    let first = done.stderr.lines().next().unwrap();
    assert!(first.starts_with("error: cannot write `out`: "), "{first}");
    assert_eq!((done.stdout.as_str(), done.stderr.lines().count()), ("", 2));
}

/// A limit on the size of files stands for a full disk, which needs a file system of one's own.
#[test]
fn a_full_disk_gives_one_line_and_no_half_written_file() {
    let cmd = Cmd::with(&["passes"]).after("trap '' XFSZ; ulimit -f 0");
    let done = cmd.ends_with(2, "run passes.ipynb").wrote(&[]).untouched("passes.ipynb", "passes");
    let first = done.stderr.lines().next().unwrap();
    assert!(first.ends_with("out/passes.ipynb`: File too large (os error 27)"), "{first}");
    assert_eq!(done.stderr.lines().count(), 2);
}

#[test]
fn an_input_is_never_replaced() {
    let done = Cmd::with(&["a.ipynb=passes"]).ends_with(2, "run a.ipynb -o .");
    done.untouched("a.ipynb", "passes").says(
        "error: the executed notebook would replace the input `./a.ipynb`\n\
         hint: choose another folder with `--output`\n",
    );
    let cmd = Cmd::with(&["x/a.ipynb=passes"]).after("ln -s x out");
    cmd.ends_with(2, "run x -o .").untouched("x/a.ipynb", "passes");
}

#[test]
fn two_notebooks_never_share_an_output() {
    let cmd = Cmd::with(&["1/a.ipynb=passes", "2/a.ipynb=passes"]).after("mkdir x; cd x");
    let done = cmd.ends_with(2, "run ../1/a.ipynb ../2/a.ipynb");
    assert!(done.stderr.contains("would both be written to `out/a.ipynb`"), "{}", done.stderr);
}

#[test]
fn an_unknown_engine_does_not_start() {
    let cmd = Cmd::with(&["passes"]).after("export CANDLELAB_ENGINE=steam");
    cmd.ends_with(5, "run passes.ipynb")
        .says("error: there is no engine `steam`\nhint: unset `CANDLELAB_ENGINE` to run Rust\n");
}
