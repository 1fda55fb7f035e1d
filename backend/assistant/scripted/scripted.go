// Package scripted is a model server for tests: it speaks OpenAI's chat completions, Bedrock's ConverseStream and Anthropic's
// messages, and behaves well or badly as the model's name, a word in the prompt, or a script says. It keeps what it was sent.
package scripted

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options of a Server. The zero value is usable.
type Options struct {
	Script Script
	// Log gets each request as a JSON line; nil: none.
	Log io.Writer
}

// Script says what is answered to what. The first rule that fits is taken; without one, the behaviour that the prompt or
// the model's name says.
type Script struct {
	Rules []Rule `json:"rules"`
}

// Rule fits where the model is Model and the prompt holds Word; an empty one fits all.
type Rule struct {
	Model string  `json:"model"`
	Word  string  `json:"word"`
	Steps []Reply `json:"steps"` // by how many rounds of tools there were; the last one is repeated
}

// Reply is an answer to one request.
type Reply struct {
	Behaviour  string `json:"behaviour"` // a known one instead of all else
	Reasoning  string `json:"reasoning"`
	Text       string `json:"text"`
	Calls      []Call `json:"calls"`
	DelayMS    int    `json:"delay_ms"`    // before each word
	FirstMS    int    `json:"first_ms"`    // before the first
	Status     int    `json:"status"`      // an HTTP error
	ErrorType  string `json:"error_type"`  // Bedrock's name for it
	Message    string `json:"message"`     // of the error
	RetryAfter string `json:"retry_after"` // header
	Break      bool   `json:"break"`       // the connection ends after the text
	Malformed  bool   `json:"malformed"`   // what is sent is not the protocol
	Stop       string `json:"stop"`        // length: cut at the limit
	Hang       bool   `json:"hang"`        // nothing comes after the text until the caller goes
}

// Call is a tool that is called, with its arguments as they go over the wire, valid or not.
type Call struct {
	Name string `json:"name"`
	Args string `json:"args"`
}

// Request is what was sent, the same for all protocols.
type Request struct {
	At        time.Time `json:"at"`
	Protocol  string    `json:"protocol"` // openai | bedrock | anthropic
	Path      string    `json:"path"`
	Model     string    `json:"model"`
	Behaviour string    `json:"behaviour"`
	System    string    `json:"system"`
	Prompt    string    `json:"prompt"` // the user's question, without what was put before it
	Results   []string  `json:"results"`
	Step      int       `json:"step"` // rounds of tools since the prompt
	Tools     []string  `json:"tools"`
	Body      string    `json:"body"`
	Messages  []Message `json:"-"`
}

// Message is one of a request.
type Message struct {
	Role    string
	Text    string
	Calls   int
	Results []string
}

// Server is an http.Handler.
type Server struct {
	opt Options
	mux *http.ServeMux

	mu       sync.Mutex
	requests []Request
	asked    map[string]int // how often the same was asked, for what fails only once
}

// New makes a Server.
func New(opt Options) *Server {
	s := &Server{opt: opt, mux: http.NewServeMux(), asked: map[string]int{}}
	s.mux.HandleFunc("POST /v1/chat/completions", s.openAI)
	s.mux.HandleFunc("POST /v1/messages", s.anthropic)
	s.mux.HandleFunc("POST /model/{model}/converse-stream", s.bedrock)
	s.mux.HandleFunc("GET /v1/models", s.models)
	s.mux.HandleFunc("GET /foundation-models", s.foundationModels)
	s.mux.HandleFunc("GET /inference-profiles", s.inferenceProfiles)
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Requests are those that models were asked with, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Forget empties Requests.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// reply keeps the request and decides what is answered.
func (s *Server) reply(q *Request) Reply {
	q.At = time.Now().UTC()
	q.digest()
	s.mu.Lock()
	key := q.Protocol + "\x00" + q.Model + "\x00" + q.Prompt
	if q.Step == 0 {
		s.asked[key]++
	}
	times := s.asked[key]
	r := s.choose(q, times)
	s.requests = append(s.requests, *q)
	if s.opt.Log != nil {
		line, err := json.Marshal(q)
		if err == nil {
			_, err = s.opt.Log.Write(append(line, '\n'))
		}
		if err != nil {
			r = Reply{Status: http.StatusInternalServerError, Message: "the request could not be kept: " + err.Error()}
		}
	}
	s.mu.Unlock()
	return r
}

func (s *Server) choose(q *Request, times int) Reply {
	for _, rule := range s.opt.Script.Rules {
		if rule.Model != "" && rule.Model != q.Model || !strings.Contains(q.Prompt, rule.Word) || len(rule.Steps) == 0 {
			continue
		}
		r := rule.Steps[min(q.Step, len(rule.Steps)-1)]
		if r.Behaviour == "" {
			return r
		}
		q.Behaviour = r.Behaviour
		return behave(r.Behaviour, q, times)
	}
	q.Behaviour = behaviourOf(q)
	return behave(q.Behaviour, q, times)
}

// digest takes from the messages what rules and behaviours look at.
func (q *Request) digest() {
	for i := len(q.Messages) - 1; i >= 0; i-- {
		m := q.Messages[i]
		if len(m.Results) > 0 {
			q.Step++
			q.Results = append(append([]string(nil), m.Results...), q.Results...)
			continue
		}
		if m.Role == "user" && !strings.HasPrefix(m.Text, lastRequest) {
			q.Prompt = m.Text
			break
		}
	}
	if _, question, found := strings.Cut(q.Prompt, "\nThe user's question:\n"); found {
		q.Prompt = question
	}
}

// lastRequest begins what the assistant says when no more tools may be called.
const lastRequest = "Nothing more can be looked up."
