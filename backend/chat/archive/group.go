package archive

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"
)

// group are the files of the Node.js module that hold one conversation, raw ones first.
type group struct {
	key   nodeKey
	files []entry
}

// peeked is what a file of one object is.
type peeked struct {
	entry
	key   nodeKey
	named bool // it names its conversation itself
}

// group reads the files that hold one object each and joins those of the same conversation, in the order in which the first of
// each comes. others are no files of the Node.js module, or damaged. Nothing but names stays in memory.
func (r *reading) group(entries []entry) (groups []group, others []entry, err error) {
	users := map[string][]string{} // context id → users that raw files name
	var files []peeked
	for _, e := range entries {
		p, err := r.peek(e)
		if err != nil {
			return nil, nil, err
		}
		if p.format == "" {
			others = append(others, e)
			continue
		}
		if k := p.key; p.format == FormatNodeRaw && k.user != "" && len(users[k.context]) < maxUsers && !slices.Contains(users[k.context], k.user) {
			users[k.context] = append(users[k.context], k.user)
		}
		files = append(files, p)
	}
	at := map[nodeKey]int{}
	for _, p := range files {
		if p.format == FormatNodeContext && p.named {
			p.key.user = userOf(p.stem(), p.key.context, users[p.key.context])
		}
		i, ok := at[p.key]
		if !ok {
			i = len(groups)
			at[p.key] = i
			groups = append(groups, group{key: p.key})
		}
		groups[i].files = append(groups[i].files, p.entry)
	}
	for _, g := range groups {
		slices.SortStableFunc(g.files, func(a, b entry) int {
			return cmp.Or(bit(a.format == FormatNodeContext)-bit(b.format == FormatNodeContext), strings.Compare(a.name, b.name))
		})
	}
	return groups, others, nil
}

// maxUsers is how many users one context id is looked for with.
const maxUsers = 100

// peek reads a file and tells whether it is one object of the Node.js module, and of which conversation.
func (r *reading) peek(e entry) (peeked, error) {
	p := peeked{entry: e}
	p.format = ""
	n := 0
	err := r.each(e, false, func(el element, _ int) error {
		if n++; n > 1 || el.listed || el.refuse != "" || !gjson.ValidBytes(el.raw) {
			p.format = ""
			return nil
		}
		v := gjson.ParseBytes(el.raw)
		if p.format = formatOf(v, true); p.format != FormatNodeRaw && p.format != FormatNodeContext {
			p.format = ""
			return nil
		}
		p.key, p.named = nodeKeyOf(v, p.format, e)
		return nil
	})
	return p, err
}

// nodeGroup reads the files of one conversation and hands it over once.
func (r *reading) nodeGroup(g group) error {
	var whole chat
	var names []string
	doubles := 0
	for _, e := range g.files {
		err := r.each(e, true, func(el element, _ int) error {
			at := spot{file: e.name, offset: el.offset}
			v, ok := r.value(el, at)
			if !ok {
				return nil
			}
			c, ok := r.nodeChat(v, e.format, at, e, g.key)
			if !ok {
				return nil
			}
			if len(names) == 0 {
				whole = c
			} else {
				n := 0
				whole, n = merge(whole, c)
				doubles += n
			}
			names = append(names, e.name)
			r.formats[e.format] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(names) == 0 {
		return nil
	}
	r.report.Files += len(names)
	c := r.nodeConversation(whole, names)
	if len(names) > 1 {
		r.report.MergedCount++
		if len(r.report.Merged) < maxKept {
			r.report.Merged = append(r.report.Merged, Merge{ConversationID: c.ID, Files: names, Doubles: doubles})
		}
	}
	return r.give(c)
}

// nodeConversation gives a chat its ids, and counts what is not known of it.
func (r *reading) nodeConversation(c chat, files []string) Conversation {
	if c.fromFile {
		r.report.TimesFromFiles++
	}
	if c.key.user == "" {
		r.report.WithoutUser++
	}
	return c.conversation(r.opt.UserID, files)
}

func key(id string) [16]byte { return uuid.MustParse(id) }
