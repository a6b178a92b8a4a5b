"""Makes the two small networks of tests/data/networks: python scripts/make_test_networks.py [FOLDER].

Needs numpy and onnx 1.16 or later. They have the inputs and outputs of the networks that `rapport models pull voices`
fetches, and simple insides that can be checked by hand:

segmentation.onnx   hears a low voice by its power at 300 Hz and a high one by its power at 700 Hz, each for itself, so
                    that both at once are heard as both; there is no third
embedding.onnx      the mean square of each of the 80 bands over time
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 16_000
FRAME, STEP = 991, 270
TONES = (300.0, 700.0)
# Power of a tone at the filter, of full scale 1, from which its voice is heard; twenty decibels below are silence.
HEARD_FROM = 1e-5
# Steepness: classes change by this many natural logarithms for a tenfold power.
SHARPNESS = 4.0


def constant(name, values):
    return numpy_helper.from_array(np.asarray(values, dtype=np.float32), name)


def segmentation():
    time = np.arange(FRAME) / RATE
    window = np.hanning(FRAME)
    window = 2.0 * window / window.sum()
    filters = [wave(2 * np.pi * tone * time) * window for tone in TONES for wave in (np.cos, np.sin)]
    pairs = [[1, 1, 0, 0], [0, 0, 1, 1]]
    # Each voice for itself: the score of a class is the sum of the scores of those who speak in it.
    speaks = [[0, 0], [1, 0], [0, 1], None, [1, 1], None, None]
    weights = [[0, 0] if who is None else [SHARPNESS * at for at in who] for who in speaks]
    even = -SHARPNESS * np.log10(HEARD_FROM)
    biases = [-40.0 if who is None else even * sum(who) for who in speaks]
    log10 = 1.0 / np.log(10.0)
    plain = {"pads": [0, 0], "dilations": [1], "group": 1}
    nodes = [
        helper.make_node("Conv", ["x", "filters"], ["waves"], kernel_shape=[FRAME], strides=[STEP], **plain),
        helper.make_node("Mul", ["waves", "waves"], ["squares"]),
        helper.make_node("Conv", ["squares", "pairs", "floor"], ["powers"], kernel_shape=[1], strides=[1], **plain),
        helper.make_node("Log", ["powers"], ["logs"]),
        helper.make_node("Conv", ["logs", "weights", "biases"], ["scores"], kernel_shape=[1], strides=[1], **plain),
        helper.make_node("Transpose", ["scores"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("LogSoftmax", ["frames"], ["y"], axis=-1),
    ]
    constants = [
        constant("filters", np.asarray(filters)[:, None, :]),
        constant("pairs", np.asarray(pairs)[:, :, None]),
        constant("floor", [1e-12, 1e-12]),
        constant("weights", np.asarray(weights)[:, :, None] * log10),
        constant("biases", biases),
    ]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, "T"])
    wanted = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", "F", 7])
    return helper.make_graph(nodes, "segmentation", [given], [wanted], constants)


def embedding():
    nodes = [
        helper.make_node("Mul", ["feats", "feats"], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["embs"], axes=[1], keepdims=0),
    ]
    given = helper.make_tensor_value_info("feats", TensorProto.FLOAT, ["B", "T", 80])
    wanted = helper.make_tensor_value_info("embs", TensorProto.FLOAT, ["B", 80])
    return helper.make_graph(nodes, "embedding", [given], [wanted])


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/data/networks")
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in (("segmentation", segmentation()), ("embedding", embedding())):
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
        onnx.checker.check_model(model)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
