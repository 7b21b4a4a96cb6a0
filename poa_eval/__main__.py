"""``python -m poa_eval``: the same as ``poa-eval``."""

import sys

from poa_eval.cli import main

if __name__ == "__main__":
    sys.exit(main())
