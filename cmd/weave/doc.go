// Weave runs the whole backend in one process, for development and for trying
// it out: each service as its own program runs it, on the same ports.
//
// It wires nothing that the services do not wire themselves, and is no way to
// deploy them: there, each is a process of its own.
package main
