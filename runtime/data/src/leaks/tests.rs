//! Planted leaks of each kind are found, and nothing else is.

use super::*;
use crate::{digits, iris, solar_system, storms, wine};
use candle_core::{Device, Tensor};

fn set(x: &[[f32; 2]], y: &[u32]) -> Dataset {
    let x = Tensor::new(x.as_flattened(), &Device::Cpu).unwrap().reshape(((), 2)).unwrap();
    Dataset::new("s", &x, &Tensor::new(y, &Device::Cpu).unwrap()).unwrap()
}

fn parts(test: &[[f32; 2]]) -> Parts {
    let train = set(&[[0., 0.], [1., 3.], [3., 1.], [1., 3.1]], &[0, 1, 0, 1]);
    Parts { train, test: set(test, &vec![0; test.len()]) }
}

#[test]
fn near_rows_are_found_and_the_nearest_is_named() {
    let parts = parts(&[[1., 3.], [1.04, 3.09], [5., 5.], [2., 2.], [0.1, -0.1]]);
    let rows = |tolerance| {
        let rows = parts.leaks(tolerance).unwrap().rows;
        rows.into_iter().map(|(test, train, _)| (test, train)).collect::<Vec<_>>()
    };
    assert_eq!(rows(0.), [(0, 1)]);
    assert_eq!(rows(0.05), [(0, 1), (1, 3)]);
    assert_eq!(rows(0.1), [(0, 1), (1, 3), (4, 0)]);
    assert_eq!(rows(1.), [(0, 1), (1, 3), (3, 1), (4, 0)]); // [2, 2] has two at distance 1
}

/// Each pair compared, in the plain way.
#[test]
fn the_search_finds_what_a_comparison_of_all_pairs_finds() {
    let parts = wine().unwrap().split(0.6, 1).unwrap().standardised().unwrap();
    let (train, test) = (&parts.train.x, &parts.test.x);
    let mut expected = Vec::new();
    for row in 0..parts.test.len() {
        let differences = train.broadcast_sub(&test.narrow(0, row, 1).unwrap()).unwrap();
        let largest = differences.abs().unwrap().max(1).unwrap().to_vec1::<f32>().unwrap();
        let nearest = (0..largest.len()).min_by(|a, b| largest[*a].total_cmp(&largest[*b]));
        let nearest = nearest.filter(|train| largest[*train] <= 0.8).unwrap_or(usize::MAX);
        if nearest != usize::MAX {
            expected.push((row, nearest, largest[nearest]));
        }
    }
    assert!(expected.len() > 5 && expected.len() < parts.test.len() / 2, "{}", expected.len());
    assert_eq!(parts.leaks(0.8).unwrap().rows, expected);
}

#[test]
fn noisy_copies_of_images_are_found() {
    let parts = digits().unwrap().split(0.8, 2).unwrap();
    assert!(parts.leaks(0.06).unwrap().rows.is_empty()); // one grey value is 0.0625
    let copies = parts.train.rows(&[7, 500]).unwrap();
    let noise = Tensor::rand(-0.01f32, 0.01, copies.x.dims(), &Device::Cpu).unwrap();
    let copies = Dataset { x: (&copies.x + noise).unwrap(), ..copies };
    let leaks = Parts { test: copies, ..parts }.leaks(0.011).unwrap();
    let rows: Vec<_> = leaks.rows.iter().map(|(test, train, _)| (*test, *train)).collect();
    assert_eq!(rows, [(0, 7), (1, 500)]);
}

#[test]
fn a_split_of_rows_tears_groups_apart() {
    let leaks = storms().unwrap().split(0.8, 1).unwrap().leaks(0.).unwrap();
    assert!(leaks.groups.len() > 600, "{}", leaks.groups.len()); // of 655 storms
    let train = set(&[[0., 1.], [1., 0.], [2., 2.]], &[0, 0, 1]).with_groups(vec![4, 5, 6]);
    let test = set(&[[7., 1.], [7., 2.], [7., 3.]], &[0, 0, 1]).with_groups(vec![6, 8, 6]);
    let leaks = Parts { train: train.unwrap(), test: test.unwrap() }.leaks(0.).unwrap();
    assert_eq!((&leaks.groups[..], leaks.clean_rows()), (&[(6, vec![0, 2])][..], vec![1]));
}

#[test]
fn a_column_that_is_the_answer_is_found() {
    let columns =
        |set: Dataset| Parts { test: set.clone(), train: set }.leaks(0.).unwrap().features;
    let with = |set: &Dataset, column: &Tensor| {
        let x = Tensor::cat(&[&set.x, &column.unsqueeze(1).unwrap()], 1).unwrap();
        Dataset { x, ..set.clone() }
    };
    let (iris, planets) = (iris().unwrap(), solar_system().unwrap());
    assert!(columns(iris.clone()).is_empty() && columns(planets.clone()).is_empty());
    let codes = Tensor::new(&[7f32, -2., 0.5], &Device::Cpu).unwrap(); // a code for each class
    assert_eq!(columns(with(&iris, &codes.index_select(&iris.y, 0).unwrap())), [4]);
    let codes = Tensor::new(&[7f32, 7., 0.5], &Device::Cpu).unwrap(); // one is for two classes
    assert!(columns(with(&iris, &codes.index_select(&iris.y, 0).unwrap())).is_empty());
    assert!(columns(digits().unwrap()).is_empty()); // some pixels are always 0
    let days = planets.y.affine(-365.25, 3.).unwrap(); // in another unit, backwards
    assert_eq!(columns(with(&planets, &days)), [1]);
    assert!(columns(with(&planets, &planets.y.sqr().unwrap())).is_empty());
}

#[test]
fn the_report_names_the_places() {
    let mut parts = parts(&[[1., 3.], [1.05, 3.], [5., 5.]]);
    let leaks = parts.leaks(0.0625).unwrap();
    let text = leaks.to_string();
    assert!(
        text.starts_with("test row 0 is training row 1\ntest row 1 is training row 1 within 0.0")
    );
    assert_eq!((leaks.clean_rows(), leaks.is_empty()), (vec![2], false));
    parts.test = parts.test.rows(&leaks.clean_rows()).unwrap();
    assert_eq!(parts.leaks(0.0625).unwrap().to_string(), "no leaks: none of the 1 test rows\n");
    let many = Parts { test: parts.train.rows(&[1; 10]).unwrap(), ..parts };
    let text = many.leaks(0.).unwrap().to_string();
    assert!(text.ends_with("test row 7 is training row 1\n… and 2 more rows\n"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let parts = parts(&[[1., 3.]]);
    let message = |parts: &Parts, tolerance| parts.leaks(tolerance).unwrap_err().to_string();
    for tolerance in [-1., f32::NAN, f32::INFINITY] {
        assert!(message(&parts, tolerance).contains("expected a tolerance from 0"));
    }
    let test = parts.test.clone().with_groups(vec![1]).unwrap();
    let text = message(&Parts { test, ..parts.clone() }, 0.);
    assert!(text.contains("found 0 in training, 1 in test"), "{text}");
    assert!(message(&Parts { test: iris().unwrap(), ..parts }, 0.).contains("the overlap of"));
}
