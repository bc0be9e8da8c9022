"""The task `derivation`."""
