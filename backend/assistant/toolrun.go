package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"cloudops/backend/assistant/model"
)

const (
	maxParallel    = 8       // calls of one step
	maxShownInput  = 4 << 10 // bytes of a call's input and output that people see
	maxShownOutput = 16 << 10
	maxCallSources = 20
	maxAllSources  = 40
)

// planned is a call of the model on its way to its result.
type planned struct {
	call   model.Call
	shown  ToolCall
	tool   *estateTool
	args   json.RawMessage
	key    string
	text   string // for the model
	failed bool
	output toolOutput
	err    error
}

// take runs the calls of a step and adds them with their results to the prompt.
func (l *loop) take(ctx context.Context, done model.Completion) {
	plan := make([]*planned, len(done.Calls))
	said := model.Message{Role: model.RoleAssistant, Text: done.Text}
	for i, call := range done.Calls {
		l.calls++
		if call.ID == "" {
			call.ID = fmt.Sprintf("call_%d", l.calls)
		}
		plan[i] = l.plan(call, i)
		said.Calls = append(said.Calls, call)
	}
	l.execute(ctx, plan)
	results := model.Message{Role: model.RoleTool}
	fresh := false
	for _, p := range plan {
		fresh = l.settle(p) || fresh
		results.Results = append(results.Results, model.Result{CallID: p.call.ID, Name: p.call.Name, Text: p.text, Failed: p.failed})
	}
	if l.stuck++; fresh {
		l.stuck = 0
	}
	l.steps = append(l.steps, said, results)
	l.fit()
}

// plan decides what becomes of a call: only tools that were offered are ever run, with arguments that fit.
func (l *loop) plan(call model.Call, place int) *planned {
	p := &planned{call: call, shown: ToolCall{
		ID: fmt.Sprintf("%d", l.calls), Name: excerpt(call.Name, 60), Input: cutBytes(plain(call.Args), maxShownInput), State: ToolRunning,
	}}
	p.shown.Label = p.shown.Name
	for i := range l.Service.tools {
		if l.Service.tools[i].Spec.Name == call.Name {
			p.tool = &l.Service.tools[i]
			p.shown.Label = p.tool.Label
		}
	}
	switch {
	case p.tool == nil:
		p.refuse("There is no such tool. The tools are: " + strings.Join(toolNames(l.tools), ", ") + ".")
	case place >= maxParallel:
		p.refuse(fmt.Sprintf("Only %d calls in one step are run.", maxParallel))
	default:
		args, err := p.tool.Arguments(call.Args)
		if err != nil {
			p.refuse(toolTrouble(err))
			break
		}
		p.args, p.key = args, call.Name+" "+string(args)
		p.shown.Input = cutBytes(plain(string(args)), maxShownInput)
	}
	return p
}

func (p *planned) refuse(text string) {
	p.text, p.failed, p.shown.State = text, true, ToolFailed
	p.tool = nil
}

func toolNames(tools []model.Tool) []string {
	var names []string
	for _, t := range tools {
		names = append(names, t.Name)
	}
	return names
}

// execute runs what is new, all at once, until the time of the answer is over.
func (l *loop) execute(ctx context.Context, plan []*planned) {
	ctx, cancel := context.WithDeadline(ctx, l.deadline)
	defer cancel()
	running := map[string]bool{}
	var all sync.WaitGroup
	for _, p := range plan {
		l.sink.Tool(p.shown)
		if _, known := l.memory[p.key]; p.tool == nil || known || running[p.key] {
			continue
		}
		running[p.key] = true
		all.Go(func() {
			start := time.Now()
			p.output, p.err = p.tool.Run(ctx, p.args)
			p.shown.Took = time.Since(start)
			p.text = "ran"
		})
	}
	all.Wait()
}

// settle makes the result of a call and tells of its end; fresh: it brought something that the model did not have.
func (l *loop) settle(p *planned) (fresh bool) {
	known, repeated := l.memory[p.key]
	switch {
	case p.tool == nil:
	case p.text == "" && repeated:
		p.text = "This call was made before, with the same arguments; the result is the same. Do not repeat it.\n" + known
	case p.text == "":
		p.refuse("The same call stands in this step already, and failed.")
	case p.err != nil:
		if !errors.Is(p.err, ErrNoResource) {
			l.deps.Log.Warn("run a tool", "tool", p.call.Name, "error", p.err)
		}
		p.refuse(toolTrouble(p.err))
	default:
		p.text, fresh = l.render(p), true
		l.memory[p.key] = p.text
	}
	if p.shown.State == ToolRunning {
		p.shown.State = ToolDone
	}
	p.shown.Output = cutBytes(p.text, maxShownOutput)
	p.shown.Resources = p.output.sources[:min(len(p.output.sources), maxCallSources)]
	l.parts = append(l.parts, "result of "+p.shown.Name)
	l.mu.Lock()
	l.out.ToolCalls = append(l.out.ToolCalls, p.shown)
	l.mu.Unlock()
	l.sink.Tool(p.shown)
	if len(p.shown.Resources) > 0 {
		l.setSources(merge(l.out.Sources, p.shown.Resources))
	}
	return fresh
}

// render fences what a tool found, within its bound.
func (l *loop) render(p *planned) string {
	l.usedEstate = l.usedEstate || p.output.estate
	kind := fmt.Sprintf("kind=%q", "result of "+p.call.Name)
	if at := l.found.estate.AsOf; p.output.estate && !at.IsZero() {
		kind += fmt.Sprintf(" as-of=%q", age(at, l.opt.Now()))
	}
	text, _ := fence(kind, marshal(p.output.head), p.output.rows, min(l.opt.ToolTokens, max(l.window/10, 250)))
	return l.redact(l.p, text)
}

// merge adds sources that are not there yet.
func merge(have, more []Source) []Source {
	out := append([]Source(nil), have...)
	seen := map[string]bool{}
	for _, s := range have {
		seen[s.ARN+s.MessageID] = true
	}
	for _, s := range more {
		if len(out) >= maxAllSources {
			break
		}
		if !seen[s.ARN+s.MessageID] {
			seen[s.ARN+s.MessageID] = true
			out = append(out, s)
		}
	}
	return out
}
