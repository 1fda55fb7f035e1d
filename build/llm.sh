#!/usr/bin/env bash
# Holds a conversation with a real model: Ollama, compiled from its Go module, with the weights of SmolLM2-135M, on the
# processor. Both are installed once under build/cache. It prints what it measured.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
version=$(cat test/llm/ollama.version)
ollama=$PWD/build/cache/bin/ollama
if [ "$(cat build/cache/stamps/ollama 2>/dev/null)" != "$version" ] || [ ! -x "$ollama" ]; then
	say "Ollama $version (compiled once; some minutes)"
	GOBIN=$(dirname "$ollama") go install "github.com/ollama/ollama@$version"
	mkdir -p build/cache/stamps
	echo "$version" >build/cache/stamps/ollama
fi
say "The weights of SmolLM2-135M (test/llm/resources.json)"
go run ./build/fetch -manifest test/llm/resources.json -out build/cache/llm
say "A conversation with the model"
CLOUDOPS_TEST_OLLAMA=$ollama CLOUDOPS_TEST_GGUF=$PWD/build/cache/llm/smollm2.gguf \
	go test -tags llm -count=1 -v -timeout 20m ./test/llm
