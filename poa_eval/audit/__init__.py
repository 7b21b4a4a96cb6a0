"""A plan's figures against each other: findings and the ledger of printed figures."""
