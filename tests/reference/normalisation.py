"""Normalisation: writes normalisation.json for runtime/nn/tests/torch.rs."""

import torch
import torch.nn.functional as F
from common import CASES, case, fill, numbers, write

for n in [1, 5, 37]:
    case(f"layer_norm {n}", [[2, 3, n], [n], [n]], lambda x, w, b: F.layer_norm(x, [n], w, b))
    case(f"rms_norm {n}", [[2, 3, n], [n]], lambda x, w: F.rms_norm(x, [n], w, 1e-5))
for groups, shape in [(1, [2, 6, 3, 2]), (3, [2, 6, 3, 2]), (6, [2, 6, 4]), (2, [3, 6])]:
    name = f"group_norm {groups} {'x'.join(map(str, shape))}"
    case(name, [shape, [6], [6]], lambda x, w, b: F.group_norm(x, groups, w, b))
for shape in [[4, 3], [2, 3, 5], [2, 3, 4, 5]]:
    batch_norm = lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True)
    case(f"batch_norm {'x'.join(map(str, shape))}", [shape, [3], [3]], batch_norm)

# The layer: two steps in training mode, then one in evaluation mode.
layer = torch.nn.BatchNorm2d(3)
for start in range(2):
    layer(fill([2, 3, 4, 5], start))
layer.eval()
CASES["running means"] = numbers(layer.running_mean)
CASES["running variances"] = numbers(layer.running_var)
CASES["evaluation"] = numbers(layer(fill([2, 3, 4, 5], 2)))

write(__file__)
