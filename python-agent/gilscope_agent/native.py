"""ctypes binding of the native tracer (../native/gilscope.h, which is the authority). Called by exact.py only.

`ctypes` is imported here and not at the top of the agent: the estimated engine does not need it in the user's program.
"""

import os

from . import VERSION


class Unusable(Exception):
    """Why the native tracer cannot run in this process: one sentence."""


def _is_loaded(path):
    """Whether a library of this name came in when we were attached before; its file was taken away afterwards."""
    try:
        with open("/proc/self/maps", "rb") as file:
            return os.fsencode(path) in file.read()
    except OSError:
        return False


class Native:
    """The library's functions by their own names. All are called with the GIL held (PyDLL); they let go of it themselves."""

    def __init__(self, path):
        try:
            import ctypes
        except ImportError as error:
            raise Unusable("this Python was built without ctypes (%s)" % error) from None
        if not path or not (os.path.exists(path) or _is_loaded(path)):
            raise Unusable("the native tracer was not built")
        try:
            library = ctypes.PyDLL(path)
            self._bind(ctypes, library)
        except (OSError, AttributeError) as error:
            raise Unusable("the native tracer could not be loaded: %s" % error) from None
        version = self.gs_version().decode("utf-8", "replace")
        if version != VERSION:
            raise Unusable("the native tracer is of version %s, the agent of %s" % (version, VERSION))
        self._ctypes = ctypes
        self.known_sites = None

    def _bind(self, ctypes, library):
        size, text, number = ctypes.c_size_t, ctypes.c_char_p, ctypes.c_int
        self.callback_type = ctypes.CFUNCTYPE(None, ctypes.c_void_p, size)
        shapes = {
            "gs_version": (text, []),
            "gs_error": (text, []),
            "gs_configure": (number, [text, ctypes.c_long]),
            "gs_prepare": (number, [ctypes.c_void_p]),
            "gs_start": (number, [number, text, size, self.callback_type]),
            "gs_follow": (number, [text, size]),
            "gs_restart": (number, [number, text, size, self.callback_type]),
            "gs_recording": (ctypes.c_uint32, []),
            "gs_forked": (ctypes.c_uint32, []),
            "gs_send": (number, [number, text, size]),
            "gs_tick_every": (None, [ctypes.c_uint32]),
            "gs_glance_pace": (None, [ctypes.c_uint32, ctypes.c_uint32]),
            "gs_glance_hurry": (None, []),
            "gs_glance_learn": (number, [ctypes.c_uint32, text, text, ctypes.c_uint32]),
            "gs_glance_known": (number, [ctypes.c_uint32]),
            "gs_glance_size": (None, [ctypes.c_uint32, ctypes.c_uint64]),
            "gs_glance_forget": (None, [ctypes.c_uint32]),
            "gs_thread_serial": (ctypes.c_uint32, []),
            "gs_running": (number, []),
            "gs_disable_commands": (None, []),
            "gs_stop": (number, [number]),
            "gs_thread_state": (size, []),
            "gs_peek": (size, [size, ctypes.c_void_p, size]),
            "gs_sites_set": (number, [ctypes.c_void_p]),
            "gs_sites_drops": (None, [number]),
            "gs_calls_set": (number, [ctypes.c_void_p]),
            "gs_calls_own": (None, [text, text]),
            "gs_calls_on": (number, []),
            "gs_calls_off": (None, []),
            "gs_calls_tick": (None, []),
            "gs_calls_callback": (ctypes.py_object, [number]),
            "gs_calls_find_slot": (number, []),
            "gs_calls_install": (number, [number, ctypes.c_void_p, number]),
            "gs_calls_begin_here": (None, []),
            "gs_calls_hand_over": (number, [ctypes.c_uint64, ctypes.c_int32]),
            "gs_site_look": (number, [ctypes.c_void_p, size]),
        }
        for name, (result, arguments) in shapes.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments
            setattr(self, name, function)

    def prepare(self):
        """Calibrate; Unusable with the library's own sentence when this interpreter cannot be traced."""
        info = self._info()
        if self.gs_prepare(self._ctypes.byref(info)):
            raise Unusable(self.error())

    def _info(self):
        c = self._ctypes

        class Info(c.Structure):
            _fields_ = [
                ("size", c.c_uint32),
                ("drop_sites", c.c_int32),
                ("switch_distance", c.c_int32),
                ("site_word", c.c_int32),
                ("gil", c.c_uint64),
                ("switch_count", c.c_uint64),
                ("pid", c.c_uint32),
                ("tid", c.c_uint32),
                ("object", c.c_char * 256),
            ]

        return Info(size=c.sizeof(Info))

    def set_looks(self, rate):
        """So many looks into long holds a second; 0: none. Before gs_start."""
        self.gs_configure(b"looks_us", int(1e6 / rate) if rate > 0 else 0)

    def close(self, sock):
        """Without letting go of the GIL: that would be told as a drop of the program's, in a function of ours."""
        self._ctypes.pythonapi.close(sock.detach())

    # --- for sites.py ---

    def site_layout(self):
        c = self._ctypes
        names = (
            "state_frame frame_frame frame_code frame_position position_bytes position_unit code_start code_name "
            "code_qualname code_file code_first_line object_type str_length str_state"
        )

        class Form(c.Structure):
            _fields_ = [("state", c.c_uint32), ("data", c.c_int32), ("width", c.c_int32)]

        class Layout(c.Structure):
            _fields_ = (
                [("size", c.c_uint32)]
                + [(name, c.c_int32) for name in names.split()]
                + [("str_state_mask", c.c_uint32), ("str_forms", Form * 4)]
                + [("code_mask", c.c_uint64), ("code_type", c.c_uint64)]
            )

        return Layout(size=c.sizeof(Layout))

    def set_sites(self, layout):
        """Unusable when it is refused; None: drops carry no site."""
        if self.gs_sites_set(None if layout is None else self._ctypes.byref(layout)) and layout is not None:
            raise Unusable("there is no memory for the places where threads let go")
        self.known_sites = layout

    # --- for functions.py ---

    def call_layout(self):
        c = self._ctypes
        names = (
            "object_frame object_type type_name function_table function_self function_module descriptor_table "
            "descriptor_owner"
        )
        types = "function_type method_type descriptor_type str_type type_type"

        class Layout(c.Structure):
            _fields_ = (
                [("size", c.c_uint32)]
                + [(name, c.c_int32) for name in names.split()]
                + [("reserved", c.c_uint32)]
                + [(name, c.c_uint64) for name in types.split()]
            )

        return Layout(size=c.sizeof(Layout))

    def set_calls(self, layout):
        if self.gs_calls_set(self._ctypes.byref(layout)):
            raise Unusable("the native tracer cannot read what is called")

    def install_calls(self, on, most=100):
        """Kernel ids (0: not known) of threads that have a profiler of their own."""
        tids = (self._ctypes.c_uint32 * most)()
        count = self.gs_calls_install(1 if on else 0, self._ctypes.byref(tids), most)
        return list(tids[: min(count, most)])

    def address_of(self, name):
        """Of a variable of the interpreter's; 0 when there is none of that name."""
        c = self._ctypes
        try:
            return c.addressof(c.c_char.in_dll(c.pythonapi, name))
        except ValueError:
            return 0

    # --- for both ---

    def buffer(self, size):
        return self._ctypes.create_string_buffer(size)

    def cell(self):
        return self._ctypes.c_size_t()

    def byref(self, value):
        return self._ctypes.byref(value)

    def read(self, address, length):
        """This process's memory, as far as there is any."""
        buffer = self.buffer(length)
        got = self.gs_peek(address, buffer, length)
        return buffer.raw[:got]

    def line_of(self, code, position):
        return self._ctypes.pythonapi.PyCode_Addr2Line(self._ctypes.py_object(code), position)

    def error(self):
        return self.gs_error().decode("utf-8", "replace") or "the native tracer gave no reason"

    def text_at(self, address, length):
        return self._ctypes.string_at(address, length)
