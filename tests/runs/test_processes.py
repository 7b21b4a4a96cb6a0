"""Calls in processes of their own: none outlives who asked."""

import time
from contextlib import suppress

from poa_eval.processes import CallDiedError, WorkerPool
from projects import forks


def sleep_long():
    time.sleep(60)
    yield 1


@forks
def test_interrupted_pool_ends_also_what_it_is_just_starting():
    with suppress(KeyboardInterrupt), WorkerPool(2) as pool:
        call = pool.submit(lambda pool: list(pool.iterate(sleep_long)))
        time.sleep(0.01)
        raise KeyboardInterrupt
    assert call.cancelled() or isinstance(call.exception(), CallDiedError)
