"""Layers of graphs: writes graph_layers.json for runtime/nn/tests/torch.rs.

Edges are a matrix here, A[i, j] = 1 for an edge from j to i, so that nothing is computed as in Rust.
"""

import torch
import torch.nn.functional as F
from common import case, fill, layer, write

EDGES = [[0, 1, 1, 2, 3, 3], [1, 0, 2, 1, 1, 3]]  # 0 – 1 – 2, 3 → 1, 3 → 3; nothing reaches 4
NODES = 5
A = torch.zeros(NODES, NODES)
A[EDGES[1], EDGES[0]] = 1
LOOPS = (A + torch.eye(NODES)).clamp(max=1)  # each node has one edge to itself

index = torch.tensor([2, 0, 2, 3, 0, 2])
for name, reduce in [("sum", "sum"), ("mean", "mean"), ("max", "amax")]:
    spread = lambda x: index.reshape([-1] + [1] * (x.dim() - 1)).expand_as(x)
    zeros = lambda x: torch.zeros([4, *x.shape[1:]])
    for shape in [[6], [6, 3], [6, 2, 2]]:
        case(
            f"scatter {name} {len(shape)}",
            [shape],
            lambda x: zeros(x).scatter_reduce(0, spread(x), x, reduce, include_self=False),
        )


def scatter_softmax(x):
    together = index.reshape(-1, 1) == index  # (n, n)
    powers = torch.exp(3 * x)
    return powers / (together.double() @ powers)


case("scatter softmax", [[6, 3]], scatter_softmax)


def graph_layer(name, forward, shapes):
    parameters = [torch.nn.Parameter(torch.empty(shape)) for shape in shapes]
    layer(name, parameters, [NODES, 3], lambda own, x: forward(x, *own), parameters)


def gcn(x, w, b):
    scale = torch.diag(LOOPS.sum(1) ** -0.5)
    return scale @ LOOPS @ scale @ x @ w.T + b


def sage(x, w, b, u):
    return (A / A.sum(1, keepdim=True).clamp(min=1)) @ x @ w.T + b + x @ u.T


def gat(x, w, source, target, b):
    heads = []
    for h, s, t in zip((x @ w.T).split(source.shape[1], 1), source, target):
        scores = F.leaky_relu((h @ t)[:, None] + (h @ s)[None, :], 0.2)
        heads.append(F.softmax(scores.masked_fill(LOOPS == 0, -torch.inf), 1) @ h)
    return torch.cat(heads, 1) + b


def mlp(x, w1, b1, w2, b2):
    return torch.tanh(x @ w1.T + b1) @ w2.T + b2


def gin(x, *own):
    return mlp(A @ x + x, *own)


def edge_conv(x, *own):
    x_i, x_j = x[:, None].expand(-1, NODES, -1), x[None].expand(NODES, -1, -1)
    messages = mlp(torch.cat([x_i, x_j - x_i], 2), *own)  # (i, j, out)
    largest = messages.masked_fill(A[:, :, None] == 0, -torch.inf).amax(1)
    return torch.where(A.sum(1, keepdim=True) > 0, largest, 0.0)


graph_layer("gcn", gcn, [[2, 3], [2]])
graph_layer("sage", sage, [[2, 3], [2], [2, 3]])
graph_layer("gat", gat, [[4, 3], [2, 2], [2, 2], [4]])
graph_layer("gin", gin, [[4, 3], [4], [2, 4], [2]])
graph_layer("edge_conv", edge_conv, [[4, 6], [4], [2, 4], [2]])

write(__file__)
