//go:build !linux

package main

// freeDisk and freeMemory are told on Linux only.
func freeDisk(string) (bytes uint64, ok bool) { return 0, false }

func freeMemory() (bytes uint64, ok bool) { return 0, false }
