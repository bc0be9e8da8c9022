"""Challenge suites: items made from annotated pages by known operations, so that their gold follows by construction."""
