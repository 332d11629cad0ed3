// Package bazelw holds the parts of the workspace's launcher, /bazelw: the
// scripts that make a private Bazel of Debian's packages on a machine that has
// none and reaches no Bazel registry.
//
//   - provision is the program: it checks the machine, takes the lock, and
//     cleans up whatever happens.
//   - apt.bash fetches the packages that the file packages asks for.
//   - fit.bash makes them run outside of /, and adds the Go modules that the file
//     modules pins.
//
// There is no Go code here except for the tests, which run the launcher on a
// pretended Debian machine (testdata): they touch neither the network nor the cache
// folder of whoever runs them. That the packages of the real suite still
// fit together is not for them to say: every real provisioning ends with a proof of
// its own.
package bazelw
