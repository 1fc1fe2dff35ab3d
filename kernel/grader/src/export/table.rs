//! Tables in CSV.

/// A table of a heading and rows.
pub fn csv(heading: Vec<String>, rows: Vec<Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(heading).chain(rows) {
        writer.write_record(row).expect("all rows are equally long and memory has room");
    }
    let bytes = writer.into_inner().expect("memory has room");
    String::from_utf8(bytes).expect("it was made of text")
}

/// Points as numbers are written everywhere; nothing where there are none.
pub fn number(points: Option<f64>) -> String {
    points.map_or_else(String::new, |points| format!("{points:?}"))
}

/// A name as text even where a spreadsheet would take it for a formula.
///
/// A key by which another program finds a student is never changed so, or it would find nobody.
pub fn name(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}
