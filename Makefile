# Two commands do everything on a fresh Debian or Ubuntu with a Rust toolchain and a C compiler:
#   make demo   builds the program and lets it judge the embedded reference vendor; leaves a sealed report
#   make test   sets up the independent tools that the tests compare with, and runs every test
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
DEMO ?= demo
BUILD_PACKAGES := pkg-config libssl-dev ca-certificates
TEST_PACKAGES := openssl xmlsec1 libxml2-utils python3 python3-venv apache2-bin libapache2-mod-auth-mellon
# What RabbitMQ runs on. The broker itself is only unpacked (see setup-test), so no service of it is ever installed.
ERLANG_PACKAGES := erlang-base erlang-crypto erlang-eldap erlang-inets erlang-mnesia erlang-os-mon erlang-parsetools \
	erlang-public-key erlang-runtime-tools erlang-ssl erlang-syntax-tools erlang-tools erlang-xmerl
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

# As `install`, for packages that bring a service: policy-rc.d forbids starting it while they are installed.
define install_without_services
	@policy=/usr/sbin/policy-rc.d; sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; made=; \
	if [ ! -e "$$policy" ]; then printf '#!/bin/sh\nexit 101\n' | $$sudo tee "$$policy" >/dev/null; $$sudo chmod 755 "$$policy"; made=1; fi; \
	trap '[ -z "$$made" ] || $$sudo rm -f "$$policy"' EXIT; \
	$(call install,$(1))
endef

setup-build:
	@command -v cargo >/dev/null || { echo "a Rust toolchain is needed: https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is needed: apt-get install gcc libc6-dev"; exit 1; }
	@$(call install,$(BUILD_PACKAGES))

# The independent witnesses of the tests: xmlsec1, xmllint, openssl, a SAML service provider (mod_auth_mellon) and a broker (RabbitMQ)
# from Debian, the rest pinned from PyPI and npm. apache2-bin is the program alone: unlike the package apache2, it starts no service.
setup-test: setup-build $(VENV)/installed $(VENV)/rabbitmq/unpacked $(VENV)/node/installed
	@$(call install,$(TEST_PACKAGES))

$(VENV)/rabbitmq/unpacked: $(VENV)/installed
	$(call install_without_services,$(ERLANG_PACKAGES))
	@rm -rf $(VENV)/rabbitmq && mkdir -p $(VENV)/rabbitmq
	@sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; cd $(VENV)/rabbitmq; \
	apt-get download -qq rabbitmq-server 2>/dev/null || { $$sudo apt-get update -qq; apt-get download -qq rabbitmq-server; }; \
	dpkg -x rabbitmq-server_*.deb . && rm rabbitmq-server_*.deb
	@touch $@

$(VENV)/installed: tests/requirements.txt
	@$(call install,$(TEST_PACKAGES))
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

# Whoever has Node.js of their own keeps it. Packages run no scripts, and the lock file holds their digests.
$(VENV)/node/installed: tests/oracles/node/package.json tests/oracles/node/package-lock.json $(VENV)/installed
	@command -v node >/dev/null || { $(call install,nodejs); }
	@command -v npm >/dev/null || { $(call install,npm); }
	@mkdir -p $(VENV)/node && cp tests/oracles/node/package.json tests/oracles/node/package-lock.json $(VENV)/node
	@npm ci --prefix $(VENV)/node --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
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
	benches/soak.sh
	benches/usage.sh

clean:
	rm -rf target $(VENV) $(DEMO)
