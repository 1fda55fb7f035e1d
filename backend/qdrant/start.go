package qdrant

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"gopkg.in/natefinch/lumberjack.v2"

	"cloudops/backend/config"
)

// tuningPrefix is of the variables of our own environment that reach Qdrant: what its optimizer does when, for measuring and for
// machines that need it otherwise.
const tuningPrefix = "QDRANT__STORAGE__OPTIMIZERS__"

// BinaryEnv names a Qdrant to use where none is bundled.
const BinaryEnv = "CLOUDOPS_QDRANT_BIN"

const localHost = "127.0.0.1" // Qdrant takes an IP address only

// Start starts a Qdrant of ours and the supervisor that keeps it running until Stop. It returns when the process has
// begun; Ready waits for its answer. The context bounds the start alone. ErrBinaryMissing, ErrBinaryUnusable or ErrInUse; such
// an error has a Hint.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Dir == "" {
		return nil, errors.New("start Qdrant: no folder is given")
	}
	binary, err := findBinary(o.Binary)
	if err != nil {
		return nil, fmt.Errorf("start Qdrant: %w", err)
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, fmt.Errorf("start Qdrant: %w", err)
	}
	if o.LogFile == "" {
		o.LogFile = filepath.Join(o.Dir, "qdrant.log")
	}
	for _, dir := range []string{o.Dir, filepath.Join(o.Dir, "tmp")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("start Qdrant: %w", err)
		}
	}
	s := newServer(o)
	s.binary = binary
	s.log = &lumberjack.Logger{Filename: o.LogFile, MaxSize: 5, MaxBackups: 3}
	if err := sweep(ctx, s.opts); err != nil {
		return nil, fmt.Errorf("start Qdrant: %w", err)
	}
	if s.keeper, err = newKeeper(); err != nil {
		return nil, fmt.Errorf("start Qdrant: %w", err)
	}
	first, err := s.spawn()
	if err != nil {
		s.keeper.close()
		return nil, fmt.Errorf("start Qdrant: %w", err)
	}
	go s.supervise(first)
	return s, nil
}

func findBinary(given string) (string, error) {
	if given != "" {
		return usable(given)
	}
	name := "qdrant"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	bundled, err := config.Resource(name)
	if err == nil {
		return usable(bundled)
	}
	if path := os.Getenv(BinaryEnv); path != "" {
		return usable(path)
	}
	if path, lookErr := exec.LookPath(name); lookErr == nil {
		return usable(path)
	}
	return "", &hinted{fmt.Errorf("%w: %w", ErrBinaryMissing, err),
		"Run `make setup`, install Qdrant on the PATH, or set " + BinaryEnv + " to the binary."}
}

func usable(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", &hinted{fmt.Errorf("%w: %s", ErrBinaryMissing, path), "Run `make setup`, or set " + BinaryEnv + " to a Qdrant binary."}
	}
	if err != nil {
		return "", unusable(path, err)
	}
	if !info.Mode().IsRegular() {
		return "", unusable(path, errors.New("it is not a file"))
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o111 == 0 {
		return "", unusable(path, errors.New("it is not marked as executable"))
	}
	return path, nil
}

func unusable(path string, cause error) error {
	return &hinted{fmt.Errorf("%w: %s: %w", ErrBinaryUnusable, path, cause),
		"Make it executable (chmod +x), check that it is built for this system, or run `make setup` to get it again."}
}

// freePorts picks two ports that are free now. Another process may take one before Qdrant does, which shows, and is
// tried again with others.
var freePorts = func() (rest, grpc int, err error) {
	var listeners [2]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp4", net.JoinHostPort(localHost, "0")); err != nil {
			return 0, 0, fmt.Errorf("find a free port: %w", err)
		}
		defer listeners[i].Close()
	}
	return listeners[0].Addr().(*net.TCPAddr).Port, listeners[1].Addr().(*net.TCPAddr).Port, nil
}

// environment is all that the process gets to see: not ours, which may hold AWS credentials. The key is here rather
// than on the command line, which every user of the machine can read.
func (s *Server) environment(e Endpoint) []string {
	threads := strconv.Itoa(min(runtime.NumCPU(), 4))
	vars := map[string]string{
		"RUN_MODE":                               "production",
		"TMPDIR":                                 filepath.Join(s.opts.Dir, "tmp"),
		"QDRANT__LOG_LEVEL":                      "info,actix_web::middleware::logger=warn",
		"QDRANT__LOGGER__STDOUT__COLOR":          "false",
		"QDRANT__TELEMETRY_DISABLED":             "true",
		"QDRANT__CLUSTER__ENABLED":               "false",
		"QDRANT__SERVICE__HOST":                  e.Host,
		"QDRANT__SERVICE__HTTP_PORT":             strconv.Itoa(e.RESTPort),
		"QDRANT__SERVICE__GRPC_PORT":             strconv.Itoa(e.GRPCPort),
		"QDRANT__SERVICE__API_KEY":               e.APIKey,
		"QDRANT__SERVICE__ENABLE_TLS":            "false",
		"QDRANT__SERVICE__ENABLE_CORS":           "false",
		"QDRANT__SERVICE__ENABLE_STATIC_CONTENT": "false",
		"QDRANT__SERVICE__MAX_WORKERS":           "2",
		"QDRANT__STORAGE__STORAGE_PATH":          s.storage(),
		"QDRANT__STORAGE__SNAPSHOTS_PATH":        filepath.Join(s.opts.Dir, "snapshots"),
		"QDRANT__STORAGE__TEMP_PATH":             filepath.Join(s.opts.Dir, "tmp"),
		"QDRANT__STORAGE__ON_DISK_PAYLOAD":       "true",
		// The ledger makes writes durable; what this log holds for a moment need not be 32 MB for each collection.
		"QDRANT__STORAGE__WAL__WAL_CAPACITY_MB": "4",
		// Memory that is free goes back to the system within a second, rather than after the next large merge.
		"MALLOC_CONF": "narenas:2,background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0",
		"QDRANT__STORAGE__PERFORMANCE__MAX_SEARCH_THREADS":      threads,
		"QDRANT__STORAGE__PERFORMANCE__OPTIMIZER_CPU_BUDGET":    "1",
		"QDRANT__STORAGE__OPTIMIZERS__DEFAULT_SEGMENT_NUMBER":   "2",
		"QDRANT__STORAGE__OPTIMIZERS__MAX_OPTIMIZATION_THREADS": "1",
	}
	for _, name := range systemVariables {
		if value, ok := os.LookupEnv(name); ok {
			vars[name] = value
		}
	}
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, tuningPrefix) {
			vars[name] = value
		}
	}
	for name, value := range s.opts.Env {
		vars[name] = value
	}
	env := make([]string, 0, len(vars))
	for name, value := range vars {
		env = append(env, name+"="+value)
	}
	return env
}

func (s *Server) storage() string { return filepath.Join(s.opts.Dir, "storage") }

func newEndpoint() (Endpoint, error) {
	rest, grpc, err := freePorts()
	return Endpoint{Host: localHost, RESTPort: rest, GRPCPort: grpc, APIKey: rand.Text()}, err
}

func hostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
