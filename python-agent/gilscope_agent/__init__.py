"""The part of gilscope that lives inside the profiled program. Standard library only, CPython 3.8 and later."""

VERSION = "0.1.0"
