//! Several operations as one node of Candle's graph.
//!
//! Candle adds each gradient to zeros that it makes for the purpose: for every tensor between two
//! operations memory is written twice and read twice for nothing, a fifth of the time in which a
//! ResNet or a GPT trains. Within [`one_node`] the operations of this crate are noted on a tape as
//! well, and gradients go back along it as they are. Whatever is not on the tape stays in Candle's
//! graph, which the node is part of.

use super::custom::{Op, ours};
use super::rectify::plus;
use crate::backward::Depth;
use crate::mode::is_training;
use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Storage, Tensor, TensorId, bail,
};
use std::array::from_fn;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// With fewer numbers between them, operations are left as they are: little would be saved.
const WORTH_WHILE: usize = 1 << 14;

/// With more results of Candle's own operations to start from, as in a recurrent layer, hardly two
/// operations in a row are on the tape.
const STARTS: usize = 8;

thread_local! {
    /// What the thread has computed since a tape was begun.
    static TAPE: RefCell<Option<Vec<Step>>> = const { RefCell::new(None) };
}

/// An operation that has been done.
struct Step {
    inputs: Vec<Tensor>,
    id: TensorId,
    /// None for the result of a [`Node`], which keeps it.
    output: Option<Tensor>,
    gradients: Gradients,
}

/// The gradients of the inputs, from these, the output and its gradient.
type Gradients =
    Box<dyn Fn(&[Tensor], &Tensor, &Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync>;

fn note(
    inputs: &[Tensor],
    output: &Tensor,
    gradients: impl Fn(&[Tensor], &Tensor, &Tensor) -> Result<Vec<Option<Tensor>>>
    + Send
    + Sync
    + 'static,
) {
    TAPE.with_borrow_mut(|tape| {
        if let Some(steps) = tape.as_mut().filter(|_| ours(output) && output.track_op()) {
            steps.push(Step {
                inputs: inputs.to_vec(),
                id: output.id(),
                output: Some(output.clone()),
                gradients: Box::new(gradients),
            });
        }
    });
}

/// Notes what an operation has done.
pub fn note_op<const N: usize>(op: Arc<impl Op<N>>, inputs: [&Tensor; N], output: &Tensor) {
    note(&inputs.map(Tensor::clone), output, move |inputs, output, gradient| {
        let inputs = from_fn(|at| &inputs[at]);
        Ok(op.gradients(inputs, output, &gradient.contiguous()?)?.into())
    });
}

/// As [`Tensor::reshape`], which does not end the tape's way.
pub fn reshape(x: &Tensor, shape: impl Into<Shape>) -> Result<Tensor> {
    let y = x.reshape(shape.into())?;
    note(std::slice::from_ref(x), &y, |inputs, _, gradient| {
        Ok(vec![Some(gradient.reshape(inputs[0].shape())?)])
    });
    Ok(y)
}

/// As [`Tensor::cat`] of two tensors, which does not end the tape's way.
pub fn join(x: &Tensor, y: &Tensor, dim: usize) -> Result<Tensor> {
    let both = Tensor::cat(&[x, y], dim)?;
    note(&[x.clone(), y.clone()], &both, move |inputs, _, gradient| {
        let (first, second) = (inputs[0].dim(dim)?, inputs[1].dim(dim)?);
        Ok(vec![
            Some(gradient.narrow(dim, 0, first)?.contiguous()?),
            Some(gradient.narrow(dim, first, second)?.contiguous()?),
        ])
    });
    Ok(both)
}

/// Ends the tape also where `f` fails.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        TAPE.set(None);
    }
}

/// What `f` computes in training, its operations joined to one node of Candle's graph as far as
/// they lie between its result and what else is in the graph. Values and gradients are those of `f`.
pub fn one_node(f: impl FnOnce() -> Result<Tensor>) -> Result<Tensor> {
    if !is_training() || TAPE.with_borrow(Option::is_some) {
        return f();
    }
    let (y, steps) = taped(f)?;
    let Way { mut steps, leaves } = Way::to(&y, steps);
    let between = steps.iter().skip(1).filter_map(|step| step.output.as_ref());
    let starts = leaves.iter().filter(|leaf| !leaf.is_variable()).count();
    if between.map(Tensor::elem_count).sum::<usize>() < WORTH_WHILE || starts > STARTS {
        return Ok(y);
    }
    let found = Found::default();
    let depth = Depth::now();
    let start = Tensor::zeros((), y.dtype(), y.device())?;
    let token = leaves.iter().try_fold(start, |token, leaf| {
        token.apply_op2(leaf, Leaf { found: Arc::clone(&found), depth })
    })?;
    steps[0].output = None;
    token.apply_op1(Node { y: Mutex::new(Some(y)), steps, found })
}

/// What `f` computes, and what it has done for it.
fn taped(f: impl FnOnce() -> Result<Tensor>) -> Result<(Tensor, Vec<Step>)> {
    let _end = End;
    TAPE.set(Some(Vec::new()));
    let y = f()?;
    Ok((y, TAPE.take().unwrap_or_default()))
}

/// The steps that lead to a tensor, the last one first, and what they start from.
struct Way {
    steps: Vec<Step>,
    leaves: Vec<Tensor>,
}

impl Way {
    fn to(y: &Tensor, mut steps: Vec<Step>) -> Self {
        let mut needed = HashSet::from([y.id()]);
        steps.reverse();
        steps.retain(|step| {
            let on_the_way = needed.contains(&step.id);
            if on_the_way {
                needed.extend(step.inputs.iter().map(Tensor::id));
            }
            on_the_way
        });
        let mut known: HashSet<_> = steps.iter().map(|step| step.id).collect();
        let inputs = steps.iter().flat_map(|step| &step.inputs);
        let leaves = inputs.filter(|input| input.track_op() && known.insert(input.id()));
        let leaves = leaves.cloned().collect();
        Self { steps, leaves }
    }
}

/// The gradients of leaves, between the time when they are computed and that when Candle asks.
type Found = Arc<Mutex<HashMap<TensorId, Tensor>>>;

/// All steps as one operation, of a number that depends on all leaves.
struct Node {
    /// The result, until it has been copied.
    y: Mutex<Option<Tensor>>,
    /// The last one first.
    steps: Vec<Step>,
    found: Found,
}

impl CustomOp1 for Node {
    fn name(&self) -> &'static str {
        "joined operations"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let y = self.y.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(y) = y else { bail!("joined operations are done once") };
        match &*y.storage_and_layout().0 {
            Storage::Cpu(numbers) => Ok((numbers.clone(), y.shape().clone())),
            _ => bail!("joined operations are on the CPU"),
        }
    }

    fn bwd(&self, token: &Tensor, y: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let mut gradients = HashMap::from([(self.steps[0].id, gradient.clone())]);
        for step in &self.steps {
            let Some(gradient) = gradients.remove(&step.id) else { continue };
            let output = step.output.as_ref().unwrap_or(y);
            let of_inputs = (step.gradients)(&step.inputs, output, &gradient)?;
            for (input, gradient) in step.inputs.iter().zip(of_inputs) {
                let Some(gradient) = gradient else { continue };
                let sum = match gradients.remove(&input.id()) {
                    Some(other) => plus(&other, &gradient)?,
                    None => gradient,
                };
                gradients.insert(input.id(), sum);
            }
        }
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = gradients;
        Ok(Some(token.zeros_like()?))
    }
}

/// Makes a [`Node`] depend on one tensor more.
struct Leaf {
    found: Found,
    depth: Depth,
}

impl CustomOp2 for Leaf {
    fn name(&self) -> &'static str {
        "an input of joined operations"
    }

    fn cpu_fwd(
        &self,
        token: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        Ok((token.clone(), Shape::from(())))
    }

    fn bwd(
        &self,
        token: &Tensor,
        leaf: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner).remove(&leaf.id());
        let token = token.track_op().then(|| gradient.clone());
        // Candle wants a gradient of everything that another depends on.
        let gradient = found.map_or_else(|| leaf.zeros_like(), Ok)?;
        Ok((token, self.depth.hand_over(leaf, Some(gradient))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::{Bend, bent_sum, linear, tanh};
    use crate::{Device, randn};
    use candle_core::{DType, Var};

    fn var(shape: impl Into<Shape>) -> Result<Var> {
        Var::from_tensor(&randn(0.0, 1.0, shape, &Device::Cpu)?.to_dtype(DType::F64)?)
    }

    /// Uses `x` three times and `w` twice, joins, and leaves the tape for a square in between.
    fn function([x, w]: [&Tensor; 2], leave: bool) -> Result<Tensor> {
        let h = tanh(&linear(x, w, None)?)?; // (300, 32)
        let h = if leave { h.sqr()? } else { h };
        let h = bent_sum(&linear(&h, w, None)?, x, Bend(Some(0.0)))?;
        reshape(&join(&h, x, 1)?, (150, 4, 32))
    }

    #[test]
    fn gradients_are_those_of_the_graph() -> Result<()> {
        for leave in [false, true] {
            let (x, w) = (var((300, 32))?, var((32, 32))?);
            let gradients = |y: Tensor| -> Result<Vec<Tensor>> {
                let loss = (&y * y.detach().cos()?)?.sum_all()?;
                loss.backward()?; // does not spoil the second
                let gradients = loss.backward()?;
                let vars = [&x, &w].into_iter();
                Ok(vars.map(|var| gradients.get(var).expect("a gradient").clone()).collect())
            };
            let joined = gradients(one_node(|| function([&x, &w], leave))?)?;
            for (a, b) in joined.iter().zip(gradients(function([&x, &w], leave)?)?) {
                assert!((a - b)?.abs()?.max_all()?.to_scalar::<f64>()? < 1e-10);
            }
        }
        Ok(())
    }

    #[test]
    fn the_tape_has_what_leads_to_the_result() -> Result<()> {
        let (x, w) = (var((300, 32))?, var((32, 32))?);
        let ways = [false, true].map(|leave| {
            let (y, steps) = taped(|| {
                tanh(&x)?; // which nobody needs
                function([&x, &w], leave)
            })?;
            let way = Way::to(&y, steps);
            Ok::<_, candle_core::Error>((way.steps.len(), way.leaves.len()))
        });
        // Each linear map is three with its changes of shape; then the square is what it starts from.
        assert_eq!(ways[0].as_ref().expect("values"), &(3 + 1 + 3 + 3, 2));
        assert_eq!(ways[1].as_ref().expect("values"), &(3 + 3, 3));
        Ok(())
    }

    #[test]
    fn what_is_not_ours_stays_in_the_graph() -> Result<()> {
        let x = Var::from_tensor(&var((300, 64))?.to_dtype(DType::BF16)?)?;
        let (_, steps) = taped(|| reshape(&reshape(&x, (150, 128))?, 150 * 128))?;
        assert!(steps.is_empty());
        Ok(())
    }

    #[test]
    fn a_failure_ends_the_tape() -> Result<()> {
        assert!(one_node(|| bail!("fails")).is_err());
        let panicked = std::panic::catch_unwind(|| one_node(|| panic!("in a layer")));
        assert!(panicked.is_err() && TAPE.with_borrow(Option::is_none));
        let x = var(2)?;
        assert_eq!(one_node(|| Ok(x.as_tensor().clone()))?.id(), x.id()); // nothing was done
        Ok(())
    }
}
