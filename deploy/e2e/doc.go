// Package e2e runs the backend as its users do, from the images in a real
// container engine, under Compose, and asks it from outside: the one test in
// which nothing is replaced by something simpler.
//
// The test has the build tag e2e, since it needs an engine that answers and
// the ports of compose.yaml to be free:
//
//	go test -tags=e2e -count=1 ./deploy/e2e/...
package e2e
