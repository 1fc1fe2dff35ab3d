//! Networks of whole graphs.

use crate::seeded::{distance, mean, number, seeded};
use candlelab_data::{slides, solubility};
use candlelab_models::*;
use candlelab_nn::*;

const DEVICE: &Device = &Device::Cpu;

const CONVS: [GraphConv; 5] = [
    GraphConv::Gcn,
    GraphConv::Sage,
    GraphConv::Gat { heads: 2 },
    GraphConv::Gin { hidden: 16 },
    GraphConv::EdgeConv { hidden: 16 },
];

#[test]
fn parameter_counts_are_those_of_the_labs() -> Result<()> {
    let _guard = seeded(0);
    let count = |config| Ok(parameter_count(&GraphNet::new(&config, DEVICE)?.vars()));
    let counts = CONVS.map(|conv| count(GraphNetConfig::xor(conv)));
    let counts = counts.into_iter().collect::<Result<Vec<_>>>()?;
    // GCN: 1·4 + 4, 4·4 + 4, 4·2 + 2; GIN: 1·16 + 16 + 16·4 + 4, 4·16 + 16 + 16·4 + 4, 4·2 + 2
    assert_eq!(counts, [38, 58, 138, 258, 338]);
    assert_eq!(count(GraphNetConfig::molecules())?, 21_633);
    assert_eq!(count(GraphNetConfig::slides())?, 3_298);
    Ok(())
}

/// Whether a network with these layers learns the four graphs, as the lab's recipe has it.
fn solves(conv: GraphConv) -> Result<bool> {
    let (graphs, labels) = xor_graphs(DEVICE)?;
    let model = GraphNet::new(&GraphNetConfig::xor(conv), DEVICE)?;
    let mut optimizer = Adam::new(model.vars(), 0.02);
    for _ in 0..200 {
        optimizer.backward_step(&cross_entropy(&model.forward(&graphs)?, &labels)?)?;
    }
    Ok(accuracy(&model.forward(&graphs)?, &labels)? == 1.0)
}

#[test]
fn all_kinds_of_layers_solve_xor_in_three_attempts() -> Result<()> {
    let _guard = seeded(1);
    for conv in CONVS {
        let solved = (0..3).map(|_| solves(conv)).collect::<Result<Vec<_>>>()?;
        assert!(solved.contains(&true), "{conv:?}");
    }
    Ok(())
}

/// Three nodes and the same with other numbers for them.
#[test]
fn the_order_of_nodes_does_not_matter() -> Result<()> {
    let _guard = seeded(2);
    let x = randn(0.0, 1.0, (3, 1), DEVICE)?;
    let edges = Tensor::new(&[[0u32, 1, 1, 2], [1, 0, 2, 1]], DEVICE)?; // 0 – 1 – 2
    let turned = Tensor::new(&[[1u32, 2, 2, 0], [2, 1, 0, 2]], DEVICE)?; // 1 – 2 – 0
    let of_turned = x.index_select(&Tensor::new(&[2u32, 0, 1], DEVICE)?, 0)?;
    let one = GraphBatch::new(&[(x, edges)])?;
    let other = GraphBatch::new(&[(of_turned, turned)])?;
    for conv in CONVS {
        let model = GraphNet::new(&GraphNetConfig::xor(conv), DEVICE)?;
        assert!(distance(&model.forward(&one)?, &model.forward(&other)?)? < 1e-6, "{conv:?}");
        assert!(distance(&model.nodes(&one)?, &model.nodes(&other)?)? > 1e-4, "{conv:?}");
    }
    Ok(())
}

/// How probable it is that a slide of class 1 scores higher than one of class 0.
fn area_under_curve(scores: &[f32], labels: &[u32]) -> f64 {
    let of = |class: u32| {
        let pairs = scores.iter().zip(labels).filter(move |(_, label)| **label == class);
        pairs.map(|(score, _)| *score).collect::<Vec<_>>()
    };
    let (negative, positive) = (of(0), of(1));
    let wins = positive.iter().flat_map(|a| negative.iter().map(move |b| a > b));
    wins.filter(|win| *win).count() as f64 / (negative.len() * positive.len()) as f64
}

#[test]
fn slides_are_told_apart_by_the_neighbours_of_their_cells() -> Result<()> {
    let _guard = seeded(3);
    let all = slides(60, 40, 1)?;
    let (train, y) = slide_batch(&all[..30])?;
    let (test, labels) = slide_batch(&all[30..])?;
    let model = GraphNet::new(&GraphNetConfig::slides(), DEVICE)?;
    let mut optimizer = Adam::new(model.vars(), 0.01);
    for _ in 0..40 {
        optimizer.backward_step(&cross_entropy(&model.forward(&train)?, &y)?)?;
    }
    let logits = model.forward(&test)?;
    let scores = (logits.get_on_dim(1, 1)? - logits.get_on_dim(1, 0)?)?.to_vec1::<f32>()?;
    let area = area_under_curve(&scores, &labels.to_vec1::<u32>()?);
    assert!(area >= 0.9, "{area}");
    Ok(())
}

#[test]
fn molecules_are_learnt_by_heart() -> Result<()> {
    let _guard = seeded(4);
    let (train, _) = solubility()?;
    let (graphs, y) = molecule_batch(&train[..24])?;
    let model = GraphNet::new(&GraphNetConfig::molecules(), DEVICE)?;
    let mut optimizer = Adam::new(model.vars(), 5e-3);
    for _ in 0..200 {
        optimizer.backward_step(&mse(&model.forward(&graphs)?, &y)?)?;
    }
    let error = number(&mse(&model.forward(&graphs)?, &y)?)?;
    let variance = mean(&y.broadcast_sub(&y.mean_keepdim(0)?)?.sqr()?)?;
    assert!(error < 0.3 * variance, "{error} of {variance}");
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let _guard = seeded(5);
    let config = GraphNetConfig { widths: vec![], ..GraphNetConfig::slides() };
    assert!(GraphNet::new(&config, DEVICE).is_err());
    let model = GraphNet::new(&GraphNetConfig::molecules(), DEVICE)?;
    assert!(model.forward(&xor_graphs(DEVICE)?.0).is_err());
    let water = candlelab_data::Molecule::new("water", &["O", "H"], vec![[0, 1, 1]])?;
    let error = molecule_batch(&[water]).unwrap_err().to_string();
    assert!(error.contains("the molecule water has no measured value"), "{error}");
    assert!(molecule_batch(&[]).is_err() && slide_batch(&[]).is_err());
    Ok(())
}
