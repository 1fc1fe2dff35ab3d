//! Matrices to look at: any values, and a classifier's right and wrong answers.

use crate::axis::{finite_range, number, short};
use crate::cells::Cells;
use crate::palette::{BLUES, Map, SIGNED, colour};
use crate::read::{all_finite, column, shape, values};
use crate::{Chart, Error, Result};
use candle_core::Tensor;

/// A matrix as coloured cells, with the numbers in them where they fit.
///
/// If there are values of both signs, white is zero; otherwise dark is large. Beside a matrix too
/// large for numbers a bar tells what the colours mean. NaN and infinities
/// (a mask's, for instance) are red.
///
/// ```
/// use candle_core::{Device, Tensor};
/// let matrix = Tensor::new(&[[0f32, 1.], [0.5, 0.25]], &Device::Cpu)?;
/// let chart = candlelab_plot::heat_map("weights", &matrix)?;
/// assert_eq!(chart.text(), "weights, (2, 2) from 0 to 1\n   0    1\n 0.5 0.25");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `matrix`: `(rows, columns)`
///
/// # Errors
/// If the tensor is not a matrix, is empty, or has no finite value.
pub fn heat_map(title: &str, matrix: &Tensor) -> Result<Chart> {
    let chart = "heat_map";
    let &[rows, columns] = matrix.dims() else {
        return Err(shape(chart, "matrix", "(rows, columns)", matrix));
    };
    if rows * columns == 0 {
        return Err(Error::Empty { chart, what: format!("matrix, of shape {:?},", matrix.dims()) });
    }
    let values = values(matrix)?;
    let Some((low, high)) = finite_range(values.iter().copied()) else {
        return Err(all_finite(chart, "matrix", &values)
            .err()
            .unwrap_or_else(|| crate::axes::failed("no finite value")));
    };
    let (map, low_end, high_end): (Map, f64, f64) = match low.abs().max(high.abs()) {
        largest if low < 0.0 && high > 0.0 => (SIGNED, -largest, largest),
        _ => (BLUES, low, high),
    };
    let span = if high_end > low_end { high_end - low_end } else { 1.0 };
    let colours = values.iter().map(|value| colour(map, (value - low_end) / span)).collect();
    let texts = values.iter().map(|&value| short(value)).collect();
    let comma = if title.is_empty() { "" } else { ", " };
    let text =
        format!("{title}{comma}({rows}, {columns}) from {} to {}", number(low), number(high));
    let matrix = Cells { columns, colours, texts, bar: Some((map, low_end, high_end)) };
    Ok(Chart::new(matrix.draw(&text)?, format!("{text}{}", matrix.table())))
}

/// How often each true class was given each answer: true classes in rows, answers in columns.
///
/// A cell's colour is the root of its share of the row, so that few mistakes are seen too.
///
/// ```
/// use candle_core::{Device, Tensor};
/// let labels = Tensor::new(&[0u32, 0, 1], &Device::Cpu)?;
/// let predictions = Tensor::new(&[0u32, 1, 1], &Device::Cpu)?;
/// let chart = candlelab_plot::confusion_matrix(&predictions, &labels, 2)?;
/// assert_eq!(chart.text(), "2 of 3 right; rows are true classes, columns predictions\n1 1\n0 1");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `predictions`, `labels`: `(n)` or `(n, 1)`, class numbers below `classes`
///
/// # Errors
/// If the lengths differ, there is nothing to count, or a value is no class number.
pub fn confusion_matrix(predictions: &Tensor, labels: &Tensor, classes: usize) -> Result<Chart> {
    let chart = "confusion_matrix";
    if classes == 0 {
        return Err(Error::Zero { chart, what: "the number of classes" });
    }
    let n = labels.elem_count();
    if n == 0 {
        return Err(Error::Empty { chart, what: "labels".to_owned() });
    }
    let answers = class_numbers(
        "predictions",
        column(chart, "predictions", predictions, ("labels", n))?,
        classes,
    )?;
    let truths = class_numbers("labels", column(chart, "labels", labels, ("labels", n))?, classes)?;
    let mut counts = vec![0usize; classes * classes];
    for (&truth, &answer) in truths.iter().zip(&answers) {
        counts[truth * classes + answer] += 1;
    }
    let right = truths.iter().zip(&answers).filter(|(truth, answer)| truth == answer).count();
    let colours = counts.chunks(classes).flat_map(|row| {
        let total = row.iter().sum::<usize>().max(1) as f64;
        row.iter().map(move |&count| colour(BLUES, (count as f64 / total).sqrt()))
    });
    let texts = counts.iter().map(usize::to_string).collect();
    let matrix = Cells { columns: classes, colours: colours.collect(), texts, bar: None };
    let text = format!(
        "{right} of {n} right; rows are true classes, columns predictions{}",
        matrix.table()
    );
    Ok(Chart::new(matrix.draw("true class ↓   prediction →")?, text))
}

fn class_numbers(what: &'static str, values: Vec<f64>, classes: usize) -> Result<Vec<usize>> {
    let known = |value: f64| value >= 0.0 && value.fract() == 0.0 && value < classes as f64;
    match values.iter().find(|&&value| !known(value)) {
        Some(&got) => Err(Error::Class { chart: "confusion_matrix", what, got, last: classes - 1 }),
        None => Ok(values.into_iter().map(|value| value as usize).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    fn classes(values: &[u32]) -> Tensor {
        Tensor::new(values, &Device::Cpu).unwrap()
    }

    fn error(result: Result<Chart>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn matrices_of_every_size_are_drawn_small() {
        for (rows, columns) in [(1, 1), (1, 700), (12, 12), (13, 40), (2000, 1500)] {
            let matrix = Tensor::zeros((rows, columns), DType::F32, &Device::Cpu).unwrap();
            let chart = heat_map("", &matrix).unwrap();
            let bar = chart.svg().matches("<image").count() == 2;
            assert_eq!(bar, rows.max(columns) > 12, "{rows} × {columns}");
            assert!(chart.svg().len() < 60_000, "{rows} × {columns}: {}", chart.svg().len());
        }
    }

    #[test]
    fn a_mask_with_infinities_is_drawn() {
        let mask = Tensor::new(&[[0f32, f32::NEG_INFINITY], [0., 0.]], &Device::Cpu).unwrap();
        assert_eq!(heat_map("", &mask).unwrap().text(), "(2, 2) from 0 to 0\n   0 -inf\n   0    0");
    }

    #[test]
    fn errors_name_both_sides() {
        let cube = Tensor::zeros((2, 2, 2), DType::F32, &Device::Cpu).unwrap();
        assert_eq!(
            error(heat_map("", &cube)),
            "heat_map: matrix must have shape (rows, columns), got [2, 2, 2]"
        );
        let none = Tensor::new(&[[f32::NAN]], &Device::Cpu).unwrap();
        assert_eq!(
            error(heat_map("", &none)),
            "heat_map: 1 of 1 values of matrix are NaN or infinite"
        );
        let counted = |answers: &[u32], truths: &[u32]| {
            error(confusion_matrix(&classes(answers), &classes(truths), 2))
        };
        assert_eq!(
            counted(&[0], &[0, 1]),
            "confusion_matrix: predictions has 1 values, labels has 2"
        );
        assert_eq!(counted(&[], &[]), "confusion_matrix: labels is empty");
        let class = "confusion_matrix: predictions contains 2, but classes are the whole numbers from 0 to 1";
        assert_eq!(counted(&[2], &[1]), class);
    }

    #[test]
    fn a_class_that_never_occurs_has_an_empty_row() {
        let chart = confusion_matrix(&classes(&[2, 2]), &classes(&[0, 2]), 3).unwrap();
        assert!(chart.text().ends_with("0 0 1\n0 0 0\n0 0 1"), "{chart}");
    }
}
