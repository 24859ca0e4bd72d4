"""What spark-submit runs: `spark-submit underwatch-job.py <command> <options>` is `underwatch <command> <options>`."""

from jobs.cli import main

main()
