package main

import "os"

// Exit codes: 0 all fine, 1 something failed, 2 the command makes no sense.
const (
	usageExit     = 2
	kongUsageExit = 80 // what the library ends with then
)

// exit ends the process.
func exit(code int) {
	if code == kongUsageExit {
		code = usageExit
	}
	os.Exit(code)
}
