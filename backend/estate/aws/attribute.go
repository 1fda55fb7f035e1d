package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
)

// never lists attributes that are dropped wherever they stand: tags have their own place, and the others hold
// what must not be kept (environment variables, passwords) or change from one look to the next without the
// resource having changed.
var never = map[string]bool{
	"Tags": true, "TagSet": true, "TagList": true, "ResultMetadata": true,
	"Environment": true, "EnvironmentVariables": true, "RuntimeEnvironmentVariables": true, "MasterUserPassword": true, "UserData": true,
	"DefaultArguments": true, "NonOverridableArguments": true, "ConnectionProperties": true, "CustomHeaders": true, "Variables": true,
	"Parameters": true, "Outputs": true, "Definition": true, "AuthenticateOidcConfig": true, "NoSmithyDocumentSerde": true,
	"ETag": true, "LockToken": true, "StoredBytes": true, "SizeInBytes": true, "LastAccessedDate": true, "RoleLastUsed": true, "PasswordLastUsed": true,
	"LatestRestorableTime": true, "EarliestRestorableTime": true, "RestoreWindow": true,
	"ItemCount": true, "TableSizeBytes": true, "IndexSizeBytes": true, "LastDecreaseDateTime": true, "LastIncreaseDateTime": true,
	"Progress": true, "PercentProgress": true, "AvailableIpAddressCount": true,
}

// ordered lists attributes whose order means something; AWS gives all others in any order.
var ordered = map[string]bool{"KeySchema": true, "Layers": true}

// attributesOf turns what an API answered into plain JSON values under the API's own names: nothing empty, no
// tags, lists sorted, times as RFC 3339. Two answers that say the same are equal.
func attributesOf(answer any) (map[string]any, error) {
	m, err := rawAttributes(answer)
	if err == nil {
		cleanMap(m)
	}
	return m, err
}

func rawAttributes(answer any) (map[string]any, error) {
	raw, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	return m, nil
}

func cleanMap(m map[string]any) {
	for k, v := range m {
		if never[k] {
			delete(m, k)
			continue
		}
		if v = clean(v, !ordered[k]); v == nil {
			delete(m, k)
			continue
		}
		m[k] = v
	}
}

// clean drops what is empty; nil: nothing is left.
func clean(v any, sorted bool) any {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
	case map[string]any:
		if cleanMap(v); len(v) == 0 {
			return nil
		}
	case []any:
		kept := v[:0]
		for _, e := range v {
			if e = clean(e, sorted); e != nil {
				kept = append(kept, e)
			}
		}
		if len(kept) == 0 {
			return nil
		}
		if sorted {
			sortValues(kept)
		}
		return kept
	}
	return v
}

func sortValues(values []any) {
	if len(values) < 2 {
		return
	}
	type keyed struct {
		key   []byte
		value any
	}
	all := make([]keyed, len(values))
	for i, v := range values {
		key, err := json.Marshal(v)
		if err != nil {
			return // values that came from JSON go back into it
		}
		all[i] = keyed{key, v}
	}
	sort.SliceStable(all, func(i, j int) bool { return bytes.Compare(all[i].key, all[j].key) < 0 })
	for i := range all {
		values[i] = all[i].value
	}
}

// tagsOf reads a list of the SDK's tag structs, which are alike in all services but one in type.
func tagsOf[T any](tags []T, pair func(T) (key, value *string)) map[string]string {
	m := map[string]string{}
	for _, tag := range tags {
		k, v := pair(tag)
		if k == nil {
			continue
		}
		m[*k] = ""
		if v != nil {
			m[*k] = *v
		}
	}
	return m
}
