"""Runs a Python module on a leash: `leash FD MODULE [ARGUMENT …]`.

FD is the reading end of a pipe whose writing end the supervisor alone has. However the supervisor ends, the kernel
closes that end, the read returns, and the whole process group is killed, forked workers included. Works wherever
there are pipes; Linux's parent-death signal would reach the first process alone.
"""

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    descriptor, module = int(sys.argv[1]), sys.argv[2]
    threading.Thread(target=_watch, args=(descriptor,), name="leash", daemon=True).start()
    sys.argv[:] = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
