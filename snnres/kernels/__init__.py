"""Compiled inner loops: functions on arrays and named tuples that know nothing else of the package."""
