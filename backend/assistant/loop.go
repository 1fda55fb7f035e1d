package assistant

import (
	"context"
	"time"

	"cloudops/backend/assistant/model"
)

// loop asks the model, runs the tools that it calls, and asks again, within bounds; the last request has no tools, so
// that there is an answer from what is there.
func (r *run) loop(ctx context.Context, p *connected) (model.Completion, error) {
	l := &loop{run: r, p: p, window: p.Window(), tools: r.specs(p), memory: map[string]string{}, deadline: r.began.Add(r.opt.Time)}
	var err error
	l.base, err = r.build(ctx, p, l.window, l.tools)
	if CodeOf(err) == model.CodeTooLong && len(l.tools) > 0 {
		l.tools = nil
		r.notes.add("The prompt leaves no room for tools: it was answered from what was found for it.")
		l.base, err = r.build(ctx, p, l.window, nil)
	}
	if err != nil {
		return model.Completion{}, err
	}
	for step := 0; ; step++ {
		last := len(l.tools) == 0 || step >= r.opt.Steps || l.stuck >= 2 || time.Now().After(l.deadline)
		done, err := l.request(ctx, last)
		if CodeOf(err) == model.CodeTooLong && !l.shrunk && done.Text == "" {
			if done, err = l.shrink(ctx, last, err); err != nil {
				return done, err
			}
		}
		if done.NoTools {
			p.noTools.Store(true)
			r.notes.add(p.Label() + " does not take tools: it answered from what was found for the prompt.")
		}
		if err != nil || len(done.Calls) == 0 || last {
			return done, err
		}
		r.sink.State(StateTools)
		l.take(ctx, done)
		if ctx.Err() != nil {
			return done, context.Cause(ctx)
		}
		r.sink.State(StateWaiting)
	}
}

// loop is one answer's requests.
type loop struct {
	*run
	p        *connected
	window   int // smaller than the model's after it said that the prompt is too long
	shrunk   bool
	tools    []model.Tool
	base     base
	steps    []model.Message   // calls and results
	parts    []string          // of steps
	memory   map[string]string // what identical calls gave
	calls    int
	stuck    int // steps in a row that brought nothing new
	deadline time.Time
}

// specShare of the window is the most that the description of tools may fill.
const specShare = 0.35

// specs are the tools that the model is offered. Where their description would fill too much of the window, none are.
func (r *run) specs(p *connected) []model.Tool {
	if p.noTools.Load() || len(r.tools) == 0 {
		return nil
	}
	var specs []model.Tool
	for _, t := range r.tools {
		specs = append(specs, t.Spec)
	}
	if n := model.PromptTokens(model.Prompt{Tools: specs}); float64(n) > specShare*float64(p.Window()) {
		r.notes.add("The model's window is too small for tools: it answered from what was found for the prompt.")
		return nil
	}
	return specs
}

const lastPrompt = "Nothing more can be looked up. Answer the user's question now from what is there, and say what is missing."

// request makes one request; the last one has no tools.
func (l *loop) request(ctx context.Context, last bool) (model.Completion, error) {
	prompt := model.Prompt{Messages: append(append([]model.Message(nil), l.base.messages...), l.steps...), AnswerTokens: answerRoom(l.p, l.window)}
	if last && len(l.steps) > 0 {
		prompt.Messages = append(prompt.Messages, model.Message{Role: model.RoleUser, Text: lastPrompt})
		prompt = model.WithoutTools(prompt)
	}
	if !last {
		prompt.Tools = l.tools
	}
	l.sink.State(StateWaiting)
	begun := false
	done, err := l.p.Stream(ctx, prompt, func(e model.Event) {
		if e.Kind == model.EventText && !begun {
			begun = true
			if l.text.Len() > 0 { // what it said before it called a tool
				l.delta("\n\n")
			}
		}
		l.event(e, l.what)
	})
	l.count(prompt, done, l.p)
	return done, err
}

func (l *loop) what() []string { return append(append([]string(nil), l.base.parts...), l.parts...) }

// shrink asks once more with a prompt of half the size: the server counts otherwise, or has a smaller window.
func (l *loop) shrink(ctx context.Context, last bool, cause error) (model.Completion, error) {
	l.shrunk = true
	l.window /= 2
	smaller, err := l.build(ctx, l.p, l.window, l.tools)
	if err != nil {
		return model.Completion{}, cause
	}
	l.base = smaller
	l.fit()
	l.notes.add("The model's window was smaller than expected: it got half of what was meant for it.")
	return l.request(ctx, last)
}

// count adds up what requests used; where the server does not say, it is estimated.
func (r *run) count(prompt model.Prompt, done model.Completion, p *connected) {
	in, out := done.PromptTokens, done.AnswerTokens
	if in == 0 && (done.Text != "" || len(done.Calls) > 0) {
		in, out = int64(model.PromptTokens(prompt)), int64(model.Tokens(done.Text)+model.Tokens(done.Reasoning))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.PromptTokens += in
	r.out.AnswerTokens += out
	r.out.ContextTokens = max(r.out.ContextTokens, int(in+out))
	r.out.CostMicroUSD = p.price.MicroUSD(r.out.PromptTokens, r.out.AnswerTokens)
}

const madeRoom = "[left out to make room: call again where it is needed]"

// fit makes room in the window, where results have filled it: the oldest are left out first.
func (l *loop) fit() {
	room := l.window - answerRoom(l.p, l.window)
	for _, m := range l.steps {
		for i := range m.Results {
			all := model.Prompt{Messages: append(append([]model.Message(nil), l.base.messages...), l.steps...), Tools: l.tools}
			if model.PromptTokens(all) <= room {
				return
			}
			m.Results[i].Text = madeRoom
			clear(l.memory)
		}
	}
}
