"""`python eval score …` from a checkout: the same as `detente eval score …`."""

from detente.cli import eval_group

eval_group(prog_name="python eval")
