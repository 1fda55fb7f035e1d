package host

import (
	"context"
	"fmt"

	"cloudops/backend/assistant"
	"cloudops/backend/config"
)

// The names that secrets of the settings are sealed under.
const (
	modelKeySecret  = "model-api-key"
	qdrantKeySecret = "qdrant-api-key"
)

// Settings returns what is set. Secrets in it are sealed.
func (h *Host) Settings() config.Settings {
	h.settingsMu.Lock()
	defer h.settingsMu.Unlock()
	return h.settings
}

// SaveSettings changes the settings; change may seal secrets with SealModelKey. It takes effect at once, but for the
// address of Qdrant, which is read at the next start.
func (h *Host) SaveSettings(change func(*config.Settings) error) (config.Settings, error) {
	h.settingsMu.Lock()
	defer h.settingsMu.Unlock()
	next := h.settings
	if err := change(&next); err != nil {
		return h.settings, err
	}
	if err := config.Save(h.dir, next); err != nil {
		return h.settings, err
	}
	saved, err := config.Load(h.dir)
	if err != nil {
		return h.settings, err
	}
	h.settings = saved
	err = h.useModel(saved.Model)
	h.status.notice("chat model", err)
	return saved, nil
}

// SealModelKey seals the API key of a model provider for the settings; an empty key is an empty value.
func (h *Host) SealModelKey(key string) (string, error) {
	if key == "" {
		return "", nil
	}
	return h.Vault.SealSecret(modelKeySecret, []byte(key))
}

// ModelKey opens the API key of the settings.
func (h *Host) ModelKey(sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	key, err := h.Vault.OpenSecret(modelKeySecret, sealed)
	if err != nil {
		return "", fmt.Errorf("open the model's API key: %w", err)
	}
	return string(key), nil
}

// ModelConfig is the model of the settings in the words of the assistant, with its key opened.
func (h *Host) ModelConfig(m config.ModelSettings) (assistant.ModelConfig, error) {
	key, err := h.ModelKey(m.SealedAPIKey)
	return assistant.ModelConfig{
		Provider: m.Provider, BaseURL: m.BaseURL, Region: m.Region, Profile: m.Profile, Endpoint: m.Endpoint, Name: m.Name, APIKey: key,
		WindowTokens: m.WindowTokens, PriceIn: m.PriceIn, PriceOut: m.PriceOut,
	}, err
}

// useModel connects the assistant to the model of the settings, or to none.
func (h *Host) useModel(m config.ModelSettings) error {
	if m.Name == "" || m.BaseURL == "" && (m.Provider == "" || m.Provider == config.ProviderOpenAI) {
		h.Assistant.SetProvider(nil)
		return nil
	}
	set, err := h.ModelConfig(m)
	if err != nil {
		h.Assistant.SetProvider(nil)
		return err
	}
	provider, err := assistant.Connect(context.Background(), set)
	if err != nil {
		h.Assistant.SetProvider(nil)
		return err
	}
	h.Assistant.SetProvider(provider)
	return nil
}
