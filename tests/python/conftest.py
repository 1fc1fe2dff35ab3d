"""What all tests with Python clients need."""

import os
import sys

# nbgrader starts `alembic` by name.
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
