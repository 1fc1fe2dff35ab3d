//! Regions of a source between two comments, which the student version lacks.

use std::fmt::{self, Display};

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
    /// Every region.
    pub const ALL: [Self; 3] = [Self::Solution, Self::HiddenTests, Self::MarkScheme];

    fn name(self) -> &'static str {
        match self {
            Self::Solution => "SOLUTION",
            Self::HiddenTests => "HIDDEN TESTS",
            Self::MarkScheme => "MARK SCHEME",
        }
    }

    /// The source with `stub` in place of each region, indented like its first line; `None` where
    /// the source has no such region.
    ///
    /// # Errors
    /// If a region begins inside another, does not end or does not begin.
    pub fn replace(self, source: &str, stub: &str) -> Result<Option<String>, String> {
        let (begin, end) = (format!("BEGIN {}", self.name()), format!("END {}", self.name()));
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
                if !inside {
                    // What should have gone would stay.
                    return Err(format!("`{end}` has no `{begin}`"));
                }
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

    /// The lines of a source, counted from 0, that stand in such regions.
    pub fn lines(self, source: &str) -> Vec<usize> {
        let (begin, end) = (format!("BEGIN {}", self.name()), format!("END {}", self.name()));
        let (mut lines, mut inside) = (Vec::new(), false);
        for (number, line) in source.split('\n').enumerate() {
            if line.contains(&begin) || line.contains(&end) {
                inside = line.contains(&begin);
            } else if inside {
                lines.push(number);
            }
        }
        lines
    }
}

impl Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "`BEGIN {}`", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_takes_the_indentation_of_its_region() {
        let source = "fn f() {\n    // BEGIN SOLUTION\n    1\n    // END SOLUTION\n}";
        let stub = Region::Solution.replace(source, "// HERE\ntodo!()").unwrap();
        assert_eq!(stub.unwrap(), "fn f() {\n    // HERE\n    todo!()\n}");
        assert_eq!(Region::Solution.replace("fn f() {}", "todo!()"), Ok(None));
    }

    #[track_caller]
    fn fails(source: &str, expected: &str) {
        assert_eq!(Region::HiddenTests.replace(source, ""), Err(expected.into()));
    }

    #[test]
    fn unbalanced_regions_are_errors() {
        let open = "// BEGIN HIDDEN TESTS\nf();";
        fails(open, "`BEGIN HIDDEN TESTS` has no `END HIDDEN TESTS`");
        fails(&[open, open].join("\n"), "`BEGIN HIDDEN TESTS` stands inside another");
        fails("f();\n// END HIDDEN TESTS", "`END HIDDEN TESTS` has no `BEGIN HIDDEN TESTS`");
    }
}
