"""Prints the golden values of manifest.toml: what each built model answers to a made-up picture.

    cache/venv/bin/pip install onnxruntime==1.31.1
    cache/venv/bin/python -m builder.golden     (in models/)

Only for whoever changes a model. The program recomputes the same picture and compares, at start and in
`facestep models verify`: the hash says that the file is right, this says that the runtime computes right.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import onnxruntime

from .pins import model_tables

MULTIPLIER, SHIFT, STEPS = 2654435769, 8, 1 << 24
SAMPLES = 8


def picture(shape: list[int], high: float) -> np.ndarray:
    """Element i is `high * ((i * 2654435769 mod 2^32) >> 8) / 2^24`: exact in float32, the same in every language."""
    index = np.arange(np.prod(shape), dtype=np.uint64)
    spread = (index * MULTIPLIER % (1 << 32)) >> SHIFT
    return (spread.astype(np.float32) / np.float32(STEPS) * np.float32(high)).reshape(shape)


def sampled(output: np.ndarray) -> list[float]:
    """Up to eight values at equal distances, the first among them."""
    flat = output.ravel()
    count = min(SAMPLES, flat.size)
    return [float(f"{flat[flat.size * i // count]:.6g}") for i in range(count)]


def main() -> None:
    folder = Path(__file__).resolve().parent.parent
    for name, model in model_tables(tomllib.loads((folder / "manifest.toml").read_text())):
        session = onnxruntime.InferenceSession(folder / "built" / model["file"], providers=["CPUExecutionProvider"])
        golden = model["golden"]
        (feed,) = session.get_inputs()
        answers = session.run(None, {feed.name: picture(golden["shape"], golden["high"])})
        print(f"{name}.golden.outputs]   # {model['file']}")
        for output, answer in zip(session.get_outputs(), answers):
            print(f"{output.name} = {sampled(answer)}")
        print()


if __name__ == "__main__":
    main()
