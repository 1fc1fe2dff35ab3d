//! `candlelab bench`: how fast the runtime trains, beside PyTorch and Candle's own layers.

mod calm;
mod peers;
mod table;

use crate::cli::BenchArgs;
use crate::engine;
use crate::exit::Exit;
use crate::print;
use calm::Watch;
use peers::Peer;
use table::Row;

/// The models that can be trained; the same names are in `runtime/bench` and in the Python script.
pub const WORKLOADS: [&str; 14] = [
    "mlp_sgd", "mlp_adam", "cnn", "resnet", "vit7", "vit4", "gpt64", "gpt128", "gptgen", "dcgan",
    "diffmlp", "unet", "gcn", "xor",
];

/// Times each model with every library in turn, and prints a line a model.
pub fn run(args: &BenchArgs) -> anyhow::Result<Exit> {
    let (program, folder) = engine::bench_program()?;
    let seconds = args.time.as_secs_f64();
    let ours = Peer::ours(&program);
    let mut others = Vec::new();
    if !args.no_torch {
        others.push(Peer::torch(&folder)?);
    }
    if !args.no_candle {
        others.push(Peer::candle(&program));
    }
    let mut watch = Watch::new(&ours)?;
    print::line(table::head(&others));
    let mut rows = Vec::new();
    for model in models(args) {
        let mut row = Row::new(model);
        for _ in 0..args.rounds {
            let all = [&ours].into_iter().chain(&others);
            row.rounds.push(watch.round(|| {
                all.clone().map(|peer| peer.step(model, seconds)).collect::<anyhow::Result<_>>()
            })?);
        }
        print::line(row.line(watch.best));
        rows.push(row);
    }
    print::line(table::foot(&rows, &others, &watch));
    Ok(Exit::Ok)
}

fn models(args: &BenchArgs) -> Vec<&str> {
    match args.models.is_empty() {
        true => WORKLOADS.to_vec(),
        false => args.models.iter().map(String::as_str).collect(),
    }
}
