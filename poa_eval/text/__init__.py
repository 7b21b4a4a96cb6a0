"""How people write: names, numbers, periods, Spanish wording, quantities, what comments claim."""
