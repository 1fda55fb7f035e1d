package estate

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// withheld are attributes that hold secrets or values of parameters, wherever they stand; they are never kept.
var withheld = map[string]bool{
	"environment": true, "userdata": true, "masteruserpassword": true, "secretstring": true, "secretbinary": true, "authtoken": true,
	"password": true, "privatekey": true, "secretaccesskey": true, "presharedkey": true, "keymaterial": true,
	"customergatewayconfiguration": true,
}

// maxDepth of nested attributes; deeper ones are cut off.
const maxDepth = 24

// maxNotes bounds what is said about one resource.
const maxNotes = 5

// normalise brings a resource into the one form that is kept: canonical ARN, type, name, region and account filled in
// from it, valid UTF-8 without NUL. The notes say what was changed. ErrInvalid: it cannot be kept.
func normalise(in Resource) (Resource, []string, error) {
	if strings.TrimSpace(in.ARN) == "" {
		return Resource{}, nil, fmt.Errorf("%w: the resource has no ARN", ErrInvalid)
	}
	arn, err := CanonicalARN(in.ARN)
	if err != nil {
		return Resource{}, nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	c := &cleaner{}
	out := Resource{
		Unseen: in.Unseen, ARN: arn, Type: c.text("type", strings.TrimSpace(in.Type)), Name: c.text("name", in.Name), Region: c.text("region", strings.TrimSpace(in.Region)),
		AccountID: c.text("account_id", strings.TrimSpace(in.AccountID)),
	}
	if in.Tags != nil {
		out.Tags = make(map[string]string, len(in.Tags))
		for k, v := range in.Tags {
			if k = c.text("tag key", k); k != "" {
				out.Tags[k] = c.text("tag "+k, v)
			}
		}
	}
	if in.Partial && len(in.Related) == 0 {
		in.Related = nil
	}
	if in.Attributes != nil && (!in.Partial || len(in.Attributes) > 0) {
		out.Attributes, _ = c.value("attributes", in.Attributes, 0).(map[string]any) // a map stays a map
	}
	c.relations(&out, in.Related)
	fill(&out)
	return out, c.notes, nil
}

// fill adds what the ARN says.
func fill(r *Resource) {
	if strings.Count(r.Type, "::") != 2 {
		r.Type, _ = TypeOf(r.ARN)
	}
	if strings.TrimSpace(r.Name) == "" {
		r.Name = r.Tags["Name"]
	}
	if strings.TrimSpace(r.Name) == "" {
		r.Name = NameOf(r.ARN)
	}
	if r.Region == "" {
		r.Region = RegionOf(r.ARN)
	}
	if a, err := ParseARN(r.ARN); err == nil && r.AccountID == "" {
		r.AccountID = a.AccountID
	}
}

// cleaner makes text storable and remembers what it changed.
type cleaner struct {
	notes []string
}

func (c *cleaner) note(format string, args ...any) {
	if len(c.notes) < maxNotes {
		c.notes = append(c.notes, fmt.Sprintf(format, args...))
	}
}

func (c *cleaner) text(what, s string) string {
	if !utf8.ValidString(s) {
		c.note("%s is not valid UTF-8; the bytes in question were replaced", clip(what))
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.ContainsRune(s, 0) {
		c.note("%s holds a NUL character, which was removed", clip(what))
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

func clip(what string) string {
	what = strings.ReplaceAll(strings.ToValidUTF8(what, "\uFFFD"), "\x00", "")
	if r := []rune(what); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return what
}

// value copies JSON-like data, cleaned. What is withheld or too deep is left out.
func (c *cleaner) value(what string, v any, depth int) any {
	switch v := v.(type) {
	case string:
		return c.text(what, v)
	case map[string]any:
		if depth > maxDepth {
			c.note("%s is nested deeper than %d levels, which was cut off", clip(what), maxDepth)
			return nil
		}
		out := make(map[string]any, len(v))
		for k, inner := range v {
			k = c.text("an attribute's name", k)
			if withheld[strings.ToLower(k)] {
				c.note("attribute %s was left out: it may hold secrets", clip(k))
				continue
			}
			out[k] = c.value(k, inner, depth+1)
		}
		return out
	case []any:
		if depth > maxDepth {
			return nil
		}
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = c.value(what, inner, depth+1)
		}
		return out
	}
	return v
}

// relations keeps those whose target is an ARN, in canonical form and without doubles.
func (c *cleaner) relations(out *Resource, in []Relation) {
	if in == nil {
		return
	}
	out.Related = []Relation{}
	seen := map[Relation]bool{}
	for _, rel := range in {
		target, err := CanonicalARN(rel.Target)
		if err != nil {
			c.note("a relation of kind %s leads to what is no ARN, and was left out", clip(rel.Kind))
			continue
		}
		rel = Relation{Kind: c.text("a relation's kind", rel.Kind), Target: target}
		if !seen[rel] && target != out.ARN {
			seen[rel] = true
			out.Related = append(out.Related, rel)
		}
	}
}
