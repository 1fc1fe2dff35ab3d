//! Throw-away.
use candle_core::{Device, Tensor, DType};
use candlelab_plot::*;
fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let dev = Device::Cpu;
    let xs: Vec<f64> = (0..121).map(|i| -3.0 + i as f64 * 0.05).collect();
    let ys: Vec<f64> = xs.iter().map(|w| (w - 0.5f64).powi(2) + (4.0 * w).sin()).collect();
    let out = |name: &str, c: Chart| { println!("{name} {} bytes\n{c}", c.svg().len()); c.save(format!("/tmp/gallery/{name}.svg")).unwrap(); };
    out("line", line_chart("f(w) = (w − 0.5)² + sin 4w", &xs, &ys)?);
    let mut w = 3.0f64; let mut path = vec![w];
    for _ in 0..300 { w -= 0.01 * (2.0 * (w - 0.5) + 4.0 * (4.0 * w).cos()); path.push(w); }
    let vals: Vec<f64> = path.iter().map(|w| (w - 0.5f64).powi(2) + (4.0 * w).sin()).collect();
    out("descent", descent("From 3 the walk is caught by the first valley it meets", &xs, &ys, &path, &vals)?);
    let bold: Vec<f64> = (0..50).map(|i| 0.5 + 2.5 * (-0.8f64).powi(i)).collect();
    let f = |w: f64| (w - 0.5).powi(2);
    out("bold", descent("lr = 0.9: from wall to wall", &xs, &xs.iter().map(|&w| f(w)).collect::<Vec<_>>(), &bold, &bold.iter().map(|&w| f(w)).collect::<Vec<_>>())?);
    let e: Vec<f64> = (0..30).map(f64::from).collect();
    out("lines", lines("Loss by epoch", &[("train", e.clone(), e.iter().map(|e| 2.3 * (-e / 5.0).exp()).collect()), ("test, never seen", e.clone(), e.iter().map(|e| 0.3 + 2.0 * (-e / 6.0).exp() + e * 0.01).collect())])?);
    let tiny: Vec<f64> = e.iter().map(|e| 1e-18 * (-e / 5.0).exp()).collect();
    out("tiny", line_chart("a tiny loss", &e, &tiny)?);
    let x = Tensor::new(&[[0f32, 0.], [0., 1.], [1., 0.], [1., 1.]], &dev)?;
    let y = Tensor::new(&[0u8, 1, 1, 0], &dev)?;
    out("xor", decision_map("XOR learnt", &x, &y, [-0.5, 1.5, -0.5, 1.5], |p| {
        let s = p.sum_keepdim(1)?;
        (((&s - 0.5)? * 4.0)?.tanh()? - ((&s - 1.5)? * 4.0)?.tanh()?)? - 1.0
    })?);
    let noise = Tensor::randn(0f32, 0.7, (300, 2), &dev)?;
    let lab = noise.sqr()?.sum(1)?.gt(0.5f32)?;
    out("scatter", scatter("Ring or not", &noise, &lab)?);
    out("circle", decision_map("Ring or not", &noise, &lab, [-2., 2., -2., 2.], |p| p.sqr()?.sum(1)? - 0.5)?);
    let three = (noise.sqr()?.sum(1)? * 1.5)?.floor()?.clamp(0f32, 3.)?;
    out("scatter4", scatter("Four classes", &noise, &three)?);
    let imgs = Tensor::rand(0f32, 1., (20, 1, 28, 28), &dev)?;
    let names: Vec<String> = (0..20).map(|i| format!("{i}, not {}", (i * 7) % 10)).collect();
    out("images", image_grid(&imgs, &names, 10)?);
    out("kernels", image_grid(&Tensor::randn(0f32, 1., (16, 1, 5, 5), &dev)?, &[], 8)?);
    out("heat", heat_map(&Tensor::randn(0f32, 1., (6, 9), &dev)?)?);
    out("heat1", heat_map(&Tensor::new(&[[0f32, 1.], [0.5, 0.25]], &dev)?)?);
    out("heatbig", heat_map(&Tensor::rand(0f32, 1., (40, 120), &dev)?)?);
    let l = Tensor::rand(0f32, 10., 2000, &dev)?.to_dtype(DType::U32)?;
    let p: Vec<u32> = l.to_vec1::<u32>()?.iter().enumerate().map(|(i, &c)| if i % 30 == 0 { (c + i as u32) % 10 } else { c }).collect();
    out("confusion", confusion_matrix(&Tensor::new(p, &dev)?, &l, 10)?);
    Ok(())
}
