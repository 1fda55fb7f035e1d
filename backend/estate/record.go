package estate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/store"
)

// derivation is the version of the rules that make plain fields of a resource. It is part of the hash, so that
// better rules reach resources that did not change.
const derivation = "2"

// RecordID is the id of a resource's record: UUID v5 of its canonical ARN in the URL namespace.
func RecordID(canonicalARN string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(canonicalARN)).String()
}

// detail is the sealed half of a resource.
type detail struct {
	Tags       map[string]string `json:"tags"`
	Attributes map[string]any    `json:"attributes"`
	Related    []Relation        `json:"related"`
}

// recordOf makes the record of a normalised resource. firstSeen is Unix ms.
func recordOf(r *Resource, cell string, firstSeen int64) (store.Record, error) {
	content, err := json.Marshal(detail{Tags: r.Tags, Attributes: r.Attributes, Related: r.Related})
	if err != nil {
		return store.Record{}, fmt.Errorf("%w: attributes of %s: %w", ErrInvalid, r.ARN, err)
	}
	fields := facetsOf(r)
	fields[fieldARN], fields[fieldType], fields[fieldService] = r.ARN, r.Type, ServiceOf(r.Type)
	fields[fieldName], fields[fieldRegion], fields[fieldAccount] = r.Name, r.Region, r.AccountID
	fields[fieldFirstSeen], fields[fieldCell] = firstSeen, cell
	fields[fieldHash] = hashOf(r, content)
	if env, _ := environmentOf(r); env != "" {
		fields[fieldEnv] = env
	}
	owners, tagged := ownersOf(r)
	if tagged {
		fields[fieldTeam] = owners[0]
	}
	for name, list := range map[string][]string{
		fieldTags: tagList(r.Tags), fieldTagTerms: tagTerms(r.Tags), fieldOwners: owners, fieldWords: wordsOf(r.Name),
		fieldIDs: identifiers(r), fieldRelated: targets(r.Related),
	} {
		if len(list) > 0 {
			fields[name] = list
		}
	}
	return store.Record{ID: RecordID(r.ARN), Scope: cell, Fields: fields, Content: content}, nil
}

// hashOf is the same for two sightings that say the same: JSON orders the keys of objects.
func hashOf(r *Resource, content []byte) string {
	h := sha256.New()
	for _, s := range []string{derivation, r.ARN, r.Type, r.Name, r.Region, r.AccountID} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func tagList(tags map[string]string) []string {
	out := make([]string, 0, len(tags))
	for _, k := range sortedKeys(tags) {
		out = append(out, k+"="+tags[k])
	}
	return out
}

func tagTerms(tags map[string]string) []string {
	out := make([]string, 0, 2*len(tags))
	for _, k := range sortedKeys(tags) {
		key := strings.ToLower(k)
		out = append(out, key, key+"="+strings.ToLower(tags[k]))
	}
	return out
}

func targets(related []Relation) []string {
	out := make([]string, 0, len(related))
	for _, r := range related {
		if !slices.Contains(out, r.Target) {
			out = append(out, r.Target)
		}
	}
	return out
}

// idKeys are attributes, by name in lower case, whose values are looked up as exact identifiers of the resource itself.
var idKeys = map[string]bool{
	"privateipaddress": true, "publicipaddress": true, "publicip": true, "privateip": true, "ipaddress": true, "ipv6address": true, "carrierip": true,
	"privatednsname": true, "publicdnsname": true, "dnsname": true, "domainname": true, "endpoint": true, "address": true, "readerendpoint": true,
	"queueurl": true, "url": true, "functionurl": true, "apiendpoint": true, "invokeurl": true, "repositoryuri": true, "websiteendpoint": true,
	"aliases": true, "alternatedomainnames": true, "subjectalternativenames": true, "aliasname": true, "allocationid": true,
	"dbiresourceid": true, "dbclusterresourceid": true, "bucketname": true, "clusterendpoint": true, "customerownedip": true, "domainendpoint": true,
	"serviceurl": true, "hostedzonename": true, "privateipaddresses": true, "items": true, "outsideipaddress": true, "primaryendpoint": true,
	"configurationendpoint": true, "vpcendpoint": true, "publicips": true, "natgatewayaddresses": true, "association": true,
}

// maxIdentifiers of one resource.
const maxIdentifiers = 64

// identifiers are what a resource is found by outright, in lower case: ARN, name, the id at the ARN's end, its
// addresses, DNS names and endpoints.
func identifiers(r *Resource) []string {
	var out []string
	add := func(s string) {
		s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".")
		if s != "" && len(s) <= 2048 && len(out) < maxIdentifiers && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(r.ARN)
	add(r.Name)
	add(r.Tags["Name"])
	if a, err := ParseARN(r.ARN); err == nil {
		add(a.Resource)
		add(a.Resource[strings.LastIndexAny(a.Resource, "/:")+1:])
	}
	add(NameOf(r.ARN))
	attributeIDs(r.Attributes, add, 0)
	return out
}

func attributeIDs(m map[string]any, add func(string), depth int) {
	if depth > 4 {
		return
	}
	for _, k := range sortedKeys(m) {
		wanted := idKeys[strings.ToLower(k)]
		switch v := m[k].(type) {
		case string:
			if _, err := netip.ParseAddr(v); wanted || err == nil {
				add(v)
			}
		case map[string]any:
			if wanted {
				attributeIDs(v, add, depth+1)
			}
		case []any:
			for _, item := range v {
				switch item := item.(type) {
				case string:
					if wanted {
						add(item)
					}
				case map[string]any:
					if wanted || strings.EqualFold(k, "NetworkInterfaces") {
						attributeIDs(item, add, depth+1)
					}
				}
			}
		}
	}
}

// resourceOf reads a record back.
func resourceOf(rec *store.Record) (Resource, error) {
	var d detail
	dec := json.NewDecoder(bytes.NewReader(rec.Content))
	dec.UseNumber() // ids of 64 bits keep their digits
	if err := dec.Decode(&d); err != nil {
		return Resource{}, fmt.Errorf("read resource %s: %w", rec.ID, err)
	}
	return Resource{
		ARN: str(rec, fieldARN), Type: str(rec, fieldType), Name: str(rec, fieldName), Region: str(rec, fieldRegion), AccountID: str(rec, fieldAccount),
		Tags: d.Tags, Attributes: d.Attributes, Related: d.Related,
	}, nil
}

func str(rec *store.Record, field string) string {
	s, _ := rec.Fields[field].(string) // empty where it is not there
	return s
}

func list(rec *store.Record, field string) []string {
	l, _ := rec.Fields[field].([]string) // empty where it is not there
	return l
}

func integer(rec *store.Record, field string) int64 {
	n, _ := rec.Fields[field].(int64) // 0 where it is not there
	return n
}

// momentOf is a field of Unix milliseconds; zero where it is not there.
func momentOf(rec *store.Record, field string) time.Time {
	if ms := integer(rec, field); ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}
