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
    y = module(*inputs) if isinstance(inputs, tuple) else module(inputs)
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


class Parts(nn.Module):
    """Named parts and nothing else."""

    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)


def conv_norm(inputs, outputs, kernel=3, stride=1):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return conv, nn.BatchNorm2d(outputs)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv_1, self.norm_1 = conv_norm(inputs, outputs, 3, stride)
        self.conv_2, self.norm_2 = conv_norm(outputs, outputs)
        self.shortcut = None
        if inputs != outputs or stride != 1:
            conv, norm = conv_norm(inputs, outputs, 1, stride)
            self.shortcut = Parts(conv=conv, norm=norm)

    def forward(self, x):
        y = self.norm_2(self.conv_2(F.relu(self.norm_1(self.conv_1(x)))))
        return F.relu(y + (self.shortcut.norm(self.shortcut.conv(x)) if self.shortcut else x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = conv_norm(1, 16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.layer2(self.layer1(F.relu(self.norm(self.conv(x)))))
        return self.fc(x.mean((2, 3)))


class VitBlock(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        in_proj = nn.Linear(width, 3 * width, bias=False)
        self.attention = Parts(in_proj=in_proj, out_proj=nn.Linear(width, width))
        self.feed_forward = Parts(up=nn.Linear(width, hidden), down=nn.Linear(hidden, width))

    def forward(self, x):
        batch, length, width = x.shape
        qkv = self.attention.in_proj(self.norm_1(x))
        q, k, v = qkv.reshape(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        p = (q @ k.transpose(-2, -1) * width**-0.5).softmax(-1)
        x = x + self.attention.out_proj((p @ v).transpose(1, 2).reshape(batch, length, width))
        return x + self.feed_forward.down(F.gelu(self.feed_forward.up(self.norm_2(x))))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Linear(49, 64)
        self.class_token = Parts(weight=nn.Parameter(torch.empty(64)))
        self.positions = Parts(weight=nn.Parameter(torch.empty(17, 64)))
        self.blocks = nn.Sequential(*[VitBlock(64, 8, 128) for _ in range(6)])
        self.head = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 10))

    def forward(self, x):
        x = self.patches(F.unfold(x, 7, stride=7).transpose(1, 2))  # patches of 49 numbers
        x = torch.cat([self.class_token.weight.expand(len(x), 1, 64), x], 1)
        return self.head(self.blocks(x + self.positions.weight)[:, 0])


class DoubleConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv_1, self.norm_1 = conv_norm(inputs, outputs)
        self.conv_2, self.norm_2 = conv_norm(outputs, outputs)

    def forward(self, x):
        x = F.relu(self.norm_1(self.conv_1(x)))
        return F.relu(self.norm_2(self.conv_2(x)))


class UNet(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.first = DoubleConv(1, a)
        self.down = nn.ModuleList([DoubleConv(a, b), DoubleConv(b, c)])
        up = lambda high, low: Parts(up=nn.ConvTranspose2d(high, low, 2, 2), conv=DoubleConv(2 * low, low))
        self.up = nn.ModuleList([up(c, b), up(b, a)])
        self.last = nn.Conv2d(a, 1, 1)

    def forward(self, x):
        first = self.first(x)
        second = self.down[0](F.max_pool2d(first, 2))
        x = self.down[1](F.max_pool2d(second, 2))
        for up, skip in zip(self.up, [second, first]):
            x = up.conv(torch.cat([skip, up.up(x)], 1))
        return self.last(x)


class Same(nn.Conv2d):
    """A convolution with TensorFlow's padding."""

    def forward(self, x):
        kernel, stride = self.kernel_size[0], self.stride[0]
        zeros = [max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in x.shape[2:]]
        (top, left) = (zeros[0] // 2, zeros[1] // 2)
        return super().forward(F.pad(x, (left, zeros[1] - left, top, zeros[0] - top)))


class LiteBlock(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expand):
        super().__init__()
        wide = inputs * expand
        if expand > 1:
            self._expand_conv = nn.Conv2d(inputs, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=1e-3)
        self._depthwise_conv = Same(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
        self._project_conv = nn.Conv2d(wide, outputs, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(outputs, eps=1e-3)
        self.expand, self.shortcut = expand, inputs == outputs and stride == 1

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.expand > 1 else x
        y = self._bn2(self._project_conv(F.relu6(self._bn1(self._depthwise_conv(y)))))
        return x + y if self.shortcut else y


class EfficientNet(nn.Module):
    def __init__(self):
        super().__init__()
        self._conv_stem = Same(3, 4, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(4, eps=1e-3)
        sizes = [(4, 4, 3, 1, 1), (4, 6, 5, 2, 6), (6, 6, 5, 1, 6), (6, 8, 3, 2, 2)]
        self._blocks = nn.Sequential(*[LiteBlock(*size) for size in sizes])
        self._conv_head = nn.Conv2d(8, 10, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(10, eps=1e-3)
        self._fc = nn.Linear(10, 5)

    def forward(self, x):
        x = self._blocks(F.relu6(self._bn0(self._conv_stem(x))))
        return self._fc(F.relu6(self._bn1(self._conv_head(x))).mean((2, 3)))


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        linear = lambda inputs, outputs: nn.Linear(inputs, outputs, bias=False)
        self.attn = Parts(c_attn=linear(width, 3 * width), c_proj=linear(width, width))
        self.mlp = Parts(c_fc=linear(width, 4 * width), c_proj=linear(4 * width, width))

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in self.attn.c_attn(self.ln_1(x)).split(width, 2)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn.c_proj(y.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp.c_proj(F.gelu(self.mlp.c_fc(self.ln_2(x))))


class Gpt(nn.Module):
    def __init__(self, vocab, context, layers, heads, width):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocab, width), nn.Embedding(context, width)
        self.h = nn.Sequential(*[GptBlock(width, heads) for _ in range(layers)])
        self.ln_f = nn.LayerNorm(width)

    def hidden(self, tokens):
        return self.ln_f(self.h(self.wte(tokens) + self.wpe.weight[: tokens.shape[1]]))

    def forward(self, tokens):
        return self.hidden(tokens) @ self.wte.weight.T


class Clip(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = Cnn()
        self.text = Gpt(5, 6, 2, 4, 16)
        self.text_projection = nn.Linear(16, 10, bias=False)
        self.logit_scale = nn.Parameter(torch.zeros(()))

    def forward(self, images, texts):
        last = self.text.hidden(texts)[range(len(texts)), texts.argmax(1)]
        v = F.normalize(self.visual(images), dim=1)
        t = F.normalize(self.text_projection(last), dim=1)
        logits, own = self.logit_scale.exp() * v @ t.T, torch.arange(len(v))
        return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


class CharRnn(nn.Module):
    def __init__(self, vocab, width, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, width)
        self.lstm1 = nn.LSTM(width, hidden, batch_first=True)
        self.lstm2 = nn.LSTM(hidden, hidden, batch_first=True)
        self.attention = nn.Linear(width + 2 * hidden, 1, bias=False)
        self.output = nn.Linear(width + 2 * hidden, vocab)

    def forward(self, letters):
        x = self.embedding(letters)
        first = self.lstm1(x)[0]
        x = torch.cat([x, first, self.lstm2(first)[0]], 2)
        return self.output((self.attention(x).softmax(1) * x).sum(1))


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
network("unet", UNet(4, 6, 8), fill([2, 1, 8, 12], 0))
network("efficientnet", EfficientNet(), 8 * fill([2, 3, 23, 23], 0))
network("gpt", Gpt(7, 6, 2, 4, 16), torch.tensor([[1, 2, 6, 0, 3], [5, 5, 4, 1, 0]]))
network("char rnn", CharRnn(7, 5, 4), torch.tensor([[1, 2, 6, 0, 3], [0, 0, 4, 1, 5]]))
network("clip", Clip(), (images, torch.tensor([[1, 2, 4, 0], [3, 1, 2, 4]])))
bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
network("xor attention", XorAttention(), bits)

image = fill([1, 2, 9, 7], 0)
for size in [(4, 5), (12, 21)]:
    y = F.interpolate(image, size, mode="bilinear", antialias=True)
    CASES[f"resize {size[0]} {size[1]}"] = {"y": numbers(y)}

write(__file__)
