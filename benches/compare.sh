#!/usr/bin/env bash
# Times whole commands of the release binary, beside the peer pkilint in the same run, and fails when a goal is missed.
# `make bench` runs it after building the binary and the peer's environment.
set -euo pipefail
cd "$(dirname "$0")/.."
for needed in target/release/kravprobe .venv/bin/lint_pkix_cert; do
  [[ -x $needed ]] || { echo "$needed is missing: run make bench" >&2; exit 1; }
done
exec python3 - <<'PYTHON'
import glob, os, shutil, statistics, subprocess, sys, tempfile, time

PROBE = os.path.abspath("target/release/kravprobe")
PEER = os.path.abspath(".venv/bin")
PRODUCTION = sorted(glob.glob("fixtures/certificates/production/*.pem"))
FILES = PRODUCTION + sorted(glob.glob("fixtures/certificates/test/*.pem"))
LEAF = "fixtures/certificates/production/ADG_EXTTEST_Adgangsstyring_2.pem"
METADATA = "fixtures/metadata/ch2-sp-signed.xml"
INSPECT = ["--environment", "external-test", "--at", "2026-01-15T00:00:00Z", "--offline", "--format", "json"]


def measure(command, runs=1, output=os.devnull, exit_codes=(0,)):
    """Wall and CPU seconds of each run, and the highest resident memory in bytes, as the kernel counted them."""
    wall, cpu, memory = [], [], 0
    for _ in range(runs):
        with open(output, "wb") as out:
            begin = time.perf_counter()
            child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
            errors = child.stderr.read()
            _, status, usage = os.wait4(child.pid, 0)
            wall.append(time.perf_counter() - begin)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in exit_codes:
            sys.exit(f"{command[0]} ended in exit code {child.returncode}: {errors.decode()[:500]}")
        cpu.append(usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss * 1024)
    return wall, cpu, memory


def row(name, result, each=1):
    wall, cpu, memory = result
    ms = lambda seconds: f"{seconds * 1000 / each:.1f}"
    cells = [name, ms(min(wall)), ms(statistics.median(wall)), ms(statistics.median(cpu)), f"{memory / 1e6:.0f}"]
    print("| " + " | ".join(cells) + " |", flush=True)


missed = []


def goal(met, text):
    if not met:
        missed.append(text)


print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} before the first command\n")
print("| command | wall ms, best | wall ms, median | CPU ms, median | peak RSS MB |")
print("|---|---:|---:|---:|---:|")

version = measure([PROBE, "--version"], 50)
row("kravprobe --version", version)
goal(min(version[0]) < 0.020, "--version under 20 ms")

# Exit code 3: revocation, which nobody is asked about offline, is not tested.
judged = measure([PROBE, "inspect", "certificate", *INSPECT, LEAF], 20, exit_codes=(3,))
row("kravprobe inspect certificate, 1 file", judged)
row("kravprobe inspect metadata, 1 file", measure([PROBE, "inspect", "metadata", *INSPECT, METADATA], 20, exit_codes=(0, 1, 3)))
# The peers' exit code is the number of findings.
row("pkilint lint_pkix_cert, 1 file", measure([f"{PEER}/lint_pkix_cert", "lint", LEAF], 5, exit_codes=range(256)))
etsi = [f"{PEER}/lint_etsi_cert", "lint", "-t", "NCP-LEGAL-PERSON-CERTIFICATE", LEAF]
row("pkilint lint_etsi_cert, 1 file", measure(etsi, 5, exit_codes=range(256)))

with tempfile.TemporaryDirectory() as directory:
    # Neighbours differ, so that nothing can be remembered from one file to the next.
    copies = []
    for number in range(10_000):
        copies.append(f"{directory}/{number:05}.pem")
        shutil.copyfile(FILES[number % len(FILES)], copies[-1])
    answer = f"{directory}/answer.json"

    # The peer's own main function in one process, so that Python starts once, on fewer files because it takes longer.
    loop = "import sys; from pkilint.bin.lint_pkix_cert import main\nfor file in sys.argv[1:]: main(['lint', file])"
    row("pkilint lint_pkix_cert, each of 200 in one process", measure([f"{PEER}/python3", "-c", loop, *copies[:200]]), 200)

    memory = {}
    for count, runs in ((200, 3), (1_000, 3), (10_000, 1)):
        command = [PROBE, "inspect", "certificate", *INSPECT, *copies[:count]]
        # Exit code 1: the certificates of the test CA are refused in this environment.
        many = measure(command, runs, answer, exit_codes=(1,))
        memory[count] = many[2]
        row(f"kravprobe inspect certificate, each of {count:,}", many, count)
        with open(answer, encoding="utf-8") as lines:
            decisions = [line for line in lines if line.startswith('  "decision"')]
        if len(decisions) != count or any('"error"' in line for line in decisions):
            sys.exit(f"{len(decisions)} decisions for {count} files, or an error among them")

growth = (memory[10_000] - memory[1_000]) / 1e6
print(f"\nPeak memory at 10,000 files less that at 1,000: {growth:.1f} MB")
goal(growth < 20, "10,000 certificates with bounded memory")
print("\n".join(f"missed: {text}" for text in missed) or "Goals of this script: met.")
sys.exit(bool(missed))
PYTHON
