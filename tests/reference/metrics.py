"""Metrics: writes metrics.json for runtime/train/tests/metrics.rs.

Needs the package scikit-learn.
"""

import json
import pathlib

import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve


def fill(n, start):
    """Numbers that look random: sin(start + 1.7 i) at place i, as in common.py."""
    return np.sin(start + 1.7 * np.arange(n))


def softmax(z):
    e = np.exp(z)
    return e / e.sum(1, keepdims=True)


n = 60
labels = (fill(n, 3) > 0.2).astype(int)
scores = np.round(fill(n, 0) + 0.8 * labels, 1)  # one decimal: many ties
probabilities = 1 / (1 + np.exp(-2 * fill(n, 0) - labels))
classes = np.abs(np.floor(4 * fill(n, 5))).astype(int) % 4
logits = 2 * fill(4 * n, 7).reshape(n, 4) + 2 * np.eye(4)[classes]
logits[:, 3] -= 9  # never the answer
answers = logits.argmax(1)

fpr, tpr, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
precisions, recalls, _ = metrics.precision_recall_curve(labels, scores)
per_class = metrics.precision_recall_fscore_support(classes, answers, zero_division=0)
averages = {
    name: metrics.precision_recall_fscore_support(classes, answers, average=name, zero_division=0)
    for name in ["macro", "micro"]
}
frequencies, confidences = calibration_curve(labels, probabilities, n_bins=8)

results = {
    "labels": labels,
    "scores": scores,
    "probabilities": probabilities,
    "classes": classes,
    "logits": logits.ravel(),
    "confusion": metrics.confusion_matrix(classes, answers).ravel(),
    "accuracy": [metrics.accuracy_score(classes, answers)],
    "precision": per_class[0],
    "recall": per_class[1],
    "f1": per_class[2],
    "macro": averages["macro"][:3],
    "micro": averages["micro"][:3],
    "fpr": fpr,
    "tpr": tpr,
    "thresholds": thresholds[1:],
    "auc": [metrics.roc_auc_score(labels, scores)],
    "precisions": precisions[::-1],
    "recalls": recalls[::-1],
    "average precision": [metrics.average_precision_score(labels, scores)],
    "frequencies": frequencies,
    "confidences": confidences,
    "brier": [metrics.brier_score_loss(labels, probabilities)],
    "brier of classes": [metrics.brier_score_loss(classes, softmax(logits), labels=range(4))],
}
lines = [f"  {json.dumps(name)}: {json.dumps(np.asarray(x).tolist())}" for name, x in results.items()]
pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
