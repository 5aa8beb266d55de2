"""Face mesh of 478 points: the published TFLite graph as ONNX.

The network takes rows of pixels: one transpose after the input and one before the landmarks keep that, everything between
runs in planes (`tflite_graph.py`). Of the three published outputs two are kept: the landmarks and the logit of a face
being there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from .onnx_graph import save
from .tflite_graph import TO_PIXELS, TO_PLANES, Conversion

SIDE, POINTS = 256, 478


class Mesh(Conversion):
    LEFT_OUT = ("LOGISTIC", "RESHAPE")

    def write(self, target: Path) -> None:
        landmarks, presence = self.source.Outputs(0), self.source.Outputs(1)
        self.planes[self.source.Inputs(0)] = self.graph.node("Transpose", ["picture"], perm=TO_PLANES)
        self.walk()
        pixels = self.graph.node("Transpose", [self.planes[landmarks]], perm=TO_PIXELS)
        shape = self.graph.weight(np.array([1, POINTS, 3], np.int64))
        self.graph.node("Reshape", [pixels, shape], "landmarks")
        shape = self.graph.weight(np.array([1], np.int64))
        self.graph.node("Reshape", [self.planes[presence], shape], "presence")
        outputs = {"landmarks": [1, POINTS, 3], "presence": [1]}
        save(self.graph.finish("mesh", {"picture": [1, SIDE, SIDE, 3]}, outputs), target)


if __name__ == "__main__":
    Mesh(Path(sys.argv[1]).read_bytes()).write(Path(sys.argv[2]))
