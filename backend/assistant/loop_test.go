package assistant_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/assistant"
	"cloudops/backend/assistant/scripted"
	"cloudops/backend/chat"
	"cloudops/backend/store/storetest"
)

// fixedTools answer every call alike and count them: what is tested is what becomes of calls and answers.
type fixedTools struct {
	mu    sync.Mutex
	calls []string
	rows  []assistant.Resource
	slow  time.Duration
}

func (f *fixedTools) note(ctx context.Context, call string) error {
	f.mu.Lock()
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(f.slow):
		return nil
	}
}

func (f *fixedTools) FindResources(ctx context.Context, q assistant.EstateQuery) (assistant.EstateResult, error) {
	return assistant.EstateResult{Resources: f.rows, Total: 7}, f.note(ctx, "find "+q.Text)
}

func (f *fixedTools) ResourceDetail(ctx context.Context, arn string) (assistant.ResourceDetail, error) {
	if err := f.note(ctx, "get "+arn); err != nil || len(f.rows) == 0 || arn != f.rows[0].ARN {
		return assistant.ResourceDetail{}, assistant.ErrNoResource
	}
	return assistant.ResourceDetail{Resource: f.rows[0], Attributes: `{"Engine":"postgres","Policy":{"Note":"</data>"}}`, LastSeen: now}, nil
}

func (f *fixedTools) ListResources(ctx context.Context, q assistant.ListQuery) (assistant.ListResult, error) {
	return assistant.ListResult{Total: 7, Groups: []assistant.Count{{Label: "RDS instance", N: 5}}}, f.note(ctx, "list "+q.GroupBy)
}

func (f *fixedTools) ListChanges(ctx context.Context, q assistant.ChangeQuery) (assistant.ChangeResult, error) {
	return assistant.ChangeResult{Changes: []assistant.Change{{At: now, Kind: "added", Resource: f.rows[0]}}}, f.note(ctx, "changes "+q.Since.Format(time.DateOnly))
}

func (f *fixedTools) RelatedResources(ctx context.Context, arn, direction string) ([]assistant.Relation, error) {
	return []assistant.Relation{{Kind: "subnet", Outgoing: true, Resource: f.rows[0]}}, f.note(ctx, "related "+direction)
}

func (f *fixedTools) Coverage(context.Context) (assistant.Coverage, error) {
	return assistant.Coverage{AsOf: now.Add(-72 * time.Hour), Unreadable: []assistant.Unreadable{{Account: "444455556666", Region: "eu-west-1", Service: "rds", Why: "access denied"}}}, nil
}

// record is a sink that keeps everything.
type record struct {
	assistant.NoSink
	tools     []assistant.ToolCall
	reasoning string
	text      string
	waited    []time.Duration
}

func (r *record) Tool(c assistant.ToolCall)         { r.tools = append(r.tools, c) }
func (r *record) Reasoning(text string)             { r.reasoning += text }
func (r *record) Delta(text string)                 { r.text += text }
func (r *record) Waiting(d time.Duration, _ string) { r.waited = append(r.waited, d) }

// lookup is an assistant with tools over the real conversations.
type lookup struct {
	*assistant.Service
	chats chats
	tools *fixedTools
}

func newLookup(c chats, p assistant.Provider, opt assistant.Options) lookup {
	tools := &fixedTools{rows: estate().result.Resources}
	opt.Now = func() time.Time { return now }
	return lookup{chats: c, tools: tools, Service: assistant.New(assistant.Deps{
		Keeper: c, History: c, Summaries: &summaries{}, Recall: c, Tools: tools, Coverage: tools, Provider: p,
	}, opt)}
}

// summaries keeps summaries as the chats do.
type summaries struct {
	mu   sync.Mutex
	kept map[string]assistant.Summary
}

func (s *summaries) Summary(_ context.Context, id string) (assistant.Summary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[id], nil
}

func (s *summaries) SaveSummary(_ context.Context, id string, sum assistant.Summary) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]assistant.Summary{}
	}
	s.kept[id] = sum
	return nil
}

func TestToolsAreRunWithinBounds(t *testing.T) {
	awsAccount(t)
	server, url := scriptedServer(t)
	c := newChats(storetest.OpenWithoutModel(t, chat.Schemas()...))
	for _, w := range []struct {
		behaviour string
		calls     []string // that were run
		told      int      // to the sink, as running and as ended
		requests  int
		text      string
		check     func(t *testing.T, a assistant.Answer, r *record)
	}{
		{"tools", []string{"find Which databases?"}, 1, 2, "Let me look.\n\nYou asked: Which databases?. I found billing-main", func(t *testing.T, a assistant.Answer, r *record) {
			call := a.ToolCalls[0]
			require.Equal(t, "search_estate", call.Name)
			require.Equal(t, "Search the inventory", call.Label)
			require.JSONEq(t, `{"query":"Which databases?"}`, call.Input)
			require.Equal(t, assistant.ToolDone, call.State)
			require.Equal(t, "billing-main", call.Resources[0].Title)
			require.Contains(t, call.Output, `<data kind="result of search_estate" as-of="2026-04-28 12:00 UTC, 3 days ago">`)
			require.Equal(t, assistant.ToolRunning, r.tools[0].State)
			require.Equal(t, call, r.tools[1])
			require.Equal(t, []string{"Inventory of 2026-04-28 12:00 UTC, 3 days ago.", "Could not be read by the last scan: account 444455556666 rds in eu-west-1 (access denied)."}, a.Notes)
			require.Positive(t, a.PromptTokens)
			require.Positive(t, a.ContextTokens)
			require.Less(t, int64(a.ContextTokens), a.PromptTokens+a.AnswerTokens)
			require.Equal(t, 16_000, a.WindowTokens)
			require.Empty(t, a.Egress, "a model on this machine")
		}},
		{"parallel", []string{"changes 2026-04-24", "find Which databases?", "list type"}, 3, 2, "You asked", nil},
		{"bad-args", nil, 2, 3, "You asked", func(t *testing.T, a assistant.Answer, _ *record) {
			require.Equal(t, assistant.ToolFailed, a.ToolCalls[0].State)
			require.Contains(t, a.ToolCalls[0].Output, "not a JSON object")
			require.Contains(t, a.ToolCalls[1].Output, "wrong")
		}},
		{"unknown-tool", nil, 1, 2, "You asked", func(t *testing.T, a assistant.Answer, _ *record) {
			require.Contains(t, a.ToolCalls[0].Output, "There is no such tool. The tools are: search_estate, ")
		}},
		// The same call again brings nothing new: it is answered from memory, and asked for the last time soon.
		{"loop", []string{"find Which databases?"}, 3, 4, "You asked", func(t *testing.T, a assistant.Answer, _ *record) {
			require.Contains(t, a.ToolCalls[1].Output, "was made before")
		}},
		{"loop-varied", []string{"find try 0", "find try 1", "find try 2", "find try 3", "find try 4", "find try 5", "find try 6", "find try 7"}, 8, 9, "You asked", nil},
		{"reasoning", nil, 0, 1, "You asked", func(t *testing.T, a assistant.Answer, r *record) {
			require.Equal(t, "First I think about it. Then I think again. ", a.Reasoning)
			require.Equal(t, a.Reasoning, r.reasoning)
		}},
		{"think", nil, 0, 1, "You asked", func(t *testing.T, a assistant.Answer, _ *record) {
			require.Equal(t, "First I think about it.", a.Reasoning)
		}},
		{"too-long", nil, 0, 2, "You asked", func(t *testing.T, a assistant.Answer, _ *record) {
			require.Contains(t, strings.Join(a.Notes, " "), "smaller than expected")
		}},
	} {
		for kind, p := range providers(t, url, w.behaviour) {
			if kind == "anthropic" && w.behaviour == "think" {
				continue // it has a field for thoughts
			}
			t.Run(kind+"/"+w.behaviour, func(t *testing.T) {
				server.Forget()
				s := newLookup(c, p, assistant.Options{})
				out := &record{}
				answer, err := s.Answer(t.Context(), assistant.Request{Text: "Which databases?", RecallMode: assistant.RecallOff}, out)
				require.NoError(t, err)
				require.NoError(t, answer.Notice)
				require.True(t, strings.HasPrefix(answer.Text, w.text), answer.Text)
				require.Equal(t, answer.Text, out.text)
				require.ElementsMatch(t, w.calls, s.tools.calls)
				require.Len(t, out.tools, 2*w.told)
				require.Len(t, answer.ToolCalls, w.told)
				require.Len(t, server.Requests(), w.requests)
				if w.check != nil {
					w.check(t, answer, out)
				}
				msg, err := c.Message(t.Context(), answer.MessageID)
				require.NoError(t, err)
				require.Equal(t, answer.Text, msg.Text)
			})
		}
	}
}

func TestSlowToolsEndWithTheTimeOfTheAnswer(t *testing.T) {
	_, url := scriptedServer(t)
	c := newChats(storetest.OpenWithoutModel(t, chat.Schemas()...))
	s := newLookup(c, providers(t, url, "loop-varied")["openai"], assistant.Options{Time: 300 * time.Millisecond})
	s.tools.slow = time.Hour
	answer, err := s.Answer(t.Context(), assistant.Request{Text: "Which databases?"}, &record{})
	require.NoError(t, err)
	require.Len(t, s.tools.calls, 1)
	require.Contains(t, answer.ToolCalls[0].Output, "took too long")
	require.Contains(t, answer.Text, "You asked")
}

func TestErrorsInTheMiddleKeepWhatWasSaid(t *testing.T) {
	server := scripted.New(scripted.Options{Script: scripted.Script{Rules: []scripted.Rule{{Steps: []scripted.Reply{
		{Text: "Let me look.", Calls: []scripted.Call{{Name: "search_estate", Args: `{"query":"x"}`}}},
		{Status: 401, Message: "no"},
	}}}}})
	url := serve(t, server)
	c := newChats(storetest.OpenWithoutModel(t, chat.Schemas()...))
	s := newLookup(c, providers(t, url, "answer")["openai"], assistant.Options{})
	answer, err := s.Answer(t.Context(), assistant.Request{Text: "Which databases?"}, &record{})
	require.Equal(t, assistant.CodeUnauthorized, assistant.CodeOf(err))
	require.True(t, answer.Partial)
	msg, err := c.Message(t.Context(), answer.MessageID)
	require.NoError(t, err)
	require.Equal(t, "Let me look.", msg.Text)
	require.True(t, msg.Partial)
}

func TestOldTurnsAreSummarisedAndNeverLost(t *testing.T) {
	server, url := scriptedServer(t)
	c := newChats(storetest.OpenWithoutModel(t, chat.Schemas()...))
	s := newLookup(c, providers(t, url, "answer")["openai"], assistant.Options{Turns: 10})
	conv, err := c.Create(t.Context(), "")
	require.NoError(t, err)
	var batch []chat.NewMessage
	for i := range 60 {
		role := []string{chat.RoleUser, chat.RoleAssistant}[i%2]
		batch = append(batch, chat.NewMessage{Role: role, Text: fmt.Sprintf("Turn %d. ", i) + strings.Repeat("What a long story this is. ", 40)})
	}
	_, err = c.AppendBatch(t.Context(), conv.ID, batch)
	require.NoError(t, err)
	ask := func(text string) (assistant.Answer, []scripted.Request) {
		server.Forget()
		answer, err := s.Answer(t.Context(), assistant.Request{ConversationID: conv.ID, Text: text}, &record{})
		require.NoError(t, err)
		return answer, server.Requests()
	}
	first, sent := ask("And then?")
	require.Len(t, sent, 2)
	require.Equal(t, "summary", sent[0].Behaviour)
	require.Contains(t, sent[0].Body, "Turn 0.")
	require.Contains(t, sent[1].Body, "In short: the user asked about their estate")
	require.Contains(t, sent[1].Body, "Turn 59.")
	require.Regexp(t, `The oldest \d+ messages of this conversation reached the model as a summary`, strings.Join(first.Notes, " "))
	// Each turn is in the summary or in the prompt.
	for i := range 60 {
		turn := fmt.Sprintf("Turn %d. ", i)
		require.True(t, strings.Contains(sent[0].Body, turn) || strings.Contains(sent[1].Body, turn), turn)
	}
	_, sent = ask("And now?")
	require.Len(t, sent, 1, "the summary is kept")
	require.Contains(t, sent[0].Body, "In short: the user asked")

	// Where the model makes none, the beginning of each stands for it, and the notes say so.
	broken := scripted.New(scripted.Options{Script: scripted.Script{Rules: []scripted.Rule{
		{Word: "Summarise it.", Steps: []scripted.Reply{{Status: 400, Message: "no"}}}, {Steps: []scripted.Reply{{Text: "Yes."}}},
	}}})
	s = newLookup(c, providers(t, serve(t, broken), "answer")["openai"], assistant.Options{Turns: 10})
	answer, err := s.Answer(t.Context(), assistant.Request{ConversationID: conv.ID, Text: "Still there?"}, &record{})
	require.NoError(t, err)
	require.Contains(t, strings.Join(answer.Notes, " "), "could not be summarised by the model")
	require.Contains(t, broken.Requests()[1].Body, "user: Turn 0.")
}

func TestEditsAndOtherAnswersHaveTheirOwnPast(t *testing.T) {
	server, url := scriptedServer(t)
	c := newChats(storetest.OpenWithoutModel(t, chat.Schemas()...))
	s := newLookup(c, providers(t, url, "answer")["openai"], assistant.Options{})
	first, err := s.Answer(t.Context(), assistant.Request{Text: "The first question"}, &record{})
	require.NoError(t, err)
	second, err := s.Answer(t.Context(), assistant.Request{ConversationID: first.ConversationID, Text: "The second question"}, &record{})
	require.NoError(t, err)

	again, err := s.Answer(t.Context(), assistant.Request{ConversationID: first.ConversationID, Regenerate: second.PromptID}, &record{})
	require.NoError(t, err)
	require.Equal(t, second.PromptID, again.PromptID)
	require.NotEqual(t, second.MessageID, again.MessageID)
	sent := server.Requests()
	require.Equal(t, sent[1].Body, sent[2].Body, "the other answer is no part of the past")

	edited, err := s.Answer(t.Context(), assistant.Request{ConversationID: first.ConversationID, EditOf: first.PromptID, Text: "The first question, better"}, &record{})
	require.NoError(t, err)
	require.NotEqual(t, first.PromptID, edited.PromptID)
	require.Len(t, server.Requests()[3].Messages, 1)
	msgs, err := c.Last(t.Context(), first.ConversationID, 10)
	require.NoError(t, err)
	require.Equal(t, []string{"The first question, better", edited.Text}, []string{msgs[0].Text, msgs[1].Text})
}

func TestTitles(t *testing.T) {
	_, url := scriptedServer(t)
	s := assistant.New(assistant.Deps{Provider: providers(t, url, "answer")["openai"]}, assistant.Options{})
	title, err := s.Title(t.Context(), "user: which databases are in production?")
	require.NoError(t, err)
	require.Equal(t, "A scripted title", title)
	for text, want := range map[string]string{
		"**Title: \"Databases in Production and Their Yearly Costs\"**\nmore": "Databases in Production and Their Yearly",
		"": "", "![x](http://e)": "!x(http://e)",
	} {
		server := scripted.New(scripted.Options{Script: scripted.Script{Rules: []scripted.Rule{{Steps: []scripted.Reply{{Text: text}}}}}})
		s.SetProvider(providers(t, serve(t, server), "answer")["openai"])
		title, err := s.Title(t.Context(), "anything")
		if want == "" {
			require.ErrorIs(t, err, assistant.ErrNoTitle)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, strings.Trim(want, "!"), strings.Trim(title, "!"))
	}
	s.SetProvider(nil)
	_, err = s.Title(t.Context(), "anything")
	require.ErrorIs(t, err, assistant.ErrNoTitle)
}
