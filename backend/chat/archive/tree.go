package archive

import (
	"slices"
	"time"
)

// node is a message of a conversation with branches, before the messages that are not shown are taken out.
type node struct {
	id        string // as the other program calls it
	parent    string // likewise; "" or unknown: none
	hidden    bool   // its place goes to its parent
	refused   bool   // hidden because it cannot be used, and reported
	reasoning string // of a hidden node: what the answer below it was thought with
	msg       Message
}

// thought is what was thought before an answer that is yet to come. Where several answers follow, the first has it: else a
// small file could ask for a great deal of memory.
type thought struct {
	text   string
	before *thought
	used   bool
}

func (t *thought) take() string {
	var parts []string
	left := MaxText
	for ; t != nil && !t.used; t = t.before {
		t.used = true
		if left -= len(t.text) + 2; left >= 0 {
			parts = append(parts, t.text)
		}
	}
	slices.Reverse(parts)
	return paragraphs(parts...)
}

// tree puts nodes in an order.
type tree struct {
	nodes    []node
	index    map[string]int
	children [][]int
	roots    []int
}

// newTree joins nodes by their parents. order is the position among siblings where the program states one; nodes without keep
// the order they came in.
func newTree(nodes []node, order map[string]int) *tree {
	t := &tree{nodes: nodes, index: make(map[string]int, len(nodes)), children: make([][]int, len(nodes))}
	for i, n := range nodes {
		t.index[n.id] = i
	}
	for i, n := range nodes {
		if p, ok := t.index[n.parent]; ok && n.parent != "" {
			t.children[p] = append(t.children[p], i)
		} else {
			t.roots = append(t.roots, i)
		}
	}
	byOrder := func(a, b int) int { return order[nodes[a].id] - order[nodes[b].id] }
	for _, c := range t.children {
		slices.SortStableFunc(c, byOrder)
	}
	slices.SortStableFunc(t.roots, byOrder)
	return t
}

// path are the nodes from leaf up to its root.
func (t *tree) path(leaf string) map[int]bool {
	on := map[int]bool{}
	for i, ok := t.index[leaf]; ok && !on[i]; i, ok = t.index[t.nodes[i].parent] {
		on[i] = true
	}
	return on
}

// flatten gives the messages that are shown in the order in which they were written, each with its nearest shown ancestor as its
// parent and after it. active is the last message shown on the path to leaf. lost counts nodes whose ancestors form a circle.
func (t *tree) flatten(leaf string) (msgs []Message, active string, lost int) {
	type step struct {
		node    int
		parent  string // shown
		thought *thought
		written time.Time // not before its parent, whatever its own time says
	}
	on := t.path(leaf)
	written := map[string]time.Time{}
	var stack []step
	for _, r := range slices.Backward(t.roots) {
		stack = append(stack, step{node: r})
	}
	visited := 0
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		visited++
		n := t.nodes[s.node]
		next := step{parent: s.parent, thought: s.thought, written: s.written}
		if n.hidden {
			if n.reasoning != "" {
				next.thought = &thought{text: n.reasoning, before: s.thought}
			}
		} else {
			m := n.msg
			m.ParentID = s.parent
			switch m.Role {
			case roleAssistant:
				if m.Reasoning == "" {
					m.Reasoning = s.thought.take()
				}
				next.thought = nil
			case roleUser:
				next.thought = nil
			}
			if m.At.After(next.written) {
				next.written = m.At
			}
			written[m.ID] = next.written
			msgs = append(msgs, m)
			next.parent = m.ID
			if on[s.node] {
				active = m.ID
			}
		}
		for _, c := range slices.Backward(t.children[s.node]) {
			next.node = c
			stack = append(stack, next)
		}
	}
	slices.SortStableFunc(msgs, func(a, b Message) int { return written[a.ID].Compare(written[b.ID]) })
	if active == "" && len(msgs) > 0 {
		active = msgs[len(msgs)-1].ID
	}
	return msgs, active, len(t.nodes) - visited
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
