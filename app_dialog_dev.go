//go:build dev

package main

import (
	"os"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// dialogAnswer names a file that holds the path which every dialog answers with: a browser that drives the development build
// cannot reach native dialogs. The program that is shipped has nothing of this.
const dialogAnswer = "CLOUDOPS_DEV_DIALOG_ANSWER"

func answered(ask func() (string, error)) (string, error) {
	file := os.Getenv(dialogAnswer)
	if file == "" {
		return ask()
	}
	path, err := os.ReadFile(file)
	return string(path), err
}

func (a *App) saveDialog(o runtime.SaveDialogOptions) (string, error) {
	return answered(func() (string, error) { return runtime.SaveFileDialog(a.ctx, o) })
}

func (a *App) openDialog(o runtime.OpenDialogOptions) (string, error) {
	return answered(func() (string, error) { return runtime.OpenFileDialog(a.ctx, o) })
}

func (a *App) folderDialog(o runtime.OpenDialogOptions) (string, error) {
	return answered(func() (string, error) { return runtime.OpenDirectoryDialog(a.ctx, o) })
}
