"""What Pillow reads in the photos of runtime/data, for its tests.

pip install numpy pillow; python tests/reference/photos.py
"""

import pathlib

import numpy as np
from PIL import Image

photos = pathlib.Path(__file__).parents[2] / "runtime/data/data/photos"
for path in sorted(photos.glob("*.jpg")):
    photo = np.asarray(Image.open(path).convert("RGB"), dtype=int)
    print(path.stem, photo.shape, photo.mean((0, 1)).round(3), photo[100, 200])
