// Command cloudops is a desktop app for people who run things on AWS: without an argument it opens the window, with
// one it carries out a command.
package main

import (
	"os"

	"cloudops/backend/qdrant"
)

// version is set by the build.
var version = "0.1.0-dev"

func main() {
	// On macOS a copy of this program watches over the Qdrant process; it never gets further than this line.
	qdrant.RunWatcherIfAsked()
	if len(os.Args) > 1 {
		os.Exit(runCLI(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(runWindow(""))
}
