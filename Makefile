# Recto: what to type. `make` alone prints this list.
.DEFAULT_GOAL := help
.PHONY: run parse test check lint fmt golden page diff eval eval-update bench conformance schemathesis build help

BIN      := bin/recto
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO       ?= go
TOOLS    := $(CURDIR)/.cache/tools
LINT     := $(TOOLS)/golangci-lint
LINT_VERSION := v2.15.0
ADDR     ?= 127.0.0.1:8080
CORPUS   ?= testdata/corpus
PAGE     ?= 1
FORMAT   ?= html
export CGO_ENABLED := 0
# Tesseract as WebAssembly goes into the binary when it could be fetched.
OCRASSETS := internal/ocr/tesswasm/assets
COMMA     := ,
OCRTAGS   = $$(test -f $(OCRASSETS)/tesseract-core-simd-lstm.wasm && test -f $(OCRASSETS)/eng.traineddata.gz && echo -tags=ocrwasm)

run: ocr build ## build and start the server on 127.0.0.1:8080 (ADDR=host:port to change)
	@printf '%s\n' "Starting Recto on http://$(ADDR) (Ctrl-C stops it). In another terminal:" \
	  "  curl -s http://$(ADDR)/healthz" \
	  "  ./bin/recto parse FILE.pdf                # without the server" \
	  "  baseURL: 'http://$(ADDR)'           # in a program with the LlamaParse SDK; README.md has a tour"
	@./$(BIN) serve --addr $(ADDR)

parse: build ## parse one file to markdown: make parse FILE=x.pdf
	@test -n "$(FILE)" || { echo "which file? make parse FILE=x.pdf" >&2; exit 2; }
	@./$(BIN) parse $(ARGS) "$(FILE)"

build: need-go ocr-inside $(if $(findstring heic,$(TAGS)),heic-assets) ## build bin/recto
	@tags=$(OCRTAGS); echo "building $(BIN) $$tags"; $(GO) build "$${tags:--tags=}$(if $(TAGS),$(COMMA)$(TAGS))" -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/recto

test: need-go ocr stores s3 ## run all tests
	$(GO) test $(OCRTAGS) ./...

check: need-go ## what must hold before a commit: format, lint, test
	@bad=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$bad" || { echo "not formatted (make fmt): $$bad" >&2; exit 1; }
	$(GO) vet ./...
	@$(MAKE) --no-print-directory lint
	$(GO) test ./...

lint: need-go ## static checks by the list in .golangci.yml
	@test -x $(LINT) || { echo "building golangci-lint $(LINT_VERSION), some minutes, once"; GOBIN=$(TOOLS) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION); }
	$(LINT) run ./...

fmt: need-go ## format the source
	gofmt -w $$(git ls-files '*.go')

golden: need-go ## rewrite expected outputs of tests; read the diff as carefully as code
	$(GO) test ./internal/layout -run TestCases -update
	$(GO) test ./internal/render/... ./internal/table ./internal/wire -update

page: need-go ## one page, pass by pass, over its picture: make page FILE=x.pdf PAGE=3 [FORMAT=html|txt|items]
	@test -n "$(FILE)" || { echo "which file? make page FILE=x.pdf PAGE=3" >&2; exit 2; }
	@if [ "$(FORMAT)" = html ]; then $(GO) run ./eval/cmd/recto-page --file "$(FILE)" --page $(PAGE) --out page.html && echo "open page.html"; \
	else $(GO) run ./eval/cmd/recto-page --file "$(FILE)" --page $(PAGE) --format $(FORMAT); fi

eval: need-go ## scores on a corpus against the recorded ones: make eval [CORPUS=DIR] [ARGS=--docs]; RASTER=200 scores scans of them
	@$(GO) run ./eval/cmd/recto-eval --corpus "$(CORPUS)" --out eval-out$(if $(RASTER),/raster$(RASTER) --raster $(RASTER)) $(if $(RASTER),,$(if $(filter testdata/corpus,$(CORPUS)),--baseline eval/baseline.tsv)) $(ARGS)

eval-update: need-go ## record the scores of the own corpus as the new baseline
	@$(GO) run ./eval/cmd/recto-eval --corpus testdata/corpus --baseline eval/baseline.tsv --update

diff: need-go ## wanted and got for one document: make diff DOC=name [CORPUS=DIR]
	@test -n "$(DOC)" || { echo "which document? make diff DOC=name" >&2; exit 2; }
	@$(GO) run ./eval/cmd/recto-eval --corpus "$(CORPUS)" --doc "$(DOC)" --out eval-out --fails
	@want=$$(find "$(CORPUS)" -path '*gt/$(DOC).md' | head -1); got=$$(find eval-out -name '$(DOC).md' | head -1); \
	git --no-pager diff --no-index --word-diff=color -- "$$want" "$$got" || true

bench: need-go ## speed of the hot paths (SECONDS_EACH=2s); compare two runs with benchstat
	$(GO) test -run '^$$' -bench . -benchtime $(or $(SECONDS_EACH),2s) ./internal/... 

conformance: build ocr ## drive the server with the official clients (SUITES="typescript manage python asyncio v1 v1-typescript"; needs Node and Python)
	@./conformance/run.sh $(BIN) $(SUITES)

schemathesis: build ## send the server requests made from its own description (SECONDS=300; needs Python)
	@./conformance/schemathesis.sh $(BIN) $(or $(SECONDS),300)

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

eval-ocr: need-go ## scores of text recognition: make eval-ocr CORPUS=DIR [ARGS="--docs --only dpi200"]
	@$(GO) run ./eval/cmd/recto-ocr --corpus "$(CORPUS)" $(ARGS)

bench-ocr: build ocr ## what scans cost, beside tesseract alone, and how soon a cancel ends all: make bench-ocr [PAGES=100] (Linux)
	@$(GO) run ./eval/cmd/recto-bench-ocr --recto $(BIN) --pages $(or $(PAGES),100) $(ARGS)
.PHONY: bench-ocr

twice: need-go ## what recognition adds to documents, and that no word is there twice: make twice CORPUS=DIR [ARGS=--words]
	@$(GO) run ./eval/cmd/recto-twice $(ARGS) "$(CORPUS)"

bench-digital: need-go ## processor time that text recognition costs documents that are no scans: make bench-digital CORPUS=DIR [ROUNDS=5]
	@$(GO) run ./eval/cmd/recto-twice --cost $(or $(ROUNDS),5) "$(CORPUS)"

soak: build stores s3 ## kill a loaded service for MINUTES=10 on each kind of stores and look what is lost: make soak [STORE=sqlite|postgres] [CORPUS=DIR] (Linux)
	@PATH="$(TOOLS):$$PATH" $(GO) run ./soak/cmd/recto-soak --recto $(BIN) --minutes $(or $(MINUTES),10) $(if $(STORE),--store $(STORE)) $(if $(filter-out testdata/corpus,$(CORPUS)),--corpus "$(CORPUS)") $(ARGS)

bench-load: build stores s3 ## jobs accepted a second, memory of large uploads, time of one page: make bench-load [STORE=sqlite|postgres] [ARGS="--only queue"] (Linux)
	@PATH="$(TOOLS):$$PATH" $(GO) run ./soak/cmd/recto-load --recto $(BIN) $(if $(STORE),--store $(STORE)) $(ARGS)
.PHONY: soak bench-load

ocr: ocr-inside # have what reads scans: what goes into the binary, or else the system's Tesseract where it can be installed
	@test -n "$(OCRTAGS)" || command -v tesseract >/dev/null || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	  { echo "installing tesseract-ocr"; apt-get install -y -q --no-install-recommends tesseract-ocr tesseract-ocr-eng >/dev/null 2>&1 || \
	    { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q --no-install-recommends tesseract-ocr tesseract-ocr-eng >/dev/null; }; } ; } || true

stores: # have the PostgreSQL server that tests start, where it can be installed; without it they skip what needs it
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	  { echo "installing postgresql"; apt-get install -y -q --no-install-recommends postgresql >/dev/null 2>&1 || \
	    { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q --no-install-recommends postgresql >/dev/null; }; } ; } || true

s3: need-go ## build versitygw, the S3 server that tests start; some minutes, once
	@test -x $(TOOLS)/versitygw || command -v versitygw >/dev/null || { echo "building versitygw, some minutes, once"; GOBIN=$(TOOLS) $(GO) install github.com/versity/versitygw/cmd/versitygw@v1.8.0; }
.PHONY: s3

ocr-inside: # fetch what the binary embeds; go on without when that fails
	@./internal/ocr/tesswasm/fetch.sh || echo "The binary gets no text recognition of its own. $$(command -v tesseract >/dev/null && \
	  echo "The tesseract installed here reads scans." || \
	  echo "Scans will not be read: install npm and build again, or tesseract-ocr (Debian: sudo apt-get install tesseract-ocr; macOS: brew install tesseract).")" >&2

ocr-assets: ## fetch Tesseract as WebAssembly and its English data, to be built into the binary (needs npm)
	@./internal/ocr/tesswasm/fetch.sh

heic-assets: # fetch the decoder of HEIC for builds with TAGS=heic
	@GO="$(GO)" ./internal/heif/fetch.sh
.PHONY: heic-assets

.PHONY: need-go eval-ocr twice bench-digital ocr stores ocr-inside ocr-assets
need-go:
	@command -v $(GO) >/dev/null || { echo "Recto needs Go 1.26 or newer: https://go.dev/dl/" >&2; exit 1; }

MODELS   ?= $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/recto/ppocr
ocr-models: ## fetch library and models of the optional engine ppocr (MODELS=DIR); needs Python's pip
	@./internal/ocr/ppocr/fetch.sh "$(MODELS)"
.PHONY: ocr-models

robust: build ocr ## send every PDF of CORPUS/robust through the whole service: make robust CORPUS=DIR [ARGS="--save out.tsv"] (Linux)
	@$(GO) run ./eval/cmd/recto-robust --recto $(BIN) --documents "$(CORPUS)/robust" $(ARGS)
.PHONY: robust

fuzz: need-go ## run every fuzz target for a while, two at once: make fuzz [FUZZTIME=30s] [ONLY=PATTERN]
	@GO="$(GO)" ./fuzz.sh $(or $(FUZZTIME),30s) $(ONLY)
.PHONY: fuzz

release: need-go ## build dist/: archives for Linux and macOS with all licences, and their sums: make release VERSION=v1.2.3
	@test "$(origin VERSION)" = "command line" || { echo "which version? make release VERSION=v1.2.3" >&2; exit 2; }
	@GO="$(GO)" ./deploy/release.sh "$(VERSION)"

lint-deploy: need-go ## check Dockerfile, compose file, chart and scripts without an engine; tools are built once, some minutes
	@GO="$(GO)" ./deploy/lint/check.sh "$(TOOLS)"
.PHONY: release lint-deploy
