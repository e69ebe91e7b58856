"""Finds out where this very interpreter keeps what native/src/sites.c reads in the hook of a drop: a thread's frame, the frame's
code and position, the code's names, a str's characters. By looking, not by a table of versions: objects that are known are searched
for in memory, which is read through the kernel, and what was found is tried before it is believed.
"""

import struct
import sys

from .native import Unusable

_FIRST_LINE = 4322
_LINES = (4325, 4326, 4328)
# In a method, so that its name and its qualified name differ. It reads its own frame at three lines.
_SAMPLE = "\n" * 4320 + (
    "class Gilscope:\n"
    "    def sample(peek, at, steps, cell, cell_at, size, first, second, third):\n"
    "        for step in steps:\n"
    "            peek(at + step, cell_at, 8); at = cell.value\n"
    "        peek(at, first, size)\n"
    "        peek(at, second, size)\n"
    "\n"
    "        peek(at, third, size)\n"
)
_FILE = "<gilscope's s\u00e1mple>"
_STATE_BYTES = 1024
_FRAME_BYTES = 256
_NEAR_BYTES = 128
_TEXT_BYTES = 224
_WORD = 8
# Pointers to code may carry tags in their low bits (3.14).
_MASK = (1 << 64) - 8


def enable(native):
    """From now on drops carry function and line. Unusable, with the reason, when this interpreter cannot be read so."""
    native.gs_sites_drops(1)
    return _enable(native)


def layout_of(native):
    """What is known of this interpreter; found out now where drops are not to carry anything."""
    layout = native.known_sites
    if layout is not None:
        return layout
    native.gs_sites_drops(0)
    return _enable(native)


def _enable(native):
    if struct.calcsize("P") != _WORD or sys.byteorder != "little":
        raise Unusable("functions are read on 64-bit little-endian machines only")
    space = {"__name__": "gilscope_sample"}
    exec(compile(_SAMPLE, _FILE, "exec"), space)
    sample = space["Gilscope"].sample
    layout = native.site_layout()
    path = _frame_path(native)
    layout.state_frame, layout.frame_frame, layout.frame_code = path
    layout.code_mask = _MASK
    _position(native, layout, sample)
    _code(native, layout, sample.__code__)
    _strings(native, layout)
    native.set_sites(layout)
    if _noted(native) != ["_noted", _noted.__code__.co_filename, str(_noted.__code__.co_firstlineno)]:
        native.set_sites(None)
        raise Unusable("the function that runs could not be read")
    return layout


def _noted(native):
    """What the hook would note of this function."""
    buffer = native.buffer(8192)
    native.gs_site_look(buffer, 8192)
    name, _qualname, file, first_line, _line = buffer.value.decode("utf-8", "replace").split("\n")
    return [name, file, first_line]


def _frame_path(native):
    """(offset in the thread state, offset in what that points to or -1, offset of the code in the frame)."""
    state = native.gs_thread_state()
    if not state:
        raise Unusable("the interpreter does not tell its thread state")
    other = type(_search)(_search.__code__.replace(co_name="other"), globals())
    for deep in (False, True):
        buffers = [native.buffer(size) for size in (_STATE_BYTES, _NEAR_BYTES, _NEAR_BYTES)]
        found = _search(native.gs_peek, state, id(_search.__code__), buffers, deep)
        again = _nested(lambda: other(native.gs_peek, state, id(other.__code__), buffers, deep))
        both = [path for path in found if path in again]
        if both:
            return both[0]
    raise Unusable("a thread's frame could not be found")


def _nested(call):
    return call()


def _search(peek, state, code, buffers, deep):
    """Ways from the thread state to a pointer to `code`, this function's own. Calls nothing written in Python: its frame is the topmost."""
    top, near, far = buffers
    paths = []
    got = peek(state, top, _STATE_BYTES)
    for i in range(0, got - got % _WORD, _WORD):
        frame = struct.unpack_from("<Q", top, i)[0]
        if frame < 65536 or frame % _WORD:
            continue
        inner = peek(frame, near, _NEAR_BYTES)
        for j in range(0, inner - inner % _WORD, _WORD):
            value = struct.unpack_from("<Q", near, j)[0]
            if not deep and value & _MASK == code:
                paths.append((i, -1, j))
            if not deep or j >= 32 or value < 65536 or value % _WORD:
                continue
            last = peek(value, far, _NEAR_BYTES)
            for k in range(0, last - last % _WORD, _WORD):
                if struct.unpack_from("<Q", far, k)[0] & _MASK == code:
                    paths.append((i, j, k))
    return paths


def _position(native, layout, sample):
    """Where a frame keeps the instruction it is at: an address (3.11 on), or an index in bytes or in units of two."""
    cell = native.cell()
    frames = [native.buffer(_FRAME_BYTES) for _ in range(3)]
    steps = [layout.state_frame] + ([layout.frame_frame] if layout.frame_frame >= 0 else [])
    sample(native.gs_peek, native.gs_thread_state(), steps, cell, native.byref(cell), _FRAME_BYTES, *frames)
    code = sample.__code__
    start = type(code).__basicsize__ if type(code).__itemsize__ else -1
    for offset in range(0, _FRAME_BYTES - _WORD, 4):
        values = [struct.unpack_from("<Q", frame, offset)[0] - id(code) - start for frame in frames]
        if start > 0 and offset % _WORD == 0 and _at_lines(native, code, values):
            layout.frame_position, layout.position_bytes, layout.code_start = offset, 8, start
            return
        values = [struct.unpack_from("<i", frame, offset)[0] for frame in frames]
        for unit in (1, 2):
            if start < 0 and _at_lines(native, code, [value * unit for value in values]):
                layout.frame_position, layout.position_bytes, layout.position_unit = offset, 4, unit
                return
    raise Unusable("a frame's position could not be found")


def _at_lines(native, code, positions):
    return all(0 < at < 4096 for at in positions) and tuple(native.line_of(code, at) for at in positions) == _LINES


def _code(native, layout, code):
    data = native.read(id(code), type(code).__basicsize__)
    layout.code_name = _word_in(data, id(code.co_name))
    layout.code_file = _word_in(data, id(code.co_filename))
    layout.code_qualname = _word_in(data, id(code.co_qualname)) if hasattr(code, "co_qualname") else -1
    layout.object_type = _word_in(data, id(type(code)))
    layout.code_type = id(type(code))
    lines = [i for i in range(0, len(data) - 3, 4) if struct.unpack_from("<i", data, i)[0] == _FIRST_LINE]
    if len(lines) != 1:
        raise Unusable("a function's first line could not be found")
    layout.code_first_line = lines[0]


def _word_in(data, value):
    for i in range(0, len(data) - _WORD + 1, _WORD):
        if struct.unpack_from("<Q", data, i)[0] == value:
            return i
    raise Unusable("a part of a code object could not be found")


# Strings of one length in each form of PEP 393: character width, a character that needs it.
_FORMS = ((1, "e"), (1, "\u00e9"), (2, "\u0119"), (4, "\U0001f40d"))
_LENGTH = 29


def _samples():
    """For each form several strings: made just now, interned, and of ASCII also ones that the interpreter was born with."""
    for width, letter in _FORMS:
        made = [_in_used_memory("gilscope%d" % n + letter, letter, fill) for n in range(3) for fill in (0xFF, 0)]
        made.append(sys.intern((letter + "gilscope").ljust(_LENGTH - 1, letter) + "!"))
        yield width, made, ["__init__", "__qualname__", "append"] if letter == "e" else []


def _in_used_memory(text, letter, fill):
    """A new str where bytes of `fill` have just been: bits of its head that nobody sets keep what was there before."""
    size = text.ljust(_LENGTH, letter).__sizeof__()
    used = bytes([fill]) * (size - b"".__sizeof__())
    del used
    return text.ljust(_LENGTH, letter)


def _characters(text, width):
    """By hand: a codec would be imported into the program."""
    return b"".join([ord(letter).to_bytes(width, "little") for letter in text])


def _strings(native, layout):
    """A str's length, its form, and for each form where the characters are."""
    forms = []
    for width, made, born in _samples():
        blocks = [native.read(id(text), _TEXT_BYTES) for text in made]
        starts = {block.find(_characters(text, width)) for block, text in zip(blocks, made)}
        if len(starts) != 1 or min(starts) < 0:
            raise Unusable("the characters of a str could not be found")
        forms.append((width, starts.pop(), blocks, [native.read(id(text), 48) for text in born]))
    layout.str_length = _length_offset(forms)
    layout.str_state, layout.str_state_mask = _state_word(forms)
    for form, (width, start, blocks, _) in zip(layout.str_forms, forms):
        form.width, form.data = width, start
        form.state = struct.unpack_from("<I", blocks[0], layout.str_state)[0] & layout.str_state_mask


def _length_offset(forms):
    blocks = [block for form in forms for block in form[2]]
    for offset in range(_WORD, 48, _WORD):
        if all(struct.unpack_from("<Q", block, offset)[0] == _LENGTH for block in blocks):
            return offset
    raise Unusable("the length of a str could not be found")


def _state_word(forms):
    """The word, and its bits, that are the same in all strings of a form and differ from form to form."""
    for offset in range(_WORD, 48, 4):
        mask, words = 0xFFFFFFFF, []
        for _, _, blocks, born in forms:
            same = [struct.unpack_from("<I", block, offset)[0] for block in blocks + born]
            for word in same:
                mask &= ~(word ^ same[0])
            words.append(same[0])
        if len({word & mask for word in words}) == len(forms) and offset + 4 <= min(form[1] for form in forms):
            return offset, mask
    raise Unusable("the form of a str could not be found")
