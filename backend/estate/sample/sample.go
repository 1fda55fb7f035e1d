// Package sample invents AWS estates of any size, such as companies have them: several accounts and teams, each with its
// own ideas of names and tags, things that hang together, and things that somebody forgot.
package sample

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"cloudops/backend/estate"
)

// Reference is the day on which Generate's estates are looked at: certificates expire and backups were made relative
// to it.
var Reference = time.Date(2026, time.November, 1, 9, 0, 0, 0, time.UTC)

// Generate invents an estate of exactly count resources (none for a count below one). It is the same for the same count
// and seed. A relation's target always comes before its source.
func Generate(count int, seed int64) iter.Seq[estate.Resource] {
	return GenerateAt(count, seed, Reference)
}

// GenerateAt is Generate on another day. Only dates differ, those in the names of automated snapshots included.
func GenerateAt(count int, seed int64, now time.Time) iter.Seq[estate.Resource] {
	return func(yield func(estate.Resource) bool) {
		g := &generator{
			rng: rand.New(rand.NewPCG(uint64(seed), 0x9e3779b97f4a7c15)), now: now.UTC().Truncate(time.Hour),
			left: count, yield: yield, used: make(map[string]bool, max(count, 0)),
		}
		g.run(count)
	}
}

// generator invents one estate. Once it is done, what is still added goes nowhere.
type generator struct {
	rng   *rand.Rand
	now   time.Time
	left  int
	yield func(estate.Resource) bool
	used  map[string]bool // ARNs
	org   organization
}

func (g *generator) done() bool { return g.left <= 0 }

// spec is a resource as the makers describe it. Resource is the last part of its ARN.
type spec struct {
	kind, service, resource string
	name                    string
	global                  bool // no region in the ARN
	bare                    bool // no account in the ARN either
	tags                    map[string]string
	attributes              map[string]any
	related                 []estate.Relation
}

// add makes a resource of a spec and returns its ARN; empty when the estate is full, and such targets are left out of
// relations.
func (g *generator) add(p place, s spec) string {
	if g.done() {
		return ""
	}
	arn := estate.ARN{Partition: "aws", Service: s.service, Region: p.region, AccountID: p.account.id, Resource: s.resource}
	region := p.region
	if s.global {
		arn.Region = ""
		if s.service != "s3" {
			region = estate.GlobalRegion
		}
	}
	if s.bare {
		arn.AccountID = ""
	}
	text := arn.String()
	if g.used[text] {
		panic(fmt.Sprintf("sample: %s is made twice", text)) // names come from unique, ids are random
	}
	g.used[text] = true
	r := estate.Resource{
		ARN: text, Type: s.kind, Name: s.name, Region: region, AccountID: p.account.id,
		Tags: s.tags, Attributes: s.attributes,
	}
	if r.Tags == nil {
		r.Tags = map[string]string{}
	}
	if r.Attributes == nil {
		r.Attributes = map[string]any{}
	}
	for _, rel := range s.related {
		if rel.Target != "" {
			r.Related = append(r.Related, rel)
		}
	}
	g.left--
	if !g.yield(r) {
		g.left = 0
	}
	return text
}

// to is a relation; an empty target makes none.
func to(kind, target string) estate.Relation { return estate.Relation{Kind: kind, Target: target} }

// pick draws one.
func pick[T any](g *generator, from []T) T { return from[g.rng.IntN(len(from))] }

// chance is true with probability p.
func (g *generator) chance(p float64) bool { return g.rng.Float64() < p }

// between draws from low to high, both included.
func (g *generator) between(low, high int) int { return low + g.rng.IntN(high-low+1) }

// num is a number as JSON reads it.
func num(n int) float64 { return float64(n) }

// list is a list as JSON reads it.
func list[T any](values ...T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

const hexDigits = "0123456789abcdef"

// hex draws n hexadecimal digits.
func (g *generator) hex(n int) string {
	b := make([]byte, n)
	var bits uint64
	for i := range b {
		if i%16 == 0 {
			bits = g.rng.Uint64()
		}
		b[i] = hexDigits[bits&15]
		bits >>= 4
	}
	return string(b)
}

// id is an EC2 id: i-0a1b…
func (g *generator) id(prefix string) string { return prefix + "-0" + g.hex(16) }

func (g *generator) uuid() string {
	return g.hex(8) + "-" + g.hex(4) + "-4" + g.hex(3) + "-a" + g.hex(3) + "-" + g.hex(12)
}

// letters draws n of them, and digits.
func (g *generator) letters(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[g.rng.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	upperAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	lowerAlnum = "abcdefghijklmnopqrstuvwxyz0123456789"
	mixedAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// unique is the name, or where the account and region have it already, the name with a number, as people do it.
// make builds the last part of the ARN.
func (g *generator) unique(p place, service string, global bool, name string, make func(string) string) string {
	for n := 1; ; n++ {
		candidate := name
		if n > 1 {
			candidate = name + "-" + strconv.Itoa(n)
		}
		arn := estate.ARN{Partition: "aws", Service: service, Region: p.region, AccountID: p.account.id, Resource: make(candidate)}
		if global {
			arn.Region = ""
		}
		if service == "s3" {
			arn.AccountID = ""
		}
		if !g.used[arn.String()] {
			return candidate
		}
	}
}

// ago is a moment up to days ago, later ones likelier.
func (g *generator) ago(days int) string {
	f := g.rng.Float64()
	return g.stamp(-time.Duration(f * f * float64(days) * 24 * float64(time.Hour)))
}

// stamp is the time at a distance from now, as APIs answer it.
func (g *generator) stamp(d time.Duration) string {
	return g.now.Add(d).Truncate(time.Second).Format(time.RFC3339)
}

const day = 24 * time.Hour

// cut shortens a name to what a service takes.
func cut(name string, n int) string {
	if len(name) > n {
		name = name[:n]
	}
	return strings.Trim(name, "-_.")
}
