"""The tasks; `all` lists them."""
