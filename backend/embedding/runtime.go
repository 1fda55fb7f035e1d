package embedding

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// library is ONNX Runtime: one environment for the process, never taken down, since other sessions may use it.
var library struct {
	sync.Mutex
	path string
}

// openLibrary loads ONNX Runtime once. A second path is an error: a process has one environment.
func openLibrary(path string) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	library.Lock()
	defer library.Unlock()
	if library.path == path {
		return nil
	}
	if library.path != "" {
		return fmt.Errorf("load ONNX Runtime from %s: %s is loaded already", path, library.path)
	}
	// The library brings a client that reports to its maker: while its environment is made, before
	// DisableTelemetry can be called, it reads the command line (which may hold a query, and crashes on a long one), the
	// machine's id and the names of its disks, and writes a database below ~/.cache. See docs/decisions/0090.
	if err := os.Setenv("ORT_DISABLE_TELEMETRY", "1"); err != nil {
		return fmt.Errorf("load ONNX Runtime: %w", err)
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("load ONNX Runtime: %w", err)
	}
	library.path = path
	return ort.DisableTelemetry()
}

// session runs a BERT-like model that answers with a vector for each token.
type session struct {
	native *ort.DynamicAdvancedSession
	size   int // dimensions of a vector
}

var inputNames = []string{"input_ids", "attention_mask", "token_type_ids"}

const outputName = "last_hidden_state"

// checkShape makes sure that the model takes and gives what run relies on.
func checkShape(path string) (size int, err error) {
	inputs, outputs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	known := make(map[string]bool, len(inputs))
	for _, input := range inputs {
		known[input.Name] = true
	}
	for _, name := range inputNames {
		if !known[name] {
			return 0, fmt.Errorf("read %s: no input %s", path, name)
		}
	}
	for _, output := range outputs {
		if dims := output.Dimensions; output.Name == outputName && len(dims) == 3 && dims[2] > 0 {
			return int(dims[2]), nil
		}
	}
	return 0, fmt.Errorf("read %s: no output %s with a vector for each token", path, outputName)
}

func openSession(path string, size, threads int) (*session, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	defer options.Destroy()
	err = errors.Join(
		options.SetIntraOpNumThreads(threads),
		options.SetInterOpNumThreads(1),
		// Waiting threads sleep: a desktop app must not keep cores busy between two calls.
		options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		// Without the arena the memory of a long batch is given back after it.
		options.SetCpuMemArena(false),
	)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	native, err := ort.NewDynamicAdvancedSession(path, inputNames, []string{outputName}, options)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	return &session{native: native, size: size}, nil
}

func (s *session) close() error { return s.native.Destroy() }

// run embeds the tokens of one text. When ctx ends, the native call is told to stop.
func (s *session) run(ctx context.Context, ids []int64) ([]float32, error) {
	shape := ort.NewShape(1, int64(len(ids)))
	mask := make([]int64, len(ids))
	for i := range mask {
		mask[i] = 1
	}
	var inputs []ort.Value
	defer func() {
		for _, input := range inputs {
			_ = input.Destroy() // frees native memory; it has no way to go wrong that matters here
		}
	}()
	for _, data := range [][]int64{ids, mask, make([]int64, len(ids))} {
		tensor, err := ort.NewTensor(shape, data)
		if err != nil {
			return nil, fmt.Errorf("embed: %w", err)
		}
		inputs = append(inputs, tensor)
	}
	outputs := []ort.Value{nil}
	if err := s.runNative(ctx, inputs, outputs); err != nil {
		return nil, err
	}
	defer outputs[0].Destroy()
	hidden, ok := outputs[0].(*ort.Tensor[float32])
	if !ok || len(hidden.GetData()) != len(ids)*s.size {
		return nil, fmt.Errorf("embed: the model answered with %v of %v", outputs[0].DataType(), outputs[0].GetShape())
	}
	return pool(hidden.GetData(), len(ids), s.size), nil
}

func (s *session) runNative(ctx context.Context, inputs, outputs []ort.Value) error {
	options, err := ort.NewRunOptions()
	if err != nil {
		return fmt.Errorf("embed: %w", err)
	}
	defer options.Destroy()
	var stopping sync.WaitGroup
	stopping.Add(1)
	stop := context.AfterFunc(ctx, func() {
		defer stopping.Done()
		_ = options.Terminate() // if it does not take, the call ends by itself a moment later
	})
	err = s.native.RunWithOptions(inputs, outputs, options)
	if !stop() {
		stopping.Wait() // options must outlive Terminate
	}
	if ctx.Err() != nil {
		if outputs[0] != nil {
			_ = outputs[0].Destroy()
		}
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("embed: %w", err)
	}
	return nil
}
