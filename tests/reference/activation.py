"""Activations and softmax: writes activation.json for runtime/nn/tests/torch.rs."""

import torch
import torch.nn.functional as F
from common import case, write

curves = {
    "relu": F.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2),
    "elu": lambda x: F.elu(x, 1.5),
    "softplus": F.softplus,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
}
for name, curve in curves.items():
    case(name, [[40]], lambda x: curve(4 * x))  # from −4 to 4
for dim in range(3):
    case(f"softmax {dim}", [[2, 3, 5]], lambda x: F.softmax(3 * x, dim))
    case(f"log_softmax {dim}", [[2, 3, 5]], lambda x: F.log_softmax(3 * x, dim))

write(__file__)
