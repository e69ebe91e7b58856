"""What the kernel itself sees of the GIL: uprobes on the interpreter's take_gil and drop_gil, for tests that compare. Needs root, tracefs and an
interpreter with symbols; `Unavailable` says what is missing. Documentation/trace/uprobetracer.rst in the kernel's source.
"""

import os
import re
import struct
import subprocess
import tempfile

# uprobes with return probes are on all but the oldest kernels; the text of a trace has microseconds.
RESOLUTION_NS = 1000
_BUFFER_KB = 16384
_OURS = "gilscope-tracefs-"
_LINE = re.compile(r"-(\d+)\s+\[\d+\].*?\s(\d+)\.(\d{6}): (taken|take|drop)\d+: ")


class Unavailable(Exception):
    pass


def _symbols(path):
    """{name: offset in the file} of all that is take_gil or drop_gil, from the ELF file's .symtab."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:5] != b"\x7fELF\x02":
        return {}
    (sections_at,) = struct.unpack_from("<Q", data, 40)
    (programs_at,) = struct.unpack_from("<Q", data, 32)
    _, _, n_programs, size, n_sections = struct.unpack_from("<HHHHH", data, 52)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, sections_at + i * size) for i in range(n_sections)]
    programs = [struct.unpack_from("<IIQQQQQQ", data, programs_at + i * 56) for i in range(n_programs)]
    found = {}
    for _, kind, _, _, at, length, link, _, _, _ in sections:
        if kind != 2:  # SHT_SYMTAB
            continue
        names = sections[link][4]
        for entry in range(at, at + length, 24):
            name_at, info, _, _, value, _ = struct.unpack_from("<IBBHQQ", data, entry)
            name = data[names + name_at : data.index(b"\0", names + name_at)].decode()
            if info & 15 == 2 and name.split(".")[0] in ("take_gil", "drop_gil"):  # STT_FUNC
                for _, _, offset, address, _, in_file, _, _ in programs:
                    if address <= value < address + in_file:
                        found[name] = value - address + offset
    return found


def image():
    """(path, symbols) of the file that this interpreter's GIL is in."""
    with open("/proc/self/maps") as maps:
        paths = {line.split(None, 5)[5].strip() for line in maps if " r-xp " in line and "python" in line}
    for path in sorted(paths):
        symbols = _symbols(path)
        if {name.split(".")[0] for name in symbols} == {"take_gil", "drop_gil"}:
            return path, symbols
    raise Unavailable("this interpreter has no symbols take_gil and drop_gil")


class Uprobes:
    """`with Uprobes() as probes:` run a program; `probes.of(tid)` is what its threads did, of this interpreter's image alone."""

    def __init__(self):
        self.path, self.symbols = image()
        self.root = self.folder = self._mounted = None
        self.defined = []
        self.group = "gilscope_%d" % os.getpid()

    def __enter__(self):
        try:
            self.root = self._tracefs()
            for number, (name, offset) in enumerate(sorted(self.symbols.items())):
                what = "take" if name.startswith("take") else "drop"
                self._define("p", "%s%d" % (what, number), offset)
                if what == "take":
                    self._define("r", "taken%d" % number, offset)
            folder = os.path.join(self.root, "instances", self.group)
            os.mkdir(folder)
            self.folder = folder
            self._write("trace_clock", "mono")
            self._write("buffer_size_kb", str(_BUFFER_KB))
            self._write(os.path.join("events", self.group, "enable"), "1")
        except (OSError, subprocess.SubprocessError) as error:
            self.__exit__()
            raise Unavailable("uprobes cannot be set here: %s" % error)
        return self

    def _tracefs(self):
        with open("/proc/mounts") as mounts:
            for line in mounts:
                # One that another run of these tests has mounted goes when that ends.
                if line.split()[2] == "tracefs" and _OURS not in line.split()[1]:
                    return line.split()[1]
        self._mounted = tempfile.mkdtemp(prefix=_OURS)
        subprocess.run(["mount", "-t", "tracefs", "nodev", self._mounted], check=True, stderr=subprocess.PIPE)
        return self._mounted

    def _tell(self, text):
        """One line to uprobe_events, which cannot be sought in as Python's own append mode does."""
        fd = os.open(os.path.join(self.root, "uprobe_events"), os.O_WRONLY | os.O_APPEND)
        try:
            os.write(fd, text.encode() + b"\n")
        finally:
            os.close(fd)

    def _define(self, kind, name, offset):
        self._tell("%s:%s/%s %s:0x%x" % (kind, self.group, name, self.path, offset))
        self.defined.append(name)

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    def stop(self):
        """Nothing more is noted; what was can be read."""
        self._write(os.path.join("events", self.group, "enable"), "0")

    def lost(self):
        total = 0
        for cpu in os.listdir(os.path.join(self.folder, "per_cpu")):
            with open(os.path.join(self.folder, "per_cpu", cpu, "stats")) as stats:
                total += sum(int(line.split(":")[1]) for line in stats if line.startswith(("overrun", "dropped events")))
        return total

    def threads(self):
        """tid -> [(ns on CLOCK_MONOTONIC, rounded to microseconds, "take" | "taken" | "drop")] in the order of time."""
        found = {}
        with open(os.path.join(self.folder, "trace"), errors="replace") as trace:
            for line in trace:
                match = _LINE.search(line)
                if match:
                    tid, seconds, micros, what = match.groups()
                    found.setdefault(int(tid), []).append((int(seconds) * 10**9 + int(micros) * 1000, what))
        return found

    def __exit__(self, *_):
        if self.folder:
            self.stop()
            os.rmdir(self.folder)
        for name in self.defined:
            self._tell("-:%s/%s" % (self.group, name))
        if self._mounted:
            # Lazily: the kernel may still be at it.
            subprocess.run(["umount", "--lazy", self._mounted], stderr=subprocess.DEVNULL)
            os.rmdir(self._mounted)
