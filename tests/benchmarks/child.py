"""Call one function in this process and print, as JSON, what it says: child.py MODULE FUNCTION ARGUMENTS."""

import importlib
import json
import sys

import machine


def main():
    module, function, arguments = sys.argv[1:]
    found = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    print(json.dumps({"peak_gib": machine.peak_gib()} | found))


if __name__ == "__main__":
    main()
