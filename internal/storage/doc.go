// Package storage keeps files that are whole or absent.
//
// A process may be killed between any two system calls, a machine may lose
// power, a disk may be full, and a cluster may run the same work twice at once.
// None of that may leave half a file under a name that somebody trusts. So a
// [File] is written under an attempt name in the folder of its target and
// committed in this order:
//
//	write   NAME.tmp.<pid>.<random>     size and SHA-256 summed on the way
//	fsync   the attempt                 never repeated on the same descriptor when it failed
//	close   the attempt                 an error counts as a write error (NFS, quota)
//	link    attempt -> NAME             never overwrites; NAME is whole from its first moment
//	remove  the attempt
//	fsync   the folder                  only now may anything refer to NAME
//
// When link(2) reports an error, the content of NAME decides: the same size and
// SHA-256 mean that a twin was faster, or that the call was done although its
// answer was lost (NFS retransmission); both are success. Other bytes are
// [ErrConflict]. rename(2) would do the same for one writer, but replaces
// silently what a second one has already published.
//
// A [Sum] says what a file must contain. [Open] and [OpenAt] check the size,
// the [Reader] checks the SHA-256 when it reaches the end, [Verify] checks both.
//
// All of it goes through an [FS], so that package faultfs can fail every single
// operation and cut the power between any two.
//
// Errors of the operating system stay in the chain: errors.Is(err,
// syscall.ENOSPC) works, and [ErrFull] covers every way to be out of space.
//
// Nothing here starts a goroutine. An FS is safe for concurrent use; a File, a
// Reader and a lock belong to one goroutine at a time, a ReaderAt to any number.
package storage
