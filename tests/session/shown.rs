//! What cells show.

use super::session;

#[test]
fn types_of_a_cell_are_shown_as_they_say() {
    let ran = session(&[
        "struct Celsius(f64);\nimpl Rich for Celsius {\n    fn rich(&self) -> Bundle {\n        Bundle::text(format!(\"{} °C\", self.0))\n    }\n}",
        "Celsius(20.5)",
        "#[derive(Serialize)]\nstruct Row { name: String, loss: f32 }",
        "table([Row { name: \"first\".into(), loss: 0.5 }, Row { name: \"b\".into(), loss: 12.25 }])",
    ]);
    ran[0].is_ok();
    ran[1].is_ok().shows("20.5 °C");
    ran[2].is_ok();
    ran[3].is_ok().shows("name    loss\nfirst    0.5\nb      12.25");
}

#[test]
fn displays_are_replaced_and_cleared() {
    let ran = session(&[
        "let bar = candlelab::display::text(\"first\");\nbar.update(&Bundle::text(\"second\"));",
        "bar.update(&Bundle::text(\"third\"));",
        "println!(\"before\"); candlelab::display::clear(true); println!(\"after\");",
        "println!(\"stays\"); candlelab::display::clear(true);",
        "println!(\"goes\"); candlelab::display::clear(false);",
    ]);
    assert_eq!(ran[0].is_ok().text, "third");
    assert_eq!(ran[1].is_ok().text, "");
    assert_eq!(ran[2].is_ok().text, "after\n");
    assert_eq!(ran[3].is_ok().text, "stays\n");
    assert_eq!(ran[4].is_ok().text, "");
}
