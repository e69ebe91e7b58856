"""sys.getrefcount(x) counts the references to x, and one more: its own argument. A list bound to two names gives 3.

Watch __main__:item: the chart steps up with every reference and down when it is gone. It shows one less than the program prints,
because gilscope asks without an argument and leaves its own references out.

    python references.py [SECONDS]        (default: 4, in five steps)
"""

import sys
import time

item = ["watched"]


def step(what, seconds):
    print(f"{what:24} sys.getrefcount(item) gives {sys.getrefcount(item)}", flush=True)
    time.sleep(seconds)


def main(seconds="4"):
    each = float(seconds) / 5
    step("one name", each)
    another = item
    step("two names", each)
    box = [item] * 10
    step("and ten times in a list", each)
    del box
    step("without that list", each)
    del another
    step("one name again", each)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
