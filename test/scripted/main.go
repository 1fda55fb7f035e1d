// Command scripted is a model server for the tests of the window: see backend/assistant/scripted. It prints its address on a
// line of its own once it listens, and ends with its standard input's or by a signal.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"cloudops/backend/assistant/scripted"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen at")
	script := flag.String("script", "", "JSON file with rules: see scripted.Script")
	log := flag.String("log", "", "file that each request is added to as a JSON line")
	stdin := flag.Bool("stdin", false, "end when standard input ends")
	flag.Parse()
	if err := run(*addr, *script, *log, *stdin); err != nil {
		fmt.Fprintln(os.Stderr, "scripted:", err)
		os.Exit(1)
	}
}

func run(addr, script, log string, stdin bool) error {
	var opt scripted.Options
	if script != "" {
		raw, err := os.ReadFile(script)
		if err != nil {
			return fmt.Errorf("read the script: %w", err)
		}
		if err := json.Unmarshal(raw, &opt.Script); err != nil {
			return fmt.Errorf("read the script %s: %w", script, err)
		}
	}
	if log != "" {
		file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("open the log: %w", err)
		}
		defer file.Close()
		opt.Log = file
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: scripted.New(opt), ReadHeaderTimeout: 10 * time.Second}
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt, syscall.SIGTERM)
	go func() {
		if stdin {
			_, _ = io.Copy(io.Discard, os.Stdin) // its end is what is waited for
		} else {
			<-end
		}
		_ = server.Close() // the process ends
	}()
	if stdin {
		go func() { <-end; _ = server.Close() }()
	}
	fmt.Println("http://" + listener.Addr().String())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
