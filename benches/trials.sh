#!/usr/bin/env bash
# The core trials with their controls against the reference vendor: wall, CPU and memory of the probe alone. The target's rate
# limit is 100 requests a second, so that politeness is not what is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
kravprobe=${KRAVPROBE:-$PWD/target/release/kravprobe}
work=$(mktemp -d)
vendor=
trap '[ -z "$vendor" ] || kill "$vendor" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
"$kravprobe" --quiet idp init --out idp --signing-keys 2
"$kravprobe" idp metadata idp/idp.toml > idp.xml
"$kravprobe" vendor serve --idp-metadata idp.xml --metadata sp.xml --web-root web-root.pem > vendor.log 2>&1 &
vendor=$!
for _ in $(seq 200); do [ -s sp.xml ] && [ -s web-root.pem ] && break; sleep 0.1; done
base=$(grep -o 'https://localhost:[0-9]*' sp.xml | head -n 1)
cat > target.toml <<TARGET
schema = 1
environment = "local"
[system]
name = "Eksempel Fagsystem"
[politeness]
requests_per_second = 100
[[anchor]]
file = "web-root.pem"
use = "tls"
[[metadata]]
name = "sp"
file = "sp.xml"
[authorisation]
granted_by = "Systemejer, Eksempel Leverandør A/S"
granted_at = "$(date -u -d '1 hour ago' +%FT%TZ)"
until = "$(date -u -d '1 day' +%FT%TZ)"
scope = "måling"
[[declaration]]
kind = "oiosaml-profile"
value = "OIOSAML3"
who = "Eksempel Leverandør A/S"
when = "2026-11-01"
[saml]
identity_provider = "idp/idp.toml"
metadata = "sp"
minimum_level = "Substantial"
protected = "$base/sager"
identity = "$base/mig"
logout = "$base/logout"
canary_attribute = "urn:example:canary"
TARGET
for user in "anna 1" "berit 2"; do
  read -r name number <<< "$user"
  cat >> target.toml <<TARGET
[[saml.user]]
name = "$name"
common_name = "$name"
serial = "7c0e6e5e-0000-4000-8000-00000000000$number"
cvr = "90000009"
organisation = "Eksempel Kommune"
email = "$name@kommune.example"
free = ["common-name", "email", "serial", "canary-attribute"]
role = [{ uri = "http://fagsystem.vendor.example/roles/usersystemrole/sagsbehandler/1" }]
TARGET
done
python3 - "$kravprobe" <<'MEASURE'
import resource, subprocess, sys, time
begun = time.monotonic()
done = subprocess.run([sys.argv[1], "--quiet", "run", "sf1511-context-handler", "target.toml", "--out", "report"])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"trials sf1511-context-handler: exit {done.returncode}, wall {time.monotonic() - begun:.1f} s, "
      f"CPU {used.ru_utime + used.ru_stime:.1f} s, peak memory {used.ru_maxrss / 1024:.0f} MB")
MEASURE
