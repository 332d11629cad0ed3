// Command stubs keeps the checked-in copies of generated Go code equal to what
// Bazel generates.
//
// The copies are there for everything that is not Bazel: go build, go test and
// editors. Bazel itself never compiles them.
//
//	stubs --check GENERATED...    fails and names the command that mends it
//	stubs --update GENERATED...   writes the copies
//
// GENERATED are files as Bazel writes them, in a folder named after their Go
// import path; the copy's place in the repository follows from that path.
package main
