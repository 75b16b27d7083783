#!/usr/bin/env python3
"""Writes the CSV that benches/usage.sh reads: deterministic, 10 million rows of about 80 bytes by default.

usage_data.py FILE [ROWS]
"""
import sys

path = sys.argv[1]
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
state = 20260301
mask = (1 << 64) - 1
STATUS = ["200"] * 96 + ["500", "503", "404", "400"]
INTEGRATIONS = [f"SF{1000 + 7 * n % 9000:04d}" for n in range(400)]
MUNICIPALITIES = [str(20000000 + 7919 * n) for n in range(98)]
SERVICES = ["SagDokument", "OrganisationService", "BeskedModtag", "PersonOpslag", "PostAfsend"]
HOURS = [f"2026-{d // 28 + 1:02d}-{d % 28 + 1:02d}T{h:02d}:" for d in range(84) for h in range(24)]
MINUTES = [f"{m:02d}:{s:02d}." for m in range(60) for s in range(60)]
with open(path, "w", newline="") as out:
    out.write("time,integration,municipality_cvr,service,direction,status,duration_ms,transaction\n")
    block = []
    for row in range(rows):
        # xorshift64*: the same numbers everywhere
        state ^= state >> 12
        state ^= (state << 25) & mask
        state ^= state >> 27
        x = (state * 2685821657736338717) & mask
        integration = x % 400
        duration = 5 + (x >> 9) % 250
        if x >> 20 & 15 == 0:
            duration *= 1 + (x >> 24) % 60
        hour = HOURS[row * 2016 // rows]
        block.append(
            f"{hour}{MINUTES[(x >> 30) % 3600]}{(x >> 42) % 1000:03d}Z,{INTEGRATIONS[integration]},{MUNICIPALITIES[(x >> 13) % 98]},"
            f"{SERVICES[integration % 5]},out,{STATUS[(x >> 50) % 100]},{duration},{x:016x}\n"
        )
        if len(block) == 50_000:
            out.write("".join(block))
            block.clear()
    out.write("".join(block))
