"""The tidy plan: its tables, and documents merged into one."""
