//! Numbers of `tests/reference/normalisation.py`.

use crate::common::{Reference, close, fill};
use candle_core::{DType, Result};
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/normalisation.json"))
}

#[test]
fn normalisation_of_rows_is_pytorchs() -> Result<()> {
    for n in [1, 5, 37] {
        reference().agrees(&format!("layer_norm {n}"), &[&[2, 3, n], &[n], &[n]], |inputs| {
            layer_norm(&inputs[0], &inputs[1], &inputs[2], 1e-5)
        })?;
        reference().agrees(&format!("rms_norm {n}"), &[&[2, 3, n], &[n]], |inputs| {
            rms_norm(&inputs[0], &inputs[1], 1e-5)
        })?;
    }
    Ok(())
}

#[test]
fn normalisation_of_groups_is_pytorchs() -> Result<()> {
    let cases: [(usize, &str, &[usize]); 4] = [
        (1, "2x6x3x2", &[2, 6, 3, 2]),
        (3, "2x6x3x2", &[2, 6, 3, 2]),
        (6, "2x6x4", &[2, 6, 4]),
        (2, "3x6", &[3, 6]),
    ];
    for (groups, name, shape) in cases {
        let name = format!("group_norm {groups} {name}");
        reference().agrees(&name, &[shape, &[6], &[6]], |inputs| {
            group_norm(&inputs[0], &inputs[1], &inputs[2], groups, 1e-5)
        })?;
    }
    Ok(())
}

#[test]
fn normalisation_of_batches_is_pytorchs() -> Result<()> {
    let cases: [(&str, &[usize]); 3] =
        [("4x3", &[4, 3]), ("2x3x5", &[2, 3, 5]), ("2x3x4x5", &[2, 3, 4, 5])];
    for (name, shape) in cases {
        reference().agrees(&format!("batch_norm {name}"), &[shape, &[3], &[3]], |inputs| {
            Ok(batch_norm(&inputs[0], &inputs[1], &inputs[2], 1e-5)?.0)
        })?;
    }
    Ok(())
}

#[test]
fn running_statistics_are_pytorchs() -> Result<()> {
    let layer = BatchNorm::new(3, &Device::Cpu)?;
    for start in 0..2 {
        layer.forward(&fill(&[2, 3, 4, 5], start)?.to_dtype(DType::F32)?)?;
    }
    let y = layer.predict(&fill(&[2, 3, 4, 5], 2)?.to_dtype(DType::F32)?)?;
    let (mean, variance) = layer.statistics();
    close("means", mean, &reference().numbers("running means"), 1e-6)?;
    close("variances", variance, &reference().numbers("running variances"), 1e-6)?;
    close("evaluation", &y, &reference().numbers("evaluation"), 1e-5)
}
