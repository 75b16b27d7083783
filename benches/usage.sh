#!/usr/bin/env bash
# One summary of 10 million rows (about 830 MB of CSV) by kravprobe, DuckDB and polars in the same run: wall, CPU and peak memory.
# Each program counts calls, first and newest call, error share, p50, p95 and max of the duration per integration, municipality and
# service, and writes CSV. kravprobe also counts calls per day and the largest gap, and looks for CPR numbers and secrets.
# Ends in exit code 1 when kravprobe is slower than the others, uses 200 MB or more, or counts something else.
#   benches/usage.sh [ROWS]
set -euo pipefail
cd "$(dirname "$0")/.."
kravprobe=${KRAVPROBE:-$PWD/target/release/kravprobe}
rows=${1:-10000000}
work=${BENCH_DIR:-$PWD/target/bench-usage}
mkdir -p "$work"
data="$work/usage-$rows.csv"
[ -s "$data" ] || { python3 benches/usage_data.py "$data.part" "$rows" && mv "$data.part" "$data"; }
if [ ! -e "$work/venv/installed" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0 polars==2.1.0
  touch "$work/venv/installed"
fi
cat > "$work/duck.py" <<'PY'
import duckdb, sys
duckdb.sql(f"""COPY (
  SELECT integration, municipality_cvr, service, count(*) AS calls, min(time) AS first, max(time) AS newest,
    sum(CASE WHEN status BETWEEN 200 AND 299 THEN 0 ELSE 1 END) AS errors,
    quantile_disc(duration_ms, [0.5, 0.95]) AS ranks, max(duration_ms) AS longest
  FROM read_csv('{sys.argv[1]}', header = true, columns = {{'time': 'TIMESTAMPTZ', 'integration': 'VARCHAR',
    'municipality_cvr': 'VARCHAR', 'service': 'VARCHAR', 'direction': 'VARCHAR', 'status': 'INTEGER', 'duration_ms': 'INTEGER',
    'transaction': 'VARCHAR'}})
  GROUP BY ALL ORDER BY ALL) TO '{sys.argv[2]}' (HEADER)""")
PY
cat > "$work/polar.py" <<'PY'
import polars as pl, sys
schema = {"time": pl.String, "integration": pl.String, "municipality_cvr": pl.String, "service": pl.String, "direction": pl.String,
          "status": pl.Int32, "duration_ms": pl.Int32, "transaction": pl.String}
keys = ["integration", "municipality_cvr", "service"]
duration = pl.col("duration_ms")
(pl.scan_csv(sys.argv[1], schema=schema)
   .with_columns(pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ"))
   .group_by(keys)
   .agg(pl.len().alias("calls"), pl.col("time").min().alias("first"), pl.col("time").max().alias("newest"),
        (~pl.col("status").is_between(200, 299)).sum().alias("errors"),
        duration.quantile(0.5, "nearest").alias("p50"), duration.quantile(0.95, "nearest").alias("p95"),
        duration.max().alias("longest"))
   .sort(keys).collect(engine="streaming").write_csv(sys.argv[2]))
PY
cat > "$work/measure.py" <<'PY'
import csv, os, re, subprocess, sys, time
kravprobe, work, data, rows = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
python = f"{work}/venv/bin/python"
programs = {
    "kravprobe": [kravprobe, "usage", "summarise", data, "--mapping", "kravprobe", "--format", "csv"],
    "DuckDB": [python, f"{work}/duck.py", data, f"{work}/duck.csv"],
    "polars": [python, f"{work}/polar.py", data, f"{work}/polar.csv"],
}
def once(name):
    begun = time.monotonic()
    with open(f"{work}/kravprobe.csv" if name == "kravprobe" else os.devnull, "w") as out:
        child = subprocess.Popen(programs[name], stdout=out)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{name} ended in {child.returncode}")
    return time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
with open(data, "rb") as file:  # warm the page cache
    while file.read(1 << 24):
        pass
runs = {name: [] for name in programs}
for _ in range(3):  # in turn, so that other work on the machine hits all of them
    for name in programs:
        runs[name].append(once(name))
print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, {os.path.getsize(data) / 1e6:.0f} MB, {rows} rows; best and worst of 3")
best = {}
for name, all_ in runs.items():
    wall, cpu, memory = (sorted(values) for values in zip(*all_))
    best[name] = (wall[0], cpu[0], memory[-1])
    print(f"{name:10} wall {wall[0]:5.1f} - {wall[-1]:5.1f} s   CPU {cpu[0]:5.1f} - {cpu[-1]:5.1f} s   peak {memory[-1]:5.0f} MB   {rows / wall[0] / 1e6:.1f} M rows/s")
def table(path):
    with open(path, newline="") as file:
        return {(r["integration"], r.get("municipality_cvr") or r.get("municipality"), r["service"]): r for r in csv.DictReader(file)}
ours, duck = table(f"{work}/kravprobe.csv"), table(f"{work}/duck.csv")
assert ours.keys() == duck.keys(), "the groups differ"
for key, mine in ours.items():
    theirs = duck[key]
    p50, p95 = re.findall(r"\d+", theirs["ranks"])
    same = (mine["calls"], mine["errors"], float(mine["p50_ms"]), float(mine["p95_ms"]), float(mine["max_ms"])) == (
        theirs["calls"], theirs["errors"], float(p50), float(p95), float(theirs["longest"]))
    assert same, f"{key}: {mine} {theirs}"
print(f"the {len(ours)} groups are the same as DuckDB's: calls, errors, p50, p95 and max")
slow = [name for name in ("DuckDB", "polars") if best["kravprobe"][0] > best[name][0]]
if slow or best["kravprobe"][2] >= 200:
    sys.exit(f"goal missed: slower than {slow}" if slow else "goal missed: 200 MB or more")
PY
python3 "$work/measure.py" "$kravprobe" "$work" "$data" "$rows"
