package config

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds every text field, in bytes. The longest that means anything is a URL.
const maxText = 2048

var (
	// regionShape is what AWS region names look like (eu-central-1, us-gov-west-1, cn-north-1). Which exist is
	// AWS's to say.
	regionShape = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d{1,2}$`)
	// roleShape is the ARN of an IAM role, with its optional path.
	roleShape = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`)
	// serviceShape is a short service name as the scan takes it (ec2, dynamodb).
	serviceShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
)

// Validate checks every field. The error is ErrSettingsInvalid and names the field and what it may be.
func (s Settings) Validate() error {
	if s.UserID == "" || !isPlain(s.UserID) {
		return invalid("user_id", s.UserID, "a name without control characters")
	}
	if s.Theme != "system" && s.Theme != "light" && s.Theme != "dark" {
		return invalid("theme", s.Theme, "system, light or dark")
	}
	if s.EmbeddingThreads < 0 || s.EmbeddingThreads > 64 {
		return invalid("embedding_threads", fmt.Sprint(s.EmbeddingThreads), "0 to 64")
	}
	if err := s.Model.validate(); err != nil {
		return err
	}
	if err := s.Chat.validate(); err != nil {
		return err
	}
	if err := s.AWS.validate(); err != nil {
		return err
	}
	if err := s.Backup.Validate(); err != nil {
		return err
	}
	for field, value := range map[string]string{
		"model.base_url": s.Model.BaseURL, "model.endpoint": s.Model.Endpoint, "qdrant.url": s.Qdrant.URL, "aws.endpoint_url": s.AWS.EndpointURL,
	} {
		if err := checkURL(field, value); err != nil {
			return err
		}
	}
	return nil
}

// maxWindow and maxPrice are far above what any model has or costs; more is a slip of the hand.
const (
	maxWindow = 100_000_000
	maxPrice  = 100_000
)

func (m ModelSettings) validate() error {
	switch m.Provider {
	case "", ProviderOpenAI, ProviderBedrock, ProviderAnthropic:
	default:
		return invalid("model.provider", m.Provider, "openai, bedrock or anthropic")
	}
	if !isPlain(m.Name) {
		return invalid("model.name", m.Name, "a name without control characters")
	}
	if !isPlain(m.Profile) {
		return invalid("model.profile", m.Profile, "a profile's name")
	}
	if m.Region != "" && !regionShape.MatchString(m.Region) {
		return invalid("model.region", m.Region, "a region such as eu-central-1")
	}
	if m.WindowTokens < 0 || m.WindowTokens > maxWindow {
		return invalid("model.window_tokens", fmt.Sprint(m.WindowTokens), "0 to 100,000,000")
	}
	for field, price := range map[string]float64{"model.price_in": m.PriceIn, "model.price_out": m.PriceOut} {
		// Written so that NaN is not let through.
		if !(price >= 0 && price <= maxPrice) {
			return invalid(field, fmt.Sprint(price), "0 to 100,000")
		}
	}
	return nil
}

func (c ChatSettings) validate() error {
	switch c.Recall {
	case RecallOn, RecallOff, RecallPlain:
	default:
		return invalid("chat.recall", c.Recall, "on, off or plain")
	}
	if c.IdleLockMinutes < 0 || c.IdleLockMinutes > 24*60 {
		return invalid("chat.idle_lock_minutes", fmt.Sprint(c.IdleLockMinutes), "0 to 1440")
	}
	return nil
}

func (a AWSSettings) validate() error {
	for _, p := range a.Profiles {
		if p == "" || !isPlain(p) {
			return invalid("aws.profiles", p, "a profile's name")
		}
	}
	if a.EveryHours < 0 || a.EveryHours > 8760 {
		return invalid("aws.every_hours", fmt.Sprint(a.EveryHours), "0 to 8760")
	}
	lists := []struct {
		field, want string
		values      []string
		shape       *regexp.Regexp
	}{
		{"aws.regions", "a region such as eu-central-1", a.Regions, regionShape},
		{"aws.services", "a service such as ec2", a.Services, serviceShape},
		{"aws.role_arns", "a role such as arn:aws:iam::123456789012:role/Reader", a.RoleARNs, roleShape},
	}
	for _, l := range lists {
		for _, v := range l.values {
			if len(v) > maxText || !l.shape.MatchString(v) {
				return invalid(l.field, v, l.want)
			}
		}
	}
	return nil
}

func checkURL(field, value string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || len(value) > maxText || !isPlain(value) || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return invalid(field, "", "an http or https address with a host")
	}
	if u.User != nil {
		// Said without the value: it holds a password, and the file keeps none in the clear.
		return invalid(field, "", "an address without a user name and password; give the key in its own field")
	}
	return nil
}

func invalid(field, value, want string) error {
	if value == "" {
		return fmt.Errorf("%w: %s must be %s", ErrSettingsInvalid, field, want)
	}
	if len(value) > 80 {
		value = value[:80] + "…"
	}
	return fmt.Errorf("%w: %s is %q and must be %s", ErrSettingsInvalid, field, value, want)
}

func isPlain(text string) bool {
	return len(text) <= maxText && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// normalize trims what people paste, drops empty and repeated entries, and turns nil lists into empty ones.
func (s *Settings) normalize() {
	for _, text := range []*string{&s.UserID, &s.Theme, &s.Model.BaseURL, &s.Model.Name, &s.Model.Region, &s.Model.Profile, &s.Model.Endpoint, &s.Qdrant.URL, &s.AWS.EndpointURL} {
		*text = strings.TrimSpace(*text)
	}
	for _, list := range []*[]string{&s.AWS.Profiles, &s.AWS.Regions, &s.AWS.Services, &s.AWS.RoleARNs} {
		*list = distinct(*list)
	}
	s.Backup.normalize()
}

func distinct(in []string) []string {
	out, seen := make([]string, 0, len(in)), map[string]bool{}
	for _, v := range in {
		v = strings.TrimSpace(v)
		if v != "" && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
