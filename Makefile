# mathsieve: `make` builds, `make demo` shows the whole job, `make test` tests, `make check` is all of CI.

GO        ?= go
BIN       := bin/mathsieve
FUZZTIME  ?= 100000x
FUZZMIN   ?= 100x
TESTFLAGS ?=
TOOL      := $(GO) run
ORACLE    := FuzzAgainstHTMLParse

GOFUMPT  := mvdan.cc/gofumpt@v0.12.0
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: all build demo test browser check fmt fmt-check lint vet tidy-check race fuzz fuzz-oracle e2e golden bench cover clean

all: build

build:
	$(GO) build -o $(BIN) ./cmd/mathsieve

# The whole job on the bundled fixtures, from WARC to token-budget tiers.
demo: build
	rm -rf demo-run
	$(BIN) run --config configs/demo.yaml --out demo-run
	$(BIN) status demo-run

test:
	$(GO) test $(TESTFLAGS) ./...

# The review page in a headless Chromium, which must be installed.
browser:
	$(GO) test -tags browser -count=1 $(TESTFLAGS) -run '^TestBrowser' ./internal/review

check: fmt-check tidy-check vet lint test race fuzz e2e

fmt:
	$(TOOL) $(GOFUMPT) -w cmd internal

fmt-check:
	@out="$$($(TOOL) $(GOFUMPT) -l cmd internal)"; if [ -n "$$out" ]; then echo "gofumpt would change:"; echo "$$out"; exit 1; fi

tidy-check:
	$(GO) mod tidy -diff

vet:
	$(GO) vet ./...
	$(GO) vet -tags browser ./internal/review
	GOARCH=arm64 $(GO) vet ./...

lint:
	$(TOOL) $(GOLANGCI) run ./...

# The race detector slows arithmetic tenfold; -short leaves out the long numeric tests, which share nothing.
race:
	$(GO) test -race -short ./...

# Every fuzz target of every package for FUZZTIME: inputs, not seconds, since a deadline in the midst of a run fails it
# before Go 1.27 (go.dev/issue/75804).
fuzz:
	@set -e; for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' | grep -v -x "$(ORACLE)" || true); do \
			echo "fuzz $$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime $(FUZZMIN) $$pkg; \
		done; \
	done

# The differential target whose oracle departs from the standard in places: its findings want judgement.
fuzz-oracle:
	$(GO) test -run '^$$' -fuzz '^$(ORACLE)$$' -fuzztime $(FUZZTIME) ./internal/extract/dom

# The built program as a user meets it: the demo job twice with other worker counts, equal bytes, verified.
e2e: build
	GO="$(GO)" BIN="$(BIN)" sh cmd/mathsieve/testdata/e2e.sh

golden:
	UPDATE_GOLDEN=1 $(GO) test ./internal/config ./internal/extract/... ./cmd/mathsieve/...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

cover:
	$(GO) test -coverprofile=coverage.out ./...
	$(GO) tool cover -func=coverage.out | tail -n 1

clean:
	rm -rf bin demo-run coverage.out
