"""TensorBoard's event records: writes events.json for runtime/train/src/events.rs.

Needs the package tensorboard.
"""

import io
import json
import pathlib

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


class Kept(io.BytesIO):
    def close(self):
        pass


def record(event):
    kept = Kept()
    RecordWriter(kept).write(event.SerializeToString())
    return kept.getvalue().hex()


def scalar(wall_time, step, tag, value):
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return record(Event(wall_time=wall_time, step=step, summary=summary))


records = {
    "version": record(Event(wall_time=1.5, file_version="brain.Event:2")),
    "first": scalar(2.25, 1, "loss", 0.5),
    "large step": scalar(1_700_000_000.125, 1_000_000, "epoch/loss", -1e-3),
    "zero": scalar(3.0, 0, "zero", 0.0),
    "long tag": scalar(3.0, 300, "a long tag " * 20, float("nan")),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(records, indent=2) + "\n")
