# python3 bench/run.py [NAME-REGEX]   seconds of each workload under PyTorch, the best of several: "name seconds"
import gc
import re
import sys
from time import perf_counter as now

exec(open("bench/setup.py").read())
only = sys.argv[1] if len(sys.argv) > 1 else "."


def best_of(f, rounds=4, target=0.15):
    f()
    count = 0
    start = now()
    while now() - start < target / 4:
        f()
        count += 1
    times = []
    for _ in range(rounds):
        gc.collect()
        start = now()
        for k in range(4 * count):
            f()
        times.append((now() - start) / (4 * count))
    return min(times)


text = "".join(line for line in open("bench/workloads.txt") if not line.startswith("#"))
for entry in text.strip().split("\n\n"):
    fields = dict(line.split(": ", 1) for line in entry.strip().splitlines())
    if re.search(only, fields["Name"]):
        print(f"{fields['Name']} {best_of(eval('lambda: ' + fields['Python'])):.9f}", flush=True)
