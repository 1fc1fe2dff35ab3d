//! What splits and scalings promise, and what is refused.

use super::*;
use crate::{
    Parts, Scaler, breast_cancer, digits, iris, penguins, solar_system, storms, wine, xor,
};

/// `n` examples `x = [i]` of class `i % classes`.
fn counted(n: u32, classes: u32) -> Dataset {
    let x = Tensor::arange(0f32, n as f32, &Device::Cpu).unwrap().unsqueeze(1).unwrap();
    let y: Vec<u32> = (0..n).map(|i| i % classes).collect();
    Dataset::new("counted", &x, &Tensor::new(y, &Device::Cpu).unwrap()).unwrap()
}

fn numbers(set: &Dataset) -> Vec<f32> {
    set.x.flatten_all().unwrap().to_vec1().unwrap()
}

fn message<T: fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_split_deals_every_example_once_and_the_seed_decides() {
    let set = counted(10, 2);
    let parts = set.split(0.7, 1).unwrap();
    let mut all = [numbers(&parts.train), numbers(&parts.test)].concat();
    assert_eq!((parts.train.len(), parts.test.len()), (7, 3));
    all.sort_by(f32::total_cmp);
    assert_eq!(all, numbers(&set));
    assert_eq!(numbers(&set.split(0.7, 1).unwrap().test), numbers(&parts.test));
    assert_ne!(numbers(&set.split(0.7, 2).unwrap().test), numbers(&parts.test));
    assert_eq!(parts.overlap().unwrap(), []);
}

#[test]
fn a_stratified_split_keeps_the_proportions() {
    let parts = wine().unwrap().split_stratified(0.8, 3).unwrap();
    assert_eq!(parts.train.class_counts().unwrap(), [47, 57, 38]);
    assert_eq!(parts.test.class_counts().unwrap(), [12, 14, 10]);
    let rare = counted(9, 2).rows(&[0, 2, 4, 6, 8, 1, 3]).unwrap();
    assert_eq!(rare.split_stratified(0.9, 0).unwrap().test.class_counts().unwrap(), [1, 1]);
}

#[test]
fn a_bad_split_is_an_error_that_tells_why() {
    for fraction in [0., 1., -0.5, 1.5, f64::NAN, 0.01, 0.99] {
        let text = message(counted(10, 2).split(fraction, 0));
        assert!(text.contains(&format!("counted of 10 examples, split by {fraction}")), "{text}");
    }
    let text = message(counted(3, 2).split_stratified(0.5, 0));
    assert!(text.contains("found 1 example of class 1"), "{text}");
    assert!(message(solar_system().unwrap().split_stratified(0.5, 0)).contains("are values"));
}

#[test]
fn what_is_no_data_set_is_refused() {
    let of = |x: &[f32], y: &[u32]| {
        let tensor = |data| Tensor::new(data, &Device::Cpu).unwrap();
        Dataset::new("s", &tensor(x), &Tensor::new(y, &Device::Cpu).unwrap())
    };
    assert!(message(of(&[], &[])).contains("expected at least one example"));
    assert!(message(of(&[1., 2.], &[0])).contains("each of the 2 examples, found 1 answers"));
    let text = message(of(&[1., f32::NAN], &[0, 1]));
    assert!(text.starts_with("s, x of example 1, number 0: expected a finite number, found NaN"));
    let text = message(of(&[1., 2.], &[0, 2]).unwrap().with_classes(["a", "b"]));
    assert!(text.starts_with("s, y of example 1: expected a class from 0 to 1, found 2"), "{text}");
    assert!(message(of(&[1.], &[0]).unwrap().with_features(["a"])).contains("(n, 1)"));
}

#[test]
fn asking_for_what_is_not_there_is_an_error() {
    let set = counted(4, 2);
    assert!(message(set.take(0)).contains("counted: expected a number of examples from 1"));
    assert!(message(set.rows(&[4])).contains("expected rows from 0 to 3, found 4"));
    assert!(message(set.rows(&[])).contains("at least one row"));
    assert!(message(set.only(&[2])).contains("classes from 0 to 1, found 2"));
    assert!(message(set.batches(0, 0)).contains("at least one example"));
    assert!(message(set.overlap(&iris().unwrap())).contains("the overlap of counted and iris"));
    assert_eq!(set.take(9).unwrap().len(), 4);
}

#[test]
fn a_planted_leak_is_found() {
    let parts = counted(10, 2).split(0.5, 0).unwrap();
    let leaked = Tensor::cat(&[&parts.train.x, &parts.test.x.narrow(0, 2, 1).unwrap()], 0).unwrap();
    let train = Dataset { x: leaked, ..parts.train.clone() };
    assert_eq!(parts.test.overlap(&train).unwrap(), [(2, 5)]);
}

#[test]
fn only_some_classes_get_new_numbers() {
    let set = counted(6, 3).only(&[2, 0]).unwrap();
    assert_eq!(numbers(&set), [0., 2., 3., 5.]);
    assert_eq!(set.y.to_vec1::<u32>().unwrap(), [1, 0, 1, 0]);
    assert_eq!(set.classes, ["2", "0"]);
}

#[test]
fn a_set_in_order_can_be_shuffled() {
    let set = counted(20, 2);
    let mut shuffled = numbers(&set.shuffle(4).unwrap());
    assert_ne!(shuffled, numbers(&set));
    assert_eq!(shuffled, numbers(&set.shuffle(4).unwrap()));
    shuffled.sort_by(f32::total_cmp);
    assert_eq!(shuffled, numbers(&set));
}

/// Mean and deviation as `StandardScaler` has them, from tests/reference/tables.py.
#[test]
fn a_scaler_measures_as_scikit_learn_does_and_can_be_undone() {
    let iris = iris().unwrap();
    let scaler = Scaler::fit(&iris).unwrap();
    close(&scaler.mean, &[5.843333, 3.057333, 3.758, 1.199333]);
    close(&scaler.deviation, &[0.825301, 0.434411, 1.759404, 0.759693]);
    let scaled = scaler.apply(&iris).unwrap();
    close(&scaled.x.narrow(0, 0, 1).unwrap(), &[-0.900681, 1.019004, -1.340227, -1.315444]);
    close(&scaler.undo(&scaled).unwrap().x.narrow(0, 0, 1).unwrap(), &[5.1, 3.5, 1.4, 0.2]);
}

#[test]
fn only_the_training_part_is_measured() {
    let parts = counted(10, 2).split(0.5, 0).unwrap();
    let far = Dataset { x: (&parts.test.x + 1e6).unwrap(), ..parts.test.clone() };
    let moved = Parts { test: far, ..parts.clone() };
    let train = |parts: &Parts| numbers(&parts.standardised().unwrap().train);
    assert_eq!(train(&moved), train(&parts));
    let (sum, squares) = train(&parts).iter().fold((0., 0.), |(s, q), x| (s + x, q + x * x));
    assert!(sum.abs() < 1e-5 && (squares - 5.).abs() < 1e-5);
}

#[test]
fn a_large_set_is_measured_piece_by_piece() {
    let x = Tensor::arange(0f32, 3e6, &Device::Cpu).unwrap().reshape((3000, 1000)).unwrap();
    let y = Tensor::zeros(3000, DType::U32, &Device::Cpu).unwrap();
    let set = Dataset::new("large", &x, &y).unwrap();
    let scaler = Scaler::fit(&set).unwrap(); // column 0: 0, 1000, …, 2999000
    let first = |all: &Tensor| all.flatten_all().unwrap().to_vec1::<f32>().unwrap()[0];
    assert_eq!(first(&scaler.mean), 1_499_500.);
    assert!((first(&scaler.deviation) / 866_025.4 - 1.).abs() < 1e-6); // 1000·√((3000² − 1)/12)
    assert_eq!(set.rows(&[2999]).unwrap().overlap(&set).unwrap(), [(0, 2999)]);
    let bad = Tensor::cat(&[&x, &x.narrow(0, 0, 1).unwrap().affine(f64::INFINITY, 1.).unwrap()], 0);
    let y = Tensor::zeros(3001, DType::U32, &Device::Cpu).unwrap();
    assert!(
        message(Dataset::new("large", &bad.unwrap(), &y)).contains("x of example 3000, number")
    );
}

#[test]
fn images_are_scaled_by_channel_and_constants_only_moved() {
    let digits = digits().unwrap();
    assert_eq!(Scaler::fit(&digits).unwrap().mean.dims(), [1, 1, 1, 1]);
    let flat = digits.flatten().unwrap(); // the first pixel never has ink
    assert_eq!(Scaler::fit(&flat).unwrap().apply(&flat).unwrap().x.dims(), [1797, 64]);
    let classes = Dataset { x: xor().unwrap().1, ..digits };
    assert!(message(Scaler::fit(&classes)).contains("a float type"));
}

fn close(tensor: &Tensor, expected: &[f32]) {
    let found = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 2e-6 * expected.abs().max(1.), "{found} {expected}");
    }
}

/// Sums of the columns and class counts from tests/reference/tables.py.
#[test]
fn the_tables_are_those_of_scikit_learn() {
    let check = |set: Result<Dataset>, counts: &[usize], sums: &[f64]| {
        let set = set.unwrap();
        assert_eq!(set.class_counts().unwrap(), counts);
        let found = set.x.to_dtype(DType::F64).unwrap().flatten_from(1).unwrap().sum(0).unwrap();
        for (found, expected) in found.to_vec1::<f64>().unwrap().iter().zip(sums) {
            assert!((found / expected - 1.).abs() < 1e-6, "{}: {found} {expected}", set.name);
        }
    };
    check(iris(), &[50, 50, 50], &[876.5, 458.6, 563.7, 179.9]);
    check(wine(), &[59, 71, 48], &[2314.11, 415.87, 421.24, 3470.1, 17754., 408.53]);
    check(breast_cancer(), &[357, 212], &[8038.429, 10975.81, 52330.38, 372631.9, 54.829]);
    let pixels = [34.125, 584.5625, 1329.3125, 1330.6875, 649.375]; // of the columns 1 to 5
    let skip = |set: Dataset| Ok(Dataset { x: set.flatten()?.x.narrow(1, 1, 5)?, ..set });
    let counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
    check(digits().and_then(skip), &counts, &pixels);
    assert_eq!(penguins().unwrap().class_counts().unwrap(), [151, 68, 123]);
}

/// Numbers of storms and sums of the columns from tests/reference/tables.py.
#[test]
fn the_storms_are_those_that_python_reads() {
    let set = storms().unwrap();
    let sums = [39127812., 170082., 307362., 177805., 527611.6, -1202699.4, 19409706., 977815.];
    let y = set.y.unsqueeze(1).unwrap();
    let all = Tensor::cat(&[&set.x, &y], 1).unwrap().to_dtype(DType::F64).unwrap();
    for (found, expected) in all.sum(0).unwrap().to_vec1::<f64>().unwrap().iter().zip(sums) {
        assert!((found / expected - 1.).abs() < 1e-7, "{found} {expected}");
    }
    assert_eq!(numbers(&set.take(1).unwrap()), [1975., 6., 27., 0., 27.5, -79., 1013.]);
    assert_eq!((set.groups[0], set.groups.iter().max(), set.groups.len()), (0, Some(&654), 19537));
    assert!(set.groups.is_sorted());
}

#[test]
fn the_summary_tells_counts_names_and_source() {
    assert_eq!(
        format!("{:?}", penguins().unwrap()),
        "penguins: 342 examples, x [342, 4] F32\n\
         3 classes: Adelie, Chinstrap, Gentoo\n\
         comes with candlelab"
    );
    let text = solar_system().unwrap().to_string();
    assert!(text.contains("x [8, 1] F32\ny [8] F32\n"), "{text}");
    assert!(breast_cancer().unwrap().to_string().contains("569 examples"));
    assert_eq!(thousands(1_060_000), "1,060,000");
}
