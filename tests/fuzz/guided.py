"""Lets atheris mutate: what reaches code that nothing before it reached is kept, and mutated further."""

import random
import shutil
import sys
import tempfile
from pathlib import Path

import atheris


def guide(inputs: int, seed: int, keep: Path) -> int:
    """Gives so many inputs of atheris to the readers, in this process; it ends with the first failure, which is kept.

    The first two bytes of an input choose the base, so that each has its own mutations.
    """
    with atheris.instrument_imports(include=["detente"]):
        from bases import bases, shared_memory
        from run import by_reader, prepare, wrong

        prepare()
    readers = [base for base in bases() if base.read]

    def one(data: bytes) -> None:
        base = readers[int.from_bytes(data[:2], "big") % len(readers)]
        with tempfile.TemporaryDirectory(dir=shared_memory()) as name:
            folder = Path(name)
            base.place(folder, data[2:])
            if what := wrong(by_reader(base, folder, random.Random(0)), ""):
                shutil.copytree(folder, keep / "guided", dirs_exist_ok=True)
                raise RuntimeError(f"{base.reader}: {base.name}: {what}")

    corpus = Path(tempfile.mkdtemp(prefix="detente-guided-"))
    for number, base in enumerate(readers):
        (corpus / f"base-{number:04}").write_bytes(number.to_bytes(2, "big") + base.data)
    words = [f"-runs={inputs}", f"-seed={seed + 1}", "-max_len=200000", "-rss_limit_mb=0", f"-artifact_prefix={keep}/"]
    atheris.Setup([sys.argv[0], *words, str(corpus)], one)
    atheris.Fuzz()  # which ends the process
    return 0
