#!/bin/bash
# Soak of the reference vendor: 20,000 messages by push and as many by pull, with duplicates and broken connections.
# Nothing may be lost, nothing carried out twice, and memory must stay flat.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo run --release --locked --quiet --example soak -- "${1:-20000}"
