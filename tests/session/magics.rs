use super::session;

#[test]
fn magics_do_what_the_help_says() {
    let ran = session(&[
        "let x = Tensor::ones((2, 3), DType::F32, &Device::Cpu)?; let n = 7;",
        "%vars",
        "%time n + 1",
        "%%time\nn + 2",
        "%timeit n + 1",
        "%%test\n#[test]\nfn good() {}\n#[test]\nfn bad() -> Result<(), String> {\n    Err(\"no\".into())\n}",
        "%env CANDLELAB_TRY=yes\nstd::env::var(\"CANDLELAB_TRY\").unwrap()",
        "%devices",
        "!echo $((20 + 3))",
        "!exit 4",
        "%tiem n",
        "let q: i32 = \"a\";",
        "%reset\nlet fresh = 1;",
        "n",
    ]);
    ran[1]
        .is_ok()
        .shows("x     Tensor  (2, 3)  f32    cpu     24     [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]");
    ran[2].is_ok().shows("wall time:").shows("8");
    ran[3].is_ok().shows("9").shows("compile 0.").shows("peak memory");
    ran[4].is_ok().shows("middle half");
    ran[5].fails_with("TestsFailed").shows("✓ good").shows("✗ bad: \"no\"").shows("1 of 2 tests");
    ran[6].is_ok().shows("yes");
    ran[7].is_ok().shows("cpu (");
    ran[8].is_ok().shows("23");
    ran[9].fails_with("Panic").shows("exit status: 4");
    ran[10].fails_with("UnknownMagic").shows("did you mean `%time`?");
    ran[11].fails_with("E0308");
    ran[12].is_ok();
    ran[13].fails_with("E0425");
}

#[test]
#[ignore = "slow"]
fn rust_that_looks_like_magic_is_rust() {
    let ran = session(&[
        "!is_even(3)",
        "fn is_even(n: i32) -> bool {\n    !(n % 2 == 1)\n}\nfn not(x: bool) -> bool {\n!x\n}",
        "!is_even(3)",
        "let done = not(true);\nlet text = \"\n!ls\n%time\n\";\ntext.len()",
        "!done",
        "// a question\n!(done && not(done))",
        "!echo one\n%vars\n!echo $((1 + 1))",
        ":opt 2",
    ]);
    ran[0].fails_with("E0425");
    ran[2].is_ok().shows("true");
    ran[3].is_ok().shows("11");
    ran[4].is_ok().shows("true");
    ran[5].is_ok().shows("true");
    ran[6].is_ok().shows("one\n").shows("2\n").shows("done");
    ran[7].fails_with("UnknownMagic").shows("`:opt` has no effect");
}
