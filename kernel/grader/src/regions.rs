//! Regions of a source between two comments, which the student version lacks.

/// What opens a region, without `BEGIN` or `END`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// What a student writes.
    Solution,
    /// Tests that a student does not see.
    HiddenTests,
    /// How a task is marked.
    MarkScheme,
}

impl Region {
    fn name(self) -> &'static str {
        match self {
            Self::Solution => "SOLUTION",
            Self::HiddenTests => "HIDDEN TESTS",
            Self::MarkScheme => "MARK SCHEME",
        }
    }
}

/// The source with `stub` in place of each region, indented like its first line; `None` where the
/// source has no such region.
///
/// # Errors
/// If a region begins inside another, or does not end.
pub fn replace(source: &str, region: Region, stub: &str) -> Result<Option<String>, String> {
    let (begin, end) = (format!("BEGIN {}", region.name()), format!("END {}", region.name()));
    let (mut lines, mut inside, mut found) = (Vec::new(), false, false);
    for line in source.split('\n') {
        if line.contains(&begin) {
            if inside {
                return Err(format!("`{begin}` stands inside another"));
            }
            (inside, found) = (true, true);
            let indent = &line[..line.len() - line.trim_start().len()];
            lines.extend(stub.lines().map(|stub| format!("{indent}{stub}")));
        } else if line.contains(&end) {
            inside = false;
        } else if !inside {
            lines.push(line.to_owned());
        }
    }
    if inside {
        return Err(format!("`{begin}` has no `{end}`"));
    }
    Ok(found.then(|| lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_takes_the_indentation_of_its_region() {
        let source = "fn f() {\n    // BEGIN SOLUTION\n    1\n    // END SOLUTION\n}";
        let stub = replace(source, Region::Solution, "// HERE\ntodo!()").unwrap();
        assert_eq!(stub.unwrap(), "fn f() {\n    // HERE\n    todo!()\n}");
        assert_eq!(replace("fn f() {}", Region::Solution, "todo!()"), Ok(None));
    }

    #[test]
    fn unbalanced_regions_are_errors() {
        let open = "// BEGIN HIDDEN TESTS\nf();";
        let error = replace(open, Region::HiddenTests, "").unwrap_err();
        assert_eq!(error, "`BEGIN HIDDEN TESTS` has no `END HIDDEN TESTS`");
        let error = replace(&[open, open].join("\n"), Region::HiddenTests, "").unwrap_err();
        assert_eq!(error, "`BEGIN HIDDEN TESTS` stands inside another");
    }
}
