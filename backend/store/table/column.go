package table

import (
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"strings"
)

// column is one field of all rows.
type column interface {
	add()               // a row without a value
	set(row int, v any) // nil: no value
	// match adds the rows whose value meets a condition, without its Not.
	match(c Condition, into bitset)
	// key is what the row is ordered by; empty: it comes last.
	key(row int, exact bool) string
}

func newColumn(kind Kind) column {
	switch kind {
	case Text:
		return &textColumn{}
	case Hashed:
		return &hashedColumn{seed: maphash.MakeSeed()}
	case Number:
		return &numberColumn{}
	}
	return newCoded()
}

// codedColumn keeps each value once and its number in the rows. The value of number 0 is none.
type codedColumn struct {
	codes  []uint32
	lists  [][]uint32 // of rows whose value is a list; nil where no row has one
	values []string
	of     map[string]uint32
	flags  bool // the values are booleans, as "true" and "false"
}

func newCoded() *codedColumn {
	return &codedColumn{values: []string{""}, of: map[string]uint32{}}
}

func (c *codedColumn) add() {
	c.codes = append(c.codes, 0)
	if c.lists != nil {
		c.lists = append(c.lists, nil)
	}
}

// list is a row's value where that is one.
func (c *codedColumn) list(row int) []uint32 {
	if c.lists == nil {
		return nil
	}
	return c.lists[row]
}

func (c *codedColumn) set(row int, v any) {
	c.codes[row] = 0
	if c.lists != nil {
		c.lists[row] = nil
	}
	switch v := v.(type) {
	case string:
		c.codes[row] = c.code(v)
	case bool:
		c.flags = true
		c.codes[row] = c.code(strconv.FormatBool(v))
	case []string:
		if len(v) > 0 {
			c.setList(row, v)
		}
	}
}

func (c *codedColumn) setList(row int, items []string) {
	if c.lists == nil {
		c.lists = make([][]uint32, len(c.codes), cap(c.codes))
	}
	list := make([]uint32, 0, len(items))
	for _, item := range items {
		if code := c.code(item); !slices.Contains(list, code) {
			list = append(list, code)
		}
	}
	c.lists[row] = list
}

func (c *codedColumn) code(v string) uint32 {
	code, ok := c.of[v]
	if !ok {
		code = uint32(len(c.values))
		v = strings.Clone(v) // not the whole text that it was cut from
		c.values, c.of[v] = append(c.values, v), code
	}
	return code
}

func (c *codedColumn) match(cond Condition, into bitset) {
	if cond.Op == Exists || cond.Op == Missing {
		for row, code := range c.codes {
			if (code != 0 || len(c.list(row)) > 0) == (cond.Op == Exists) {
				into.set(row)
			}
		}
		return
	}
	wanted := c.wanted(cond)
	if wanted == nil {
		return
	}
	for row, code := range c.codes {
		if wanted[code] || slices.ContainsFunc(c.list(row), func(item uint32) bool { return wanted[item] }) {
			into.set(row)
		}
	}
}

// wanted says of each code whether it is one of a condition's values; nil: none is.
func (c *codedColumn) wanted(cond Condition) []bool {
	var wanted []bool
	for _, v := range cond.Values {
		text, ok := v.(string)
		if flag, isFlag := v.(bool); isFlag {
			text, ok = strconv.FormatBool(flag), c.flags
		} else if c.flags {
			ok = false
		}
		code, known := c.of[text]
		if !ok || !known || cond.Op == Range {
			continue
		}
		if wanted == nil {
			wanted = make([]bool, len(c.values))
		}
		wanted[code] = true
	}
	return wanted
}

func (c *codedColumn) key(row int, exact bool) string {
	text := c.values[c.codes[row]]
	if list := c.list(row); len(list) > 0 {
		items := make([]string, len(list))
		for i, code := range list {
			items[i] = c.values[code]
		}
		text = strings.Join(items, "\x00")
	}
	return folded(text, exact)
}

// count says how many of the rows have each value.
func (c *codedColumn) count(rows bitset) []Facet {
	counts := make([]int64, len(c.values))
	for row := range rows.all() {
		if list := c.list(row); list != nil {
			for _, code := range list {
				counts[code]++
			}
			continue
		}
		counts[c.codes[row]]++
	}
	facets := []Facet{}
	for code, n := range counts {
		if code > 0 && n > 0 {
			facets = append(facets, Facet{Value: c.values[code], Count: n})
		}
	}
	return facets
}

// textColumn keeps the texts themselves.
type textColumn struct {
	texts []string
	there []bool // an empty text is a value
}

func (c *textColumn) add() { c.texts, c.there = append(c.texts, ""), append(c.there, false) }

func (c *textColumn) set(row int, v any) {
	text, ok := v.(string)
	c.texts[row], c.there[row] = strings.Clone(text), ok
}

func (c *textColumn) match(cond Condition, into bitset) {
	wanted := map[string]bool{}
	for _, v := range cond.Values {
		if text, ok := v.(string); ok {
			wanted[text] = true
		}
	}
	for row, text := range c.texts {
		ok := false
		switch cond.Op {
		case Eq, In:
			ok = c.there[row] && wanted[text]
		case Exists:
			ok = c.there[row]
		case Missing:
			ok = !c.there[row]
		}
		if ok {
			into.set(row)
		}
	}
}

func (c *textColumn) key(row int, exact bool) string { return folded(c.texts[row], exact) }

// hashedColumn keeps 64 bits of each item of its lists, one list after the other, so that looking one up is one walk through
// memory: among ten million items, the chance that two of them are taken for the same is one in 400,000, and a seed of its own for
// each table keeps anybody from choosing such items.
type hashedColumn struct {
	seed   maphash.Seed
	hashes []uint64
	spans  []span // of the rows
	unused int    // hashes that no row has any more
}

// span is where the list of a row is.
type span struct{ start, length uint32 }

func (c *hashedColumn) add() { c.spans = append(c.spans, span{}) }

func (c *hashedColumn) set(row int, v any) {
	c.unused += int(c.spans[row].length)
	c.spans[row] = span{}
	if list, _ := v.([]string); len(list) > 0 {
		c.spans[row] = span{uint32(len(c.hashes)), uint32(len(list))}
		for _, item := range list {
			c.hashes = append(c.hashes, maphash.String(c.seed, item))
		}
	}
	if c.unused > 100 && c.unused > len(c.hashes)/4 {
		c.compact()
	}
}

func (c *hashedColumn) compact() {
	hashes := make([]uint64, 0, len(c.hashes)-c.unused)
	for row, s := range c.spans {
		c.spans[row].start = uint32(len(hashes))
		hashes = append(hashes, c.list(s)...)
	}
	c.hashes, c.unused = hashes, 0
}

func (c *hashedColumn) list(s span) []uint64 { return c.hashes[s.start : s.start+s.length] }

func (c *hashedColumn) match(cond Condition, into bitset) {
	if cond.Op == Exists || cond.Op == Missing {
		for row, s := range c.spans {
			if (s.length > 0) == (cond.Op == Exists) {
				into.set(row)
			}
		}
		return
	}
	wanted := c.wanted(cond)
	for row, s := range c.spans {
		if slices.ContainsFunc(c.list(s), wanted.has) {
			into.set(row)
		}
	}
}

func (c *hashedColumn) wanted(cond Condition) hashes {
	wanted := hashes{all: map[uint64]bool{}}
	for _, v := range cond.Values {
		if text, ok := v.(string); ok && cond.Op != Range {
			h := maphash.String(c.seed, text)
			wanted.all[h] = true
			wanted.mask |= 1 << (h % 64)
		}
	}
	return wanted
}

// hashes is a set; its mask tells most of what is not in it without a look into the map.
type hashes struct {
	all  map[uint64]bool
	mask uint64
}

func (w hashes) has(h uint64) bool { return w.mask&(1<<(h%64)) != 0 && w.all[h] }

// key: hashes have no order that means anything.
func (c *hashedColumn) key(int, bool) string { return "" }

// numberColumn keeps numbers; NaN is none.
type numberColumn struct{ numbers []float64 }

func (c *numberColumn) add() { c.numbers = append(c.numbers, math.NaN()) }

func (c *numberColumn) set(row int, v any) {
	x, ok := NumberOf(v)
	if !ok {
		x = math.NaN()
	}
	c.numbers[row] = x
}

func (c *numberColumn) match(cond Condition, into bitset) {
	for row, x := range c.numbers {
		ok := false
		switch there := !math.IsNaN(x); cond.Op {
		case Eq, In:
			ok = there && slices.ContainsFunc(cond.Values, func(v any) bool { want, isNumber := NumberOf(v); return isNumber && want == x })
		case Range:
			ok = there && (cond.Min == nil || x >= *cond.Min) && (cond.Max == nil || x <= *cond.Max)
		case Exists:
			ok = there
		case Missing:
			ok = !there
		}
		if ok {
			into.set(row)
		}
	}
}

// key is a text that sorts as the number does: the bits of a float are in order, but for the sign.
func (c *numberColumn) key(row int, _ bool) string {
	x := c.numbers[row]
	if math.IsNaN(x) {
		return ""
	}
	bits := math.Float64bits(x)
	if x < 0 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	var b [8]byte
	for i := range b {
		b[i] = byte(bits >> (56 - 8*i))
	}
	return string(b[:])
}

// NumberOf is a value of a Number column; false where it is none.
func NumberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func folded(text string, exact bool) string {
	if exact {
		return text
	}
	return strings.ToLower(text)
}
