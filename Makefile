# Two commands do everything on a fresh Debian or Ubuntu with a Rust toolchain and a C compiler:
#   make demo   builds the program and lets it judge the embedded reference vendor; leaves a sealed report
#   make test   sets up the independent tools that the tests compare with, and runs every test
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
DEMO ?= demo
BUILD_PACKAGES := pkg-config libssl-dev ca-certificates
TEST_PACKAGES := openssl xmlsec1 libxml2-utils python3 python3-venv apache2-bin libapache2-mod-auth-mellon
VENV := .venv
REVISION := $(shell git rev-parse HEAD 2>/dev/null)

.PHONY: help demo test lint bench calibrate generate release setup-build setup-test clean

help:
	@sed -n '1,4p' Makefile

# Installs Debian packages that are missing, and says so when it may not.
define install
	missing=(); for package in $(1); do dpkg -s "$$package" >/dev/null 2>&1 || missing+=("$$package"); done; \
	if (( $${#missing[@]} )); then \
	  sudo=; if [ "$$(id -u)" != 0 ]; then sudo=sudo; command -v sudo >/dev/null || { echo "install as root: apt-get install $${missing[*]}"; exit 1; }; fi; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null; \
	fi
endef

setup-build:
	@command -v cargo >/dev/null || { echo "a Rust toolchain is needed: https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is needed: apt-get install gcc libc6-dev"; exit 1; }
	@$(call install,$(BUILD_PACKAGES))

# The independent witnesses of the tests: xmlsec1, xmllint, openssl and a SAML service provider (mod_auth_mellon) from Debian, the
# rest pinned from PyPI. apache2-bin is the program alone: unlike the package apache2, it starts no service.
setup-test: setup-build $(VENV)/installed
	@$(call install,$(TEST_PACKAGES))

$(VENV)/installed: tests/requirements.txt
	@$(call install,$(TEST_PACKAGES))
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

release: setup-build
	KRAVPROBE_REVISION=$(REVISION) cargo build --release --locked --bin kravprobe

# Judges the good example system, then the one with deliberate defects (which must end in exit code 1).
demo: release
	@rm -rf $(DEMO)
	@target/release/kravprobe demo --out $(DEMO)

lint: setup-build
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

# Docs and schemas are made from the code; `make test` fails when they are stale.
generate: setup-build
	cargo run --locked --quiet -- generate .

test: setup-test lint
	@.ci/test

# The whole matrix: every check on login and logout against every fault of the reference vendor. Takes some minutes.
calibrate: release
	target/release/kravprobe calibrate

bench: setup-test
	KRAVPROBE_REVISION=$(REVISION) cargo build --release --locked
	cargo bench --locked
	benches/compare.sh
	benches/trials.sh

clean:
	rm -rf target $(VENV) $(DEMO)
