package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// SettingsVersion is the format that this build writes; older ones are read and brought up to it.
const SettingsVersion = 1

const settingsName = "settings.json"

// The errors of Load, told apart with errors.Is.
var (
	// ErrSettingsNewer: a newer CloudOps wrote the settings; they are left alone.
	ErrSettingsNewer = errors.New("the settings were written by a newer CloudOps")
	// ErrSettingsCorrupt: the file was no settings file and was set aside; Load returned the defaults.
	ErrSettingsCorrupt = errors.New("the settings could not be read")
	// ErrSettingsInvalid: a value is not allowed. The text names the field.
	ErrSettingsInvalid = errors.New("a setting is not valid")
)

// Settings is what the user can set. Nothing in it is secret in the clear: the fields that begin with Sealed
// hold what crypto.Vault.SealSecret returned, or nothing.
type Settings struct {
	Version int `json:"version"`
	// UserID is the profile that conversations belong to.
	UserID string `json:"user_id"`
	Theme  string `json:"theme"` // system | light | dark

	AWS    AWSSettings    `json:"aws"`
	Model  ModelSettings  `json:"model"`
	Chat   ChatSettings   `json:"chat"`
	Qdrant QdrantSettings `json:"qdrant"`
	Backup BackupSettings `json:"backup"`

	// RecoveryDeclinedAt is when the user chose to go on without saving the recovery key; zero: they did not.
	RecoveryDeclinedAt time.Time `json:"recovery_declined_at,omitzero"`

	// EmbeddingThreads bounds the processor threads of the embedding model, 0 … 64; 0 lets the app choose.
	EmbeddingThreads int `json:"embedding_threads"`
}

// AWSSettings says what is scanned, and with which rights.
type AWSSettings struct {
	Profiles    []string `json:"profiles"`     // named profiles of the AWS configuration; empty: the default chain
	Regions     []string `json:"regions"`      // empty: every region that is enabled
	Services    []string `json:"services"`     // empty: all
	RoleARNs    []string `json:"role_arns"`    // roles to assume, one account each
	EndpointURL string   `json:"endpoint_url"` // another AWS-compatible endpoint; empty: AWS
	// EveryHours is how often the window scans by itself, 0 … 8760; 0: only when asked to.
	EveryHours int `json:"every_hours"`
	// CloudControl also lists the types that have no collector, which takes far more calls and rights.
	CloudControl bool `json:"cloud_control"`
	// ResourceExplorer also asks the index of Resource Explorer, where one is turned on.
	ResourceExplorer bool `json:"resource_explorer"`
}

// The providers of a model.
const (
	ProviderOpenAI    = "openai" // any OpenAI-compatible server
	ProviderBedrock   = "bedrock"
	ProviderAnthropic = "anthropic"
)

// ModelSettings is the model that answers. Without a name there is none.
type ModelSettings struct {
	Provider     string `json:"provider"` // empty: openai, which was the only one
	BaseURL      string `json:"base_url"` // openai: http://127.0.0.1:11434/v1; anthropic: empty for its own
	Name         string `json:"name"`
	SealedAPIKey string `json:"sealed_api_key"`
	// Region, Profile and Endpoint are for bedrock: the region, a profile of the AWS configuration (empty: the default
	// chain), and another address than AWS's own (empty: AWS).
	Region   string `json:"region"`
	Profile  string `json:"profile"`
	Endpoint string `json:"endpoint"`
	// WindowTokens is what prompt and answer may have together; 0: what is known of the model.
	WindowTokens int `json:"window_tokens"`
	// PriceIn and PriceOut are USD for a million tokens; 0: the table of known prices.
	PriceIn  float64 `json:"price_in"`
	PriceOut float64 `json:"price_out"`
	// Titles: the model words the titles of new conversations.
	Titles bool `json:"titles"`
}

// The ways of recalling earlier answers.
const (
	RecallOn    = "on"
	RecallOff   = "off"
	RecallPlain = "plain" // the newest conversations, scored by shared words
)

// ChatSettings are the user's habits.
type ChatSettings struct {
	Recall string `json:"recall"` // on | off | plain, where a conversation says nothing else
	// IdleLockMinutes of no input hide and seal the window, 0 … 1440; 0: never.
	IdleLockMinutes int `json:"idle_lock_minutes"`
	// LockHash is what the passphrase of the window's lock is checked against (crypto.HashPassphrase); empty: none is set.
	LockHash string `json:"lock_hash"`
}

// QdrantSettings is a Qdrant elsewhere; with an empty URL the app runs its own.
type QdrantSettings struct {
	URL          string `json:"url"`
	SealedAPIKey string `json:"sealed_api_key"`
}

// Default returns the settings of a first start.
func Default() Settings {
	return Settings{
		Version: SettingsVersion,
		UserID:  "local",
		Theme:   "system",
		Model:   ModelSettings{Titles: true},
		Backup:  defaultBackup(),
		Chat:    ChatSettings{Recall: RecallOn},
		AWS:     AWSSettings{Profiles: []string{}, Regions: []string{}, Services: []string{}, RoleARNs: []string{}},
	}
}

// Load reads the settings of a data folder. Without a file it returns the defaults. Where the file is not readable
// as settings it is renamed to settings.json.corrupt-<time>, and the defaults are returned together with
// ErrSettingsCorrupt, whose text names the copy: the app can go on. Other errors return the defaults too but
// leave the file as it is, and must stop the app from saving.
func Load(dir string) (Settings, error) {
	path := filepath.Join(dir, settingsName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Default(), nil
	}
	if err != nil {
		return Default(), fmt.Errorf("read settings: %w", err)
	}
	s, err := parse(data)
	if errors.Is(err, ErrSettingsCorrupt) {
		aside, moveErr := setAside(path)
		if moveErr != nil {
			return Default(), fmt.Errorf("%w, and the file could not be set aside: %w", err, moveErr)
		}
		return Default(), fmt.Errorf("%w; the file was kept as %s and the defaults are used", err, aside)
	}
	if err != nil {
		return Default(), fmt.Errorf("%w (%s)", err, path)
	}
	return s, nil
}

func parse(data []byte) (Settings, error) {
	var head struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Settings{}, fmt.Errorf("%w: %w", ErrSettingsCorrupt, err)
	}
	if head.Version == nil || *head.Version < 1 {
		return Settings{}, fmt.Errorf("%w: it has no version", ErrSettingsCorrupt)
	}
	if *head.Version > SettingsVersion {
		return Settings{}, fmt.Errorf("%w: version %d, this build knows %d; install the newer version again, or move the file away", ErrSettingsNewer, *head.Version, SettingsVersion)
	}
	s := Default()
	if err := json.Unmarshal(data, &s); err != nil {
		return Settings{}, fmt.Errorf("%w: %w", ErrSettingsCorrupt, err)
	}
	s.normalize()
	return s, s.Validate()
}

// Save validates the settings and replaces the file, mode 0600, whole or not at all.
func Save(dir string, s Settings) error {
	s.Version = SettingsVersion
	s.normalize()
	if err := s.Validate(); err != nil {
		return err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	if err := WriteFile(filepath.Join(dir, settingsName), buf.Bytes(), 0o600); err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	return nil
}

func setAside(path string) (string, error) {
	aside := path + ".corrupt-" + time.Now().UTC().Format("20060102T150405.000Z")
	return aside, os.Rename(path, aside)
}
