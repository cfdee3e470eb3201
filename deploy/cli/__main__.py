"""`python -m deploy.cli`: how one process of ours starts another without looking for the console script."""

from deploy.cli import main

main()
