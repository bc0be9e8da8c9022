"""The tasks, by name.

A task is a folder here and its name in `TASK_NAMES`: nothing else lists it. `all` finds in the folder

* `task.py` with the `Task`, under the task's name in capitals;
* `gold.py` with `LAYERS`, the layers that its gold is made of; none if it takes those of other tasks.
"""

from typing import Final

TASK_NAMES: Final = (
    "boilerplate",
    "claims",
    "stance",
    "stance_open",
    "agreement",
    "attribution",
    "derivation",
    "reuse",
    "contrast",
)
"""The tasks whose gold is the dataset, in the order in which they and their layers are listed. Names and not imports,
so that the command line can say which tasks there are without the second that loading them takes."""

NOT_ON_A_PAGE: Final = ("stance_open", "contrast")
"""The tasks without a layer that `detente dataset show` prints on a page."""

SPAN_LAYERS: Final = ("boilerplate", "claims", "no_claim", "stance", "attribution", "derivation", "reuse")
"""The layers that annotators label on a page, in spans: those that annotation tools can show."""
