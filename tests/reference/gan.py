"""The nets of adversarial games: writes gan.json for runtime/models/tests/generative.rs."""

import torch
import torch.nn.functional as F
from common import CASES, fill, numbers, write


def rectified(x, slope=0.2):
    return F.leaky_relu(x, slope)


def norm(x, w, b):
    return F.batch_norm(x, None, None, w, b, True)


def generator(z, w1, n1, b1, w2, n2, b2, w3):
    x = F.relu(norm(F.conv_transpose2d(z, w1), n1, b1))
    x = F.relu(norm(F.conv_transpose2d(x, w2, stride=2, padding=1), n2, b2))
    return torch.tanh(F.conv_transpose2d(x, w3, stride=2, padding=1))


def discriminator(x, w1, w2, n2, b2, w3):
    x = rectified(F.conv2d(x, w1, stride=2, padding=1))
    x = rectified(norm(F.conv2d(x, w2, stride=2, padding=1), n2, b2))
    return F.conv2d(x, w3).flatten()


def weights(shapes):
    """fill(shape, 3), fill(shape, 4), … times .1"""
    return [(0.1 * fill(shape, at)).requires_grad_() for at, shape in enumerate(shapes, 3)]


own_g = weights([[100, 128, 7, 7], [128], [128], [128, 64, 4, 4], [64], [64], [64, 1, 4, 4]])
own_d = weights([[64, 1, 4, 4], [128, 64, 4, 4], [128], [128], [1, 128, 7, 7]])
x, z = fill([2, 1, 28, 28], 0), fill([2, 100, 1, 1], 1)
fake = generator(z, *own_g)
bce = F.binary_cross_entropy_with_logits
real_logits, fake_logits = discriminator(x, *own_d), discriminator(fake.detach(), *own_d)
of_d = (bce(real_logits, torch.ones(2)) + bce(fake_logits, torch.zeros(2))) / 2
logits = discriminator(fake, *own_d)
of_g = bce(logits, torch.ones(2))
CASES["images"] = numbers(fake[0, 0, 13])
CASES["logits"] = numbers(torch.cat([real_logits, fake_logits]))
CASES["losses"] = numbers(torch.stack([of_d, of_g]))
CASES["discriminator"] = numbers(torch.stack([g.norm() for g in torch.autograd.grad(of_d, own_d)]))
CASES["generator"] = numbers(torch.stack([g.norm() for g in torch.autograd.grad(of_g, own_g)]))

write(__file__)
