# CloudOps: `make run` starts the app, `make test` passes every test. Both do the set-up that they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-test run build dev bindings lint test test-go test-frontend test-e2e test-window test-race test-llm soak bench clean

VERSION ?= 0.1.0
TAGS := webkit2_41
export CGO_ENABLED := 1
# The same flags for every build, so that tests, tools and the program share one cache of compiled packages.
export GOFLAGS := -trimpath

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what building needs
	@build/setup.sh run

setup-test:
	@build/setup.sh test

build: setup ## build/bin/cloudops with its resources
	@build/build.sh "$(VERSION)" "$(TAGS)"

run: build ## set up, build and start the app (on a virtual display where there is none)
	@build/run.sh

dev: setup ## the app with hot reload
	go tool wails dev -tags $(TAGS)

bindings: ## generate frontend/wailsjs from app.go
	go tool wails generate module -tags $(TAGS)

lint: setup-test ## golangci-lint, eslint, tsc
	build/cache/bin/golangci-lint run ./...
	cd frontend && npm run --silent lint && npm run --silent typecheck

test: setup-test build ## every test
	@build/test.sh

test-go: ## the Go tests, most of them with the race detector
	@build/test.sh go

test-frontend: ## the components' tests
	@build/test.sh frontend

test-e2e: ## the app in Chromium, against its real backend
	@build/test.sh e2e

test-window: ## the production binary in a real window
	@build/test.sh window

test-race: setup-test ## every Go package with the race detector
	@build/test.sh race

test-llm: setup-test ## a conversation with a real model (Ollama and SmolLM2-135M, built and fetched here)
	@build/llm.sh

soak: setup-test ## hours: kills under load, faulty scans and backups, a large import
	@build/soak.sh

bench: setup-test ## measure search quality and speed
	@build/bench.sh

clean: ## remove what was built and downloaded
	rm -rf build/bin build/cache build/test frontend/node_modules frontend/dist/assets frontend/dist/index.html
