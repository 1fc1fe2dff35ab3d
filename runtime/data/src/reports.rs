//! Made pathology reports, and what each of them says.

use crate::{Error, Result};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// A report in words, and the same as fields.
///
/// The people and the tumours are invented.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The report as it is written.
    pub text: String,
    /// Which of the [`styles`](REPORT_STYLES) it is written in, from 0.
    pub style: usize,
    /// The organ, `breast`, …
    pub site: String,
    /// The kind of tumour, `ductal carcinoma`, …
    pub kind: String,
    /// From 1, much like healthy tissue, to 3.
    pub grade: u32,
    /// Whether it grew into a vessel.
    pub invasion: bool,
    /// Whether no tumour reaches the edge of what was cut out.
    pub clear_margins: bool,
    /// The largest extent in mm.
    pub size_mm: u32,
}

/// How many ways of writing a report there are.
pub const REPORT_STYLES: usize = 4;

const TUMOURS: [(&str, &str); 6] = [
    ("breast", "ductal carcinoma"),
    ("breast", "lobular carcinoma"),
    ("colon", "adenocarcinoma"),
    ("lung", "squamous cell carcinoma"),
    ("prostate", "acinar adenocarcinoma"),
    ("skin", "melanoma"),
];

/// Writes `n` reports; their styles take turns, so that some can be held back to judge by.
///
/// # Errors
/// If `n` is 0.
///
/// ```
/// let report = &candlelab_data::reports(1, 42)?[0];
/// assert!(report.text.contains(&report.site) && report.text.contains(&report.kind));
/// assert!((1..=3).contains(&report.grade));
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn reports(n: usize, seed: u64) -> Result<Vec<Report>> {
    if n == 0 {
        let (expected, found) = ("at least one".to_owned(), "0".to_owned());
        return Err(Error::invalid("reports".to_owned(), expected, found, "ask for 100"));
    }
    let rng = &mut StdRng::seed_from_u64(seed);
    Ok((0..n).map(|place| report(place % REPORT_STYLES, rng)).collect())
}

fn report(style: usize, rng: &mut StdRng) -> Report {
    let (site, kind) = *TUMOURS.choose(rng).unwrap_or(&TUMOURS[0]);
    let mut report = Report {
        text: String::new(),
        style,
        site: site.to_owned(),
        kind: kind.to_owned(),
        grade: rng.random_range(1..=3),
        invasion: rng.random(),
        clear_margins: rng.random(),
        size_mm: rng.random_range(4..=80),
    };
    report.text = write(&report);
    report
}

/// The report in the words of its style.
fn write(report: &Report) -> String {
    let Report { style, site, kind, grade, invasion, clear_margins, size_mm, .. } = report;
    let cm = f64::from(*size_mm) / 10.;
    let either = |yes: bool, then: &'static str, or: &'static str| if yes { then } else { or };
    match style {
        0 => {
            let invasion = either(*invasion, "present", "absent");
            let margins = either(*clear_margins, "clear", "involved");
            format!(
                "Site: {site}. Type: {kind}. Grade: {grade}. Size: {cm:.1} cm. \
                 Vascular invasion: {invasion}. Margins: {margins}."
            )
        }
        1 => {
            let invasion = either(*invasion, "is seen", "is not seen");
            let margins = either(*clear_margins, "free of tumour", "positive");
            format!(
                "The specimen from the {site} shows a grade {grade} {kind} measuring {size_mm} mm. \
                 Vascular invasion {invasion}. The margins are {margins}."
            )
        }
        2 => {
            let grade = ["Well", "Moderately", "Poorly"][*grade as usize - 1];
            let invasion = either(*invasion, "with", "without");
            let margins = either(*clear_margins, "does not reach", "reaches");
            format!(
                "{grade} differentiated {kind} of the {site} {invasion} invasion of vessels. \
                 It has a largest diameter of {cm:.1} cm and {margins} the margin."
            )
        }
        _ => {
            let grade = ["I", "II", "III"][*grade as usize - 1];
            let invasion = either(*invasion, "V1", "V0");
            let margins = either(*clear_margins, "R0", "R1");
            format!("{kind}, {site}, G {grade}, {size_mm} mm, {invasion}, {margins}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_style_says_all_fields() {
        let fields = Report {
            text: String::new(),
            style: 0,
            site: "colon".to_owned(),
            kind: "adenocarcinoma".to_owned(),
            grade: 2,
            invasion: true,
            clear_margins: false,
            size_mm: 66,
        };
        let text = |style| write(&Report { style, ..fields.clone() });
        assert_eq!(
            text(0),
            "Site: colon. Type: adenocarcinoma. Grade: 2. Size: 6.6 cm. \
             Vascular invasion: present. Margins: involved."
        );
        assert_eq!(
            text(1),
            "The specimen from the colon shows a grade 2 adenocarcinoma measuring 66 mm. \
             Vascular invasion is seen. The margins are positive."
        );
        assert_eq!(
            text(2),
            "Moderately differentiated adenocarcinoma of the colon with invasion of vessels. \
             It has a largest diameter of 6.6 cm and reaches the margin."
        );
        assert_eq!(text(3), "adenocarcinoma, colon, G II, 66 mm, V1, R1.");
    }

    #[test]
    fn styles_take_turns_and_the_seed_decides() {
        let all = reports(9, 1).unwrap();
        let styles: Vec<usize> = all.iter().map(|report| report.style).collect();
        assert_eq!(styles, [0, 1, 2, 3, 0, 1, 2, 3, 0]);
        assert_eq!(all, reports(9, 1).unwrap());
        assert_ne!(all, reports(9, 2).unwrap());
        assert!(reports(0, 1).is_err());
    }
}
