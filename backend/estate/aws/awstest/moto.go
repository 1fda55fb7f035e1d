// Package awstest starts an AWS of moto's for tests. It is real as far as HTTP, signatures, pages and errors go; `make setup`
// installs it.
package awstest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cloudops/backend/estate"
)

// The two accounts and three regions that Seed fills.
const (
	FirstAccount  = "123456789012" // of any access key
	SecondAccount = "444455556666"
	// RoleARN opens the second account.
	RoleARN = "arn:aws:iam::444455556666:role/CloudOpsInventory"
)

// Regions that Seed fills.
var Regions = []string{"ap-southeast-2", "eu-west-1", "us-east-1"}

// Server is a running moto.
type Server struct {
	URL   string // http://127.0.0.1:PORT
	root  string
	cmd   *exec.Cmd
	stdin io.Closer
}

// Made is a resource that Seed made.
type Made struct {
	ARN     string            `json:"arn"`
	Type    string            `json:"type"`
	Account string            `json:"account"`
	Region  string            `json:"region"`
	Tags    map[string]string `json:"tags"`
	Related []estate.Relation `json:"related"`
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Many is about how many resources a server has from the beginning: instances, queues, buckets and the like in Regions of FirstAccount.
type Many int

// Launch runs a server until Stop, or until this process ends however it does.
func Launch(many ...Many) (*Server, error) {
	root, python, err := python()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(python, filepath.Join(root, "test", "moto", "serve.py"))
	for _, n := range many {
		cmd.Args = append(cmd.Args, strconv.Itoa(int(n)))
	}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	s := &Server{root: root, cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		s.Stop()
		return nil, fmt.Errorf("start moto: it ended before it served: %w", err)
	}
	s.URL = strings.TrimSpace(line)
	return s, nil
}

// Stop ends the server.
func (s *Server) Stop() {
	_ = s.stdin.Close()
	_ = s.cmd.Wait()
}

// Seed fills the server with resources of every type in both accounts and all three regions, and returns them.
func (s *Server) Seed() ([]Made, error) { return s.seed() }

// SeedMain is Seed for who needs no more than the types that people have most of, and one of each other.
func (s *Server) SeedMain() ([]Made, error) { return s.seed("main") }

func (s *Server) seed(what ...string) ([]Made, error) {
	var made struct {
		Resources []Made `json:"resources"`
	}
	err := s.program(&made, "seed.py", append([]string{s.URL}, what...)...)
	return made.Resources, err
}

// Change is what a scan must see of a change.
type Change struct {
	ARN  string `json:"arn"`
	Kind string `json:"kind"` // added | changed | removed
	// Fields of a changed resource: the values before and after, "?" where the server chooses them.
	Fields map[string]any `json:"fields"`
}

// Change makes resources of many services (step "make"), or changes, makes and deletes some ("change") and returns what it did.
func (s *Server) Change(step string) ([]Change, error) {
	var done struct {
		Changes []Change `json:"changes"`
	}
	err := s.program(&done, "change.py", s.URL, step)
	return done.Changes, err
}

// program runs a program of test/moto and reads the JSON that it prints.
func (s *Server) program(out any, name string, args ...string) error {
	_, python, err := python()
	if err != nil {
		return err
	}
	cmd := exec.Command(python, append([]string{filepath.Join(s.root, "test", "moto", name)}, args...)...)
	cmd.Stderr = os.Stderr
	raw, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(raw, out)
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", name, err)
	}
	return nil
}

// python is the checkout and the interpreter that `make setup` prepared in it.
func python() (root, interpreter string, err error) {
	// go test runs in the folder of the package; the path that the compiler knew is cut off by -trimpath.
	if root, err = os.Getwd(); err != nil {
		return "", "", err
	}
	from := root
	for !exists(filepath.Join(root, "go.mod")) {
		if filepath.Dir(root) == root {
			return "", "", errors.New("find the checkout: no go.mod above " + from)
		}
		root = filepath.Dir(root)
	}
	venv := filepath.Join(root, "build", "cache", "venv")
	for _, p := range []string{filepath.Join(venv, "bin", "python"), filepath.Join(venv, "Scripts", "python.exe")} {
		if exists(p) {
			return root, p, nil
		}
	}
	return "", "", errors.New("moto is not installed: run `make setup`")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Env gives the test credentials that moto takes, and keeps the developer's own out of its reach.
func Env(t testing.TB) {
	t.Helper()
	home := t.TempDir()
	for k, v := range map[string]string{
		"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": filepath.Join(home, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(home, "credentials"),
	} {
		t.Setenv(k, v)
	}
	if err := os.Unsetenv("AWS_PROFILE"); err != nil { // boto3 looks for a profile without a name
		t.Fatal(err)
	}
}
