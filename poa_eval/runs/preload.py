"""Preload: what the forkserver imports first; it warms up that process, and is harmless in any other."""

import os

from poa_eval.processes import ASKER
from poa_eval.runs.warm import warm_up

if ASKER in os.environ:  # only as the server is started
    warm_up(int(os.environ.pop(ASKER)))
