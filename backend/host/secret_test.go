package host

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/embedding"
	"cloudops/backend/secret"
	"cloudops/backend/secret/secrettest"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// listening keeps what the real model was given to embed.
type listening struct {
	embedding.Model
	mu    sync.Mutex
	heard strings.Builder
}

func (l *listening) Embed(ctx context.Context, texts []string, kind embedding.Kind) ([][]float32, error) {
	l.mu.Lock()
	for _, text := range texts {
		l.heard.WriteString(text + "\n")
	}
	l.mu.Unlock()
	return l.Model.Embed(ctx, texts, kind)
}

// What the window wires: chats whose credentials become neither vectors nor terms, nor lines of a log.
func TestNoCredentialBecomesAVectorATermOrALogLine(t *testing.T) {
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })

	schemas := chat.SchemasWith(secret.Redact)
	e := storetest.OpenWithoutModel(t, schemas...)
	e.CloseStore()
	model, err := embedding.New(embedding.Options{})
	require.NoError(t, err, "run make setup")
	t.Cleanup(func() { _ = model.Close() })
	ear := &listening{Model: model}
	e.Model = ear
	e.OpenStore()
	service := chat.New(e.Store, chat.Options{Redact: secret.Redact})

	samples := secrettest.Samples(7, 21)
	require.GreaterOrEqual(t, len(samples), 500)
	conversations := map[string]string{}
	for _, c := range samples {
		id, ok := conversations[c.Kind]
		if !ok {
			made, err := service.Create(t.Context(), "")
			require.NoError(t, err)
			id, conversations[c.Kind] = made.ID, made.ID
		}
		_, err := service.Append(t.Context(), id, chat.RoleUser, c.Text)
		require.NoError(t, err)
	}
	e.Embedded()

	var indexed strings.Builder
	for _, schema := range schemas {
		if schema.Derive == nil {
			continue
		}
		res, err := e.Store.Scroll(t.Context(), schema.Collection, store.Page{Limit: 1000})
		require.NoError(t, err)
		docs, err := schema.Derive(t.Context(), e.Store, res.Records)
		require.NoError(t, err)
		for _, d := range docs {
			indexed.WriteString(d.Dense + "\n" + d.Context + "\n")
			for _, terms := range d.Terms {
				indexed.WriteString(terms.Text + "\n")
			}
		}
	}
	require.Contains(t, ear.heard.String(), "access denied", "the messages were embedded")
	require.Contains(t, indexed.String(), "access denied")
	for _, c := range samples {
		for what, text := range map[string]string{"embedded": ear.heard.String(), "indexed": indexed.String(), "logged": logged.String()} {
			require.NotContains(t, text, c.Credential, "%s: a %s", what, c.Kind)
			require.NotContains(t, text, c.Credential[len(c.Credential)-10:], "%s: the end of a %s", what, c.Kind)
		}
	}
}
