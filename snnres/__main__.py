"""``python -m snnres``: the command line."""

from .cli.process import be_process

if __name__ == "__main__":
    be_process()
