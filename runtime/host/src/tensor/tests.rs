use super::*;
use candle_core::Shape;

fn zeros(shape: impl Into<Shape>, dtype: DType) -> Tensor {
    Tensor::zeros(shape, dtype, &Device::Cpu).unwrap()
}

fn text(tensor: &Tensor) -> String {
    tensor.rich().get("text/plain").unwrap().to_owned()
}

fn html(tensor: &Tensor) -> String {
    tensor.rich().get("text/html").unwrap().to_owned()
}

#[test]
fn a_small_matrix_is_shown_in_full() {
    let x = Tensor::new(&[[0.5f32, -1.], [10., 2.25]], &Device::Cpu).unwrap();
    assert_eq!(text(&x), "Tensor (2, 2) f32 on cpu\n 0.50  -1.00\n10.00   2.25");
    assert_eq!(html(&x).matches("<td").count(), 4);
}

#[test]
fn a_variable_says_so() {
    let w = Var::new(3.5f64, &Device::Cpu).unwrap();
    assert_eq!(w.rich().get("text/plain"), Some("Var () f64 on cpu\n3.5"));
}

#[test]
fn whole_numbers_have_no_decimals() {
    let large = Tensor::new(&[i64::MAX, -1], &Device::Cpu).unwrap();
    assert_eq!(text(&large), "Tensor (2) i64 on cpu\n9223372036854775807                   -1");
    assert_eq!(text(&Tensor::new(&[7u8, 8], &Device::Cpu).unwrap()), "Tensor (2) u8 on cpu\n7  8");
    assert_eq!(text(&Tensor::new(4u32, &Device::Cpu).unwrap()), "Tensor () u32 on cpu\n4");
}

#[test]
fn every_element_type_is_shown() {
    for dtype in
        [DType::U8, DType::U32, DType::I64, DType::BF16, DType::F16, DType::F32, DType::F64]
    {
        for shape in [vec![], vec![3], vec![2, 3], vec![40, 50], vec![2, 3, 4], vec![500]] {
            let tensor = zeros(shape.clone(), dtype);
            assert!(!text(&tensor).contains("cannot"), "{dtype:?} {shape:?}: {}", text(&tensor));
        }
    }
}

#[test]
fn an_empty_tensor_has_no_values() {
    assert_eq!(text(&zeros((0, 3), DType::F32)), "Tensor (0, 3) f32 on cpu\nno values");
}

#[test]
fn a_stack_of_matrices_is_shown_one_by_one() {
    let x = Tensor::arange(0u32, 8, &Device::Cpu).unwrap().reshape((2, 2, 2)).unwrap();
    assert_eq!(text(&x), "Tensor (2, 2, 2) u32 on cpu\n[0]\n0  1\n2  3\n[1]\n4  5\n6  7");
    assert_eq!(place(5, &[2, 3]), "[1, 2]");
}

#[test]
fn a_large_tensor_is_summarised() {
    let x = Tensor::arange(0f32, 1000., &Device::Cpu).unwrap();
    let expected = "Tensor (1000) f32 on cpu\n1000 values, min 0.0, mean 499.5, max 999.0\n\
                    first: 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, …";
    assert_eq!(text(&x), expected);
}

#[test]
fn a_large_matrix_is_a_small_heat_map() {
    let x = Tensor::randn(0f32, 1., (3000, 1000), &Device::Cpu).unwrap();
    let html = html(&x);
    assert!(html.contains("<svg") && html.len() < 80_000, "{} bytes", html.len());
}

#[test]
fn values_that_are_not_finite_are_counted_and_red() {
    let mut values = vec![1f32; 400];
    values[..3].copy_from_slice(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
    let x = Tensor::from_vec(values, (20, 20), &Device::Cpu).unwrap();
    assert!(
        text(&x).contains("max 1.0, 1 NaN, 2 infinite\nfirst: NaN, inf, -inf, 1.0"),
        "{}",
        text(&x)
    );
    assert!(html(&x).contains("#d61e28"));
    let all = Tensor::new(&[[f32::NAN, f32::NAN]], &Device::Cpu).unwrap();
    assert_eq!(text(&all), "Tensor (1, 2) f32 on cpu\nNaN  NaN");
}

#[test]
fn tiny_and_huge_values_keep_their_digits() {
    let x = Tensor::new(&[1.5e-7f64, 2e-9], &Device::Cpu).unwrap();
    assert_eq!(text(&x), "Tensor (2) f64 on cpu\n1.500e-7  2.000e-9");
    let x = Tensor::new(&[1.5e9f32, 0.], &Device::Cpu).unwrap();
    assert_eq!(text(&x), "Tensor (2) f32 on cpu\n1.500e9  0.000e0");
}

#[test]
fn a_view_of_another_tensor_shows_its_own_values() {
    let x = Tensor::arange(0u32, 6, &Device::Cpu).unwrap().reshape((2, 3)).unwrap();
    assert_eq!(
        text(&x.t().unwrap().narrow(0, 1, 2).unwrap()),
        "Tensor (2, 2) u32 on cpu\n1  4\n2  5"
    );
}
