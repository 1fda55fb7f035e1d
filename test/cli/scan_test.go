//go:build linux

package cli_test

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate/aws/awstest"
)

// scanned is what a scan prints.
type scanned struct {
	Added, Changed, Unchanged, Removed, Total, Found int
	State                                            string
	CellsDone                                        int `json:"cells_done"`
	CellsFailed                                      int `json:"cells_failed"`
	CellsKept                                        int `json:"cells_kept"`
	Findings                                         []struct{ Code, Where, Message, Hint string }
}

// otherwise is what the changes say that is not an addition.
func otherwise(a *app) string {
	var out strings.Builder
	for line := range strings.Lines(a.run("estate", "changes", "--json").out) {
		if !strings.Contains(line, `"kind":"added"`) {
			out.WriteString(line)
		}
	}
	return out.String()
}

// cloud is an AWS of moto's that all scans share; none of them writes to it.
var cloud = sync.OnceValues(func() (c struct {
	*awstest.Server
	made []awstest.Made
}, err error) {
	if c.Server, err = awstest.Launch(); err != nil {
		return c, err
	}
	stopCloud = c.Stop
	c.made, err = c.SeedMain()
	return c, err
})

var stopCloud = func() {}

func (a *app) withCredentials() *app {
	a.env["AWS_ACCESS_KEY_ID"], a.env["AWS_SECRET_ACCESS_KEY"], a.env["AWS_REGION"] = "testing", "testing", "us-east-1"
	return a
}

func TestScan(t *testing.T) {
	t.Parallel()
	aws, err := cloud()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(aws.made), 300)
	a := newApp(t).wordsOnly().withCredentials()
	args := []string{"scan", "--endpoint-url", aws.URL, "--role-arn", awstest.RoleARN}
	for _, region := range awstest.Regions {
		args = append(args, "--region", region)
	}
	var first scanned
	raw := oneValue(t, a.run(append(args, "--json")...))
	requireKeys(t, "added changed unchanged removed total state cells_done cells_failed cells_kept found findings calls denied slowed took_ms", raw)
	require.NoError(t, json.Unmarshal([]byte(raw), &first))
	require.Equal(t, "done", first.State, raw)
	require.Empty(t, first.Findings)
	require.Zero(t, first.CellsFailed)
	require.GreaterOrEqual(t, first.Added, len(aws.made))
	require.Equal(t, first.Added, first.Total)

	var arns []string
	for _, m := range aws.made {
		arns = append(arns, m.ARN)
	}
	for i, hits := range a.batch("estate", arns...) {
		require.NotEmpty(t, hits, arns[i])
		require.Equal(t, arns[i], hits[0])
	}
	var stats struct {
		ByAccount map[string]int `json:"by_account"`
		ByRegion  map[string]int `json:"by_region"`
		LastScan  string         `json:"last_scan"`
	}
	a.json(&stats, "estate", "stats")
	require.Contains(t, stats.ByAccount, awstest.FirstAccount)
	require.Contains(t, stats.ByAccount, awstest.SecondAccount)
	require.NotEmpty(t, stats.LastScan)
	for _, region := range awstest.Regions {
		require.Contains(t, stats.ByRegion, region)
	}

	var second scanned
	a.json(&second, args...)
	require.Equal(t, first.Added, second.Unchanged, "what a second scan saw otherwise: %s", otherwise(a))
	require.Zero(t, second.Added+second.Changed+second.Removed)
	require.Len(t, lines[any](a.run("estate", "changes", "--json")), first.Added)
	require.Contains(t, a.ok(args...), "done: ")

	// One service in one region, by name.
	b := newApp(t).wordsOnly().withCredentials()
	var lambda scanned
	b.json(&lambda, "scan", "--endpoint-url", aws.URL, "--region", "eu-west-1", "--service", "lambda")
	require.Equal(t, 1, lambda.CellsDone)
	for _, r := range b.exported() {
		require.Equal(t, "AWS::Lambda::Function", r["type"])
	}
}

// TestScanWithoutRights: what cannot be read is named with what to do about it, and the rest goes on.
func TestScanWithoutRights(t *testing.T) {
	t.Parallel()
	aws, err := cloud()
	require.NoError(t, err)
	a := newApp(t).wordsOnly()
	scan := func(url string) []string { return []string{"scan", "--endpoint-url", url, "--region", "eu-west-1"} }

	missing := a.refused(1, scan(aws.URL)...)
	require.Equal(t, "credentials", missing.Error.Code)
	require.Contains(t, missing.Error.Hint, "aws configure")
	nobody := a.refused(1, append(scan(aws.URL), "--profile", "nobody")...)
	require.Equal(t, "credentials", nobody.Error.Code)
	require.Contains(t, nobody.Error.Message, "nobody")
	a.withCredentials()
	expired := a.refused(1, scan(failing(t, aws.URL, func(string) string { return "ExpiredToken" }))...)
	require.Equal(t, "expired", expired.Error.Code)
	require.Contains(t, expired.Error.Hint, "aws sso login")
	nowhere := httptest.NewServer(http.NotFoundHandler())
	nowhere.Close()
	require.Equal(t, "network", a.refused(1, scan(nowhere.URL)...).Error.Code)
	require.Empty(t, a.exported())

	denied := failing(t, aws.URL, func(service string) string {
		if service == "rds" {
			return "AccessDenied"
		}
		return ""
	})
	r := a.run(append(scan(denied), "--json")...)
	require.Zero(t, r.code, "%s", r)
	var partly scanned
	r.value(&partly)
	require.Equal(t, "partial", partly.State)
	require.Equal(t, 1, partly.CellsFailed)
	require.Greater(t, partly.CellsDone, 40)
	require.NotEmpty(t, partly.Findings)
	for _, f := range partly.Findings {
		require.Equal(t, "denied", f.Code)
		require.Contains(t, f.Where, "rds")
		require.Contains(t, f.Hint, "rds:Describe")
	}
	require.Contains(t, r.err, "rds", "and a person is told on stderr")
	require.Contains(t, a.ok("estate", "stats"), "AWS::EC2::Instance")

	// What a service that was denied showed earlier is not taken for gone.
	a.ok(scan(aws.URL)...)
	before := len(a.exported())
	a.ok(scan(denied)...)
	require.Len(t, a.exported(), before)
}

// failing stands before moto and answers the calls for which fault gives an error code with that.
func failing(t *testing.T, target string, fault func(service string) string) string {
	t.Helper()
	u, err := url.Parse(target)
	require.NoError(t, err)
	forward := httputil.NewSingleHostReverseProxy(u)
	forward.ErrorLog = log.New(io.Discard, "", 0) // a scan that is stopped leaves calls behind
	signed := regexp.MustCompile(`Credential=[^/]+/\d+/[^/]+/([^/]+)/`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service := ""
		if m := signed.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
			service = m[1]
		}
		code := fault(service)
		if code == "" {
			forward.ServeHTTP(w, r)
			return
		}
		const message = "made up by the test"
		body := "<ErrorResponse><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error></ErrorResponse>"
		switch {
		case service == "ec2":
			body = "<Response><Errors><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error></Errors></Response>"
		case service == "s3":
			body = "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
		case !slices.Contains([]string{"rds", "sts"}, service):
			w.Header().Set("X-Amzn-Errortype", code)
			body = `{"__type":"` + code + `","message":"` + message + `"}`
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func count(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

// TestScanInterrupted: a scan that is stopped keeps what it has read, says that it was stopped, and leaves nothing behind.
func TestScanInterrupted(t *testing.T) {
	t.Parallel()
	aws, err := cloud()
	require.NoError(t, err)
	a := newApp(t).wordsOnly().withCredentials()
	reached := make(chan struct{})
	var once sync.Once
	var open atomic.Bool
	var asked sync.Map
	slow := failing(t, aws.URL, func(service string) string {
		if open.Load() {
			return ""
		}
		// No more than 8 cells are read at once: when 20 services were asked for, others have come to their end.
		if asked.Store(service, true); count(&asked) >= 20 {
			once.Do(func() { close(reached) })
		}
		if service == "dynamodb" {
			<-t.Context().Done()
		}
		return ""
	})
	b := a.start("scan", "--endpoint-url", slow, "--region", "eu-west-1", "--json")
	<-reached
	require.NoError(t, b.Process.Signal(os.Interrupt))
	out, err := io.ReadAll(b.out)
	require.NoError(t, err)
	require.Equal(t, 1, b.end())
	require.Contains(t, string(out), `"cancelled"`, strings.TrimSpace(b.err.String()))

	// Once more, with nothing in the way: what had been read is not asked for again, unless that is wanted.
	open.Store(true)
	var on, anew scanned
	a.json(&on, "scan", "--endpoint-url", slow, "--region", "eu-west-1")
	require.Positive(t, on.CellsKept)
	require.Zero(t, on.CellsFailed)
	a.json(&anew, "scan", "--endpoint-url", slow, "--region", "eu-west-1", "--fresh")
	require.Zero(t, anew.CellsKept)
	require.Equal(t, on.Total, anew.Total)
}
