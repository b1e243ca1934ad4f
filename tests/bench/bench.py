"""Runs the benchmarks, prints a table, writes build/bench/results.json."""

import argparse
import json
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]

import keys  # noqa: E402
import cache  # noqa: E402
import management  # noqa: E402
import overload  # noqa: E402
import rollout  # noqa: E402  (the path above)
import scaling  # noqa: E402
import templates  # noqa: E402
import traffic  # noqa: E402
import transform  # noqa: E402
import worker   # noqa: E402

# Benchmark -> function(settings) -> [Figure, ...]
BENCHMARKS = {
    "proxy": traffic.proxy,
    "reject": traffic.reject,
    "limit": traffic.limit,
    "spike": overload.spike,
    "flood": overload.one_floods,
    "scaling": scaling.scaling,
    "cache_hit": cache.cache_hit,
    "cache_redis": cache.cache_redis,
    "cache_varnish": cache.cache_varnish,
    "cache_flush": cache.cache_flush,
    "tls": traffic.tls,
    "transform": transform.transform,
    "routes": traffic.routes,
    "memory": worker.memory,
    "ready": worker.ready,
    "deploy": rollout.deploy,
    "keys": keys.changes,
    "keys_1000000": keys.million,
    "management": management.management,
    "import": management.import_600,
    "unavailable": management.unavailable,
    "template": templates.template,
}

# Figure -> (budget, whether it is the most or the least that is wanted).
BUDGETS = {
    "proxy_cpu_vs_nginx": (0.95, "max"),
    "proxy_cpu_vs_floor": (1.15, "max"),
    "proxy_rps_vs_nginx": (1.0, "min"),
    "proxy_rps_vs_haproxy": (1.0, "min"),
    "reject_cpu_vs_nginx_return": (1.2, "max"),
    "redis_commands_per_1000": (20, "max"),
    "limited_cpu_vs_nginx_return": (1.2, "max"),
    "spike_p99_ratio": (2, "max"),
    "spike_backend_over": (0, "max"),
    "flood_others_p99_ratio": (2, "max"),
    "cache_hit_cpu_vs_nginx_return": (1.5, "max"),
    "cache_redis_cpu_vs_nginx": (1.0, "max"),
    "cache_hit_rps_vs_varnish": (1.0, "min"),
    "cache_flush_p99_ms": (50, "max"),
    "tls_cpu_vs_nginx": (1.0, "max"),
    "transform_cpu_vs_nginx": (1.6, "max"),
    "routes_cpu_ratio": (1.1, "max"),
    "memory_idle_mib": (20, "max"),
    "memory_per_connection_kib": (6, "max"),
    "worker_ready_ms": (300, "max"),
    "deploy_visible_p99_ms": (200, "max"),
    "deploy_failed_requests": (0, "max"),
    "keys_visible_p99_ms": (200, "max"),
    "keys_1000000_publish_s": (120, "max"),
    "keys_1000000_first_look_us": (200, "max"),
    "keys_1000000_known_look_us": (60, "max"),
    "keys_1000000_worker_mib": (64, "max"),
    "manage_read_p99_ms": (5, "max"),
    "manage_write_p99_ms": (20, "max"),
    "manage_memory_mib": (150, "max"),
    "import_600_s": (2, "max"),
    "manage_unavailable_s": (2, "max"),
    "template_vs_velocity": (3, "min"),
}


class Settings:
    """How long and how often; where the binaries are."""

    def __init__(self, arguments):
        self.rounds = arguments.rounds
        self.seconds = arguments.seconds
        self.binaries = arguments.binaries
        self.peer = os.path.join(arguments.binaries, "turnpike-bench-peer")
        self.paced = os.path.join(arguments.binaries, "turnpike-bench-paced")


def report(name, unit, runs):
    """One figure: median of its runs against its budget."""
    value = statistics.median(runs)
    if name not in BUDGETS:
        print(f"{name:32}{value:10.3f} {unit}", flush=True)
        return {"value": round(value, 4), "unit": unit, "runs": [round(run, 4) for run in runs]}
    budget, direction = BUDGETS[name]
    kept = value <= budget if direction == "max" else value >= budget
    sign = "<=" if direction == "max" else ">="
    print(f"{name:32}{value:10.3f} {unit:8}{sign} {budget:<8g}{'ok' if kept else 'MISSED':8}"
          f"min {min(runs):.3f} max {max(runs):.3f}", flush=True)
    return {"value": round(value, 4), "budget": budget, "unit": unit, "runs": [round(run, 4) for run in runs]}


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}; none: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--binaries", default=os.path.join(ROOT, "build", "release", "bin"))
    parser.add_argument("--results", default=os.path.join(ROOT, "build", "bench", "results.json"))
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    os.environ["TURNPIKE_TEST_BINARIES"] = os.path.abspath(arguments.binaries)  # where Stack looks
    path = os.path.abspath(arguments.results)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    results = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
    for name in arguments.names or BENCHMARKS:
        print(f"== {name}", flush=True)
        for figure, unit, runs in BENCHMARKS[name](Settings(arguments)):
            results[figure] = report(figure, unit, runs)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2)
    print(f"written: {os.path.relpath(path, ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
