//! Every operation's gradient against central differences, in f64.

mod common;

use candle_core::{DType, Device, Result, Tensor, Var};
use candlelab_nn::*;
use common::{check, random};

#[test]
fn convolution() -> Result<()> {
    seed(1);
    for (stride, padding) in [(1, 0), (1, 2), (2, 0), (2, 1), (3, 2)] {
        let (x, w) = (random((2, 3, 7, 5))?, random((4, 3, 3, 2))?);
        check("x", x.clone(), |x| conv2d(x, &w, None, stride, padding))?;
        check("w", w, |w| conv2d(&x, w, None, stride, padding))?;
    }
    let (x, w) = (random((2, 1, 3, 3))?, random((2, 1, 2, 2))?);
    check("bias", random(2)?, |bias| conv2d(&x, &w, Some(bias), 1, 0))
}

#[test]
fn convolution_agrees_with_candle() -> Result<()> {
    seed(2);
    for (stride, padding, width) in [(1, 0, 5), (1, 2, 5), (2, 1, 6), (3, 4, 2), (2, 3, 1)] {
        let (x, w) = (random((2, 3, 7, width))?, random((4, 3, 3, 3))?);
        if width + 2 * padding < 3 {
            continue;
        }
        let ours = conv2d(&x, &w, None, stride, padding)?;
        let theirs = x.conv2d(&w, padding, stride, 1, 1)?;
        assert_eq!(ours.dims(), theirs.dims());
        let error = (ours - theirs)?.abs()?.max_all()?.to_scalar::<f64>()?;
        assert!(error < 1e-12, "stride {stride}, padding {padding}: {error}");
    }
    Ok(())
}

#[test]
fn convolution_with_dilation_and_groups() -> Result<()> {
    seed(7);
    for (stride, padding, dilation, groups) in [(1, 1, 2, 1), (2, 3, 3, 2), (3, 0, 1, 6)] {
        let options = ConvOptions { stride, padding, dilation, groups };
        let (x, w) = (random((2, 6, 8, 7))?, random((6, 6 / groups, 3, 2))?);
        check("x", x.clone(), |x| conv2d_with(x, &w, None, options))?;
        check("w", w, |w| conv2d_with(&x, w, None, options))?;
        let (x, w) = (random((2, 6, 3, 4))?, random((6, 2, 3, 5))?);
        check("x", x.clone(), |x| conv_transpose2d(x, &w, None, options, 0))?;
        check("w", w, |w| conv_transpose2d(&x, w, None, options, 0))?;
    }
    Ok(())
}

/// Work enough for several threads and several tiles of columns.
#[test]
fn large_convolutions_agree_with_candle() -> Result<()> {
    seed(8);
    for kernel in [1, 3] {
        let (x, w) = (random((8, 32, 40, 40))?, random((16, 32, kernel, kernel))?);
        let (x, w) = (Var::from_tensor(&x)?, Var::from_tensor(&w)?);
        let ours = conv2d(&x, &w, None, 1, 0)?;
        let theirs = x.conv2d(&w, 0, 1, 1, 1)?;
        let weights = random(ours.shape())?;
        let (ours, theirs) = ((ours * &weights)?.backward()?, (theirs * &weights)?.backward()?);
        for var in [&x, &w] {
            let difference = ours.get(var).expect("ours").sub(theirs.get(var).expect("theirs"))?;
            assert!(difference.abs()?.max_all()?.to_scalar::<f64>()? < 1e-9);
        }
    }
    Ok(())
}

#[test]
fn images_that_do_not_fit_are_named() -> Result<()> {
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
    let (x, w) = (zeros(&[1, 3, 4, 4])?, zeros(&[2, 2, 3, 3])?);
    let message = conv2d(&x, &w, None, 1, 0).unwrap_err().to_string();
    assert!(message.contains("x: [1, 3, 4, 4], w: [2, 2, 3, 3]"), "{message}");
    let empty = zeros(&[0, 3, 4, 4])?;
    let message = conv2d(&empty, &zeros(&[2, 3, 3, 3])?, None, 1, 0).unwrap_err().to_string();
    assert!(message.contains("the batch is empty"), "{message}");
    for wrong in [max_pool2d(&empty, 2, 2), avg_pool2d(&empty, 2, 2), max_pool2d(&x, 5, 1)] {
        assert!(wrong.unwrap_err().to_string().contains("pool2d"));
    }
    let options = ConvOptions { stride: 0, ..ConvOptions::default() };
    assert!(conv2d_with(&x, &zeros(&[2, 3, 3, 3])?, None, options).is_err());
    assert!(conv_transpose2d(&x, &zeros(&[3, 2, 3, 3])?, None, options, 0).is_err());
    let bias = zeros(&[3])?;
    assert!(conv2d(&x, &zeros(&[2, 3, 3, 3])?, Some(&bias), 1, 0).is_err());
    assert!(upsample_nearest2d(&empty, 2).is_err() && global_avg_pool2d(&empty).is_err());
    Ok(())
}

#[test]
fn convolution_of_volumes() -> Result<()> {
    for (stride, padding, dilation, groups) in [(1, 0, 1, 1), (2, 1, 1, 2), (1, 1, 2, 1)] {
        let options = ConvOptions { stride, padding, dilation, groups };
        let (x, w) = (random((2, 2, 4, 3, 3))?, random((2, 2 / groups, 2, 2, 2))?);
        check("x", x.clone(), |x| conv3d(x, &w, None, options))?;
        check("w", w.clone(), |w| conv3d(&x, w, None, options))?;
        check("bias", random(2)?, |bias| conv3d(&x, &w, Some(bias), options))?;
    }
    Ok(())
}

#[test]
fn affine_maps() -> Result<()> {
    seed(9);
    let (x, w, b) = (random((2, 3, 4))?, random((5, 4))?, random(5)?);
    check("x", x.clone(), |x| linear(x, &w, Some(&b)))?;
    check("w", w.clone(), |w| linear(&x, w, None))?;
    check("b", b, |b| linear(&x, &w, Some(b)))?;
    let (x, w) = (random((400, 60))?, random((70, 60))?); // enough for several threads
    let error = (linear(&x, &w, None)? - x.matmul(&w.t()?)?)?.abs()?.max_all()?;
    assert!(error.to_scalar::<f64>()? < 1e-12);
    let message = linear(&x, &x, None).and(linear(&x, &w.t()?, None)).unwrap_err().to_string();
    assert!(message.contains("[400, 60], weight: [60, 70]"), "{message}");
    Ok(())
}

#[test]
fn max_pooling() -> Result<()> {
    seed(3);
    for (kernel, stride) in [(2, 2), (3, 2), (2, 3), (3, 1)] {
        check("max_pool2d", random((2, 2, 7, 5))?, |x| max_pool2d(x, kernel, stride))?;
        check("avg_pool2d", random((2, 2, 7, 5))?, |x| avg_pool2d(x, kernel, stride))?;
    }
    for (kernel, stride) in [(2, 2), (3, 1)] {
        check("max_pool1d", random((2, 2, 7))?, |x| max_pool1d(x, kernel, stride))?;
        check("avg_pool1d", random((2, 2, 7))?, |x| avg_pool1d(x, kernel, stride))?;
    }
    check("adaptive_avg_pool2d", random((1, 2, 5, 4))?, |x| adaptive_avg_pool2d(x, 3, 2))?;
    check("global_avg_pool2d", random((2, 2, 7, 5))?, global_avg_pool2d)?;
    check("upsample_nearest2d", random((2, 2, 3, 2))?, |x| {
        upsample_nearest2d(x, 3)?.narrow(2, 0, 2)?.narrow(3, 0, 2)?.add(&x.narrow(2, 0, 2)?)
    })
}

#[test]
fn the_maximum_with_what_is_no_number_is_none() -> Result<()> {
    for values in [[f32::NAN, 1.0], [1.0, f32::NAN]] {
        let x = Tensor::new(&[values, [0.0, 0.0]], &Device::Cpu)?.reshape((1, 1, 2, 2))?;
        assert!(max_pool2d(&x, 2, 2)?.flatten_all()?.to_vec1::<f32>()?[0].is_nan());
        let y = max_pool1d(&x.reshape((1, 1, 4))?, 2, 2)?.flatten_all()?.to_vec1::<f32>()?;
        assert!(y[0].is_nan() && y[1] == 0.0);
    }
    Ok(())
}

#[test]
fn ties_give_the_gradient_to_the_first_maximum() -> Result<()> {
    // torch.nn.functional.max_pool2d(torch.ones(1, 1, 2, 2, requires_grad=True), 2).sum()
    // .backward() leaves [[1, 0], [0, 0]].
    let x = Var::ones((1, 1, 2, 2), DType::F32, &Device::Cpu)?;
    let gradients = max_pool2d(&x, 2, 2)?.sum_all()?.backward()?;
    let gradient = gradients.get(&x).expect("a gradient").flatten_all()?.to_vec1::<f32>()?;
    assert_eq!(gradient, [1.0, 0.0, 0.0, 0.0]);
    Ok(())
}

#[test]
fn an_input_used_twice_gets_both_gradients() -> Result<()> {
    seed(4);
    check("sum of two uses", random((1, 2, 4, 4))?, |x| {
        max_pool2d(x, 2, 2)?.add(&x.narrow(2, 0, 2)?.narrow(3, 0, 2)?)
    })
}

#[test]
fn activations_and_softmax() -> Result<()> {
    seed(5);
    check("relu", random((3, 4))?, relu)?;
    check("softmax", random((3, 4))?, |x| softmax(x, 1))?;
    check("log_softmax", random((3, 4))?, |x| log_softmax(x, 0))?;
    for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid, Activation::Gelu] {
        check("activation", random(6)?, |x| activation.forward(x))?;
    }
    Ok(())
}

#[test]
fn normalisation() -> Result<()> {
    seed(10);
    let (x, w, b) = (random((3, 4, 5))?, random(5)?, random(5)?);
    check("layer x", x.clone(), |x| layer_norm(x, &w, &b, 1e-3))?;
    check("layer w", w.clone(), |w| layer_norm(&x, w, &b, 1e-3))?;
    check("layer b", b.clone(), |b| layer_norm(&x, &w, b, 1e-3))?;
    check("rms x", x.clone(), |x| rms_norm(x, &w, 1e-3))?;
    check("rms w", w, |w| rms_norm(&x, w, 1e-3))?;
    let (w, b) = (random(4)?, random(4)?);
    check("group x", x.clone(), |x| group_norm(x, &w, &b, 2, 1e-3))?;
    check("group w", w.clone(), |w| group_norm(&x, w, &b, 2, 1e-3))?;
    check("group b", b.clone(), |b| group_norm(&x, &w, b, 2, 1e-3))?;
    check("batch x", x.clone(), |x| Ok(batch_norm(x, &w, &b, 1e-3)?.0))?;
    check("batch w", w.clone(), |w| Ok(batch_norm(&x, w, &b, 1e-3)?.0))?;
    check("batch b", b.clone(), |b| Ok(batch_norm(&x, &w, b, 1e-3)?.0))
}

/// Work enough for several threads: the sums of parts agree with Candle's own operations.
#[test]
fn large_normalisation_agrees_with_candle() -> Result<()> {
    seed(11);
    let (x, w, b) = (Var::from_tensor(&random((4000, 70))?)?, random(70)?, random(70)?);
    let (w, b) = (Var::from_tensor(&w)?, Var::from_tensor(&b)?);
    let weights = random(x.shape())?;
    let ours = (layer_norm(&x, &w, &b, 1e-5)? * &weights)?.backward()?;
    let theirs = candle_nn::ops::layer_norm_slow(&x, &w, &b, 1e-5)?;
    let theirs = (theirs * &weights)?.backward()?;
    for var in [&x, &w, &b] {
        let difference = ours.get(var).expect("ours").sub(theirs.get(var).expect("theirs"))?;
        assert!(difference.abs()?.max_all()?.to_scalar::<f64>()? < 1e-4); // its ε is an f32
    }
    Ok(())
}

#[test]
fn attention_and_rotary_positions() -> Result<()> {
    seed(12);
    for (queries, keys, causal) in [(3, 3, false), (3, 3, true), (2, 4, true)] {
        let (q, k) = (random((1, 2, queries, 4))?, random((1, 2, keys, 4))?);
        let v = random((1, 2, keys, 4))?;
        check("q", q.clone(), |q| attention(q, &k, &v, causal))?;
        check("k", k.clone(), |k| attention(&q, k, &v, causal))?;
        check("v", v.clone(), |v| attention(&q, &k, v, causal))?;
        let mask = causal_mask(queries, keys, &Device::Cpu)?;
        check("masked", q.clone(), |q| masked_attention(q, &k, &v, &mask))?;
        check("weights", q, |q| attention_weights(q, &k, causal))?;
    }
    check("rotary", random((1, 2, 3, 4))?, |x| rotary(x, 5))
}

#[test]
fn the_rectifier_is_flat_at_zero() -> Result<()> {
    let x = Var::new(&[0f32, 1.0], &Device::Cpu)?;
    let gradients = relu(&x)?.sum_all()?.backward()?;
    assert_eq!(gradients.get(&x).expect("a gradient").to_vec1::<f32>()?, [0.0, 1.0]);
    Ok(())
}

#[test]
fn rows_along_edges() -> Result<()> {
    seed(13);
    let index = Tensor::new(&[2u32, 0, 2, 3, 0], &Device::Cpu)?;
    check("gather", random((4, 2))?, |x| gather(x, &index))?;
    for aggregation in [Aggregation::Sum, Aggregation::Mean, Aggregation::Max] {
        check("scatter", random((5, 2, 2))?, |x| aggregation.scatter(x, &index, 4))?;
    }
    let (x, w) = (random((5, 2, 3))?, random(5)?);
    check("scale_rows x", x.clone(), |x| scale_rows(x, &w))?;
    check("scale_rows w", w.clone(), |w| scale_rows(&x, w))?;
    assert!(scale_rows(&x, &random(4)?).is_err() && scale_rows(&x, &x).is_err());
    let edges = Tensor::new(&[[0u32, 2, 2, 4], [1, 1, 0, 4]], &Device::Cpu)?; // none to 2 and 3
    let w = random(4)?;
    check("neighbour_sum x", x.clone(), |x| neighbour_sum(x, &edges, Some(&w)))?;
    check("neighbour_sum w", w.clone(), |w| neighbour_sum(&x, &edges, Some(w)))?;
    check("neighbour_sum", x.clone(), |x| neighbour_sum(x, &edges, None))?;
    assert!(neighbour_sum(&random(4)?, &edges, None).is_err()); // no node 4
    assert!(neighbour_sum(&x, &edges, Some(&random(5)?)).is_err());
    check("scatter_softmax", random((5, 2))?, |x| scatter_softmax(x, &index, 4))
}

#[test]
fn kernels_and_attention_with_them() -> Result<()> {
    seed(14);
    let (q, k, v) = (random((2, 3, 4))?, random((2, 5, 4))?, random((2, 5, 2))?);
    check("linear q", q.clone(), |q| linear_kernel(q, &k))?;
    check("polynomial k", k.clone(), |k| polynomial_kernel(&q, k, 0.5, 3))?;
    check("rbf k", k.clone(), |k| kernel_attention(&q, k, &v, |q, k| rbf_kernel(q, k, 0.3)))?;
    check("exponential q", q.clone(), |q| {
        kernel_attention(q, &k, &v, |q, k| exponential_kernel(q, k, 0.5))
    })?;
    let features = RandomFeatures::new(4, 6, &Device::Cpu)?;
    check("performer q", q.clone(), |q| performer_attention(q, &k, &v, &features, false))?;
    check("performer k", k.clone(), |k| performer_attention(&q, k, &v, &features, false))?;
    check("performer v", v, |v| performer_attention(&q, &k, v, &features, false))?;
    let (x, v) = (random((1, 70, 4))?, random((1, 70, 2))?); // more than one block of positions
    check("causal x", x.clone(), |x| performer_attention(x, x, &v, &features, true))?;
    check("causal v", v, |v| performer_attention(&x, &x, v, &features, true))
}

#[test]
fn losses() -> Result<()> {
    seed(6);
    let labels = Tensor::new(&[0u32, 2, 1], &Device::Cpu)?;
    check("cross_entropy", random((3, 4))?, |x| cross_entropy(x, &labels))?;
    let pairs = Tensor::new(&[[0u32, 2], [1, 1]], &Device::Cpu)?;
    check("cross_entropy of sequences", random((2, 2, 3))?, |x| cross_entropy(x, &pairs))?;
    let targets = Tensor::new(&[0f64, 1.0, 1.0, 0.0], &Device::Cpu)?;
    check("bce_with_logits", random(4)?, |x| bce_with_logits(x, &targets))?;
    check("mse", random(4)?, |x| mse(x, &targets))?;
    let signs = ((targets * 2.0)? - 1.0)?;
    check("hinge", random(4)?, |x| hinge(x, &signs))
}

/// Its slope is `σ(z) − y`, at 0 too, where the parts that it is written with have a kink.
#[test]
fn binary_cross_entropy_has_its_slope_at_zero() -> Result<()> {
    let targets = Tensor::new(&[0f64, 1.0], &Device::Cpu)?;
    check("bce_with_logits", Tensor::zeros(2, DType::F64, &Device::Cpu)?, |x| {
        bce_with_logits(x, &targets)
    })
}

#[test]
fn layers_of_f64() -> Result<()> {
    seed(15);
    let dev = &Device::Cpu;
    let image = random((2, 3, 6, 6))?;
    let rows = random((2, 5, 8))?;
    let layers = with_dtype(DType::F64, || -> Result<Vec<(Box<dyn Layer>, &Tensor)>> {
        Ok(vec![
            (Box::new(FeedForward::new(8, 6, Activation::Gelu, dev)?), &rows),
            (Box::new(TransformerBlock::new(BlockConfig::new(8, 2), dev)?), &rows),
            (Box::new(Conv2d::new(3, 4, 3, 1, dev)?), &image),
            (Box::new(ResidualBlock::new(3, 4, 2, dev)?), &image),
            (Box::new(BatchNorm::new(3, dev)?), &image),
            (Box::new(GroupNorm::new(3, 3, dev)?), &image),
            (Box::new(LayerNorm::new(8, dev)?), &rows),
            (Box::new(RmsNorm::new(8, dev)?), &rows),
            (Box::new(MultiHeadAttention::new(8, 2, dev)?.causal()), &rows),
            (Box::new(MixerBlock::new(5, 8, (4, 6), dev)?), &rows),
            (Box::new(Lstm::new(8, 4, dev)?), &rows),
            (Box::new(Gru::new(8, 4, dev)?), &rows),
        ])
    })?;
    for (layer, x) in layers {
        let y = layer.forward(x)?;
        assert_eq!(y.dtype(), DType::F64, "{layer:?}");
        let error = parameter_check(|| layer.forward(x), &layer.parameters())?;
        assert!(error < 1e-6, "{layer:?}: {error}");
    }
    Ok(())
}
