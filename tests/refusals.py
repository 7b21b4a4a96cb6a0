"""What the tests ask of a refusal: a message with the place, what was found, what was expected, the way out."""

import pytest

import poa_eval as poa


def refuse(call, *parts):
    """Call must raise a PoaError whose message holds all the parts."""
    with pytest.raises(poa.PoaError) as caught:
        call()
    message = str(caught.value)
    for part in ("se encontró", "se esperaba", "qué hacer", *parts):
        assert part in message, message
    return message
