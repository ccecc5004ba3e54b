"""``python -m crawler`` is ``cuttings``."""

from crawler.cli import main

main(prog_name="cuttings")
