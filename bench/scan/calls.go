package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudops/backend/estate/aws"
)

// unit is a call, or the calls of one listing whose pages are named by tokens that the server gives out once only.
type unit []call

// call is a request as it was on its way, and how it was answered.
type call struct {
	method, path string
	header       http.Header
	body         []byte
	status       int
}

// paged is the one listing whose tokens moto takes back: the pages of a region must be asked for one after the other.
const paged = "ResourceGroupsTaggingAPI_20170126.GetResources"

// recorder stands before moto and notes the calls of a scan.
type recorder struct {
	forward *httputil.ReverseProxy
	mu      sync.Mutex
	units   []unit
	chains  map[string]int // where the unit of a region's pages is
	total   int
	now     int
	peak    int
}

func forwarder(target string) (*httputil.ReverseProxy, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	p := httputil.NewSingleHostReverseProxy(u)
	p.ErrorLog = log.New(io.Discard, "", 0)
	return p, nil
}

// delayed serves moto with each answer a while later.
func delayed(target string, by time.Duration) (*httptest.Server, error) {
	forward, err := forwarder(target)
	if err != nil {
		return nil, err
	}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(by)
		forward.ServeHTTP(w, r)
	})), nil
}

// record scans once, uncounted, and keeps the calls.
func (b *bench) record(ctx context.Context) error {
	forward, err := forwarder(b.url)
	if err != nil {
		return err
	}
	r := &recorder{forward: forward, chains: map[string]int{}}
	server := httptest.NewServer(r)
	defer server.Close()
	what, err := scanned(aws.New(b.options(server.URL)).Scan(ctx, counting{}))
	if err != nil {
		return err
	}
	b.calls, b.total, b.peak = r.units, r.total, r.peak
	fmt.Printf("recorded: %s; %d on the wire, at most %d at once\n", what, b.total, b.peak)
	return nil
}

var signedFor = regexp.MustCompile(`Credential=[^/]+/\d+/([^/]+)/`)

// ServeHTTP implements http.Handler.
func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	c := call{method: req.Method, path: req.URL.RequestURI(), header: req.Header.Clone(), body: body}
	r.mu.Lock()
	r.now++
	r.peak = max(r.peak, r.now)
	r.mu.Unlock()
	answer := &statusWriter{ResponseWriter: w}
	r.forward.ServeHTTP(answer, req)
	c.status = answer.status
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now--
	r.total++
	if c.header.Get("X-Amz-Target") == paged {
		region := signedFor.FindStringSubmatch(c.header.Get("Authorization"))[1]
		if at, ok := r.chains[region]; ok {
			r.units[at] = append(r.units[at], c)
			return
		}
		r.chains[region] = len(r.units)
	}
	r.units = append(r.units, unit{c})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// replay issues the recorded calls, atOnce of them at a time. An answer of another status than before is an error.
func (b *bench) replay(ctx context.Context, atOnce int) (string, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var bytes atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, u := range b.calls {
		group.Go(func() error {
			token := ""
			for n, c := range u {
				if n > 0 {
					c.body = withToken(c.body, token)
				}
				answer, err := b.issue(ctx, client, c)
				if err != nil {
					return err
				}
				bytes.Add(int64(len(answer)))
				if len(u) > 1 {
					token = tokenOf(answer)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	return fmt.Sprintf("%d calls, %.1f MB of answers", b.total, float64(bytes.Load())/1e6), err
}

func (b *bench) issue(ctx context.Context, client *http.Client, c call) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, c.method, b.url+c.path, bytes.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	req.Header = c.header.Clone()
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != c.status {
		return nil, fmt.Errorf("%s %s %s was answered with %d, and with %d before", c.method, c.path, c.header.Get("X-Amz-Target"), resp.StatusCode, c.status)
	}
	return answer, nil
}

// tokenOf is the token of the next page.
func tokenOf(answer []byte) string {
	var page struct{ PaginationToken string }
	_ = json.Unmarshal(answer, &page) // moto's answers are JSON
	return page.PaginationToken
}

var pageToken = regexp.MustCompile(`"PaginationToken":"[^"]*"`)

func withToken(body []byte, token string) []byte {
	return pageToken.ReplaceAllLiteral(body, []byte(`"PaginationToken":"`+strings.ReplaceAll(token, `"`, "")+`"`))
}
