"""`python -m detente`: the command line."""

from detente.cli import main

if __name__ == "__main__":  # processes that count are started with this module under another name
    main(prog_name="detente")
