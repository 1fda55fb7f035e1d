package aws_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// fault decides over a request: a status other than 0 is answered in place of moto.
type fault func(c call) (status int, body string)

// call is a request as the proxy sees it.
type call struct {
	service string // of the signature: ec2, rds …
	region  string
	action  string // of the query protocol or the JSON target; for others the path with its first query key
	agent   string
	key     string // the access key
	body    string
	n       int // how many calls of the service and action came before, in this region
}

// proxy stands between a scan and moto, records all calls and makes some fail.
type proxy struct {
	*httptest.Server
	mu    sync.Mutex
	calls []call
	count map[string]int
	fault fault
	// script answers a call that moto does not have, in JSON; empty: moto is asked. Optional.
	script func(c call) (status int, body string)
	// wild answers a call in a way of its own, and says whether it did. Optional.
	wild func(w http.ResponseWriter, c call) bool
	// rewrite changes an answer of moto. Optional.
	rewrite func(c call, body []byte) []byte
}

var credential = regexp.MustCompile(`Credential=([^/]+)/\d+/([^/]+)/([^/]+)/`)

func newProxy(t *testing.T, f fault) *proxy {
	t.Helper()
	return newProxyTo(t, moto.URL, f)
}

func newProxyTo(t *testing.T, address string, f fault) *proxy {
	t.Helper()
	target, err := url.Parse(address)
	require.NoError(t, err)
	p := &proxy{count: map[string]int{}, fault: f}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ErrorLog = log.New(io.Discard, "", 0) // a scan that is cancelled leaves calls behind
	forward.ModifyResponse = func(r *http.Response) error {
		if p.rewrite == nil {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		c, _ := r.Request.Context().Value(callKey{}).(call)
		body = p.rewrite(c, body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		r.Header.Del("Content-Length")
		r.Header.Del("X-Amz-Crc32")
		return nil
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := p.record(r)
		if p.script != nil {
			if status, body := p.script(c); status != 0 {
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
				return
			}
		}
		if p.wild != nil && p.wild(w, c) {
			return
		}
		if p.fault != nil {
			if status, body := p.fault(c); status != 0 {
				answer(w, c, status, body)
				return
			}
		}
		forward.ServeHTTP(w, r.WithContext(withCall(r.Context(), c)))
	}))
	t.Cleanup(p.Close)
	return p
}

// reset forgets the calls that there were.
func (p *proxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls, p.count = nil, map[string]int{}
}

func (p *proxy) record(r *http.Request) call {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	c := call{agent: r.UserAgent(), body: string(body)}
	if m := credential.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		c.key, c.region, c.service = m[1], m[2], m[3]
	}
	form, _ := url.ParseQuery(string(body))
	_, target, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case target != "":
		c.action = target
	case form.Get("Action") != "":
		c.action = form.Get("Action")
	default:
		c.action = r.Method + " " + r.URL.Path
		if first, _, _ := strings.Cut(r.URL.RawQuery, "&"); first != "" {
			c.action += "?" + strings.TrimSuffix(first, "=")
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := c.service + c.region + c.action + c.key
	c.n = p.count[key]
	p.count[key]++
	p.calls = append(p.calls, c)
	return c
}

// answer writes an error as the service would: code and message in its own protocol.
func answer(w http.ResponseWriter, c call, status int, code string) {
	const message = "made up by the test"
	var body string
	switch c.service {
	case "ec2":
		body = "<Response><Errors><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error></Errors><RequestID>1</RequestID></Response>"
	case "s3", "route53", "cloudfront":
		body = "<Error><Code>" + code + "</Code><Message>" + message + "</Message><RequestId>1</RequestId></Error>"
	case "rds", "sts", "iam", "sns", "monitoring", "elasticloadbalancing", "autoscaling", "elasticache", "redshift", "cloudformation":
		body = "<ErrorResponse><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error><RequestId>1</RequestId></ErrorResponse>"
	default:
		w.Header().Set("X-Amzn-Errortype", code)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		body = `{"__type":"` + code + `","message":"` + message + `"}`
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
