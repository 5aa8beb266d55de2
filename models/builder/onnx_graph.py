"""A small writer of ONNX graphs, so that each conversion reads as the network it makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
IR_VERSION = 8
ANY = "count"
"""A size that is left open: how many pictures are taken at once."""
HALF_FROM = 1024
"""Tensors of more elements than this are stored as float16 when a conversion asks for it."""


class Graph:
    """Collects nodes and weights; every node gets a fresh output name, in order, so that equal input gives equal bytes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, array: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str | None = None, **attributes) -> str:
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def prelu(self, x: str, slopes: np.ndarray) -> str:
        """Negative values times a slope, one for every plane, as `slope x + (1 - slope) relu(x)`.

        The runtime has PRelu as one operator, but keeps it out of the blocked layout that its convolutions run in, so that
        every picture is carried over and back around it. Products with one number per plane are convolutions of a single
        pixel, which stay inside: SFace takes 14 ms instead of 25, for the same numbers to the last digit or two.
        """
        planes = slopes.size
        kernel = slopes.astype(np.float32).reshape(planes, 1, 1, 1)
        shape = {"kernel_shape": [1, 1], "group": planes}
        positive = self.node("Conv", [self.node("Relu", [x]), self.weight(1 - kernel)], **shape)
        return self.node("Add", [positive, self.node("Conv", [x, self.weight(kernel)], **shape)])

    def finish(self, name: str, inputs: dict[str, list], outputs: dict[str, list]) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, name, values(inputs), values(outputs), self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def values(shapes: dict[str, list]) -> list[onnx.ValueInfoProto]:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]


def save(model: onnx.ModelProto, path: Path) -> None:
    """Checks and writes; the bytes depend on nothing but the model (sorted maps, our own producer name)."""
    model.producer_name = "facestep models"
    model.producer_version = ""
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
