//! `candlelab bench`: how fast the runtime trains, beside PyTorch and Candle's own layers.

mod peers;
mod table;

use crate::cli::BenchArgs;
use crate::engine;
use crate::exit::Exit;
use crate::print;
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
    let peak = table::peak(ours.time("gemm", seconds)?);
    print::line(table::head(&others, peak));
    let mut rows = Vec::new();
    for model in models(args) {
        let mut row = Row::new(model, others.len());
        for _ in 0..args.rounds {
            row.ours.push(ours.time(model, seconds)?);
            for (peer, times) in others.iter().zip(&mut row.others) {
                times.push(peer.time(model, seconds)?);
            }
        }
        print::line(row.line(peak));
        rows.push(row);
    }
    print::line(table::foot(&rows, &others));
    Ok(Exit::Ok)
}

fn models(args: &BenchArgs) -> Vec<&str> {
    match args.models.is_empty() {
        true => WORKLOADS.to_vec(),
        false => args.models.iter().map(String::as_str).collect(),
    }
}
