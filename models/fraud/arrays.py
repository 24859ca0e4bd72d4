"""Arrays of a model in a safetensors file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


def save_arrays(file: Path, **arrays: np.ndarray) -> None:
    # safetensors writes an array's memory as it lies: one held by columns would come back with its cells dealt anew.
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, file)


def load_arrays(file: Path) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = load_file(file)
    return found
