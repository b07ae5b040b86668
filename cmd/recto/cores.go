package main

import "runtime"

// AfterApply lets as many jobs run at once as there are cores, or as the share of
// them allows that a container may use.
func (c *WorkFlags) AfterApply() error {
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return nil
}
