"""MiniFASNet V2 and V1SE (presentation attacks): PyTorch checkpoints as ONNX, without PyTorch.

The checkpoints are in PyTorch's old pickle form. A restricted unpickler that knows just the four names in them reads the
weights; any other name is refused, so the file cannot run code. The network is written out here layer by layer after the
upstream architecture, batch normalisation folded into the convolution before it, softmax added at the end.
The network wants 0..255, blue first, not divided by 255.
"""

from __future__ import annotations

import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np

from .onnx_graph import Graph, save

MAGIC = 0x1950A86A20F9469CFC6C
SIDE = 80
EPSILON = 1e-5
STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
STAGES = [("conv_23", "conv_3", 4), ("conv_34", "conv_4", 6), ("conv_45", "conv_5", 2)]
"""A halving block, then a run of residual blocks: name, name, length."""


def convert(source: Path, target: Path) -> None:
    save(Network(read_checkpoint(source)).graph.finish("minifasnet", {"picture": [1, 3, SIDE, SIDE]}, {"classes": [1, 3]}), target)


class Network:
    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.graph = Graph()
        x = self.activated("picture", "conv1", stride=2, padding=1)
        x = self.activated(x, "conv2_dw", padding=1)
        for halving, run, length in STAGES:
            x = self.block(x, halving, stride=2)
            for index in range(length):
                x = self.graph.node("Add", [x, self.block(x, f"{run}.model.{index}")])
        x = self.activated(x, "conv_6_sep")
        x = self.convolution(x, "conv_6_dw")
        self.classify(self.graph.node("Flatten", [x]))

    def block(self, x: str, name: str, stride: int = 1) -> str:
        """Widen, filter each plane alone, narrow; V1SE then weighs the planes (squeeze and excitation)."""
        x = self.activated(x, f"{name}.conv")
        x = self.activated(x, f"{name}.conv_dw", stride=stride, padding=1)
        x = self.convolution(x, f"{name}.project")
        if f"{name}.se_module.fc1.weight" in self.weights:
            y = self.graph.node("GlobalAveragePool", [x])
            y = self.graph.node("Relu", [self.convolution(y, f"{name}.se_module", "fc1", "bn1")])
            y = self.graph.node("Sigmoid", [self.convolution(y, f"{name}.se_module", "fc2", "bn2")])
            x = self.graph.node("Mul", [x, y])
        return x

    def activated(self, x: str, name: str, stride: int = 1, padding: int = 0) -> str:
        x = self.convolution(x, name, stride=stride, padding=padding)
        return self.graph.prelu(x, self.weights[f"{name}.prelu.weight"])

    def convolution(self, x: str, name: str, conv: str = "conv", norm: str = "bn", stride: int = 1, padding: int = 0) -> str:
        kernel = self.weights[f"{name}.{conv}.weight"]
        scale, shift = self.normalisation(f"{name}.{norm}")
        planes, per_group, height, width = kernel.shape
        weights = (kernel * scale[:, None, None, None]).astype(np.float32)
        operands = [x, self.graph.weight(weights), self.graph.weight(shift.astype(np.float32))]
        return self.graph.node(
            "Conv",
            operands,
            kernel_shape=[height, width],
            strides=[stride, stride],
            pads=[padding] * 4,
            group=planes if per_group == 1 and planes > 1 else 1,
        )

    def classify(self, x: str) -> None:
        scale, shift = self.normalisation("bn")
        # Folded in float64: `linear` has no bias, the normalisation after it gives one.
        narrow = (self.weights["linear.weight"].astype(np.float64) * scale[:, None]).astype(np.float32)
        x = self.graph.node("MatMul", [x, self.graph.weight(narrow.T)])
        x = self.graph.node("Add", [x, self.graph.weight(shift.astype(np.float32))])
        x = self.graph.node("MatMul", [x, self.graph.weight(self.weights["prob.weight"].T)])
        self.graph.node("Softmax", [x], "classes", axis=1)

    def normalisation(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Batch normalisation at rest as `x * scale + shift`."""
        gamma, beta, mean, variance = (
            self.weights[f"{name}.{part}"].astype(np.float64) for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        return scale, beta - mean * scale


class Restricted(pickle.Unpickler):
    """Knows tensors, two kinds of storage and ordered dictionaries, and nothing else."""

    def __init__(self, file) -> None:
        super().__init__(file)
        self.storages: dict[str, np.dtype] = {}

    def find_class(self, module: str, name: str):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a checkpoint")

    def persistent_load(self, reference):
        _, dtype, key, *_ = reference
        self.storages[key] = dtype
        return key


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    with path.open("rb") as file:
        if Restricted(file).load() != MAGIC:
            raise ValueError(f"{path} is no PyTorch checkpoint of the old form")
        Restricted(file).load()  # format version
        Restricted(file).load()  # machine description
        reader = Restricted(file)
        tensors = reader.load()
        contents = {key: read_storage(file, reader.storages[key]) for key in Restricted(file).load()}
    return {name.removeprefix("module."): view(contents, *tensor) for name, tensor in tensors.items()}


def read_storage(file, dtype: np.dtype) -> np.ndarray:
    (count,) = struct.unpack("<q", file.read(8))
    return np.frombuffer(file.read(count * dtype.itemsize), dtype)


def view(contents: dict[str, np.ndarray], storage: str, offset: int, size, stride) -> np.ndarray:
    content = contents[storage][offset:]
    return np.lib.stride_tricks.as_strided(content, size, [step * content.itemsize for step in stride]).copy()


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
