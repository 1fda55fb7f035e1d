package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	goruntime "runtime"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"
	"gopkg.in/natefinch/lumberjack.v2"

	"cloudops/backend/config"
)

//go:embed all:frontend/dist
var assets embed.FS

// runWindow opens the window over a data folder (empty: the user's own) and returns the exit code when it is closed. Generating bindings comes through here too:
// nothing may be opened before Wails calls startup.
func runWindow(dataDir string) int {
	drawWithoutGPU()
	app := newApp(dataDir)
	err := wails.Run(&options.App{
		Title:            "CloudOps",
		Width:            1280,
		Height:           800,
		MinWidth:         900,
		MinHeight:        600,
		AssetServer:      &assetserver.Options{Assets: assets},
		BackgroundColour: &options.RGBA{R: 250, G: 250, B: 250, A: 255},
		LogLevel:         logger.ERROR,
		OnStartup: func(ctx context.Context) {
			logToFile(dataDir)
			app.startup(ctx)
		},
		OnShutdown:     func(context.Context) { app.close() },
		Bind:           []any{app},
		ErrorFormatter: func(err error) any { return appError(err) },
		SingleInstanceLock: &options.SingleInstanceLock{
			UniqueId:               "cloudops-" + instanceName(dataDir),
			OnSecondInstanceLaunch: func(options.SecondInstanceData) { app.raise() },
		},
		// The window shows text that came from tags and models: a right click offers no browser's menu, and there
		// are no developer tools outside of `wails dev`.
		EnableDefaultContextMenu: false,
		Linux:                    &linux.Options{ProgramName: "cloudops"},
	})
	app.close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cloudops:", err)
		return exitFailed
	}
	return exitDone
}

// drawWithoutGPU keeps WebKitGTK from its DMA-BUF renderer on a machine without a graphics device (a virtual display, a
// remote desktop), where it may leave the window blank. What the user has set counts.
func drawWithoutGPU() {
	const name = "WEBKIT_DISABLE_DMABUF_RENDERER"
	if _, set := os.LookupEnv(name); set || goruntime.GOOS != "linux" {
		return
	}
	if _, err := os.Stat("/dev/dri"); errors.Is(err, os.ErrNotExist) {
		_ = os.Setenv(name, "1") // only an impossible name is refused
	}
}

// raise brings the window to the front for a second start.
func (a *App) raise() {
	runtime.WindowUnminimise(a.ctx)
	runtime.Show(a.ctx)
}

// instanceName tells data folders apart: each may have a window of its own.
func instanceName(dataDir string) string {
	dir, isDefault, err := config.DataDir(dataDir)
	if err != nil || isDefault {
		return "default"
	}
	return fmt.Sprintf("%x", []byte(filepath.Clean(dir)))
}

// logToFile sends the log into the data folder, rotated; where that cannot be written it stays on stderr.
func logToFile(dataDir string) {
	dir, _, err := config.DataDir(dataDir)
	if err != nil || config.MakeDataDir(dir) != nil {
		return
	}
	out := &lumberjack.Logger{Filename: logFile(dir), MaxSize: 5, MaxBackups: 3}
	slog.SetDefault(slog.New(slog.NewTextHandler(out, nil)))
}
