"""Bytes: what Python writes is what the golden files say, what TypeScript wrote is understood, and broken input is refused."""

import glob
import json
import os
import random
import unittest

import golden
from collector import wire


class Golden(unittest.TestCase):
    def test_written_files_are_of_today(self):
        for name in golden.FILES:
            data, text = golden.contents(name)
            with open(os.path.join(golden.FOLDER, name + ".bin"), "rb") as file:
                self.assertEqual(file.read(), data, name)
            with open(os.path.join(golden.FOLDER, name + ".json"), encoding="utf-8") as file:
                # The layout of the JSON is the formatter's, its meaning is ours.
                self.assertEqual(json.load(file), json.loads(text), name)

    def test_own_events_come_back(self):
        data, _ = golden.contents("python-events")
        frames = wire.FrameReader().push(data)
        rows = golden.decode_events(frames[0][1])[3]
        for (when, kind, flag, core, gil, cpu), expected in zip(rows, golden.EVENTS):
            known = wire.CORE_UNKNOWN if expected[3] is None else expected[3]
            self.assertEqual((kind, when, flag, core, gil, cpu), expected[:3] + (known,) + expected[4:])
        self.assertEqual(len(rows), len(golden.EVENTS))
        self.assertEqual(golden.decode_events(frames[1][1])[3][0][3:5], (0, 9))

    def test_typescript_bytes_are_understood(self):
        names = sorted(glob.glob(os.path.join(golden.FOLDER, "ts-*.bin")))
        self.assertTrue(names)
        understood = 0
        for path in names:
            with open(path, "rb") as file:
                frames = wire.FrameReader().push(file.read())
            with open(path[:-4] + ".json", encoding="utf-8") as file:
                expected = json.load(file)["frames"]
            self.assertEqual([kind for kind, _ in frames], [frame["kind"] for frame in expected], path)
            for (kind, payload), frame in zip(frames, expected):
                if kind == wire.EVENTS:
                    serial, tid, dropped, rows = golden.decode_events(payload)
                    found = {"serial": serial, "tid": tid, "dropped": dropped, "events": [golden.row(*r) for r in rows]}
                    self.assertEqual(found, frame["value"])
                elif kind == wire.CALLS:
                    self.assertEqual(golden.calls_meaning(payload), frame["value"])
                elif kind == wire.TALLY:
                    self.assertEqual(golden.tally_meaning(payload), frame["value"])
                elif kind == wire.MARK:
                    self.assertEqual(golden.marks_meaning(payload), frame["value"])
                elif kind == wire.COMMAND:
                    self.assertEqual(wire.loads(payload), frame["value"])
                else:
                    continue
                understood += 1
        self.assertGreater(understood, 0)


class Json(unittest.TestCase):
    def test_what_is_written_is_json(self):
        for value in (None, True, False, 0, -1, 2**70, 0.005, 1e300, "", "\x00\n\"\\\u2028\ud800\U0001f40d", [], {}, [1, [2.5, {"a": None}]]):
            self.assertEqual(json.loads(wire.dumps(value)), value)
        self.assertEqual(wire.dumps(float("nan")), "null")
        self.assertEqual(wire.dumps(float("inf")), "null")

        class Odd(int):
            def __repr__(self):
                return "odd"

        self.assertEqual(wire.dumps(Odd(5)), "5")

    def test_loads(self):
        self.assertEqual(wire.loads(b'{"id":1,"cmd":"ping","x":[1.5,null,true]}'), {"id": 1, "cmd": "ping", "x": [1.5, None, True]})
        for text in (b"", b"{", b"[1]", b"\xff", b"{not json", b"nul", b'"text"'):
            with self.assertRaises(ValueError):
                wire.loads(text)


class Frames(unittest.TestCase):
    def test_any_chunking(self):
        chance = random.Random(5)
        data = b"".join(golden.control() + golden.events())
        whole = wire.FrameReader().push(data)
        for _ in range(50):
            reader, found, at = wire.FrameReader(), [], 0
            while at < len(data):
                size = chance.choice((1, 2, 7, 64, 500))
                found += reader.push(data[at : at + size])
                at += size
            self.assertEqual(found, whole)

    def test_bound(self):
        wire.frame(wire.LOG, bytes(wire.MAX_PAYLOAD))
        with self.assertRaises(ValueError):
            wire.frame(wire.LOG, bytes(wire.MAX_PAYLOAD + 1))
        with self.assertRaises(ValueError):
            wire.FrameReader().push((wire.MAX_PAYLOAD + 1).to_bytes(4, "little") + bytes(4))


if __name__ == "__main__":
    unittest.main()
