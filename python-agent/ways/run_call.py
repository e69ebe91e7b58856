"""Runs one function of the user's over the same inputs in one of several ways, and reports what it measured: `gilscope compare --call`.

    python run_call.py --call module:function --mode threads --workers 4 --inputs '["5000000"]' --report report.json

What it does and how its figures are made is told in python-agent/README.md, "One function, several ways". It needs nothing of gilscope's, so
a variant can be run by hand; that it is recorded it does not notice.

This file is `__main__`: processes that are spawned run it again, so its top is short.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Our modules have names that nobody else has, and are looked for last.
sys.path[:] = [entry for entry in sys.path if entry != HERE] + [HERE]

if __name__ == "__main__":
    from gilscope_call_main import main

    sys.exit(main(sys.argv[1:]))
