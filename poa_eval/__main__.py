"""The command ``poa-eval``, also ``python -m poa_eval``: what must be settled before anything else is loaded."""

import os
import signal
import sys


def start() -> int:
    """Run the command line, and return its exit code; however it is stopped, it tidies up, and says so in a line."""
    while (stream := os.open(os.devnull, os.O_RDWR)) <= 2:  # a closed standard stream must not become another file
        os.set_inheritable(stream, True)
    os.close(stream)
    try:
        for name in ("SIGTERM", "SIGHUP"):  # as Ctrl-C; what is told to outlive its terminal (`nohup`) does
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
        from poa_eval.cli.commands import main

        return main()
    except KeyboardInterrupt:
        print("Interrumpido: no se había empezado nada.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(start())
