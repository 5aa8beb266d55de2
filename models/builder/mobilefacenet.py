"""MobileFaceNet (embedder): the published TFLite graph as ONNX.

The file spells its activation out in five operators, `relu(x) + a (x - |x|)`: that is a slope of `2 a` for negative
values. It takes pairs of pictures as rows of pixels; here any number of them
as planes, since that is what its convolutions want.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .onnx_graph import ANY, save
from .tflite_graph import Conversion

SIDE, VALUES = 112, 192


class MobileFaceNet(Conversion):
    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.parts: dict[int, tuple[int, str]] = {}
        """Tensors of an activation that is not complete yet: what it is applied to, and which part this is."""

    def write(self, target: Path) -> None:
        self.planes[self.source.Inputs(0)] = "faces"
        self.walk()
        faces, embeddings = {"faces": [ANY, 3, SIDE, SIDE]}, {"embeddings": [ANY, VALUES]}
        save(self.graph.finish("mobilefacenet", faces, embeddings), target)

    def operator(self, operator) -> None:
        super().operator(operator)
        output = operator.Outputs(0)
        if self.planes.get(output) is None:
            self.planes.pop(output, None)

    def relu(self, operator, inputs: list[int]) -> None:
        self.parts[operator.Outputs(0)] = (inputs[0], "positive")

    def abs(self, operator, inputs: list[int]) -> None:
        self.parts[operator.Outputs(0)] = (inputs[0], "absolute")

    def sub(self, operator, inputs: list[int]) -> None:
        if self.parts.get(inputs[1]) != (inputs[0], "absolute"):
            raise ValueError("a difference that is no part of an activation")
        self.parts[operator.Outputs(0)] = (inputs[0], "twice the negative")

    def mul(self, operator, inputs: list[int]) -> None:
        slopes, negative = inputs
        x, part = self.parts[negative]
        if part != "twice the negative":
            raise ValueError("a product that is no part of an activation")
        self.parts[operator.Outputs(0)] = (x, "sloped")
        self.constants[operator.Outputs(0)] = 2 * self.constants[slopes]

    def add(self, operator, inputs: list[int]) -> str:
        positive, sloped = (self.parts.get(tensor) for tensor in inputs)
        if positive is None and sloped is None:
            return super().add(operator, inputs)
        if positive is None or sloped != (positive[0], "sloped") or positive[1] != "positive":
            raise ValueError("a sum that is half an activation")
        return self.graph.prelu(self.planes[positive[0]], self.constants[inputs[1]])

    def reshape(self, _operator, inputs: list[int]) -> str:
        return self.graph.node("Flatten", [self.planes[inputs[0]]], "embeddings")


if __name__ == "__main__":
    MobileFaceNet(Path(sys.argv[1]).read_bytes()).write(Path(sys.argv[2]))
