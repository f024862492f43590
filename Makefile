# Two commands: `make demo` shows the whole way, `make test` runs what the continuous checks run.
# Each installs the Debian packages that are missing and says so.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo story test torture fuzz

help:
	@echo "make demo     build, then record three virtual devices and prove what came out"
	@echo "make story    build, then the patient's side: grants, a witness, a vault, erasure"
	@echo "make test     all tests: what the continuous checks run (under 25 minutes)"
	@echo "make fuzz     strange bytes for every reader, ten minutes each (FUZZ_SECONDS)"
	@echo "make torture  the long ones: kills, sanitizer ten times, larger models"

demo:
	@Scripts/need-packages.sh build
	@Scripts/need-swift.sh
	swift build -c release --product fluxgate
	.build/release/fluxgate demo

story:
	@Scripts/need-packages.sh test
	@Scripts/need-swift.sh
	swift build --product fluxgate
	@Scripts/story.sh 0

test:
	@Scripts/test.sh

torture:
	@FLUXGATE_TORTURE=1 Scripts/test.sh

FUZZ_SECONDS ?= 600
fuzz:
	@Scripts/need-packages.sh test
	@Scripts/need-swift.sh
	@Scripts/fuzz.sh $(FUZZ_SECONDS)
