"""The blind check of the suite `contrast`, which is made only while its check passes.

python scripts/blind_check.py        # what it found
python scripts/blind_check.py 1      # draws another sample with the seed 1; the labels of the one before are removed
"""

import sys

from detente.challenge.blind_check import DECISIONS, PASSES, draw, folder, read
from detente.cli.options import problems_exit
from detente.data.files import write_whole

if __name__ == "__main__":
    with problems_exit():
        if sys.argv[1:]:
            for name in (*PASSES, DECISIONS):
                (folder() / name).unlink(missing_ok=True)
            for name, text in draw(int(sys.argv[1])).files.items():
                write_whole(folder() / name, text)
            print(f"to be labelled twice, by annotations/challenge/README.md: {folder()}")
        else:
            print(read(folder()))
