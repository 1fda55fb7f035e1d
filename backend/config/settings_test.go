package config

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func full() Settings {
	s := Default()
	s.Theme, s.EmbeddingThreads = "dark", 2
	s.AWS = AWSSettings{Profiles: []string{"prod", "my company/dev"}, Regions: []string{"eu-central-1", "us-gov-west-1", "ap-southeast-4"},
		Services: []string{"ec2", "dynamodb"}, RoleARNs: []string{"arn:aws:iam::123456789012:role/path/Reader"}, EndpointURL: "http://127.0.0.1:5000", EveryHours: 12, CloudControl: true, ResourceExplorer: true}
	s.Model = ModelSettings{Provider: ProviderOpenAI, BaseURL: "http://127.0.0.1:11434/v1", Name: "llama3.2:3b", SealedAPIKey: "s1.0123456789abcdef.AAAA",
		Region: "eu-central-1", Profile: "prod", Endpoint: "http://127.0.0.1:4566", WindowTokens: 8192, PriceIn: 0.25, PriceOut: 1.5}
	s.Chat = ChatSettings{Recall: RecallPlain, IdleLockMinutes: 10, LockHash: "$argon2id$"}
	s.Qdrant = QdrantSettings{URL: "https://q.example.org:6333", SealedAPIKey: "s1.0123456789abcdef.BBBB"}
	return s
}

func TestSettingsSurvive(t *testing.T) {
	dir := t.TempDir()
	got, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, Default(), got)
	require.Equal(t, "local", got.UserID)
	require.NoError(t, Save(dir, full()))
	got, err = Load(dir)
	require.NoError(t, err)
	require.Equal(t, full(), got)
	info, err := os.Stat(filepath.Join(dir, settingsName))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.Len(t, names(t, dir), 1)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestWhatIsMissingTakesItsDefault(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, settingsName), []byte(`{"version":1,"theme":"light","aws":{"regions":null},"unknown":1}`), 0o600))
	got, err := Load(dir)
	require.NoError(t, err)
	want := Default()
	want.Theme = "light"
	require.Equal(t, want, got)
}

func TestCorruptSettingsAreKeptAside(t *testing.T) {
	for _, text := range []string{"", "{", "[]", "null", "7", `{"theme":"dark"}`, `{"version":0}`, `{"version":"1"}`, `{"version":1,"aws":7}`, "\x00\xff"} {
		dir := t.TempDir()
		path := filepath.Join(dir, settingsName)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		got, err := Load(dir)
		require.ErrorIs(t, err, ErrSettingsCorrupt, text)
		require.Equal(t, Default(), got)
		require.NoFileExists(t, path)
		kept := names(t, dir)
		require.Len(t, kept, 1)
		require.Contains(t, err.Error(), kept[0])
		data, err := os.ReadFile(filepath.Join(dir, kept[0]))
		require.NoError(t, err)
		require.Equal(t, text, string(data))
	}
}

func TestNewerSettingsAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path, text := filepath.Join(dir, settingsName), `{"version":2,"theme":{"new":"shape"}}`
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	_, err := Load(dir)
	require.ErrorIs(t, err, ErrSettingsNewer)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(data))
}

func TestInvalidSettingsAreNamed(t *testing.T) {
	for field, change := range map[string]func(*Settings){
		"user_id":                func(s *Settings) { s.UserID = " " },
		"theme":                  func(s *Settings) { s.Theme = "pink" },
		"embedding_threads":      func(s *Settings) { s.EmbeddingThreads = -1 },
		"aws.profiles":           func(s *Settings) { s.AWS.Profiles = []string{"a\x00b"} },
		"aws.regions":            func(s *Settings) { s.AWS.Regions = []string{"Frankfurt"} },
		"aws.services":           func(s *Settings) { s.AWS.Services = []string{"Amazon EC2"} },
		"aws.role_arns":          func(s *Settings) { s.AWS.RoleARNs = []string{"arn:aws:iam::123456789012:user/me"} },
		"aws.every_hours":        func(s *Settings) { s.AWS.EveryHours = -1 },
		"aws.endpoint_url":       func(s *Settings) { s.AWS.EndpointURL = "127.0.0.1:5000" },
		"model.base_url":         func(s *Settings) { s.Model.BaseURL = "file:///etc/passwd" },
		"model.name":             func(s *Settings) { s.Model.Name = "a\xff" },
		"model.provider":         func(s *Settings) { s.Model.Provider = "oracle" },
		"model.region":           func(s *Settings) { s.Model.Region = "Frankfurt" },
		"model.endpoint":         func(s *Settings) { s.Model.Endpoint = "127.0.0.1" },
		"model.price_in":         func(s *Settings) { s.Model.PriceIn = math.NaN() },
		"model.window_tokens":    func(s *Settings) { s.Model.WindowTokens = -1 },
		"chat.recall":            func(s *Settings) { s.Chat.Recall = "sometimes" },
		"chat.idle_lock_minutes": func(s *Settings) { s.Chat.IdleLockMinutes = 1441 },
		"qdrant.url":             func(s *Settings) { s.Qdrant.URL = "https://" + strings.Repeat("a", 3000) },
	} {
		dir, s := t.TempDir(), full()
		change(&s)
		err := Save(dir, s)
		require.ErrorIs(t, err, ErrSettingsInvalid, field)
		require.Contains(t, err.Error(), field)
		require.Empty(t, names(t, dir))
	}
}

func TestAPasswordInAnAddressIsNotRepeated(t *testing.T) {
	s := full()
	s.Model.BaseURL = "https://me:swordfish@example.org/v1"
	err := Save(t.TempDir(), s)
	require.ErrorIs(t, err, ErrSettingsInvalid)
	require.NotContains(t, err.Error(), "swordfish")
}

func TestPastedListsAreTidied(t *testing.T) {
	dir, s := t.TempDir(), full()
	s.AWS.Regions = []string{" eu-central-1 ", "", "eu-central-1", "us-east-1\n"}
	require.NoError(t, Save(dir, s))
	got, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"eu-central-1", "us-east-1"}, got.AWS.Regions)
}
