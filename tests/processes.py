"""Processes of their own, to be interrupted."""

import signal
import subprocess


def start(command, **options):
    """Start a process that answers Ctrl-C, even where a shell runs the tests in the background, deaf to it."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return subprocess.Popen(command, **options)
    finally:
        signal.signal(signal.SIGINT, before)
