//! Variables that a cell defines anew. Their old values go back into the store where the cell fails
//! before it has the new ones.

use super::definitions::Definitions;
use super::{Use, variable_of};

/// The line that ends a cell's own code.
const USER_END: &str = "Ok(())})();";
/// The last line of the generated function.
const LAST: &str = "evcxr_variable_store";
/// Types whose values are handles: a copy costs nothing, and stays when the value is moved.
const HANDLES: [&str; 2] = ["Tensor", "Var"];

/// A variable of an earlier cell that a cell defines anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebound {
    pub name: String,
    is_mut: bool,
    old_type: String,
    new_type: String,
}

impl Rebound {
    /// Whether the new variable would have the old one's type.
    pub fn keeps_type(&self) -> bool {
        self.old_type == self.new_type
    }

    fn is_handle(&self) -> bool {
        HANDLES.contains(&self.old_type.rsplit("::").next().unwrap_or_default())
    }

    /// What tells the evaluator of the old variable, where it has come to know another.
    pub fn definition(&self) -> Option<String> {
        let Self { name, old_type, .. } = self;
        let mutable = if self.is_mut { "mut " } else { "" };
        if !self.keeps_type() {
            Some(format!(
                "let {mutable}{name}: {old_type} = candlelab::host::cell::aside(\"{name}\");\n"
            ))
        } else if self.is_mut {
            Some(format!("let mut {name} = {name};\n"))
        } else {
            None
        }
    }
}

/// The variables of earlier cells that generated code defines anew, by name.
pub fn rebound(lines: &[impl AsRef<str>]) -> Vec<Rebound> {
    let lines: Vec<&str> = lines.iter().map(|line| line.as_ref().trim()).collect();
    let Some(end) = lines.iter().rposition(|line| *line == USER_END) else { return Vec::new() };
    let variables = |wanted: Use| {
        let found = lines[..end].iter().filter_map(|line| Some((line, variable_of(line)?)));
        found.filter(move |(_, (kind, ..))| *kind == wanted)
    };
    let old = variables(Use::Take).filter_map(|(line, (_, name, old_type))| {
        let (_, (.., new_type)) = variables(Use::Put).find(|(_, (_, put, _))| *put == name)?;
        Some(Rebound {
            name: name.to_owned(),
            is_mut: line.starts_with("let mut "),
            old_type: old_type.to_owned(),
            new_type: new_type.to_owned(),
        })
    });
    let mut found: Vec<Rebound> = old.collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// A statement that gives an old value back; it does not compile where the cell moves that.
pub struct PutBack {
    name: String,
    statement: String,
}

/// Makes generated code give old values back; the statements stand in its last line.
pub fn give_back(lines: &mut [String], definitions: &Definitions) -> Vec<PutBack> {
    let Some(last) = lines.iter().rposition(|line| line.trim() == LAST) else { return Vec::new() };
    let mut all = Vec::new();
    for rebound in rebound(lines) {
        let (name, keeps_type) = (&rebound.name, rebound.keeps_type());
        if rebound.is_handle() {
            let takes = |line: &&mut String| {
                variable_of(line).is_some_and(|(kind, it, _)| kind == Use::Take && it == name)
            };
            if let Some(line) = lines.iter_mut().find(takes) {
                *line = line.replacen("take_variable", "take_copied", 1);
                let named = format!("stringify!({name})");
                *line = line.replacen(&named, &format!("{named}, {keeps_type}"), 1);
            }
        } else {
            let old_type = &rebound.old_type;
            let definition = definitions.fingerprint(old_type);
            let statement = format!(
                "{LAST}.put_back::<{old_type}>(stringify!({name}), {definition}, {keeps_type}, \
                 {name}); "
            );
            all.push(PutBack { name: name.clone(), statement });
        }
    }
    let statements: String = all.iter().map(|it| it.statement.as_str()).collect();
    lines[last] = statements + LAST;
    all
}

/// Takes those statements out of `code` of which rustc says that the value was moved; false where
/// it says that of none.
pub fn drop_moved(code: &mut String, put_backs: &mut Vec<PutBack>, said: &str) -> bool {
    let count = put_backs.len();
    let lines = code.lines().enumerate();
    let last = lines.filter(|(_, line)| line.ends_with(LAST)).last();
    let last = last.map(|(at, _)| at as u64 + 1);
    let errors = said.lines().filter_map(|line| serde_json::from_str(line).ok());
    for error in errors {
        let error: serde_json::Value = error;
        let mut spans = error["spans"].as_array().into_iter().flatten();
        let is_last = |span: &serde_json::Value| {
            span["is_primary"] == true && span["line_start"].as_u64() == last
        };
        let name = error["message"].as_str().and_then(|text| text.split('`').nth(1));
        if let (true, Some(name)) = (spans.any(is_last), name) {
            for moved in put_backs.extract_if(.., |it| it.name == name) {
                *code = code.replacen(&moved.statement, "", 1);
            }
        }
    }
    put_backs.len() < count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<String> {
        let lines = "let mut a = evcxr_variable_store.take_variable::<i32>(stringify!(a));
let t = evcxr_variable_store.take_variable::<candle::Tensor>(stringify!(t));
let u = evcxr_variable_store.take_variable::<i32>(stringify!(u));
evcxr_variable_store.put_variable::<f32>(stringify!(a), a);
evcxr_variable_store.put_variable::<candle::Tensor>(stringify!(t), t);
Ok(())})();
evcxr_variable_store.put_variable::<i32>(stringify!(u), u);
evcxr_variable_store
}";
        lines.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_is_defined_anew_is_given_back() {
        let mut lines = lines();
        let mut all = give_back(&mut lines, &Definitions::of(""));
        assert!(lines[1].contains("take_copied::<candle::Tensor>(stringify!(t), true)"));
        let statement = "evcxr_variable_store.put_back::<i32>(stringify!(a), 0, false, a); ";
        assert_eq!(lines[7], format!("{statement}{LAST}"));
        let again = rebound(&lines);
        assert_eq!(again.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["a", "t"]);
        assert_eq!(
            again[0].definition().as_deref(),
            Some("let mut a: i32 = candlelab::host::cell::aside(\"a\");\n")
        );
        assert_eq!(again[1].definition(), None);

        let mut code = lines.join("\n");
        let elsewhere = r#"{"message":"use of `a`","spans":[{"is_primary":true,"line_start":1}]}"#;
        assert!(!drop_moved(&mut code, &mut all, elsewhere));
        assert!(drop_moved(&mut code, &mut all, &elsewhere.replace(":1}", ":8}")));
        assert!(!code.contains("put_back") && all.is_empty());
    }
}
