package estate

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// at follows a path of attribute names: "State.Name", "IpPermissions[].IpRanges[].CidrIp". It returns every value that
// is there, none for a path that leads nowhere.
func at(attributes map[string]any, path string) []any {
	values := []any{attributes}
	for path != "" && len(values) > 0 {
		var step string
		step, path, _ = strings.Cut(path, ".")
		name, each := strings.CutSuffix(step, "[]")
		var next []any
		for _, v := range values {
			m, ok := v.(map[string]any)
			if !ok {
				continue
			}
			found, ok := m[name]
			list, isList := found.([]any)
			switch {
			case !ok || found == nil:
			case each && isList:
				next = append(next, list...)
			case !each:
				next = append(next, found)
			}
		}
		values = next
	}
	return values
}

// reading turns the values at a path into the value of a field; ok is false where they do not say.
type reading func(values []any) (value any, ok bool)

// text is the first value, lower-cased.
func text(values []any) (any, bool) {
	for _, v := range values {
		if s := scalar(v); s != "" {
			return strings.ToLower(s), true
		}
	}
	return nil, false
}

// scalar is a string, number or truth value as text.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case float64, int, int64:
		return fmt.Sprint(v)
	}
	return ""
}

// truth is true where any value is; the API's words for yes and no count.
func truth(values []any) (any, bool) {
	known, result := false, false
	for _, v := range values {
		switch s := strings.ToLower(scalar(v)); s {
		case "true", "yes", "enabled", "enabling", "on", "1":
			known, result = true, true
		case "false", "no", "disabled", "suspended", "none", "off", "0", "never", "disabling":
			known = true
		}
	}
	return result, known
}

func untruth(values []any) (any, bool) {
	v, ok := truth(values)
	b, _ := v.(bool) // truth returns a bool
	return !b, ok
}

// given is true where there is any value that is not empty.
func given(values []any) (any, bool) {
	for _, v := range values {
		switch v := v.(type) {
		case map[string]any:
			if len(v) > 0 {
				return true, true
			}
		case []any:
			if len(v) > 0 {
				return true, true
			}
		default:
			if scalar(v) != "" {
				return true, true
			}
		}
	}
	return nil, false
}

// encryption reads "aws:kms", "AES256", "none", true, and objects.
func encryption(values []any) (any, bool) {
	if v, ok := truth(values); ok {
		return v, true
	}
	return given(values)
}

// has is true where a value is one of words, false where there is another.
func has(words ...string) reading {
	return func(values []any) (any, bool) {
		known := false
		for _, v := range values {
			s := strings.ToLower(scalar(v))
			for _, w := range words {
				if s == w {
					return true, true
				}
			}
			known = known || s != ""
		}
		return false, known
	}
}

// named gives value where one of the values is word.
func named(word string, value any) reading {
	return func(values []any) (any, bool) {
		for _, v := range values {
			if strings.EqualFold(scalar(v), word) {
				return value, true
			}
		}
		return nil, false
	}
}

// always gives value.
func always(value any) reading {
	return func([]any) (any, bool) { return value, true }
}

func number(values []any) (any, bool) {
	for _, v := range values {
		if f, err := strconv.ParseFloat(scalar(v), 64); err == nil {
			return f, true
		}
	}
	return nil, false
}

func whole(values []any) (any, bool) {
	f, ok := number(values)
	if !ok {
		return nil, false
	}
	return int64(f.(float64)), true
}

// scaled multiplies a number (bytes to GB, GB to MB …).
func scaled(by float64) reading {
	return func(values []any) (any, bool) {
		f, ok := number(values)
		if !ok {
			return nil, false
		}
		return f.(float64) * by, true
	}
}

// timeLayouts are the spellings in which AWS and its tools write moments.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999-0700", "2006-01-02 15:04:05.999999999-07:00",
	"2006-01-02 15:04:05 -0700 MST", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02", time.RFC1123, time.RFC1123Z,
}

// moment is Unix milliseconds; numbers are taken for seconds or milliseconds by their size.
func moment(values []any) (any, bool) {
	for _, v := range values {
		s := scalar(v)
		for _, layout := range timeLayouts {
			if t, err := time.Parse(layout, s); err == nil && t.Year() > 1970 {
				return t.UnixMilli(), true
			}
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil && f > 1e8 {
			if f < 1e11 {
				f *= 1000
			}
			return int64(f), true
		}
	}
	return nil, false
}
