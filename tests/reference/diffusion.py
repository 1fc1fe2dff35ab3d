"""Diffusion models: writes diffusion.json for runtime/models/tests/generative.rs."""

import math

import torch
import torch.nn.functional as F
from common import CASES, fill, layer, numbers, write


def model(name, forward, shape, *shapes):
    parameters = [torch.nn.Parameter(torch.empty(each)) for each in shapes]
    layer(name, parameters, shape, lambda own, x: forward(x, *own), parameters)


CASES["linear"] = numbers(torch.cumprod(1 - torch.linspace(1e-4, 0.02, 50), 0)[[0, 9, 24, 49]])
share = (torch.arange(51) / 50 + 0.008) / 1.008
kept = torch.cos(share * math.pi / 2) ** 2
betas = (1 - kept[1:] / kept[:-1]).clamp(max=0.999)
CASES["cosine"] = numbers(torch.cumprod(1 - betas, 0)[[0, 9, 24, 49]])


def waves(t, width):
    frequencies = torch.exp(torch.arange(width // 2) * -(math.log(10000.0) / (width // 2 - 1)))
    angles = t[..., None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], -1)


def gelu(x):
    return F.gelu(x, approximate="tanh")


def mlp(x, w, b, w1, b1, w2, b2, wo, bo, classes):
    t, labels = torch.tensor([0.0, 3.0, 7.0]), torch.tensor([2, 0, 1])
    rows = torch.cat([waves(25 * x[:, 0], 4), waves(25 * x[:, 1], 4), waves(t, 4)], 1)
    h = gelu(F.linear(rows, w, b) + classes[labels])
    h = h + gelu(F.linear(h, w1, b1))
    h = h + gelu(F.linear(h, w2, b2))
    return F.linear(h, wo, bo)


model("mlp", mlp, [3, 2], [6, 12], [6], [6, 6], [6], [6, 6], [6], [2, 6], [2], [3, 6])


def unet(x, wt, bt, classes, *own):
    t, labels = torch.tensor([1.0, 40.0]), torch.tensor([2, 0])
    e = F.silu(F.linear(waves(t, 4) + classes[labels], wt, bt))

    def block(at, x):
        w, b, v, c, scale, shift = own[6 * at : 6 * at + 6]
        x = F.conv2d(x, w, b, padding=1) + F.linear(e, v, c)[:, :, None, None]
        return F.silu(F.group_norm(x, 8, scale, shift))

    large = block(0, x)
    half = block(1, F.max_pool2d(large, 2))
    x = block(2, F.max_pool2d(half, 2))
    x = block(3, torch.cat([F.interpolate(x, scale_factor=2), half], 1))
    x = block(4, torch.cat([F.interpolate(x, scale_factor=2), large], 1))
    return F.conv2d(x, own[30], own[31])


def block(inputs, outputs):
    return [[outputs, inputs, 3, 3], [outputs], [outputs, 4], [outputs], [outputs], [outputs]]


blocks = [block(1, 8), block(8, 16), block(16, 16), block(32, 8), block(16, 8)]
shapes = [[4, 4], [4], [3, 4], *sum(blocks, []), [1, 8, 1, 1], [1]]
model("unet", unet, [2, 1, 4, 8], *shapes)

write(__file__)
