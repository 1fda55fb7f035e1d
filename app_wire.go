package main

import (
	"context"
	"errors"

	"cloudops/backend/assistant"
	"cloudops/backend/config"
	"cloudops/backend/crypto"
	"cloudops/backend/host"
)

// The mappings from what services return to what the window sees. No list is ever null.

func fillStatus(st *Status, h *host.Host, ready bool) {
	steps, notices := h.Progress()
	for _, s := range steps {
		detail := s.Detail
		if s.Err != nil {
			detail = appError(s.Err).Message
		}
		st.Steps = append(st.Steps, StartupStep{Name: s.Name, State: s.State, Detail: detail, Done: s.Done, Total: s.Total})
	}
	for _, n := range notices {
		st.Notices = append(st.Notices, appError(n.Err))
	}
	if !ready {
		return
	}
	full := h.Status(context.Background())
	st.FirstLaunch, st.Qdrant, st.Embedder, st.Pending = full.FirstLaunch, full.Index, full.Embedder, full.Pending
	st.Model, st.Resources, st.RecoveryKeySaved, st.RecoveryDeclined = full.ChatModel, full.Resources, full.RecoverySaved, full.RecoveryDeclined
	st.ModelHost, st.ModelRemote = full.ChatModelHost, full.ChatModelRemote
}

func wireSettings(s config.Settings, dataDir string) Settings {
	return Settings{
		Profiles: list(s.AWS.Profiles), Regions: list(s.AWS.Regions), Services: list(s.AWS.Services), RoleARNs: list(s.AWS.RoleARNs), EndpointURL: s.AWS.EndpointURL,
		ScanEveryHours: s.AWS.EveryHours, CloudControl: s.AWS.CloudControl, ResourceExplorer: s.AWS.ResourceExplorer,
		ModelProvider: s.Model.Provider, ModelBaseURL: s.Model.BaseURL, ModelRegion: s.Model.Region, ModelProfile: s.Model.Profile, ModelEndpoint: s.Model.Endpoint,
		ModelName: s.Model.Name, ModelAPIKeySet: s.Model.SealedAPIKey != "", WindowTokens: s.Model.WindowTokens, PriceIn: s.Model.PriceIn, PriceOut: s.Model.PriceOut,
		TitlesByModel: s.Model.Titles, RecallMode: s.Chat.Recall, IdleLockMinutes: s.Chat.IdleLockMinutes, LockPassphraseSet: s.Chat.LockHash != "",
		Theme: s.Theme, QdrantURL: s.Qdrant.URL, DataDir: dataDir,
	}
}

// applySettings takes what the window may change. Secrets only come inwards: empty leaves the one that is kept, "-" removes it.
func applySettings(c *config.Settings, s Settings, seal func(string) (string, error)) error {
	c.AWS = config.AWSSettings{Profiles: s.Profiles, Regions: s.Regions, Services: s.Services, RoleARNs: s.RoleARNs, EndpointURL: s.EndpointURL, EveryHours: s.ScanEveryHours, CloudControl: s.CloudControl, ResourceExplorer: s.ResourceExplorer}
	c.Model = config.ModelSettings{
		Provider: s.ModelProvider, BaseURL: s.ModelBaseURL, Region: s.ModelRegion, Profile: s.ModelProfile, Endpoint: s.ModelEndpoint, Name: s.ModelName,
		SealedAPIKey: c.Model.SealedAPIKey, WindowTokens: s.WindowTokens, PriceIn: s.PriceIn, PriceOut: s.PriceOut, Titles: s.TitlesByModel,
	}
	c.Chat.IdleLockMinutes = s.IdleLockMinutes
	if s.RecallMode != "" {
		c.Chat.Recall = s.RecallMode
	}
	c.Theme, c.Qdrant.URL = s.Theme, s.QdrantURL
	var keyErr, lockErr error
	c.Model.SealedAPIKey, keyErr = inwards(s.ModelAPIKey, c.Model.SealedAPIKey, seal)
	c.Chat.LockHash, lockErr = inwards(s.LockPassphrase, c.Chat.LockHash, crypto.HashWindowLock)
	return errors.Join(keyErr, lockErr)
}

// inwards is what is kept of a secret that only comes in.
func inwards(given, kept string, keep func(string) (string, error)) (string, error) {
	switch given {
	case "":
		return kept, nil
	case "-":
		return "", nil
	}
	return keep(given)
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func wireEndpoint(e assistant.Endpoint) ModelEndpoint {
	return ModelEndpoint{BaseURL: e.BaseURL, Models: list(e.Models), OK: e.OK, Detail: e.Detail, Hint: e.Hint}
}

// cut shortens text to so many runes.
func cut(text string, runes int) string {
	n := 0
	for i := range text {
		if n == runes {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

func wireRun(r host.Run) Run {
	out := Run{
		RunID: r.ID, Kind: r.Kind, State: string(r.State), Label: r.Label, Done: r.Done, Total: r.Total, Detail: r.Detail,
		Findings: []RunFinding{}, StartedAt: stamp(r.Started), EndedAt: stamp(r.Ended),
	}
	if r.Err != nil {
		e := appError(r.Err)
		out.Error = &e
	}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, RunFinding(f))
	}
	if r.Answer != nil {
		out.Answer = wireAnswer(r.Answer)
	}
	return out
}
