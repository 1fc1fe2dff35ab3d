//! Numbers of `tests/reference/graph_layers.py`.

use crate::common::{Reference, random};
use candle_core::{D, DType, Device, Result, Tensor, Var};
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/graph_layers.json"))
}

fn edges(from: &[u32], to: &[u32]) -> Result<Tensor> {
    Tensor::from_vec([from, to].concat(), (2, from.len()), &Device::Cpu)
}

#[test]
fn aggregations_are_pytorchs() -> Result<()> {
    let index = Tensor::new(&[2u32, 0, 2, 3, 0, 2], &Device::Cpu)?;
    let kinds = [("sum", Aggregation::Sum), ("mean", Aggregation::Mean), ("max", Aggregation::Max)];
    for (name, kind) in kinds {
        let shapes: [&[usize]; 3] = [&[6], &[6, 3], &[6, 2, 2]];
        for shape in shapes {
            let name = format!("scatter {name} {}", shape.len());
            reference().agrees(&name, &[shape], |x| kind.scatter(&x[0], &index, 4))?;
        }
    }
    reference()
        .agrees("scatter softmax", &[&[6, 3]], |x| scatter_softmax(&(&x[0] * 3.0)?, &index, 4))
}

/// torch.zeros(2).scatter_reduce(0, torch.tensor([0, 0, 0, 1]), x, "amax", include_self=False) of
/// x = [2, 2, 1, 7] has the gradient [.5, .5, 0, 1].
#[test]
fn ties_share_the_gradient() -> Result<()> {
    let x = Var::new(&[2f32, 2.0, 1.0, 7.0], &Device::Cpu)?;
    let index = Tensor::new(&[0u32, 0, 0, 1], &Device::Cpu)?;
    let gradients = scatter_max(&x, &index, 2)?.sum_all()?.backward()?;
    assert_eq!(gradients.get(&x).expect("a gradient").to_vec1::<f32>()?, [0.5, 0.5, 0.0, 1.0]);
    Ok(())
}

#[test]
fn numbers_that_are_none_are_passed_on() -> Result<()> {
    let index = Tensor::new(&[0u32, 0, 1, 1, 2], &Device::Cpu)?;
    let x = Tensor::new(&[f32::NAN, 1.0, 1.0, f32::NAN, f32::NEG_INFINITY], &Device::Cpu)?;
    let y = scatter_max(&x, &index, 3)?.to_vec1::<f32>()?;
    assert!(y[0].is_nan() && y[1].is_nan() && y[2] == f32::NEG_INFINITY, "{y:?}");
    Ok(())
}

#[test]
fn graph_layers_are_pytorchs() -> Result<()> {
    let edges = edges(&[0, 1, 1, 2, 3, 3], &[1, 0, 2, 1, 1, 3])?;
    let device = &Device::Cpu;
    let mlp = |inputs| {
        Result::Ok(
            (Sequential::new().add(Linear::new(inputs, 4, device)?).add(Activation::Tanh))
                .add(Linear::new(4, 2, device)?),
        )
    };
    let layers: [(&str, Box<dyn GraphLayer>); 5] = [
        ("gcn", Box::new(Gcn::new(3, 2, device)?)),
        ("sage", Box::new(GraphSage::new(3, 2, device)?)),
        ("gat", Box::new(Gat::new(3, 2, 2, device)?)),
        ("gin", Box::new(Gin::new(mlp(3)?))),
        ("edge_conv", Box::new(EdgeConv::new(mlp(6)?))),
    ];
    for (name, layer) in layers {
        reference().layer_agrees(name, &[5, 3], &layer.vars(), |x| layer.forward(x, &edges))?;
    }
    Ok(())
}

/// Kipf and Welling's example by hand: a path of three nodes has degrees 2, 3, 2 with its loops.
#[test]
fn a_graph_convolution_can_be_done_by_hand() -> Result<()> {
    let layer = Gcn::new(1, 1, &Device::Cpu)?;
    layer.vars()[0].set(&Tensor::new(&[[2f32]], &Device::Cpu)?)?;
    layer.vars()[1].set(&Tensor::new(&[10f32], &Device::Cpu)?)?;
    let x = Tensor::new(&[[1f32], [2.0], [3.0]], &Device::Cpu)?;
    let y = layer.forward(&x, &edges(&[0, 1, 1, 2], &[1, 0, 2, 1])?)?.flatten_all()?;
    let root = 6f32.sqrt();
    let truth = [
        2.0 * (1.0 / 2.0 + 2.0 / root) + 10.0,
        2.0 * (1.0 / root + 2.0 / 3.0 + 3.0 / root) + 10.0,
        2.0 * (2.0 / root + 3.0 / 2.0) + 10.0,
    ];
    for (y, truth) in y.to_vec1::<f32>()?.into_iter().zip(truth) {
        assert!((y - truth).abs() < 1e-5, "{y} {truth}");
    }
    Ok(())
}

/// A query that attends to every key is a node that hears from every node.
#[test]
fn a_graph_layer_on_the_complete_graph_is_attention() -> Result<()> {
    let (n, d) = (5, 4);
    seed(1);
    let (q, k, v) = (random((n, d))?, random((n, d))?, random((n, d))?);
    let of = |edges: &Tensor| -> Result<Tensor> {
        let (from, to) = (edges.get(0)?, edges.get(1)?);
        let scores = (gather(&q, &to)? * gather(&k, &from)?)?.sum(1)?; // (edges)
        let weights = scatter_softmax(&(scores / (d as f64).sqrt())?, &to, n)?;
        scatter_sum(&gather(&v, &from)?.broadcast_mul(&weights.unsqueeze(1)?)?, &to, n)
    };
    let pairs = |sees: fn(u32, u32) -> bool| {
        let all = (0..n as u32).flat_map(|i| (0..n as u32).map(move |j| (j, i)));
        let (from, to): (Vec<u32>, Vec<u32>) = all.filter(|(j, i)| sees(*i, *j)).unzip();
        edges(&from, &to)
    };
    let as_heads = |x: &Tensor| x.reshape((1, 1, n, d));
    let (q4, k4, v4) = (as_heads(&q)?, as_heads(&k)?, as_heads(&v)?);
    for (edges, causal) in [(pairs(|_, _| true)?, false), (pairs(|i, j| j <= i)?, true)] {
        let truth = attention(&q4, &k4, &v4, causal)?.reshape((n, d))?; // dropped edges are a mask
        let error = (of(&edges)? - truth)?.abs()?.max_all()?.to_scalar::<f64>()?;
        assert!(error < 1e-12, "causal {causal}: {error}");
    }
    Ok(())
}

/// Two nodes of which one has two like neighbours, the other one: means and maxima are the same.
#[test]
fn a_sum_tells_apart_what_a_mean_confuses() -> Result<()> {
    let x = Tensor::ones((3, 1), DType::F32, &Device::Cpu)?;
    let (one, two) = (edges(&[0], &[2])?, edges(&[0, 1], &[2, 2])?);
    let last = |layer: &dyn GraphLayer, edges| {
        layer.forward(&x, edges)?.get(2)?.squeeze(0)?.to_scalar::<f32>()
    };
    let gin = Gin::new(Activation::Relu);
    assert_eq!([last(&gin, &one)?, last(&gin, &two)?], [2.0, 3.0]);
    let mean = GraphSage::new(1, 1, &Device::Cpu)?;
    assert_eq!(last(&mean, &one)?, last(&mean, &two)?);
    Ok(())
}

/// The networks of the lab on XOR as graphs: two nodes, an edge, and a class for the whole.
struct XorNet {
    layers: [Box<dyn GraphLayer>; 2],
    head: Linear,
}

impl XorNet {
    fn edge_convolution() -> Result<Self> {
        let device = &Device::Cpu;
        let conv = |inputs: usize| -> Result<Box<dyn GraphLayer>> {
            let mlp = Sequential::new().add(Linear::new(2 * inputs, 16, device)?);
            let mlp = mlp.add(Activation::Relu).add(Linear::new(16, 4, device)?);
            Ok(Box::new(EdgeConv::new(mlp)))
        };
        Ok(Self { layers: [conv(1)?, conv(4)?], head: Linear::new(4, 2, device)? })
    }

    fn attention() -> Result<Self> {
        let device = &Device::Cpu;
        let gat = |inputs| -> Result<Box<dyn GraphLayer>> {
            Ok(Box::new(Gat::new(inputs, 4, 2, device)?))
        };
        Ok(Self { layers: [gat(1)?, gat(8)?], head: Linear::new(8, 2, device)? })
    }

    fn vars(&self) -> Vec<Var> {
        let layers = self.layers.iter().flat_map(|layer| layer.vars());
        layers.chain(self.head.vars()).collect()
    }

    /// Logits, `(graphs, 2)`.
    fn forward(&self, batch: &GraphBatch) -> Result<Tensor> {
        let h = relu(&self.layers[0].forward(&batch.x, &batch.edge_index)?)?;
        let h = relu(&self.layers[1].forward(&h, &batch.edge_index)?)?;
        self.head.forward(&batch.pool(&h, Aggregation::Mean)?)
    }
}

/// 0→0, 0→1, 1→0 and 1→1 between the nodes with 0 and 1, of classes 0, 1, 1, 0.
fn xor_graphs() -> Result<(Vec<(Tensor, Tensor)>, Tensor)> {
    let x = Tensor::new(&[[0f32], [1.0]], &Device::Cpu)?;
    let graph = |(from, to): (u32, u32)| Ok((x.clone(), edges(&[from], &[to])?));
    let graphs = [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().map(graph);
    Ok((graphs.collect::<Result<_>>()?, Tensor::new(&[0u32, 1, 1, 0], &Device::Cpu)?))
}

/// About one start in six gets stuck.
#[test]
fn graph_networks_learn_xor() -> Result<()> {
    let (graphs, y) = xor_graphs()?;
    let batch = GraphBatch::new(&graphs)?;
    for (new, parameters) in
        [(XorNet::edge_convolution as fn() -> _, 338), (XorNet::attention, 138)]
    {
        let learns = || -> Result<bool> {
            let net = new()?;
            assert_eq!(parameter_count(&net.vars()), parameters);
            let mut adam = Adam::new(net.vars(), 0.01);
            for _ in 0..300 {
                adam.backward_step(&cross_entropy(&net.forward(&batch)?, &y)?)?;
            }
            Ok(accuracy(&net.forward(&batch)?, &y)? == 1.0)
        };
        let tries: Result<Vec<bool>> = (0..8).map(|_| learns()).collect();
        assert!(tries?.contains(&true), "{parameters} parameters");
    }
    Ok(())
}

#[test]
fn the_order_of_nodes_and_the_rest_of_the_batch_do_not_matter() -> Result<()> {
    seed(2);
    let net = XorNet::edge_convolution()?;
    let x = randn(0.0, 1.0, (4, 1), &Device::Cpu)?;
    let graph = (x.clone(), edges(&[0, 1, 3, 3], &[1, 2, 0, 1])?);
    let order = Tensor::new(&[2u32, 0, 3, 1], &Device::Cpu)?; // node i was node order[i]
    let mixed = (gather(&x, &order)?, edges(&[1, 3, 2, 2], &[3, 0, 1, 3])?);
    let y = net.forward(&GraphBatch::new(&[graph, mixed])?)?;
    let alone = net.forward(&GraphBatch::new(&xor_graphs()?.0[1..2])?)?;
    let graphs: Vec<_> = xor_graphs()?.0;
    let together = net.forward(&GraphBatch::new(&graphs)?)?.narrow(0, 1, 1)?;
    for difference in [(y.get(0)? - y.get(1)?)?, (alone - together)?.squeeze(0)?] {
        assert!(difference.abs()?.max(D::Minus1)?.to_scalar::<f32>()? < 1e-6);
    }
    Ok(())
}

#[test]
fn a_graph_may_have_no_edges() -> Result<()> {
    let x = Tensor::ones((2, 1), DType::F32, &Device::Cpu)?;
    let none = Tensor::zeros((2, 0), DType::U32, &Device::Cpu)?;
    for kind in [Aggregation::Sum, Aggregation::Mean, Aggregation::Max] {
        let y = message_passing(&x, &none, kind, |_, x_j| Ok(x_j.clone()))?;
        assert_eq!(y.to_vec2::<f32>()?, [[0.0], [0.0]], "{kind:?}");
    }
    assert_eq!(Gat::new(1, 3, 2, &Device::Cpu)?.forward(&x, &none)?.dims(), [2, 6]);
    assert_eq!(GraphBatch::new(&[(x.clone(), none)])?.batch.to_vec1::<u32>()?, [0, 0]);
    Ok(())
}

#[test]
fn wrong_edges_are_named() -> Result<()> {
    let layer = Gcn::new(1, 1, &Device::Cpu)?;
    let x = Tensor::ones((2, 1), DType::F32, &Device::Cpu)?;
    let message = |edges: &Tensor| layer.forward(&x, edges).unwrap_err().to_string();
    let nowhere = edges(&[0], &[2])?;
    assert!(message(&nowhere).contains("the index holds 2, but rows go from 0 to below 2"));
    assert!(message(&nowhere.t()?.contiguous()?).contains("(2, edges) of u32, got [1, 2]"));
    assert!(message(&nowhere.to_dtype(DType::I64)?).contains("I64"));
    assert!(GraphBatch::new(&[(x.clone(), nowhere)]).is_err() && GraphBatch::new(&[]).is_err());
    let message = scatter_sum(&x, &Tensor::new(&[0u32], &Device::Cpu)?, 1).unwrap_err();
    assert!(message.to_string().contains("x: [2, 1], index: [1]"), "{message}");
    Ok(())
}
