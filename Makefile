# All that one does here; `make` alone lists it. The work is done by CMake (CMakePresets.json) and by scripts/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build demo test test-unit test-asan test-tsan test-races test-long model simulate fuzz lint format invariants bench images chart test-k8s deb bundle serve kafka-up kafka-down clean

PRESET ?= release
JOBS ?= $(shell nproc)
BUILD := build/$(PRESET)
KAFKA_DIR ?= build/kafka
KAFKA_PORT ?= 19092
KAFKA_NODES ?= 1
DATA_DIR ?= build/serve
FUZZ_SECONDS ?= 60
SEEDS ?= 1000
# Where threads meet in the runtime and the log, and what a few minutes are enough to build.
RACES := event_log_term_fence_test event_log_memory_contract_test event_log_embedded_contract_test \
  event_log_embedded_test state_store_test runtime_test fault_embedded_crash_test
FROM ?= 1
PROGRAMS := prihvatd prihvat-procurement prihvat-handover prihvat-reception prihvat-reporting prihvatctl

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PRESET=$(PRESET) (release, debug with ASan and UBSan, tsan, dev)  JOBS=$(JOBS)"

setup: ## Install all that is missing (Debian 12; needs root or sudo for packages)
	@scripts/setup.sh test

build: ## Build everything with PRESET
	@scripts/setup.sh build
	@cmake --preset $(PRESET) > build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build --preset $(PRESET) -j $(JOBS)

demo: ## Play the story of the two donations into a fresh folder and print its reports
	@scripts/setup.sh build
	@cmake --preset $(PRESET) > build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build --preset $(PRESET) -j $(JOBS) --target prihvatd prihvatctl
	@BIN=$(BUILD)/bin scripts/demo.sh

test: ## Build and run all tests; ends with "N passed, N failed"
	@scripts/setup.sh test
	@PRESET=$(PRESET) JOBS=$(JOBS) scripts/test.sh

test-unit: ## Build all and run the tests that need no other process
	@scripts/setup.sh test
	@PRESET=$(PRESET) JOBS=$(JOBS) scripts/test.sh -L '^unit$$'

test-asan: ## Unit, contract, simulation and fault tests under ASan and UBSan
	@scripts/setup.sh test
	@PRESET=debug JOBS=$(JOBS) scripts/test.sh -L '^(unit|contract|sim|fault)$$'

test-tsan: ## The same under TSan
	@scripts/setup.sh test
	@PRESET=tsan JOBS=$(JOBS) scripts/test.sh -L '^(unit|contract|sim|fault)$$'

test-races: ## Of these the runtime's and the event log's, as .ci/run does
	@scripts/setup.sh test
	@TARGETS="$(RACES)" PRESET=tsan JOBS=$(JOBS) scripts/test.sh -R "^($$(tr -s ' ' '|' <<<"$(RACES)"))$$"

test-long: ## What is too long for `make test`: thousands of seeds, a cluster, overload, alerts, procedures, fuzzing, sanitizers (hours)
	@scripts/setup.sh test
	@scripts/setup.sh fuzz
	@PRESET=$(PRESET) JOBS=$(JOBS) scripts/test-long.sh

model: ## Explore the Spin model of the fence and its planted faults; say what each shows (tests/model)
	@scripts/setup.sh test
	@python3 tests/model/fence_test.py

simulate: ## Run SEEDS (1000) seeds of the simulation, FROM (1) on; a line repeats a seed that fails
	@scripts/setup.sh build
	@PRESET=$(PRESET) JOBS=$(JOBS) scripts/simulate.sh $(SEEDS) $(FROM)

fuzz: ## Search with libFuzzer for FUZZ_SECONDS (60) a target; what it finds is left in build/fuzz/found
	@scripts/setup.sh fuzz
	@scripts/fuzz.sh $(FUZZ_SECONDS) $(JOBS)

lint: ## Check format, C++ (clang-tidy), protos (buf), shell, Python; LINT_ALL=1 for clang-tidy on every file
	@scripts/setup.sh test
	@PRESET=$(PRESET) JOBS=$(JOBS) scripts/lint.sh

format: ## Format all C++ files and protos
	@scripts/setup.sh test
	@git ls-files '*.cc' '*.h' | xargs -r clang-format-14 -i
	@mkdir -p build/googleapis && build/tools/buf format -w protos

invariants: ## List invariants, guarantees and cases with the tests that show them (after `make test` or a full build)
	@python3 tests/invariants/invariants.py --build-dir $(BUILD)

bench: ## Run the benchmarks; figures as ratios to ceilings and peers of the same run
	@scripts/setup.sh bench || echo "bench: goes on without the peers that are not there"
	@$(MAKE) --no-print-directory build
	@BIN=$(BUILD)/bin scripts/bench.sh

images: ## Make an image of each program in build/images, without a container engine
	@scripts/setup.sh build
	@cmake --preset $(PRESET) > build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build --preset $(PRESET) -j $(JOBS) --target $(PROGRAMS)
	@python3 deploy/images/build.py --bin $(BUILD)/bin --out build/images

chart: ## Check the Helm chart: renders, schemas of Kubernetes, advice
	@scripts/setup.sh chart
	@PRIHVAT_BUILD_DIR=$(BUILD) tests/python/run.py chart_test tests/chart/chart_test.py

deb: ## Make the Debian package of prihvatd and prihvatctl in build/debian
	@scripts/setup.sh build
	@cmake --preset $(PRESET) > build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build --preset $(PRESET) -j $(JOBS) --target prihvatd prihvatctl
	@deploy/debian/build.sh $(BUILD)/bin build/debian

bundle: ## Make one signed file to install from where there is no network: BUNDLE_KEY=bundle.key
	@test -f "$(BUNDLE_KEY)" || { echo "make bundle: BUNDLE_KEY=FILE is needed; openssl genpkey -algorithm ed25519 -out FILE makes one" >&2; exit 1; }
	@$(MAKE) --no-print-directory images
	@deploy/debian/build.sh $(BUILD)/bin build/debian >build/deb.txt
	@deploy/bundle/build.py --images build/images --deb "$$(tail -1 build/deb.txt)" --key "$(BUNDLE_KEY)" --out build/bundle

test-k8s: ## Install the chart on a real Kubernetes, on this machine (root; 20 minutes the first time)
	@scripts/setup.sh k8s
	@mkdir -p build
	@[ -e build/test-bundle.key ] || openssl genpkey -algorithm ed25519 -out build/test-bundle.key
	@$(MAKE) --no-print-directory bundle BUNDLE_KEY=build/test-bundle.key
	@KAFKA_WAIT=$${KAFKA_WAIT:-300} tests/k8s/run.sh

serve: ## Run all four services from DATA_DIR (build/serve), without authentication, on the loopback address
	@scripts/setup.sh build
	@cmake --preset $(PRESET) > build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build --preset $(PRESET) -j $(JOBS) --target prihvatd prihvatctl
	@exec $(BUILD)/bin/prihvatd --data-dir=$(DATA_DIR) --insecure-dev $(ARGS)

kafka-up: ## Start Kafka with KAFKA_NODES (1 or 3) brokers at KAFKA_PORT (19092) and make the topics
	@scripts/setup.sh test
	@servers=$$(deploy/kafka/kafka-up.sh $(KAFKA_DIR) $(KAFKA_PORT) $(KAFKA_NODES)); \
	  deploy/kafka/create-topics.sh "$$servers" $(KAFKA_NODES); \
	  echo "Kafka is at $$servers"

kafka-down: ## Stop it (its data stays in build/kafka)
	@deploy/kafka/kafka-down.sh $(KAFKA_DIR)

clean: ## Remove all that was built, the Kafka of `make kafka-up` and the data of `make serve` too
	@if [ -d $(KAFKA_DIR) ]; then deploy/kafka/kafka-down.sh $(KAFKA_DIR) --wipe; fi
	@rm -rf build
