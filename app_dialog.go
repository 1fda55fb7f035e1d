//go:build !dev

package main

import "github.com/wailsapp/wails/v2/pkg/runtime"

// The native dialogs. Each returns "" where the user cancelled.

func (a *App) saveDialog(o runtime.SaveDialogOptions) (string, error) {
	return runtime.SaveFileDialog(a.ctx, o)
}

func (a *App) openDialog(o runtime.OpenDialogOptions) (string, error) {
	return runtime.OpenFileDialog(a.ctx, o)
}

func (a *App) folderDialog(o runtime.OpenDialogOptions) (string, error) {
	return runtime.OpenDirectoryDialog(a.ctx, o)
}
