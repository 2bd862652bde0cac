"""The command ``conda-census``, as ``python -m conda_census``."""

from conda_census.cli import run

if __name__ == "__main__":
    run()
