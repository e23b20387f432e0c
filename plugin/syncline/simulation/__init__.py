"""The simulator: seeded histories of two systems that misbehave, held against the promises.

For a test of one's own, or a bench: ``systems.Memory`` is a connection to a system in memory.
"""
