"""Keeps a list in more and more places, then in fewer; until the file that is named appears, or its folder is gone. For the Refcounts panel."""

import os
import sys
import time

cache = {"key": [["kept"]]}
steady = ["always in one place"]
nothing = None


class Settings:
    @property
    def computed(self):
        raise SystemExit("a property was run")


settings = Settings()
kept = []


def main():
    number = 0
    while os.path.isdir(os.path.dirname(sys.argv[1])) and not os.path.exists(sys.argv[1]):
        # Up to 40 and down again, in steps of ten.
        number += 1
        kept[:] = [cache["key"][0]] * (10 * abs(4 - number % 8))
        time.sleep(0.12)


main()
