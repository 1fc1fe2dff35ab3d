//! Where a NaN comes from, told before it spreads.

use crate::History;
use crate::evaluate::number;
use candle_core::{DType, Result, Tensor, bail};
use candlelab_nn::Parameters;

/// How many numbers of a tensor are NaN or infinite, and the place of the first of them.
fn bad(tensor: &Tensor) -> Result<Option<(usize, usize)>> {
    if tensor.dtype().is_int() || tensor.elem_count() == 0 {
        return Ok(None);
    }
    // A sum tells in one pass; it may be infinite for finite numbers, too.
    let sum = tensor.detach().to_dtype(DType::F32)?.sum_all()?.to_scalar::<f32>()?;
    if sum.is_finite() {
        return Ok(None);
    }
    let values = tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    let count = values.iter().filter(|value| !value.is_finite()).count();
    Ok(values.iter().position(|value| !value.is_finite()).map(|first| (count, first)))
}

/// That examples and targets are numbers.
pub(crate) fn check_data(x: &Tensor, y: &Tensor) -> Result<()> {
    for (name, data) in [("x", x), ("y", y)] {
        if let Some((count, first)) = bad(data)? {
            let (all, example) = (data.elem_count(), first / (data.elem_count() / data.dim(0)?));
            bail!(
                "{count} of {all} numbers of {name} are NaN or infinite, the first in example \
                 {example}\nhint: leave such examples out, or put numbers in their place"
            );
        }
    }
    Ok(())
}

/// That the loss of the next step is a number; tells what is not, if it is none.
pub(crate) fn check_loss(
    loss: &Tensor,
    outputs: Option<&Tensor>,
    history: &History,
    parameters: Option<&Parameters>,
) -> Result<()> {
    let loss = number(loss)?;
    if loss.is_finite() {
        return Ok(());
    }
    let place = history.place();
    let wrong = |outputs: &Tensor| {
        let all = outputs.elem_count();
        Ok(bad(outputs)?.map(|(count, _)| format!("{count} of {all} outputs are NaN or infinite")))
    };
    let outputs_wrong: Result<_> = outputs.map(wrong).transpose();
    let cause = match (first_bad(parameters)?, outputs_wrong?.flatten(), parameters) {
        (Some(parameter), ..) => parameter,
        (None, Some(outputs), Some(_)) => format!("the parameters are finite, but {outputs}"),
        (None, Some(outputs), None) => outputs,
        (None, None, _) if outputs.is_some() => {
            "the outputs are finite, but their loss is not".into()
        }
        (None, None, Some(_)) => "the parameters are finite, but the loss is not".into(),
        (None, None, None) => "no outputs or parameters to look at".into(),
    };
    let hint = "a smaller learning rate often helps";
    let more = match parameters {
        Some(_) => "",
        None => "; with `parameters: Some(model.parameters())` this names the parameter",
    };
    bail!("the loss is {loss} in {place}: {cause}\nhint: {hint}{more}")
}

/// That the last step of an epoch, after which there is no loss, has left numbers.
pub(crate) fn check_parameters(history: &History, parameters: Option<&Parameters>) -> Result<()> {
    match first_bad(parameters)? {
        Some(parameter) => {
            let epoch = history.epochs.len() + 1;
            bail!("after epoch {epoch}: {parameter}\nhint: a smaller learning rate often helps")
        }
        None => Ok(()),
    }
}

/// The first parameter, in the order of the layers, that is not finite.
fn first_bad(parameters: Option<&Parameters>) -> Result<Option<String>> {
    for (name, var) in parameters.iter().flat_map(|parameters| parameters.tensors()) {
        if let Some((count, _)) = bad(&var)? {
            let all = var.elem_count();
            return Ok(Some(format!("{count} of {all} numbers of `{name}` are NaN or infinite")));
        }
    }
    Ok(None)
}
