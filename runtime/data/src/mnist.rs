//! The MNIST handwritten digits.

use crate::dataset::thousands;
use crate::idx::{self, Array};
use crate::places::{self, File, Places};
use crate::remote::Remote;
use crate::{Dataset, Error, Parts, Result, Source};
use candle_core::{Device, Tensor};
use std::fmt;
use std::path::Path;

/// Handwritten digits, 28 × 28 grey values each, with the digit they show.
///
/// `{}` and `{:?}` both print a summary: how many images, and where they are from.
#[derive(Clone)]
pub struct Mnist {
    /// `(n, 1, 28, 28)`, f32, 0 = paper, 1 = ink.
    pub train_images: Tensor,
    /// `(n)`, u32, 0 to 9.
    pub train_labels: Tensor,
    /// `(m, 1, 28, 28)`, f32, 0 = paper, 1 = ink.
    pub test_images: Tensor,
    /// `(m)`, u32, 0 to 9.
    pub test_labels: Tensor,
    /// Where they are from.
    pub source: Source,
}

/// Loads MNIST onto the CPU from the first place that has it; `source` tells which.
///
/// 1. the folder `mnist` in the one that `CANDLELAB_DATA` names;
/// 2. what an earlier download left in the cache;
/// 3. a download of all 70,000 images (11 MB), only if `CANDLELAB_DOWNLOAD` is `1`;
/// 4. the 8,000 + 2,000 images that are part of this library.
///
/// # Errors
/// If the folder of step 1 is there and its files cannot be read. Trouble in steps 2 and 3 is not an
/// error: `source` mentions it.
///
/// ```
/// let digits = candlelab_data::mnist()?;
/// println!("{digits}"); // MNIST: 8,000 training and 2,000 test images, …
/// assert_eq!(digits.test_images.dims()[1..], [1, 28, 28]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn mnist() -> Result<Mnist> {
    let (files, source) = places::find(&Remote::mnist(), &Places::from_env())?;
    Mnist::parse(&files, source)
}

/// Clothes from a shop in place of digits: MNIST's form, but harder.
///
/// Looked for as [`mnist()`] is, in the folder `fashion-mnist`; 31 MB to download, nothing of it is
/// part of this library.
///
/// # Shapes
/// - `x`: `(60000, 1, 28, 28)` and `(10000, 1, 28, 28)`, f32, 0 = background, 1 = white;
///   `y`: u32, 0 to 9
///
/// # Errors
/// If no place has it, or its files cannot be read.
///
/// # Source
/// Xiao, Rasul and Vollgraf 2017 (Zalando), MIT licence.
///
/// ```no_run
/// let clothes = candlelab_data::fashion_mnist()?; // CANDLELAB_DOWNLOAD=1
/// assert_eq!(clothes.train.classes[9], "ankle boot");
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn fashion_mnist() -> Result<Parts> {
    let (files, source) = places::find(&Remote::fashion_mnist(), &Places::from_env())?;
    let parts = Mnist::parse(&files, source)?.parts()?;
    let named = |set: Dataset| {
        let set = set.with_classes([
            "T-shirt",
            "trousers",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ])?;
        Ok::<_, Error>(Dataset { name: "Fashion-MNIST".to_owned(), ..set })
    };
    Ok(Parts { train: named(parts.train)?, test: named(parts.test)? })
}

impl Mnist {
    /// Loads the four idx files in the folder `path`.
    ///
    /// The training files are `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`; the test
    /// files begin with `t10k` or `test`. All may be gzipped and then end in `.gz`. Any data set
    /// of this form will do, Fashion-MNIST for one.
    ///
    /// # Errors
    /// If a file is missing, damaged or of another format; the message names it.
    pub fn from_dir(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::parse(&places::read_all(&Remote::mnist(), path)?, Source::Folder(path.to_owned()))
    }

    /// Both parts as data sets, which can be split, scaled and cut into batches.
    ///
    /// # Errors
    /// If the fields were changed and no longer fit.
    ///
    /// ```
    /// let digits = candlelab_data::mnist()?.parts()?;
    /// let small = digits.train.shuffle(1)?.take(500)?;
    /// assert_eq!((small.x.dims(), small.classes.len()), (&[500, 1, 28, 28][..], 10));
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn parts(&self) -> Result<Parts> {
        let set = |images: &Tensor, labels: &Tensor| {
            let set = Dataset::new("MNIST", images, labels)?;
            let set = set.with_classes((0..10).map(|digit| digit.to_string()))?;
            Ok::<_, Error>(Dataset { source: self.source.clone(), ..set })
        };
        let train = set(&self.train_images, &self.train_labels)?;
        Ok(Parts { train, test: set(&self.test_images, &self.test_labels)? })
    }

    /// Moves the tensors to `device`.
    ///
    /// # Errors
    /// If the device's memory does not hold them.
    pub fn to_device(&self, device: &Device) -> candle_core::Result<Self> {
        Ok(Self {
            train_images: self.train_images.to_device(device)?,
            train_labels: self.train_labels.to_device(device)?,
            test_images: self.test_images.to_device(device)?,
            test_labels: self.test_labels.to_device(device)?,
            source: self.source.clone(),
        })
    }

    /// Training images and labels, test images and labels, each with the name of its file.
    fn parse(files: &[File], source: Source) -> Result<Self> {
        let [train_images, train_labels, test_images, test_labels] = files else {
            return Err(Error::invalid(
                "MNIST".to_owned(),
                "4 files".to_owned(),
                files.len().to_string(),
                "images and labels of both parts",
            ));
        };
        let (train_images, train_labels) = part(train_images, train_labels)?;
        let (test_images, test_labels) = part(test_images, test_labels)?;
        Ok(Self { train_images, train_labels, test_images, test_labels, source })
    }
}

/// One part's images and labels.
fn part(images: &File, labels: &File) -> Result<(Tensor, Tensor)> {
    let ((images_path, images), (labels_path, labels)) = (images, labels);
    let images = idx::parse(images_path, images, 3)?;
    let labels = idx::parse(labels_path, labels, 1)?;
    if images.dims[1..] != [28, 28] {
        let (expected, found) =
            ("images of [28, 28]".to_owned(), format!("{:?}", &images.dims[1..]));
        let hint = "this is another data set; MNIST and Fashion-MNIST are 28 by 28";
        return Err(Error::Format { path: images_path.clone(), expected, found, hint });
    }
    if images.dims[0] != labels.dims[0] {
        let (expected, found) = (format!("{} labels", images.dims[0]), labels.dims[0].to_string());
        let hint = "the images and the labels belong to different parts; fetch both again";
        return Err(Error::Format { path: labels_path.clone(), expected, found, hint });
    }
    if let Some(label) = labels.bytes.iter().find(|label| **label > 9) {
        let (expected, found) = ("labels from 0 to 9".to_owned(), label.to_string());
        let hint = "this is another data set; MNIST has ten classes";
        return Err(Error::Format { path: labels_path.clone(), expected, found, hint });
    }
    tensors(images, labels)
}

fn tensors(images: Array, labels: Array) -> Result<(Tensor, Tensor)> {
    let n = labels.bytes.len();
    let images: Vec<f32> = images.bytes.iter().map(|grey| f32::from(*grey) / 255.).collect();
    let labels: Vec<u32> = labels.bytes.iter().map(|digit| u32::from(*digit)).collect();
    let images = Tensor::from_vec(images, (n, 1, 28, 28), &Device::Cpu)?;
    Ok((images, Tensor::from_vec(labels, n, &Device::Cpu)?))
}

impl fmt::Display for Mnist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |labels: &Tensor| thousands(labels.elem_count());
        let (train, test) = (count(&self.train_labels), count(&self.test_labels));
        writeln!(
            f,
            "MNIST: {train} training and {test} test images, 28 × 28, f32 in 0..1, labels 0 to 9"
        )?;
        self.source.fmt(f)
    }
}

impl fmt::Debug for Mnist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;
    use std::path::PathBuf;

    fn embedded() -> Mnist {
        let places = Places { root: None, cache: None, consent: false };
        let (files, source) = places::find(&Remote::mnist(), &places).unwrap();
        Mnist::parse(&files, source).unwrap()
    }

    fn histogram(labels: &Tensor) -> [usize; 10] {
        let mut counts = [0; 10];
        for label in labels.to_vec1::<u32>().unwrap() {
            counts[label as usize] += 1;
        }
        counts
    }

    #[test]
    fn the_embedded_set_has_ten_thousand_images() {
        let digits = embedded();
        assert_eq!(digits.train_images.dims(), [8000, 1, 28, 28]);
        assert_eq!(digits.test_images.dims(), [2000, 1, 28, 28]);
        assert_eq!(
            (digits.train_labels.dims(), digits.test_labels.dims()),
            (&[8000][..], &[2000][..])
        );
        let (least, most) =
            (digits.train_images.min_all().unwrap(), digits.train_images.max_all().unwrap());
        assert_eq!((least.to_scalar::<f32>().unwrap(), most.to_scalar::<f32>().unwrap()), (0., 1.));
    }

    #[test]
    fn the_embedded_labels_have_all_digits() {
        let digits = embedded();
        assert_eq!(
            histogram(&digits.train_labels),
            [801, 902, 793, 826, 784, 690, 811, 856, 755, 782]
        );
        assert_eq!(
            histogram(&digits.test_labels),
            [200, 225, 198, 206, 196, 173, 203, 214, 189, 196]
        );
    }

    #[test]
    fn the_summary_tells_counts_and_source() {
        let digits = embedded();
        let expected = "MNIST: 8,000 training and 2,000 test images, 28 × 28, f32 in 0..1, labels 0 to 9\n\
                        comes with candlelab";
        assert_eq!(digits.to_string(), expected);
        assert_eq!(format!("{digits:?}"), expected);
    }

    #[test]
    fn parts_that_do_not_belong_together_are_errors() {
        let file = |bytes: &[u8]| (PathBuf::from("f"), Cow::Owned(bytes.to_vec()));
        let image = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28][..], &[0; 784]].concat();
        let message = |images: &[u8], labels: &[u8]| {
            part(&file(images), &file(labels)).unwrap_err().to_string()
        };
        assert!(
            message(&image, &[0, 0, 8, 1, 0, 0, 0, 2, 7, 8]).contains("expected 1 labels, found 2")
        );
        assert!(
            message(&image, &[0, 0, 8, 1, 0, 0, 0, 1, 10])
                .contains("expected labels from 0 to 9, found 10")
        );
        let small = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0];
        let text = message(&small, &[0, 0, 8, 1, 0, 0, 0, 1, 7]);
        assert!(text.contains("expected images of [28, 28], found [1, 1]"), "{text}");
    }
}
