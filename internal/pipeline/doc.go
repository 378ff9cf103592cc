// Package pipeline runs a job that may be killed at any moment, on one machine
// or many, and always ends with the same bytes.
//
// It knows goroutines and files, and no step of the job.
//
// # Plan
//
// A job has a run folder. Its plan.json holds all that decides the output: the
// settings, the inputs with their sizes and hashes, the version of the tool.
// The plan is written once; its hash is the name of the run. Whoever comes back
// with another plan is refused and told the first difference.
//
// # Stage and task
//
// The job is a graph of stages, and a stage is a number of tasks. The task
// (stage, index) is the only unit of work, and a pure function of the plan and
// of the sealed results of the stages before. So it does not matter where a
// task runs, how often, or whether two processes run it at once.
//
// # Marker
//
// A task writes its outputs under attempt names. When it has returned without
// an error, they are committed (see package storage), and then one small file,
// the marker, is committed:
//
//	plan.json
//	stages/extract/00017.docs.jsonl.zst   outputs of task 17
//	stages/extract/00017.keys
//	stages/extract/00017.json             its marker: plan, seals read, outputs with size
//	                                      and SHA-256, counters
//	stages/extract/seal.json              all markers of the stage in one file
//	corpus/…, models/…                    outputs that users look for
//
// The marker is the truth. A task with a valid marker is done; a file that no
// marker names is a leftover, whatever it is called, and gives way. Exit codes,
// times and the presence of files decide nothing. Because outputs are durable
// before their marker exists, no marker ever names half a file, not even after
// a power cut.
//
// # Seal
//
// When all markers of a stage are there, the stage is sealed: seal.json repeats
// outputs and counters of all tasks, and the hash of every marker. Later stages
// and readers open this one file. Each marker holds the hashes of the seals
// that its task could read, so that a final output is tied to the plan by a
// chain of hashes. Plan, marker and seal also hold the hash of themselves: one
// flipped bit, a cut, or a file full of NUL is an error and never "not there".
//
// # Going on
//
// RunStages looks at the markers and at the sizes of the outputs that they
// name, runs the tasks that are missing, and seals. What was damaged is done
// again, and must come out as it was: other bytes for a file that a marker names
// are storage.ErrConflict, a bug. Content is checked when it is read to the end
// ([Run.Open]), which leads to the same repair, and by [Verify].
//
// One process drives a run at a time and holds run.lock; every process with
// attempts in the folder holds tasks.lock together with the others. A driver
// that gets tasks.lock alone knows that all attempts are of the dead, on
// whatever host, and sweeps them. Nothing else depends on locks: commits are
// safe without.
//
// # Executors
//
// [RunStages] is the local one. A cluster's driver asks [Missing] which tasks to
// start, has each of them call [RunTask] in a process of its own, anywhere, and
// calls [Seal] when none is missing.
//
// # Inside a task
//
// A [Flow] takes the items of one shard through reading, parallel work and
// writing in order, within memory that is known at the start.
package pipeline
