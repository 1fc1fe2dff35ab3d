"""Numbers that the tests of runtime/data compare with: scikit-learn's own tables, and
what Python reads in the other files.

pip install numpy scikit-learn; python tests/reference/tables.py
"""

import collections
import csv
import gzip
import pathlib

import numpy as np
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

np.set_printoptions(precision=6, suppress=True, linewidth=100)

for load in [datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_digits]:
    data = load()
    x = data.data.astype(np.float64)
    if load is datasets.load_digits:
        x = x / 16
    print(load.__name__, x.shape, "counts", np.bincount(data.target))
    print("  first row ", x[0, :4])
    print("  column sums", x.sum(0)[:13].tolist())
    print("  sum", x.sum())

iris = datasets.load_iris().data
scaler = StandardScaler().fit(iris)
print("iris mean", scaler.mean_, "deviation", scaler.scale_)
print("first row", scaler.transform(iris)[0])

data = pathlib.Path(__file__).parents[2] / "runtime/data/data"
with open(data / "tables/penguins.csv", newline="") as file:
    birds = [row for row in csv.DictReader(file) if row["body_mass_g"]]
print("penguins", len(birds), collections.Counter(row["species"] for row in birds))

with gzip.open(data / "tables/storms.csv.gz", "rt", newline="") as file:
    storms = list(csv.DictReader(file))
names = ["year", "month", "day", "hour", "lat", "long", "pressure", "wind"]
print("storms", len(storms), len({(row["name"], row["year"]) for row in storms}))
print("  column sums", [round(sum(float(row[name]) for row in storms), 1) for name in names])

header_and_grey = np.frombuffer(gzip.open(data / "photos/cat-idx2-ubyte.gz").read(), np.uint8)
cat = header_and_grey[12:].reshape(255, 384)
print("cat", cat.sum(dtype=int), cat[100, 200], cat.mean() / 255)

text = gzip.open(data / "text/shakespeare.txt.gz", "rt").read()
print("Shakespeare", len(text), "letters,", len(set(text)), "different")
