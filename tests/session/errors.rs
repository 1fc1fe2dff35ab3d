use super::session;

/// `fixtures/errors.txt`: `## ename: part of the hint`, then the cell.
#[test]
fn common_errors_come_with_advice() {
    let fixtures = include_str!("../fixtures/errors.txt").split("## ").skip(1);
    let fixtures: Vec<(&str, &str)> =
        fixtures.map(|fixture| fixture.split_once('\n').expect("a head and a cell")).collect();
    let cells: Vec<&str> = fixtures.iter().map(|(_, cell)| cell.trim_end()).collect();
    let mut wrong = Vec::new();
    for ((head, _), ran) in fixtures.iter().zip(session(&cells)) {
        let (ename, advice) = head.split_once(": ").expect("`ename: advice`");
        let found = ran.ename.as_deref().is_some_and(|found| found.ends_with(ename));
        let hint = ran.text.lines().any(|line| line.starts_with("hint: ") && line.contains(advice));
        if !found || !hint {
            wrong.push(format!("{head}\n{:?}\n{}", ran.ename, ran.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn errors_stand_where_they_happen() {
    let ran = session(&[
        "let a = Tensor::zeros((2, 3), DType::F32, &Device::Cpu)?;\nlet b = a.matmul(&a)?;",
        "fn third(list: &[i32]) -> i32 {\n    list[2]\n}",
        "third(&[1, 2])",
        "let one: i32 = \"1\";\nlet two: i32 = \"2\";",
    ]);
    ran[0]
        .fails_with("candle_core::Error")
        .shows("--> In[1]:2:9")
        .shows("shape mismatch in matmul");
    ran[2].fails_with("Panic").shows("--> In[2]:2:5").shows("list[2]");
    ran[3].fails_with("E0308").shows("In[4]:1:16").shows("In[4]:2:16");
}

#[test]
fn operations_that_train_wrongly_are_named_once() {
    let ran = session(&[
        "let x = Tensor::zeros((1, 1, 4, 4), DType::F32, &Device::Cpu)?;\nlet y = x.max_pool2d(2)?;",
        "let z = x.max_pool2d(2)?;",
        "let w = max_pool2d(&x, 2, 2)?;",
    ]);
    ran[0].is_ok().shows("use this course's `max_pool2d(&x, 2, 2)` instead");
    assert!(!ran[1].is_ok().text.contains("note") && !ran[2].is_ok().text.contains("note"));
}
