"""Whole networks with given weights: writes networks.json for runtime/models/tests/networks.rs."""

import torch
import torch.nn.functional as F
from common import CASES, fill, numbers, write
from torch import nn


def given(name, shape, at):
    """The weights that the Rust test gives too: `at` is the place of `name` among all, sorted."""
    count = int(torch.tensor(shape).prod())
    if len(shape) > 1:
        return fill(shape, at) / (count / shape[0]) ** 0.5
    return 0.1 * fill(shape, at) + name.endswith(("weight", "running_var"))


def network(name, module, inputs, training=False):
    """The output of a module for an input, and the length of each parameter's gradient."""
    state = {key: value for key, value in module.state_dict().items() if "num_batches" not in key}
    with torch.no_grad():
        for at, (key, value) in enumerate(sorted(state.items())):
            value.copy_(given(key, list(value.shape), at))
    module.train(training)
    y = module(inputs)
    (y * fill(list(y.shape), 9)).sum().backward()
    parameters = sorted(module.named_parameters())
    lengths = [parameter.grad.norm() for _, parameter in parameters]
    CASES[name] = {"y": numbers(y), "gradients": [numbers(torch.stack(lengths))]}


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2))
        self.fc = nn.Linear(7 * 7 * 32, 10)

    def forward(self, x):
        return self.fc(self.layer2(self.layer1(x)).flatten(1))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if inputs != outputs or stride != 1:
            conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if self.downsample else x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x)))))
        return self.fc(x.mean((2, 3)))


class Parts(nn.Module):
    """Named parts and nothing else."""

    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)


class VitBlock(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = Parts(qkv=nn.Linear(width, 3 * width, bias=False), proj=nn.Linear(width, width))
        self.mlp = Parts(fc1=nn.Linear(width, hidden), fc2=nn.Linear(hidden, width))

    def forward(self, x):
        batch, length, width = x.shape
        qkv = self.attn.qkv(self.norm1(x)).reshape(batch, length, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        p = (q @ k.transpose(-2, -1) * width**-0.5).softmax(-1)
        x = x + self.attn.proj((p @ v).transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp.fc2(F.gelu(self.mlp.fc1(self.norm2(x))))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_embed = Parts(proj=nn.Linear(49, 64))
        self.cls_token = nn.Parameter(torch.empty(1, 1, 64))
        self.pos_embed = nn.Parameter(torch.empty(1, 17, 64))
        self.blocks = nn.Sequential(*[VitBlock(64, 8, 128) for _ in range(6)])
        self.head = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 10))

    def forward(self, x):
        x = F.unfold(x, 7, stride=7).transpose(1, 2)  # patches of 49 numbers
        x = self.patch_embed.proj(x)
        x = torch.cat([self.cls_token.expand(len(x), 1, 64), x], 1) + self.pos_embed
        return self.head(self.blocks(x)[:, 0])


class XorAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(1, 2, bias=False) for _ in range(3))
        self.fc1, self.fc2 = nn.Linear(4, 2), nn.Linear(2, 1)

    def forward(self, bits):
        x = bits[..., None]
        p = (self.query(x) @ self.key(x).transpose(1, 2) / 2**0.5).softmax(-1)
        return self.fc2(self.fc1(torch.tanh((p @ self.value(x)).flatten(1))))


images = fill([2, 1, 28, 28], 0)
network("cnn", Cnn(), images)
network("resnet training", ResNet(), images, training=True)
network("resnet", ResNet(), images)
network("vit", Vit(), images)
bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
network("xor attention", XorAttention(), bits)

write(__file__)
