"""What the scripts here share: inputs that a Rust test can make too, and a file of results."""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)


def fill(shape, start):
    """Numbers that look random: sin(start + 1.7 i) at place i."""
    count = int(torch.tensor(shape).prod()) if shape else 1
    return torch.sin(start + 1.7 * torch.arange(count)).reshape(shape)


def numbers(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]


CASES = {}


def case(name, shapes, f):
    """y = f(inputs), input i being fill(shapes[i], i), and each input's gradient of sum(y * fill(y, 9))."""
    inputs = [fill(shape, start).requires_grad_() for start, shape in enumerate(shapes)]
    y = f(*inputs)
    (y * fill(list(y.shape), 9)).sum().backward()
    gradients = [numbers(input.grad) for input in inputs]
    CASES[name] = {"y": numbers(y), "gradients": gradients}


def layer(name, module, shape, forward, parameters):
    """The output of a module whose parameters are fill(shape, 3), fill(shape, 4), … times .5."""
    with torch.no_grad():
        for start, parameter in enumerate(parameters, 3):
            parameter.copy_(0.5 * fill(list(parameter.shape), start))
    x = fill(shape, 0).requires_grad_()
    y = forward(module, x)
    (y * fill(list(y.shape), 9)).sum().backward()
    gradients = [numbers(x.grad)] + [numbers(parameter.grad) for parameter in parameters]
    CASES[name] = {"y": numbers(y), "gradients": gradients}


def write(script):
    path = pathlib.Path(script).with_suffix(".json")
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in CASES.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
