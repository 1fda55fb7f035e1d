package aws

import "time"

// SetMaxBackoff shortens the waits between attempts.
func SetMaxBackoff(d time.Duration) { maxBackoff = d }
