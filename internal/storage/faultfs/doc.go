// Package faultfs is a file system in memory that breaks on demand, for tests
// of code that must survive disks, networks and power supplies.
//
// Every call of the FS and of its handles is an operation and has a number,
// from 1. A test runs its job once without faults, reads Operations, and then
// runs it again for every number and every [Kind] of fault, once and for ever,
// as SQLite's tests do. Nothing is sampled, so no error path is missed.
//
// The FS also remembers what a disk would: the content of a file as of its last
// Sync, the names in a folder as of its last SyncDir, and all changes since.
// [FS.Crash] makes the file system that a machine might find after a power cut.
// What was synced is there. Of the rest anything may be: lost or kept; names in
// another order than they were made; sectors of 512 bytes old, new, zero or
// random; files long but empty. That is harsher than a journal permits, and
// different for every seed. A Sync that failed once never makes its data
// durable, whatever a second one returns.
package faultfs
