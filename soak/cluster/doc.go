// Package cluster runs the real program on this machine together with its
// stores, for programs that load it, kill it and look at what is left: one server
// on SQLite and files, or a server and workers of their own on a PostgreSQL and
// an S3 server that it starts, too. Everything listens on loopback and ends with
// the process that started it. It needs Linux.
package cluster
