//! What a user may get wrong is an error that names the place, never a panic.

use candle_core::{DType, Device, Tensor};
use candlelab_data::{Csv, Dataset, Mnist, Parts, Result, batches, iris};
use flate2::{Compression, write::GzEncoder};
use std::fmt::Debug;
use std::io::Write;
use tempfile::TempDir;

fn message<T: Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// The error begins so.
#[track_caller]
fn begins<T: Debug>(result: Result<T>, expected: &str) {
    let text = message(result);
    assert!(text.starts_with(expected), "{text}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Two images and their labels as idx files.
const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";

fn images() -> Vec<u8> {
    let pixels = (0..2 * 784u32).map(|at| (at * at % 251) as u8);
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28].into_iter().chain(pixels).collect()
}

fn labels() -> Vec<u8> {
    vec![0, 0, 8, 1, 0, 0, 0, 2, 7, 9]
}

/// A folder of MNIST's form in which one file has been replaced.
fn mnist_with(name: &str, bytes: &[u8]) -> Result<Mnist> {
    let folder = TempDir::new().unwrap();
    let test = [IMAGES, LABELS].map(|name| name.replace("train", "t10k"));
    for (name, bytes) in [IMAGES, LABELS, &test[0], &test[1]]
        .into_iter()
        .zip([images(), labels(), images(), labels()])
        .chain([(name, bytes.to_vec())])
    {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    Mnist::from_dir(folder.path())
}

fn csv(text: &str) -> Result<Dataset> {
    Csv::parse("t.csv", text)?.dataset(&["a", "b"], "kind")
}

#[test]
fn an_empty_data_set() {
    let x = Tensor::zeros((0, 4), DType::F32, &Device::Cpu).unwrap();
    let y = Tensor::zeros(0, DType::U32, &Device::Cpu).unwrap();
    begins(
        Dataset::new("none", &x, &y),
        "none, x: expected at least one example, (n, …), found [0, 4]",
    );
    let scalar = Tensor::new(1f32, &Device::Cpu).unwrap();
    begins(Dataset::new("none", &scalar, &scalar), "none, x: expected at least one example");
    let text = batches(&x, &y, 32, 0).unwrap_err().to_string();
    assert!(text.starts_with("a batch needs at least one example, found none"), "{text}");
    begins(csv("a,b,kind\n"), "t.csv, x: expected at least one example");
    begins(csv(""), "t.csv: expected a table, found no line");
    let empty = [&[0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28][..], &[]].concat();
    assert!(message(mnist_with(IMAGES, &empty)).contains("expected 0 labels, found 2"));
}

#[test]
fn a_fraction_outside_of_0_to_1() {
    let iris = iris().unwrap();
    let iris = iris.clone().with_groups((0..150).map(|row| row / 10).collect()).unwrap();
    for fraction in [0., 1., -0.2, 1.2, 80., f64::NAN, f64::INFINITY] {
        let expected = format!(
            "iris of 150 examples, split by {fraction}: expected a fraction between 0 and 1"
        );
        begins(iris.split(fraction, 1), &expected);
        begins(iris.split_stratified(fraction, 1), &expected);
        begins(iris.split_groups(fraction, 1), &expected);
    }
}

#[test]
fn labels_out_of_range() {
    let x = Tensor::zeros((3, 1), DType::F32, &Device::Cpu).unwrap();
    let of = |y: &[i64]| Dataset::new("s", &x, &Tensor::new(y, &Device::Cpu).unwrap());
    begins(of(&[0, -1, 1]), "s, y of example 1: expected a class from 0 to 1,000,000, found -1");
    begins(of(&[0, 1, 1 << 40]), "s, y of example 2: expected a class from 0");
    let two = of(&[0, 1, 1]).unwrap();
    begins(
        of(&[0, 1, 2]).unwrap().with_classes(["a", "b"]),
        "s, y of example 2: expected a class from 0 to 1, found 2",
    );
    let grown = Dataset { y: of(&[0, 1, 5]).unwrap().y, ..two };
    begins(grown.class_counts(), "s: expected classes from 0 to 1, found 5");
    assert!(
        message(mnist_with(LABELS, &[0, 0, 8, 1, 0, 0, 0, 2, 7, 10]))
            .contains("labels from 0 to 9, found 10")
    );
    let text = message(mnist_with(LABELS, &[0, 0, 8, 1, 0, 0, 0, 1, 7]));
    assert!(text.contains("train-labels-idx1-ubyte: expected 2 labels, found 1"), "{text}");
}

#[test]
fn what_is_no_number_in_a_table_has_a_line_and_a_column() {
    for bad in ["NaN", "nan", "inf", "-inf", "1e999", "", "NA", "1,5\" ", "x"] {
        let text = message(csv(&format!("kind,a,b\nx,1,2\n\ny,3,\"{}\"\n", bad.replace('"', ""))));
        assert!(
            text.starts_with("t.csv, line 4, column 3: expected a number in column `b`"),
            "{text}"
        );
    }
    let x = Tensor::new(&[[0f32, 1.], [2., f32::NAN]], &Device::Cpu).unwrap();
    let y = Tensor::new(&[0u32, 1], &Device::Cpu).unwrap();
    begins(Dataset::new("s", &x, &y), "s, x of example 1, number 1: expected a finite number");
}

#[test]
fn ragged_rows_have_a_line_and_both_counts() {
    for (row, fields) in [("1", 1), ("1,2", 2), ("1,2,x,", 4), ("1,2,x,y,z", 5)] {
        let text = message(csv(&format!("a,b,kind\n1,2,x\n{row}\n3,4,y\n")));
        assert!(text.starts_with("t.csv, line 3, column "), "{text}");
        let both = format!("expected 3 fields, as the header has, found {fields} fields");
        assert!(text.contains(&both), "{text}");
    }
}

#[test]
fn a_file_that_is_no_text() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    begins(Csv::read(&path), &format!("cannot read {}: ", path.display()));
    std::fs::write(&path, [0xff, 0xfe, 0]).unwrap();
    begins(Csv::read(&path), &format!("cannot read {}: ", path.display()));
}

#[test]
fn a_cut_idx_file() {
    let whole = images();
    assert_eq!(mnist_with(IMAGES, &whole).unwrap().train_images.dims(), [2, 1, 28, 28]);
    for length in [0, 3, 15, 16, 17, 800, whole.len() - 1] {
        let text = message(mnist_with(IMAGES, &whole[..length]));
        let found = if length < 16 { length } else { length - 16 };
        assert!(text.contains("train-images-idx3-ubyte: expected "), "{text}");
        assert!(text.contains(&format!("found {found} bytes")), "{text}");
    }
    let longer = [&whole[..], &[0]].concat();
    assert!(
        message(mnist_with(IMAGES, &longer)).contains("expected [2, 28, 28] bytes, found 1569")
    );
}

#[test]
fn a_cut_or_damaged_gzip_file() {
    let (name, whole) = (format!("{IMAGES}.gz"), gzip(&images()));
    assert_eq!(mnist_with(&name, &whole).unwrap().train_images.dims(), [2, 1, 28, 28]);
    for length in [2, 9, 10, 40, whole.len() / 2, whole.len() - 9, whole.len() - 8, whole.len() - 1]
    {
        let text = message(mnist_with(&name, &whole[..length]));
        assert!(text.starts_with("cannot read ") && text.contains(&name), "{length}: {text}");
    }
    for place in [whole.len() / 2, whole.len() - 6] {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x10;
        let text = message(mnist_with(&name, &damaged));
        assert!(text.contains(&name), "{place}: {text}");
    }
    let folder = TempDir::new().unwrap();
    let record = gzip(&[0; 3073]);
    for (length, fits) in [(record.len(), true), (record.len() - 4, false), (12, false)] {
        std::fs::write(folder.path().join("train.bin.gz"), &record[..length]).unwrap();
        std::fs::write(folder.path().join("test.bin"), [0; 3073]).unwrap();
        assert_eq!(Parts::from_cifar(folder.path(), &["a"]).is_ok(), fits, "{length}");
    }
}
