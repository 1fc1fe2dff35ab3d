//! Tables of text: comma-separated values.

use crate::{Dataset, Error, Result, Source};
use candle_core::{Device, Tensor};
use std::path::{Path, PathBuf};

/// A table of text with a name for each column.
///
/// Fields may be quoted: `"a, b"`, with `""` for a quotation mark. Empty lines are skipped.
///
/// ```
/// let table = candlelab_data::Csv::parse("cm", "length,kind\n1.5,a\n2,b\n")?;
/// let set = table.dataset(&["length"], "kind")?;
/// assert_eq!(set.x.to_vec2::<f32>()?, [[1.5], [2.]]);
/// assert_eq!((set.y.to_vec1::<u32>()?, set.classes), (vec![0, 1], vec!["a".into(), "b".into()]));
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csv {
    /// The name of the table; for a file, its path.
    pub name: String,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The fields of each row, as many as there are columns.
    pub rows: Vec<Vec<String>>,
    /// The line of the file on which each row begins, from 1.
    lines: Vec<usize>,
    source: Source,
}

impl Csv {
    /// Reads a file.
    ///
    /// # Errors
    /// If the file cannot be read, is not UTF-8, or a row has not as many fields as the header;
    /// the message names the line.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let source = Source::File(PathBuf::from(path));
        Ok(Self { source, ..Self::parse(&path.display().to_string(), &text)? })
    }

    /// Reads a table from text; `name` stands for it in messages.
    ///
    /// # Errors
    /// If the text is empty, a quotation is not closed, or a row has not as many fields as the
    /// header.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let mut records = records(name, text.trim_start_matches('\u{feff}'))?.into_iter();
        let Some((_, header)) = records.next() else {
            let hint = "the first line names the columns";
            return Err(Error::invalid(name.to_owned(), "a table".into(), "no line".into(), hint));
        };
        let (lines, rows): (Vec<usize>, Vec<Vec<String>>) = records.unzip();
        let source = Source::Program;
        let table = Self { name: name.to_owned(), header, rows, lines, source };
        let width = table.header.len();
        match table.rows.iter().position(|row| row.len() != width) {
            None => Ok(table),
            Some(row) => Err(Error::Table {
                table: table.name.clone(),
                line: table.lines[row],
                column: table.rows[row].len().min(width) + 1,
                expected: format!("{width} fields, as the header has"),
                found: format!("{} fields", table.rows[row].len()),
                hint: "quote a field that holds a comma: \"a, b\"",
            }),
        }
    }

    /// The number of a column, from 0.
    ///
    /// # Errors
    /// If there is no column of that name; the message lists those that are.
    pub fn column(&self, name: &str) -> Result<usize> {
        self.header.iter().position(|column| column == name).ok_or_else(|| {
            Error::invalid(
                format!("{}, line 1", self.name),
                format!("a column `{name}`"),
                self.header.join(", "),
                "the names are written as in the first line of the table",
            )
        })
    }

    /// The columns `names` as numbers.
    ///
    /// # Shapes
    /// - result: `(rows, number of names)`, f32
    ///
    /// # Errors
    /// If a column is not there, or a field of it is empty or no finite number; the message names
    /// line and column.
    pub fn numbers(&self, names: &[&str]) -> Result<Tensor> {
        let columns = names.iter().map(|name| self.column(name)).collect::<Result<Vec<_>>>()?;
        let mut numbers = Vec::with_capacity(self.rows.len() * columns.len());
        for row in 0..self.rows.len() {
            for column in &columns {
                numbers.push(self.number(row, *column)?);
            }
        }
        Ok(Tensor::from_vec(numbers, (self.rows.len(), columns.len()), &Device::Cpu)?)
    }

    fn number(&self, row: usize, column: usize) -> Result<f32> {
        let field = &self.rows[row][column];
        let number = field.trim().parse::<f32>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| Error::Table {
            table: self.name.clone(),
            line: self.lines[row],
            column: column + 1,
            expected: format!("a number in column `{}`", self.header[column]),
            found: if field.is_empty() { "nothing".to_owned() } else { format!("`{field}`") },
            hint: "correct the field, or leave rows with gaps out with `complete`",
        })
    }

    /// The column `name` as classes, with their names in alphabetical order.
    ///
    /// # Shapes
    /// - result: `(rows)`, u32
    ///
    /// # Errors
    /// If the column is not there, or a field of it is empty; the message names the line.
    pub fn classes(&self, name: &str) -> Result<(Tensor, Vec<String>)> {
        let column = self.column(name)?;
        let mut names: Vec<String> = self.rows.iter().map(|row| row[column].clone()).collect();
        names.sort_unstable();
        names.dedup();
        if let Some(row) = self.rows.iter().position(|row| row[column].is_empty()) {
            return Err(Error::Table {
                table: self.name.clone(),
                line: self.lines[row],
                column: column + 1,
                expected: format!("a class in column `{name}`"),
                found: "nothing".to_owned(),
                hint: "fill the field, or leave rows with gaps out with `complete`",
            });
        }
        let class = |row: &Vec<String>| names.partition_point(|name| *name < row[column]) as u32;
        let labels: Vec<u32> = self.rows.iter().map(class).collect();
        Ok((Tensor::from_vec(labels, self.rows.len(), &Device::Cpu)?, names))
    }

    /// The rows without a gap (an empty field, `NA` or `NaN`) in the columns `names`.
    ///
    /// # Errors
    /// If a column is not there.
    pub fn complete(&self, names: &[&str]) -> Result<Self> {
        let columns = names.iter().map(|name| self.column(name)).collect::<Result<Vec<_>>>()?;
        let gap = |field: &str| matches!(field.trim(), "" | "NA" | "NaN" | "nan");
        let kept = self.rows.iter().zip(&self.lines);
        let kept = kept.filter(|(row, _)| !columns.iter().any(|column| gap(&row[*column])));
        let (rows, lines) = kept.map(|(row, line)| (row.clone(), *line)).unzip();
        Ok(Self { rows, lines, ..self.clone() })
    }

    /// A data set: the columns `features` as `x`, the column `label` as classes.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers) and [`classes`](Self::classes), or if there is no row.
    pub fn dataset(&self, features: &[&str], label: &str) -> Result<Dataset> {
        let (y, classes) = self.classes(label)?;
        let set = Dataset::new(&self.name, &self.numbers(features)?, &y)?;
        let set = set.with_classes(classes)?.with_features(features.iter().copied())?;
        Ok(Dataset { source: self.source.clone(), ..set })
    }

    /// A data set: the columns `features` as `x`, the column `target` as values.
    ///
    /// # Shapes
    /// - `y`: `(rows)`, f32
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers), or if there is no row.
    pub fn regression(&self, features: &[&str], target: &str) -> Result<Dataset> {
        let y = self.numbers(&[target])?.squeeze(1)?;
        let set = Dataset::new(&self.name, &self.numbers(features)?, &y)?;
        let set = set.with_features(features.iter().copied())?;
        Ok(Dataset { source: self.source.clone(), ..set })
    }
}

/// The fields of each line that is not empty, after RFC 4180, with the line's number.
fn records(name: &str, text: &str) -> Result<Vec<(usize, Vec<String>)>> {
    let mut records = Vec::new();
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut line, mut start, mut quote) = (1, 1, None);
    let mut letters = text.chars().chain(['\n']).peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quote.is_some() && letters.peek() == Some(&'"') => {
                field.push('"');
                letters.next();
            }
            '"' if quote.is_some() => quote = None,
            '"' if field.is_empty() => quote = Some((line, fields.len() + 1)),
            ',' if quote.is_none() => fields.push(std::mem::take(&mut field)),
            '\n' if quote.is_none() => {
                fields.push(std::mem::take(&mut field));
                let record = std::mem::take(&mut fields);
                if record != [""] {
                    records.push((start, record));
                }
                start = line + 1;
            }
            '\r' if quote.is_none() && letters.peek() == Some(&'\n') => {}
            letter => field.push(letter),
        }
        line += usize::from(letter == '\n');
    }
    let Some((line, column)) = quote else { return Ok(records) };
    Err(Error::Table {
        table: name.to_owned(),
        line,
        column,
        expected: "a closing quotation mark".to_owned(),
        found: "the end of the table".to_owned(),
        hint: "a quotation mark inside of a quoted field is written twice",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Csv::parse("t.csv", text).unwrap_err().to_string()
    }

    #[test]
    fn fields_may_be_quoted() {
        let table = Csv::parse("t", "a,b\r\n\"x, \"\"y\"\"\nz\",1\n\n,2").unwrap();
        assert_eq!(table.header, ["a", "b"]);
        assert_eq!(table.rows, [["x, \"y\"\nz", "1"], ["", "2"]]);
        assert_eq!(table.lines, [2, 5]);
    }

    #[test]
    fn a_row_of_another_length_names_its_line_and_both_counts() {
        assert_eq!(
            message("a,b\n1,2\n\n3\n"),
            "t.csv, line 4, column 2: expected 2 fields, as the header has, found 1 fields\n\
             hint: quote a field that holds a comma: \"a, b\""
        );
        assert!(message("").contains("expected a table, found no line"));
        assert!(message("a,b\n1,\"2\n").starts_with("t.csv, line 2, column 2: expected a closing"));
    }

    #[test]
    fn what_is_no_number_names_its_line_and_column() {
        let table = Csv::parse("t.csv", "a,b\n1,2\n3,x\n4,\n").unwrap();
        let text = table.numbers(&["a", "b"]).unwrap_err().to_string();
        assert!(
            text.starts_with("t.csv, line 3, column 2: expected a number in column `b`, found `x`"),
            "{text}"
        );
        let text = table.numbers(&["c"]).unwrap_err().to_string();
        assert!(text.contains("expected a column `c`, found a, b"), "{text}");
        let text = Csv::parse("t", "a\nNaN\n").unwrap().numbers(&["a"]).unwrap_err().to_string();
        assert!(text.contains("line 2, column 1"), "{text}");
    }

    #[test]
    fn rows_with_gaps_can_be_left_out() {
        let table = Csv::parse("t", "a,b\n1,\nNA,p\n2,q\n").unwrap();
        assert!(table.classes("b").unwrap_err().to_string().contains("line 2, column 2"));
        let set = table.complete(&["a", "b"]).unwrap().dataset(&["a"], "b").unwrap();
        assert_eq!((set.len(), set.classes), (1, vec!["q".to_owned()]));
        let none = table.complete(&["a", "b"]).unwrap();
        let none = Csv { rows: Vec::new(), ..none };
        assert!(none.dataset(&["a"], "b").is_err());
    }
}
