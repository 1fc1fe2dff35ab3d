//! Writes one picture of each kind into a folder: `cargo run --example gallery -- FOLDER`.

use candle_core::{Device, Result, Tensor};
use candlelab_plot::*;
use std::path::PathBuf;

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned()));
    std::fs::create_dir_all(&folder)?;
    for (name, chart) in curves()?.into_iter().chain(fields()?).chain(graphs()?).chain(tensors()?) {
        chart.save(folder.join(format!("{name}.svg")))?;
        std::fs::write(folder.join(format!("{name}.txt")), chart.text())?;
    }
    Ok(())
}

fn noise(i: usize) -> f64 {
    ((i as f64 * 12.9898).sin() * 43758.5453).fract()
}

fn curves() -> Result<Vec<(&'static str, Chart)>> {
    let xs: Vec<f64> = (1..=200).map(f64::from).collect();
    let run = |seed: usize, rate: f64| -> Vec<f64> {
        xs.iter().map(|x| (-rate * x).exp() * (1.5 + noise(seed + *x as usize)) + 1e-4).collect()
    };
    let options = LineOptions {
        y_scale: Scale::Log,
        x_label: "step".into(),
        y_label: "loss in nats".into(),
        ..LineOptions::default()
    };
    let both = LineOptions { x_scale: Scale::Log, ..options.clone() };
    let two = [("Adam", xs.clone(), run(1, 0.05)), ("SGD", xs.clone(), run(9, 0.01))];
    let runs = |rate| (0..7).map(|seed| run(97 * seed, rate)).collect::<Vec<_>>();
    let three =
        [("Adam, 7 seeds", xs.clone(), runs(0.05)), ("SGD, 7 seeds", xs.clone(), runs(0.01))];
    let normal = |n: usize, shift: f64| -> Result<Tensor> {
        let values: Vec<f64> = (0..n)
            .map(|i| (0..6).map(|k| noise(7 * i + 1000 * k)).sum::<f64>() / 2.0 + shift)
            .collect();
        Tensor::new(values, &Device::Cpu)
    };
    let (real, fake) = (normal(800, 0.0)?, normal(500, 0.7)?);
    let samples = [("real", &real), ("generated", &fake)];
    let tpr: Vec<f64> = (0..=50).map(|i| (f64::from(i) / 50.0).powf(0.3)).collect();
    let fpr: Vec<f64> = (0..=50).map(|i| f64::from(i) / 50.0).collect();
    let precision: Vec<f64> = fpr.iter().map(|x| 1.0 - 0.6 * x * x).collect();
    let said: Vec<f64> = (0..10).map(|i| f64::from(i) / 10.0 + 0.05).collect();
    let came: Vec<f64> = said.iter().map(|p| 0.15 + 0.6 * p).collect();
    Ok(vec![
        ("log-y", lines_with("Loss", &two, &options)?),
        ("log-log", lines_with("Loss", &two, &both)?),
        (
            "bands",
            bands("Loss, median of the runs", &three, Spread::Quantiles(0.1, 0.9), &options)?,
        ),
        ("histogram", histogram("Values", &samples, 30, Height::Density)?),
        ("histogram-one", histogram("Values", &samples[..1], 12, Height::Count)?),
        ("cumulative", histogram("Values", &samples, 30, Height::Cumulative)?),
        ("roc", roc_curve("ROC", &[("model", &fpr, &tpr), ("coin", &fpr, &fpr)])?),
        ("precision-recall", precision_recall_curve("Test", &[("model", &fpr, &precision)])?),
        (
            "reliability",
            reliability_diagram(
                "Reliability",
                &said,
                &came,
                &[10, 20, 40, 80, 40, 60, 90, 200, 300, 500],
            )?,
        ),
    ])
}

fn fields() -> Result<Vec<(&'static str, Chart)>> {
    let pendulum = |p: &Tensor| {
        let (x, v) = (p.narrow(1, 0, 1)?, p.narrow(1, 1, 1)?);
        Tensor::cat(&[&v, &((x.sin()? * -4.0)? - (&v * 0.4)?)?], 1)
    };
    let mut path = vec![[2.5f32, 0.0]];
    for _ in 0..300 {
        let [x, v] = path[path.len() - 1];
        path.push([x + 0.03 * v, v + 0.03 * (-4.0 * x.sin() - 0.4 * v)]);
    }
    let path = Tensor::from_vec(path.concat(), (path.len(), 2), &Device::Cpu)?;
    let extent = [-4.0, 4.0, -6.0, 6.0];
    let mut walk = vec![(-1.5, 1.8)];
    for _ in 0..40 {
        let (x, y): (f64, f64) = walk[walk.len() - 1];
        walk.push((x - 0.08 * 2.0 * x, y - 0.08 * 6.0 * (y - 0.3 * x)));
    }
    let bowl = |x: f64, y: f64| x * x + 3.0 * (y - 0.3 * x).powi(2);
    let hills = |x: f64, y: f64| {
        (-(x - 1.0).powi(2) - y * y).exp() - 0.7 * (-(x + 1.0).powi(2) - (y - 0.5).powi(2)).exp()
    };
    Ok(vec![
        ("quiver", quiver("Pendulum", extent, pendulum, &[&path])?),
        ("stream", stream_plot("Pendulum", extent, pendulum, &[&path])?),
        ("contour", contour("Descent", [-2.0, 2.0, -2.0, 2.0], bowl, &walk)?),
        ("hills", contour("Hills", [-3.0, 3.0, -2.0, 2.0], hills, &[])?),
        ("surface", surface("Hills", [-3.0, 3.0, -2.0, 2.0], hills)?),
        ("bowl", surface("x² + y²", [-1.0, 1.0, -1.0, 1.0], |x, y| x * x + y * y)?),
    ])
}

fn graphs() -> Result<Vec<(&'static str, Chart)>> {
    let edges: Vec<(usize, usize)> =
        (1..34).map(|i| (i, (i * i + 3) % i.max(2))).chain((0..20).map(|i| (i, i + 13))).collect();
    let classes = (0..34).map(|i| u32::from(i > 16)).collect();
    let club = GraphOptions { colours: Colours::Classes(classes), ..GraphOptions::default() };
    let weighted = GraphOptions {
        directed: true,
        weights: vec![0.5, 2.0, 1.0, 0.1, 1.5, 0.7],
        labels: ["input", "A", "B", "C", "out"].map(String::from).to_vec(),
        ..GraphOptions::default()
    };
    let arrows = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (4, 3)];
    let chain = Tensor::new(
        &[
            [0.58f32, 0.42, 0.0, 0.0],
            [0.0, 0.0, 0.4, 0.6],
            [0.55, 0.45, 0.0, 0.0],
            [0.0, 0.0, 0.33, 0.67],
        ],
        &Device::Cpu,
    )?;
    let two = Tensor::new(&[[0.9f32, 0.1], [0.5, 0.5]], &Device::Cpu)?;
    Ok(vec![
        ("graph", graph_chart("Club", 34, &edges, &club)?),
        ("weighted", graph_chart("Weights", 5, &arrows, &weighted)?),
        (
            "transitions",
            transition_graph("GPT as a Markov chain", &["00", "01", "10", "11"], &chain)?,
        ),
        ("weather", transition_graph("Weather", &["dry", "wet"], &two)?),
    ])
}

fn tensors() -> Result<Vec<(&'static str, Chart)>> {
    let device = &Device::Cpu;
    let node = |label, value, gradient, inputs: &[usize]| ValueNode {
        gradient: Some(gradient),
        ..ValueNode::new(label, value, inputs)
    };
    let loss = [
        node("w", 2.0, -14.0, &[]),
        node("x", 3.0, -12.0, &[]),
        node("b", 1.0, -6.0, &[]),
        node("y", 10.0, 6.0, &[]),
        node("w · x", 6.0, -6.0, &[0, 1]),
        node("wx + b", 7.0, -6.0, &[4, 2]),
        node("y − f", 3.0, 6.0, &[3, 5]),
        node("(y − f)²", 9.0, 1.0, &[6]),
        node("w²", 4.0, 1.0, &[0]),
        node("loss", 13.0, 1.0, &[7, 8]),
    ];
    let words = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dogs"];
    let weights: Vec<f64> =
        (0..64)
            .map(|i| {
                if i % 8 > i / 8 {
                    0.0
                } else {
                    noise(i).abs() + f64::from(u8::from(i % 8 == i / 8))
                }
            })
            .collect();
    let weights: Vec<f64> = (weights.chunks(8))
        .flat_map(|row| row.iter().map(|w| w / row.iter().sum::<f64>()).collect::<Vec<_>>())
        .collect();
    let weights = Tensor::from_vec(weights, (8, 8), device)?;
    let heads = Tensor::stack(&[&weights, &weights.t()?, &weights], 0)?;
    let long: Vec<String> = (0..30).map(|i| format!("token{i}")).collect();
    let wide = Tensor::from_vec((0..900).map(|i| noise(i).abs()).collect(), (30, 30), device)?;
    let ring: Vec<f32> = (0..784)
        .map(|i| {
            let r = ((i % 28) as f32 - 14.0).hypot((i / 28) as f32 - 14.0);
            (1.0 - (r - 8.0).abs() / 3.0).max(0.0)
        })
        .collect();
    let image = Tensor::from_vec(ring, (28, 28), device)?;
    let patches =
        Tensor::from_vec((0..16).map(|i| noise(i).abs()).collect::<Vec<_>>(), (4, 4), device)?;
    let filters =
        Tensor::from_vec((0..8 * 25).map(noise).collect::<Vec<_>>(), (8, 1, 5, 5), device)?;
    let names: Vec<String> = (0..8).map(|i| format!("filter {i}")).collect();
    let large = Tensor::from_vec((0..1600).map(noise).collect::<Vec<_>>(), (40, 40), device)?;
    let steps: Vec<f64> = (0..20).map(f64::from).collect();
    let run = |lr: f64| {
        let ys: Vec<f64> = steps.iter().map(|t| (1.0 - lr).powf(*t)).collect();
        line_chart(&format!("learning rate {lr}"), &steps, &ys)
    };
    Ok(vec![
        ("computation", computation_graph("loss = (y − (wx + b))² + w²", &loss)?),
        ("attention", attention_map("Causal attention", &words, &words, &weights)?),
        ("heads", attention_map("Three heads", &words, &words, &heads)?),
        ("tokens", attention_map("Many tokens", &long, &long, &wide)?),
        ("patches", patch_attention("Class token", &image, &patches)?),
        ("filters", image_grid(&filters, &names, 4)?),
        ("heat", heat_map("weights", &large)?),
        (
            "multiples",
            small_multiples("Learning rates", &[run(0.05)?, run(0.2)?, run(0.5)?, run(0.9)?], 2)?,
        ),
    ])
}
