package embedding

import (
	"runtime"
	"time"
)

// Options of New; a zero field takes its default.
type Options struct {
	// Model is one of Known. Default: the first of them whose files are there.
	Model string
	// Threads that one call of the model may use. Default: half the cores, at least 1.
	Threads int
	// Idle is how long the native session (about 90 MB) is kept without use. Default: 5 minutes. Negative: for ever.
	Idle time.Duration
	// Window is the most word pieces of a text that are embedded, 512 at most. Default: DefaultWindow.
	Window int
	// Overlap is how many word pieces two neighbouring chunks share. Default: DefaultOverlap.
	Overlap int
}

// The defaults of Options; docs/retrieval.md has the figures.
const (
	DefaultWindow  = 128
	DefaultOverlap = 32
	DefaultIdle    = 5 * time.Minute

	maxWindow = 512 // the model's position embeddings
	minWindow = 128 // room for the longest word and a prefix
)

func (o Options) withDefaults() Options {
	if o.Threads <= 0 {
		o.Threads = max(1, runtime.NumCPU()/2)
	}
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	if o.Window <= 0 {
		o.Window = DefaultWindow
	}
	o.Window = min(max(o.Window, minWindow), maxWindow)
	if o.Overlap <= 0 {
		o.Overlap = DefaultOverlap
	}
	o.Overlap = min(o.Overlap, o.Window/2)
	return o
}
