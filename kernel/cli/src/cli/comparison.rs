//! The arguments that compare outputs.

use candlelab_notebook::Tolerance;
use clap::Args;
use regex::Regex;

/// What to compare outputs with.
#[derive(Args, Debug)]
#[command(next_help_heading = "Comparison")]
pub struct Comparison {
    /// Compare what cells show with the outputs stored in the notebook
    #[arg(long, conflicts_with_all = ["values", "files"])]
    pub check: bool,
    /// Store the new outputs in the notebook itself, where every cell passed
    #[arg(long, conflicts_with_all = ["check", "values", "files"])]
    pub accept: bool,
    /// How far apart two numbers may be [default: 1e-6]
    #[arg(long, value_name = "X", requires = "check")]
    pub atol: Option<f64>,
    /// How far apart two numbers may be, as a fraction of the greater [default: 1e-5]
    #[arg(long, value_name = "X", requires = "check")]
    pub rtol: Option<f64>,
    /// A regular expression for text that may differ, beside durations, dates and addresses
    #[arg(long, value_name = "REGEX", requires = "check")]
    pub mask: Vec<Regex>,
    /// A MIME type to leave out, or how it begins, such as `image/`
    #[arg(long, value_name = "MIME", requires = "check")]
    pub ignore: Vec<String>,
    /// How many of the 1536 bits of two pictures' hashes may differ [default: 16]
    #[arg(long, value_name = "BITS", requires = "check")]
    pub images: Option<u32>,
}

impl Comparison {
    /// What may differ.
    pub fn tolerance(&self) -> Tolerance {
        let mut tolerance = Tolerance::default();
        tolerance.absolute = self.atol.unwrap_or(tolerance.absolute);
        tolerance.relative = self.rtol.unwrap_or(tolerance.relative);
        tolerance.images = self.images.unwrap_or(tolerance.images);
        tolerance.masks.extend(self.mask.iter().cloned());
        tolerance.ignore.extend(self.ignore.iter().cloned());
        tolerance
    }
}
