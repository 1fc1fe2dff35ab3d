//! Small tables that are part of this library; `data/tables/README.md` has their licences.

use crate::{Csv, Dataset, Error, Result, Source};

use flate2::read::GzDecoder;
use std::io::Read;
use std::path::PathBuf;

/// Irises of three species, told apart by four measures in cm.
///
/// Setosa stands alone; the other two overlap a little. Two flowers have the same measures.
///
/// # Shapes
/// - `x`: `(150, 4)`, f32, cm; `y`: `(150)`, u32, 50 of each species
///
/// # Errors
/// None in practice; the table is part of the library.
///
/// # Source
/// Fisher 1936, UCI Machine Learning Repository, CC BY 4.0, as in scikit-learn.
///
/// ```
/// let iris = candlelab_data::iris()?;
/// assert_eq!(iris.class_counts()?, [50, 50, 50]);
/// assert_eq!(iris.take(1)?.x.to_vec2::<f32>()?, [[5.1, 3.5, 1.4, 0.2]]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn iris() -> Result<Dataset> {
    labelled("iris", include_str!("../data/tables/iris.csv"))
}

/// Wines from three growers, told apart by 13 chemical measures of very different scales.
///
/// # Shapes
/// - `x`: `(178, 13)`, f32; `y`: `(178)`, u32, 59, 71 and 48 of each grower
///
/// # Errors
/// None in practice; the table is part of the library.
///
/// # Source
/// Forina and others 1988, UCI Machine Learning Repository, CC BY 4.0, as in scikit-learn.
///
/// ```
/// let wine = candlelab_data::wine()?;
/// assert_eq!((wine.features[0].as_str(), wine.features.len()), ("alcohol", 13));
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn wine() -> Result<Dataset> {
    labelled("wine", include_str!("../data/tables/wine.csv"))
}

/// Breast tumours, benign (0) or malignant (1), told apart by 30 measures of their cell nuclei.
///
/// scikit-learn numbers the classes the other way round. The measures are the mean, standard error
/// and worst value of ten properties, lengths in pixels of the images they were taken from.
///
/// # Shapes
/// - `x`: `(569, 30)`, f32; `y`: `(569)`, u32, 357 benign and 212 malignant
///
/// # Errors
/// None in practice; the table is part of the library.
///
/// # Source
/// Wolberg, Street and Mangasarian 1993, UCI Machine Learning Repository, CC BY 4.0, as in
/// scikit-learn.
///
/// ```
/// let tumours = candlelab_data::breast_cancer()?;
/// assert_eq!(tumours.classes, ["benign", "malignant"]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn breast_cancer() -> Result<Dataset> {
    labelled("breast cancer", include_str!("../data/tables/breast_cancer.csv"))
}

/// Penguins of three species around Palmer Station, told apart by bill, flipper and weight.
///
/// Of 344 birds, two were not measured and are left out.
///
/// # Shapes
/// - `x`: `(342, 4)`, f32, mm, mm, mm and g; `y`: `(342)`, u32, 151 Adelie, 68 Chinstrap and 123
///   Gentoo
///
/// # Errors
/// None in practice; the table is part of the library.
///
/// # Source
/// Horst, Hill and Gorman 2020 (palmerpenguins), CC0.
///
/// ```
/// let penguins = candlelab_data::penguins()?;
/// assert_eq!(penguins.classes, ["Adelie", "Chinstrap", "Gentoo"]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn penguins() -> Result<Dataset> {
    let columns = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"];
    let table = Csv::parse("penguins", include_str!("../data/tables/penguins.csv"))?;
    embedded(table.complete(&columns)?.dataset(&columns, "species")?)
}

/// The eight planets: the time of a round follows from the distance, `period² = distance³`.
///
/// # Shapes
/// - `x`: `(8, 1)`, f32, half the long axis in au; `y`: `(8)`, f32, years
///
/// # Errors
/// None in practice; the table is part of the library.
///
/// # Source
/// Public facts (epoch J2000).
///
/// ```
/// let planets = candlelab_data::solar_system()?;
/// let law = (planets.y.sqr()? / planets.x.squeeze(1)?.powf(3.0)?)?.to_vec1::<f32>()?;
/// assert!(law.iter().all(|ratio| (ratio - 1.0).abs() < 2e-3)); // Kepler's third law
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn solar_system() -> Result<Dataset> {
    let text = include_str!("../data/tables/solar_system.csv");
    let table = Csv::parse("solar system", text)?;
    embedded(table.regression(&["semi_major_axis_au"], "period_years")?)
}

/// Storms over the Atlantic, 1975 to 2022, looked at every six hours and at landfall: how fast the
/// wind is, given date, place and air pressure.
///
/// The records of a storm resemble each other, so `groups` has the number of each one's storm: a
/// test part that shares storms with the training part is no test. Keep them whole with
/// [`Dataset::split_groups`].
///
/// # Shapes
/// - `x`: `(19537, 7)`, f32: year, month, day, hour (UTC), degrees north, degrees east and hPa at the
///   centre; `y`: `(19537)`, f32, the highest wind averaged over a minute, knots; `groups`: 0 to 654
///
/// # Errors
/// None in practice; the table is part of the library.
///
/// # Source
/// NOAA's hurricane database HURDAT2, public domain, as in the R package dplyr.
///
/// ```
/// let parts = candlelab_data::storms()?.split_groups(0.8, 42)?;
/// assert!(parts.leaks(0.0)?.groups.is_empty());
/// assert_eq!(parts.train.features[6], "pressure");
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn storms() -> Result<Dataset> {
    let features = ["year", "month", "day", "hour", "lat", "long", "pressure"];
    let text = unpack("storms.csv.gz", include_bytes!("../data/tables/storms.csv.gz"))?;
    let table = Csv::parse("storms", &text)?;
    let (name, year) = (table.column("name")?, table.column("year")?);
    // names come again in other years; the records of a storm follow each other
    let storm = |row: &Vec<String>| (row[name].clone(), row[year].clone());
    let runs = table.rows.chunk_by(|a, b| storm(a) == storm(b));
    let groups = (0..).zip(runs).flat_map(|(storm, run)| vec![storm; run.len()]);
    embedded(table.regression(&features, "wind")?.with_groups(groups.collect())?)
}

/// Handwritten digits of 8 × 8 grey values: MNIST in small.
///
/// # Shapes
/// - `x`: `(1797, 1, 8, 8)`, f32 in steps of 1/16, 0 = paper, 1 = ink; [`Dataset::flatten`] makes
///   rows of 64 of them; `y`: `(1797)`, u32, 0 to 9
///
/// # Errors
/// None in practice; the table is part of the library.
///
/// # Source
/// Alpaydin and Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0, as in scikit-learn.
///
/// ```
/// let digits = candlelab_data::digits()?;
/// assert_eq!(digits.x.dims(), [1797, 1, 8, 8]);
/// assert_eq!(digits.flatten()?.x.dims(), [1797, 64]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn digits() -> Result<Dataset> {
    let header: String = (0..64).map(|pixel| format!("{pixel},")).collect();
    let rows = unpack("digits8x8.csv.gz", include_bytes!("../data/tables/digits8x8.csv.gz"))?;
    let set = labelled("digits", &format!("{header}label\n{rows}"))?;
    let x = (set.x.reshape(((), 1, 8, 8))? / 16.)?;
    Ok(Dataset { x, features: Vec::new(), ..set })
}

/// A table whose last column is `label` and whose other columns are numbers.
fn labelled(name: &str, text: &str) -> Result<Dataset> {
    let table = Csv::parse(name, text)?;
    let features: Vec<&str> = table.header.iter().map(String::as_str).collect();
    embedded(table.dataset(&features[..features.len() - 1], "label")?)
}

fn embedded(set: Dataset) -> Result<Dataset> {
    Ok(Dataset { source: Source::Embedded { note: None }, ..set })
}

/// The text in a gzipped file; `name` stands for it in messages.
pub(crate) fn unpack(name: &str, file: &[u8]) -> Result<String> {
    let mut text = String::new();
    match GzDecoder::new(file).read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(source) => Err(Error::Read { path: PathBuf::from(name), source }),
    }
}
