"""Knocks at a web process from a process of its own: `python -m tests.chaos.knocker < requests.json`.

It reads [[url, body], …], POSTs one after another, prints the milliseconds of each, and fails at an error.
"""

import json
import sys
import time
import urllib.request


def main() -> None:
    """See above."""
    took = []
    for url, body in json.load(sys.stdin):
        began = time.perf_counter()
        with urllib.request.urlopen(url, data=body.encode(), timeout=5) as answer:
            answer.read()
        took.append((time.perf_counter() - began) * 1000)
    json.dump(took, sys.stdout)


if __name__ == "__main__":
    main()
