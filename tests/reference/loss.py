"""Losses: writes loss.json for runtime/nn/tests/torch.rs."""

import torch
import torch.nn.functional as F
from common import case, write

labels = torch.tensor([2, 0, 1])
case("cross_entropy", [[3, 4]], lambda z: F.cross_entropy(5 * z, labels))
case("nll", [[3, 4]], lambda l: F.nll_loss(l, labels))
case("mse", [[3, 4], [3, 4]], F.mse_loss)
case("l1", [[3, 4], [3, 4]], F.l1_loss)
case("smooth_l1", [[3, 4], [3, 4]], lambda z, y: F.smooth_l1_loss(z, y, beta=0.5))
case("bce_with_logits", [[12], [12]], lambda z, y: F.binary_cross_entropy_with_logits(100 * z, y.abs()))
case(
    "kl_divergence",
    [[3, 4], [3, 4]],
    lambda l, p: F.kl_div(F.log_softmax(l, 1), F.softmax(p, 1), reduction="batchmean"),
)
case("triplet", [[4, 3]] * 3, lambda a, p, q: F.triplet_margin_loss(a, p, q, margin=0.3))
case("bradley_terry", [[6], [6]], lambda c, r: -F.logsigmoid(9 * (c - r)).mean())


def nt_xent(a, b):
    z = F.normalize(torch.cat([a, b]), dim=1)
    cosines = (z @ z.T / 0.5).masked_fill(torch.eye(8, dtype=torch.bool), -torch.inf)
    return F.cross_entropy(cosines, torch.arange(8).roll(4))


def dice(z, y):
    p, y = torch.sigmoid(z).flatten(1), torch.sigmoid(y).flatten(1)
    return (1 - (2 * (p * y).sum(1) + 1) / (p.sum(1) + y.sum(1) + 1)).mean()


case("nt_xent", [[4, 3]] * 2, nt_xent)
case("dice", [[2, 3, 4]] * 2, dice)

# Far from zero, where a loss written naively is infinite.
case("cross_entropy far", [[3, 4]], lambda z: F.cross_entropy(100 * z, labels))
case("nll far", [[3, 4]], lambda z: F.nll_loss(F.log_softmax(100 * z, 1), labels))
case(
    "kl_divergence far",
    [[3, 4], [3, 4]],
    lambda l, p: F.kl_div(F.log_softmax(100 * l, 1), F.softmax(100 * p, 1), reduction="batchmean"),
)
case("bradley_terry far", [[6], [6]], lambda c, r: -F.logsigmoid(100 * (c - r)).mean())
case("dice far", [[2, 3, 4]] * 2, lambda z, y: dice(100 * z, 100 * y))
case("nt_xent far", [[4, 3]] * 2, lambda a, b: nt_xent(100 * a, 100 * b))
case("triplet far", [[4, 3]] * 3, lambda a, p, q: F.triplet_margin_loss(100 * a, 100 * p, 100 * q))
case("hinge far", [[6]], lambda z: F.relu(1 - 100 * z * torch.tensor([1, -1, 1, -1, 1, -1])).mean())

write(__file__)
