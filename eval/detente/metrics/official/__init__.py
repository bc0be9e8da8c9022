"""What the official scorers give, to the last digit and with their defects: the official name keeps the defect.

Each function takes what the scorer's files hold and returns the scorer's numbers. Our own measures, which have none of
the defects, stand beside this package in `detente.metrics`. Sources and their commits are named in each docstring; no
code of theirs is here.
"""

from detente.metrics.official.checkthat_average_precision import checkthat_average_precision
from detente.metrics.official.fnc1 import fnc1
from detente.metrics.official.krippendorff_alpha import krippendorff_alpha
from detente.metrics.official.nervaluate import nervaluate
from detente.metrics.official.newsmtsc import newsmtsc
from detente.metrics.official.plagdet import plagdet
from detente.metrics.official.semeval2016_task6 import semeval2016_task6
from detente.metrics.official.sentiment_graph_f1 import sentiment_graph_f1
from detente.metrics.official.webmainbench import webmainbench_rouge_n

__all__ = [
    "checkthat_average_precision",
    "fnc1",
    "krippendorff_alpha",
    "nervaluate",
    "newsmtsc",
    "plagdet",
    "semeval2016_task6",
    "sentiment_graph_f1",
    "webmainbench_rouge_n",
]
