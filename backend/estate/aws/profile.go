package aws

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
)

// Profile is one of the shared configuration files.
type Profile struct {
	Name   string
	Region string // empty: the file names none
}

// Profiles lists the profiles of the shared configuration and credentials files (AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE, or those in ~/.aws), sorted by name, "default" first. A file that is not there
// has none. The SDK reads one profile at a time and lists none, hence the reading here; nothing but names and regions is looked at.
func Profiles() ([]Profile, error) {
	regions := map[string]string{}
	if err := readProfiles(fileOr("AWS_CONFIG_FILE", config.DefaultSharedConfigFilename()), true, regions); err != nil {
		return nil, err
	}
	if err := readProfiles(fileOr("AWS_SHARED_CREDENTIALS_FILE", config.DefaultSharedCredentialsFilename()), false, regions); err != nil {
		return nil, err
	}
	profiles := make([]Profile, 0, len(regions))
	for name, region := range regions {
		profiles = append(profiles, Profile{name, region})
	}
	sort.Slice(profiles, func(i, j int) bool {
		a, b := profiles[i].Name, profiles[j].Name
		return a == "default" && b != "default" || b != "default" && a < b
	})
	return profiles, nil
}

func fileOr(env, path string) string {
	if p := os.Getenv(env); p != "" {
		return p
	}
	return path
}

// readProfiles adds a file's profiles. In the configuration file their sections are called "profile NAME" (but for
// the default one), and other sections are no profiles; in the credentials file they have the plain name.
func readProfiles(path string, prefixed bool, regions map[string]string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open AWS configuration: %w", err)
	}
	defer f.Close()
	current := ""
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		text := lines.Text()
		line := strings.TrimSpace(text)
		if section, ok := sectionName(line); ok {
			if current = profileName(section, prefixed); current != "" {
				if _, known := regions[current]; !known {
					regions[current] = ""
				}
			}
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		// An indented line belongs to a nested setting (s3 =, services …).
		if indented := text != "" && (text[0] == ' ' || text[0] == '\t'); ok && !indented && current != "" && strings.TrimSpace(key) == "region" {
			regions[current] = strings.TrimSpace(value)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read AWS configuration %s: %w", path, err)
	}
	return nil
}

func sectionName(line string) (string, bool) {
	if !strings.HasPrefix(line, "[") {
		return "", false
	}
	name, _, ok := strings.Cut(line[1:], "]")
	return strings.TrimSpace(name), ok
}

func profileName(section string, prefixed bool) string {
	if !prefixed || section == "default" {
		return section
	}
	kind, name, _ := strings.Cut(section, " ")
	if kind != "profile" {
		return ""
	}
	return strings.Trim(strings.TrimSpace(name), `"'`)
}
