package aws

import "time"

// SetMaxBackoff shortens the waits between attempts.
func SetMaxBackoff(d time.Duration) { maxBackoff = d }

// Types are the types of all collectors, by service.
func Types() map[string][]string {
	types := map[string][]string{}
	for _, c := range collectors() {
		types[c.Service()] = c.Types()
	}
	return types
}
