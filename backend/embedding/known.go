package embedding

import (
	"errors"
	"fmt"
	"path"

	"cloudops/backend/config"
)

// known is a model that New can run: BERT with a WordPiece vocabulary and mean pooling.
type known struct {
	name           string
	query, passage string // put in front of the text, as the model was trained
}

// models in the order of preference; docs/retrieval.md has the figures.
var models = []known{
	{name: "e5-small-v2-int8", query: "query: ", passage: "passage: "},
	{name: "all-MiniLM-L6-v2-int8"},
}

// Known names the models, the preferred one first.
func Known() []string {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.name
	}
	return names
}

// find looks for the files of the named model, or of the first that is there.
func find(name string) (m known, modelFile, tokenizerFile string, err error) {
	var missing error
	for _, m := range models {
		if name != "" && name != m.name {
			continue
		}
		modelFile, modelErr := config.Resource(path.Join("models", m.name, "model.onnx"))
		tokenizerFile, tokenizerErr := config.Resource(path.Join("models", m.name, "tokenizer.json"))
		if err := errors.Join(modelErr, tokenizerErr); err != nil {
			missing = errors.Join(missing, err)
			continue
		}
		return m, modelFile, tokenizerFile, nil
	}
	if missing == nil {
		return known{}, "", "", fmt.Errorf("%w: %q is none of %v", ErrNoModel, name, Known())
	}
	return known{}, "", "", fmt.Errorf("%w: %w", ErrNoModel, missing)
}
