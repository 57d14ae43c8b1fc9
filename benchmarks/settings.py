"""The product's own settings, with two addresses more: the floors. Only the benchmark's servers are given these."""

from bookingflow.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.floors"
