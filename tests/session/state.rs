use super::session;

#[test]
fn lost_variables_are_named_once_and_remembered() {
    let ran = session(&[
        "let a = vec![1]; let b = 2;",
        "drop(a);",
        "b",
        "a.len()",
        "let c = 3; panic!(\"early\");",
        "c",
        "let c = 4; c",
    ]);
    ran[1].is_ok().shows("note: the value of `a` was moved in In[2]");
    assert!(!ran[2].is_ok().text.contains("note"), "{}", ran[2].text);
    ran[3].fails_with("E0425").shows("the value of `a` was moved in In[2]; run the cell");
    ran[5].fails_with("E0425").shows("In[5] failed before it could keep `c`");
    ran[6].is_ok().shows("4");
}

#[test]
fn cells_with_types_can_be_run_again() {
    let point = "struct P { x: f32 }\nimpl P { fn twice(&self) -> f32 { self.x * 2.0 } }";
    let show = |text: &str| {
        format!(
            "impl std::fmt::Display for P {{\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> \
             std::fmt::Result {{\n        write!(f, \"{text} {{}}\", self.x)\n    }}\n}}"
        )
    };
    let (first, second) = (show("first"), show("second"));
    let ran = session(&[
        point,
        "let p = P { x: 1.5 };",
        &first,
        &second,
        "println!(\"{p}\");",
        point,
        "p.twice()",
        "impl P { fn twice(&self) -> f32 { self.x * 20.0 } fn zero() -> P { P { x: 0.0 } } }",
        "p.twice() + P::zero().x",
        "struct P { y: f64 }",
        "p.y",
        "let p = P { y: 2.5 }; p.y",
    ]);
    for at in [0, 2, 3, 5, 7] {
        ran[at].is_ok();
    }
    ran[4].shows("second 1.5");
    ran[6].shows("3.0");
    ran[8].shows("30.0");
    ran[9].is_ok().shows("does not fit any more").shows("the type of `p` was redefined in In[10]");
    ran[10].fails_with("E0425").shows("the type of `p` was redefined in In[10]");
    ran[11].is_ok().shows("2.5");
}

#[test]
fn a_name_in_any_pattern_is_a_new_variable() {
    let ran = session(&[
        "let (b, c) = (3.0, \"old\");",
        "let [a, mut b] = [[1.0, 2.0], [3.0, 4.0]]; let &c = &a;",
        "b[0] += c[1]; b",
        "let both = [1, 2]; let [first, _] = &both;",
    ]);
    ran[1].is_ok();
    ran[2].is_ok().shows("[5.0, 4.0]");
    ran[3].fails_with("CannotKeep").shows("In[4]:1:");
}

#[test]
fn a_closure_serves_its_own_cell() {
    let ran = session(&[
        "let a = 2.0;",
        "let times = |x: f64| a * x;\nlet b = times(3.0);\nb",
        "b + a",
        "times(1.0)",
    ]);
    ran[1].is_ok().shows("6.0");
    ran[2].is_ok().shows("8.0");
    ran[3].fails_with("E0425").shows("`times` is a closure, and lives only in In[2]");
}

#[test]
fn what_cannot_be_kept_serves_its_own_cell() {
    let ran = session(&[
        "let numbers = vec![1, 2, 3];",
        "let even = numbers.iter().filter(|n| **n % 2 == 0);\nlet first = &numbers[0];\nlet sum: i32 = even.sum::<i32>() + first;\nsum",
        "sum + numbers.len() as i32",
        "first",
        "even.count()",
    ]);
    ran[1].is_ok().shows("3");
    ran[2].is_ok().shows("6");
    ran[3].fails_with("E0425").shows("lives only in In[2]");
    ran[4].fails_with("E0425").shows("`.collect::<Vec<_>>()` makes a list");
}

#[test]
fn a_failing_cell_leaves_what_it_defines_anew() {
    let ran = session(&[
        "let x = Tensor::zeros((2, 3), DType::F32, &Device::Cpu)?;\nlet v = vec![1, 2]; let text = String::from(\"a\"); let mut list = vec![1];",
        "let x = x.reshape((9, 9))?;",
        "x.dims()",
        "let x = (x + 1.0)?; panic!(\"after\");",
        "x.sum_all()?.to_scalar::<f32>()?",
        "let v = v.iter().map(|n| if *n > 1 { Err(\"no\") } else { Ok(*n) }).collect::<Result<Vec<i32>, _>>()?;",
        "v",
        "let text: i32 = text.parse()?;",
        "text.len()",
        "let list = std::fs::read(\"/nowhere\")?;",
        "list.push(2); list",
        "fn spoil(list: Vec<i32>) -> Result<Vec<i32>, String> { Err(format!(\"{} spoilt\", list.len())) }\nlet v = spoil(v)?;",
        "v",
        "let x = x.reshape(6)?; let text = text.len();",
        "(x.dims().len(), text)",
    ]);
    for at in [1, 3, 5, 7, 9] {
        assert!(ran[at].ename.is_some(), "{}", ran[at].code);
        assert!(!ran[at].text.contains("note:"), "{}", ran[at].text);
    }
    ran[2].is_ok().shows("[2, 3]");
    ran[4].is_ok().shows("0.0");
    ran[6].is_ok().shows("[1, 2]");
    ran[8].is_ok().shows("1");
    ran[10].is_ok().shows("[1, 2]");
    ran[11].fails_with("String").shows("the value of `v` was moved in In[12]");
    ran[12].fails_with("E0425").shows("the value of `v` was moved in In[12]");
    ran[14].is_ok().shows("(1, 1)");
}
