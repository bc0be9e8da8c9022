"""`python eval score …` from a checkout: the same as `detente eval score …`."""

from detente.cli import eval_group

if __name__ == "__main__":  # not in the processes that scoring starts, which import this again
    eval_group(prog_name="python eval")
