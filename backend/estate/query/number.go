package query

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	plainNumber = regexp.MustCompile(`^\d+(?:\.\d+)?$`)
	withUnit    = regexp.MustCompile(`^(\d+(?:\.\d+)?)-?([a-z]+)$`)
	numberWords = map[string]float64{
		"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
		"twelve": 12, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100, "couple": 2, "few": 3,
	}
)

// unitDays is the length of a unit of time in days, 0 for another word.
func unitDays(unit string) float64 {
	switch unit {
	case "minute", "min":
		return 1.0 / 1440
	case "hour", "hr", "h":
		return 1.0 / 24
	case "day", "d":
		return 1
	case "week", "wk", "w":
		return 7
	case "month", "mo":
		return 30.44
	case "year", "yr", "y":
		return 365.25
	}
	return 0
}

// amount is a number with its unit at token i: "90 days", "500GB", "a year", "6-month"; the last is the tokens used.
func (p *parser) amount(i int) (value float64, unit string, used int) {
	if i >= len(p.tokens) || p.tokens[i].quoted {
		return 0, "", 0
	}
	text := strings.ToLower(strings.ReplaceAll(p.tokens[i].text, ",", ""))
	if m := withUnit.FindStringSubmatch(text); m != nil {
		n, _ := strconv.ParseFloat(m[1], 64) // the expression took digits only
		return n, singular(m[2]), 1
	}
	n, ok := numberWords[text]
	if plainNumber.MatchString(text) {
		n, _ = strconv.ParseFloat(text, 64) // as above
		ok = true
	}
	if !ok {
		return 0, "", 0
	}
	at := i + 1
	if (text == "couple" || text == "few") && p.norm(at, at+1) == "of" {
		at++
	}
	if next := p.norm(at, at+1); unitDays(next) > 0 || p.vocab.words.Sizes[next] > 0 {
		return n, next, at + 1 - i
	}
	return n, "", 1
}

// number understands sizes, memory and retention: "larger than 500 GB", "over 1 GB memory", "30 day retention".
func (p *parser) number(i int) (span, bool) {
	if s, ok := p.retention(i); ok {
		return s, true
	}
	at, memory := i, false
	if n := p.in(p.vocab.memory, at); n > 0 {
		at, memory = at+n, true
	}
	at, sign := p.comparison(at)
	value, unit, n := p.amount(at)
	gb := p.vocab.words.Sizes[unit]
	if n == 0 || gb == 0 || numberWords[p.norm(at, at+1)] > 0 && len(unit) < 2 {
		return span{}, false
	}
	at += n
	at, sign = p.trailing(at, sign)
	if p.norm(at, at+1) == "of" && p.vocab.memory[p.norm(at+1, at+2)] {
		at++
	}
	if n := p.in(p.vocab.memory, at); n > 0 {
		at, memory = at+n, true
		at, sign = p.trailing(at, sign)
	}
	f := Filter{Field: "size"}
	amount := value * gb
	if memory {
		f.Field, amount = "memory", math.Round(value*gb*1000)
		if strings.HasPrefix(unit, "g") || strings.HasPrefix(unit, "t") {
			amount = math.Round(value * gb * 1024)
		}
	}
	f.Min, f.Max = limits(amount, sign)
	f.Label = f.Field + map[int]string{-1: " under ", 0: " ", 1: " over "}[sign] + strconv.FormatFloat(value, 'f', -1, 64) + " " + strings.ToUpper(unit)
	return p.one(i, at, f), true
}

// comparison is "more than" (1) or "less than" (-1) at a token, and the token after it.
func (p *parser) comparison(at int) (next, sign int) {
	more, less := p.in(p.vocab.more, at), p.in(p.vocab.less, at)
	switch {
	case less > more:
		return at + less, -1
	case more == 0 || p.norm(at, at+more) == "from":
		return at, 0
	}
	return at + more, 1
}

// trailing is "500 GB or more", "10 GB+", "or smaller".
func (p *parser) trailing(at, sign int) (int, int) {
	switch p.norm(at, at+2) {
	case "or more", "or larger", "or bigger", "or greater", "and above", "and up", "or above", "or over":
		return at + 2, 1
	case "or less", "or smaller", "or fewer", "and below", "or under", "or below":
		return at + 2, -1
	}
	return at, sign
}

// limits are the bounds of "more than n" (1), "less than n" (-1) and "n" itself (0).
func limits(n float64, sign int) (lo, hi *float64) {
	switch sign {
	case 1:
		lo = ptr(math.Nextafter(n, math.Inf(1)))
		return lo, nil
	case -1:
		return nil, ptr(math.Nextafter(n, math.Inf(-1)))
	}
	return ptr(n), ptr(n)
}

func ptr(f float64) *float64 { return &f }

// retention is "30 day retention", "retention of 30 days", "kept for 7 days", "retention over 90 days".
func (p *parser) retention(i int) (span, bool) {
	if s, ok := p.amountOfRetention(i); ok {
		return s, true
	}
	at := i
	switch {
	case p.norm(i, i+1) == "retention", p.norm(i, i+2) == "backup retention":
		at += p.retentionWord(i)
		for p.norm(at, at+1) == "of" || p.norm(at, at+1) == "is" || p.norm(at, at+1) == "set" || p.norm(at, at+1) == "to" || p.norm(at, at+1) == "period" {
			at++
		}
	case p.norm(i, i+2) == "kept for", p.norm(i, i+2) == "retained for":
		at += 2
	default:
		return span{}, false
	}
	at, sign := p.comparison(at)
	value, unit, n := p.amount(at)
	if n == 0 || unitDays(unit) == 0 {
		return span{}, false
	}
	return p.one(i, at+n, retentionFilter(value*unitDays(unit), sign)), true
}

// amountOfRetention is "30 day retention", "less than 7 days of backup retention".
func (p *parser) amountOfRetention(i int) (span, bool) {
	at, sign := p.comparison(i)
	value, unit, n := p.amount(at)
	if n == 0 || unitDays(unit) == 0 {
		return span{}, false
	}
	at += n
	if p.norm(at, at+1) == "of" {
		at++
	}
	if n = p.retentionWord(at); n == 0 {
		return span{}, false
	}
	return p.one(i, at+n, retentionFilter(value*unitDays(unit), sign)), true
}

// retentionWord is how many tokens at i say retention.
func (p *parser) retentionWord(i int) int {
	switch {
	case p.norm(i, i+1) == "retention":
		return 1
	case p.norm(i, i+2) == "backup retention":
		return 2
	}
	return 0
}

func retentionFilter(days float64, sign int) Filter {
	days = math.Round(days)
	lo, hi := limits(days, sign)
	return Filter{Field: "retention_days", Min: lo, Max: hi,
		Label: "kept " + map[int]string{-1: "under ", 0: "", 1: "over "}[sign] + strconv.FormatFloat(days, 'f', -1, 64) + " days"}
}

// dated gives filters whose meaning depends on the day their bounds.
func (p *parser) dated(f Filter) Filter {
	now := float64(p.options.Now.UnixMilli())
	switch f.Field {
	case "expired":
		return Filter{Field: "expires_at", Max: ptr(now), Label: f.Label, Text: f.Text}
	case "expiring":
		days, _ := strconv.Atoi(f.Values[0]) // the table holds digits
		return Filter{Field: "expires_at", Min: ptr(now), Max: ptr(now + float64(days)*float64(24*time.Hour/time.Millisecond)), Label: f.Label, Text: f.Text}
	}
	return f
}
