package query

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	isoDay   = regexp.MustCompile(`^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$`)
	yearOnly = regexp.MustCompile(`^(?:19|20)\d{2}$`)
	dayOnly  = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?$`)
)

// period is a stretch of time, to excluded.
type period struct {
	from, to time.Time
	label    string
	open     bool // of which year was not said
}

// year is the same month or day of another year.
func (d period) year(year int) period {
	day := 0
	if d.to.Sub(d.from) < 48*time.Hour {
		day = d.from.Day()
	}
	return stretch(year, int(d.from.Month()), day)
}

// in says "in May 2024", "last week", "in the last 7 days".
func (d period) in() string {
	for _, word := range []string{"last ", "past ", "previous ", "this ", "next ", "coming ", "yesterday", "tomorrow"} {
		if strings.HasPrefix(d.label, word) {
			return d.label
		}
	}
	return "in " + d.label
}

// quantity is a span of time for people: "1 year", "90 days".
func quantity(value float64, unit string) string {
	if value != 1 {
		unit += "s"
	}
	return strconv.FormatFloat(value, 'f', -1, 64) + " " + unit
}

// date understands ages and expiries: "older than 90 days", "created before 2024", "since last week",
// "expiring in December 2026", "expires within 30 days".
func (p *parser) date(i int) (span, bool) {
	if n := p.in(p.vocab.expires, i); n > 0 {
		if s, ok := p.expiry(i, i+n); ok {
			return s, true
		}
	}
	at, said := i, false
	if n := p.in(p.vocab.created, i); n > 0 {
		at, said = i+n, true
	}
	if s, ok := p.age(i, at); ok {
		return s, true
	}
	if s, ok := p.stretch(i, at); ok {
		return s, true
	}
	return p.created(i, at, said)
}

// age is "older than 90 days", "more than a year old", "over 30 days ago", "newer than 2 weeks", "90 days old".
func (p *parser) age(i, at int) (span, bool) {
	older, younger := p.in(p.vocab.older, at), 0
	switch p.norm(at, at+2) {
	case "newer than", "younger than", "less than", "not older":
		younger = 2
	}
	sure := strings.Contains(p.norm(at, at+2), "older") || strings.Contains(p.norm(at, at+2), "newer") || strings.Contains(p.norm(at, at+2), "younger")
	value, unit, n := p.amount(at + max(older, younger))
	if n == 0 || unitDays(unit) == 0 {
		return span{}, false
	}
	end := at + max(older, younger) + n
	switch p.norm(end, end+1) {
	case "old", "ago":
		end, sure = end+1, true
	}
	if !sure && at == i {
		return span{}, false
	}
	if older == 0 && younger == 0 && end == at+n {
		return span{}, false
	}
	limit := float64(p.options.Now.Add(-time.Duration(value * unitDays(unit) * float64(24*time.Hour))).UnixMilli())
	amount := quantity(value, unit)
	if younger > 0 {
		return p.one(i, end, Filter{Field: "created_at", Min: &limit, Label: "created in the last " + amount}), true
	}
	return p.one(i, end, Filter{Field: "created_at", Max: &limit, Label: "older than " + amount}), true
}

// created is "created before 2024", "since last week", "created in 2023", "in the last 7 days".
func (p *parser) created(i, at int, said bool) (span, bool) {
	if n := p.in(p.vocab.before, at); n > 0 {
		if d, m, ok := p.past(at + n); ok {
			return p.one(i, at+n+m, Filter{Field: "created_at", Max: ms(d.from, -1), Label: "created before " + d.label}), true
		}
	}
	if n := p.in(p.vocab.after, at); n > 0 && (said || p.norm(at, at+n) != "from") {
		if d, m, ok := p.past(at + n); ok {
			from, since := d.from, "since"
			if w := p.norm(at, at+n); (w == "after" || w == "later than") && !strings.HasPrefix(d.label, "last") {
				from, since = d.to, "after"
			}
			return p.one(i, at+n+m, Filter{Field: "created_at", Min: ms(from, 0), Label: "created " + since + " " + d.label}), true
		}
	}
	n := p.in(p.vocab.in, at)
	if n == 0 && p.norm(at, at+1) == "from" {
		n = 1
	}
	d, m, ok := p.past(at + n)
	if !ok && n > 0 && p.norm(at, at+n) == "this" {
		n = 0
		d, m, ok = p.past(at)
	}
	if !ok || !said && (!bare(d) && !p.leads(at, n, d) || p.otherwise(at-1)) || d.from.After(p.options.Now) {
		return span{}, false
	}
	return p.one(i, at+n+m, Filter{Field: "created_at", Min: ms(d.from, 0), Max: ms(d.to, -1), Label: "created " + d.in()}), true
}

// past is a period that lies behind: December, said in November, is last year's.
func (p *parser) past(i int) (period, int, bool) {
	d, n, ok := p.period(i)
	if ok && d.open && d.from.After(p.options.Now) {
		d = d.year(d.from.Year() - 1)
	}
	return d, n, ok
}

// bare periods say when something was made without a word that says so: "last month's snapshots", "launched" left out. A year or a month
// may be anything else.
func bare(d period) bool {
	_, unit, _ := strings.Cut(d.label, " ")
	return unitDays(unit) > 0 && d.in() == d.label
}

// leads: the words before the period leave no doubt that it is one; "on windows 2019" does not.
func (p *parser) leads(at, n int, d period) bool {
	switch p.norm(at, at+n) {
	case "in", "from", "during", "within", "in the":
		return true
	}
	return n > 0 && strings.HasPrefix(d.label, "the last")
}

// otherwise: the word at i says that something else than its making happened then.
func (p *parser) otherwise(i int) bool {
	switch p.norm(max(i, 0), i+1) {
	case "changed", "modified", "updated", "edited", "deleted", "removed", "used", "accessed", "rotated", "expired", "failed", "restarted", "stopped", "cost", "spent", "spend":
		return true
	}
	return false
}

// stretch is "between January and March 2024", "from 2022 to 2023".
func (p *parser) stretch(i, at int) (span, bool) {
	and := map[string]string{"between": "and", "from": "to"}[p.norm(at, at+1)]
	if and == "" {
		return span{}, false
	}
	first, n, ok := p.past(at + 1)
	end := at + 1 + n
	if word := p.norm(end, end+1); !ok || word != and && word != "until" && word != "till" {
		return span{}, false
	}
	last, m, ok := p.past(end + 1)
	if !ok {
		return span{}, false
	}
	if first.open && !last.open {
		first = first.year(last.from.Year())
	}
	if !first.from.Before(last.to) {
		return span{}, false
	}
	return p.one(i, end+1+m, Filter{
		Field: "created_at", Min: ms(first.from, 0), Max: ms(last.to, -1), Label: "created from " + first.label + " to " + last.label,
	}), true
}

// expiry is what follows "expires", "expiring", "valid until".
func (p *parser) expiry(i, at int) (span, bool) {
	now := p.options.Now
	if n := p.in(p.vocab.before, at); n > 0 || p.norm(at, at+1) == "by" {
		n = max(n, 1)
		if d, m, ok := p.period(at + n); ok {
			limit := d.from
			if p.norm(at, at+1) == "by" {
				limit = d.to
			}
			return p.one(i, at+n+m, Filter{Field: "expires_at", Max: ms(limit, -1), Label: "expires before " + d.label}), true
		}
	}
	if n := p.in(p.vocab.after, at); n > 0 {
		if d, m, ok := p.period(at + n); ok {
			return p.one(i, at+n+m, Filter{Field: "expires_at", Min: ms(d.to, 0), Label: "expires after " + d.label}), true
		}
	}
	n := p.in(p.vocab.in, at)
	if p.norm(at, at+3) == "in less than" {
		n = 3
	}
	if n == 0 && p.norm(at, at+2) == "less than" {
		n = 2
	}
	for _, skip := range []string{"the", "next", "the next", "the coming", "coming", "following"} {
		k := len(strings.Fields(skip))
		if p.norm(at+n, at+n+k) != skip || skip == "next" && unitDays(p.norm(at+n+1, at+n+2)) > 0 {
			continue
		}
		if value, unit, m := p.amount(at + n + k); m > 0 && unitDays(unit) > 0 {
			return p.soon(i, at+n+k+m, value, unit, now), true
		}
	}
	if value, unit, m := p.amount(at + n); m > 0 && unitDays(unit) > 0 {
		return p.soon(i, at+n+m, value, unit, now), true
	}
	for _, k := range []int{n, 0} {
		if d, m, ok := p.period(at + k); ok {
			return p.one(i, at+k+m, Filter{Field: "expires_at", Min: ms(d.from, 0), Max: ms(d.to, -1), Label: "expires " + d.in()}), true
		}
	}
	return span{}, false
}

func (p *parser) soon(from, to int, value float64, unit string, now time.Time) span {
	end := now.Add(time.Duration(value * unitDays(unit) * float64(24*time.Hour)))
	return p.one(from, to, Filter{Field: "expires_at", Min: ms(now, 0), Max: ms(end, 0), Label: "expires within " + quantity(value, unit)})
}

// ms is a bound in Unix milliseconds.
func ms(t time.Time, shift int64) *float64 {
	return ptr(float64(t.UnixMilli() + shift))
}

// period at token i: "2024", "2024-05-01", "May 2024", "1 May 2024", "today", "last week", "this month", "the last 7 days".
func (p *parser) period(i int) (period, int, bool) {
	if d, n, ok := p.relative(i); ok {
		return d, n, true
	}
	if i >= len(p.tokens) {
		return period{}, 0, false
	}
	text := strings.ToLower(p.tokens[i].text)
	if yearOnly.MatchString(text) {
		year, _ := strconv.Atoi(text) // four digits
		return stretch(year, 0, 0), 1, true
	}
	if m := isoDay.FindStringSubmatch(text); m != nil {
		return parts(m[1], m[2], m[3], 1)
	}
	if month := p.month(i); month > 0 {
		return p.monthDay(i, month)
	}
	if m := dayOnly.FindStringSubmatch(text); m != nil {
		if month := p.month(i + 1); month > 0 {
			year, used := p.year(i + 2)
			day, _ := strconv.Atoi(m[1]) // digits
			return p.of(year, month, day, used), 2 + used, day > 0 && day <= 31
		}
	}
	return period{}, 0, false
}

// of is a stretch of a year that used tokens said.
func (p *parser) of(year, month, day, used int) period {
	d := stretch(year, month, day)
	d.open = used == 0
	return d
}

func (p *parser) monthDay(i, month int) (period, int, bool) {
	if i+1 < len(p.tokens) && !yearOnly.MatchString(p.tokens[i+1].text) {
		if m := dayOnly.FindStringSubmatch(strings.ToLower(p.tokens[i+1].text)); m != nil {
			day, _ := strconv.Atoi(m[1]) // digits
			year, used := p.year(i + 2)
			return p.of(year, month, day, used), 2 + used, day > 0 && day <= 31
		}
	}
	year, used := p.year(i + 1)
	return p.of(year, month, 0, used), 1 + used, true
}

// month is 1 … 12 for the name of a month or its first three letters, else 0.
func (p *parser) month(i int) int {
	if i >= len(p.tokens) {
		return 0
	}
	text := strings.ToLower(p.tokens[i].text)
	if text == "sept" {
		text = "sep"
	}
	return 1 + slices.IndexFunc(p.vocab.words.Months, func(m string) bool { return text == m || len(text) == 3 && strings.HasPrefix(m, text) })
}

// year at token i, or this one.
func (p *parser) year(i int) (int, int) {
	if i < len(p.tokens) && yearOnly.MatchString(p.tokens[i].text) {
		year, _ := strconv.Atoi(p.tokens[i].text) // digits
		return year, 1
	}
	return p.options.Now.UTC().Year(), 0
}

func parts(y, m, d string, used int) (period, int, bool) {
	year, _ := strconv.Atoi(y)  // digits
	month, _ := strconv.Atoi(m) // digits
	day, _ := strconv.Atoi("0" + d)
	return stretch(year, month, day), used, month >= 1 && month <= 12 && day <= 31
}

// stretch is a year, a month of it or a day, in UTC; 0 leaves month or day open.
func stretch(year, month, day int) period {
	switch {
	case month == 0:
		from := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		return period{from: from, to: from.AddDate(1, 0, 0), label: strconv.Itoa(year)}
	case day == 0:
		from := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
		return period{from: from, to: from.AddDate(0, 1, 0), label: from.Format("January 2006")}
	}
	from := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return period{from: from, to: from.AddDate(0, 0, 1), label: from.Format("2 January 2006")}
}

// relative is "today", "yesterday", "this week", "last month", "next year", "the last 7 days", "recently".
func (p *parser) relative(i int) (period, int, bool) {
	now := p.options.Now.UTC()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch p.norm(i, i+1) {
	case "today":
		return period{from: today, to: today.AddDate(0, 0, 1), label: "the last day"}, 1, true
	case "yesterday":
		return period{from: today.AddDate(0, 0, -1), to: today, label: "yesterday"}, 1, true
	case "tomorrow":
		return period{from: today.AddDate(0, 0, 1), to: today.AddDate(0, 0, 2), label: "tomorrow"}, 1, true
	case "recently":
		return period{from: today.AddDate(0, 0, -7), to: today.AddDate(0, 0, 1), label: "the last 7 days"}, 1, true
	}
	at := i
	if p.norm(at, at+1) == "the" {
		at++
	}
	which := p.norm(at, at+1)
	step := map[string]int{"last": -1, "past": -1, "previous": -1, "this": 0, "next": 1, "coming": 1}
	s, ok := step[which]
	if !ok {
		return period{}, 0, false
	}
	if value, unit, n := p.amount(at + 1); n > 0 && unitDays(unit) > 0 && s < 0 {
		from := now.Add(-time.Duration(value * unitDays(unit) * float64(24*time.Hour)))
		return period{from: from, to: now.Add(time.Minute), label: "the last " + quantity(value, unit)}, at + 1 + n - i, true
	}
	unit := strings.TrimSuffix(strings.TrimSuffix(p.norm(at+1, at+2), "'s"), "’s")
	var from, to time.Time
	switch unit {
	case "day":
		from = today.AddDate(0, 0, s)
		to = from.AddDate(0, 0, 1)
	case "week":
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		from = monday.AddDate(0, 0, 7*s)
		to = from.AddDate(0, 0, 7)
	case "month":
		from = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, s, 0)
		to = from.AddDate(0, 1, 0)
	case "quarter":
		from = time.Date(now.Year(), (now.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 3*s, 0)
		to = from.AddDate(0, 3, 0)
	case "year":
		from = time.Date(now.Year()+s, 1, 1, 0, 0, 0, 0, time.UTC)
		to = from.AddDate(1, 0, 0)
	default:
		return period{}, 0, false
	}
	return period{from: from, to: to, label: which + " " + unit}, at + 2 - i, true
}
