"""The rules of the audit, one module a subject; importing them registers them."""
