package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// build is what one invocation of Bazel did.
type build struct {
	// actions are the labels of the targets whose actions ran, cached ones left out.
	actions []string
	// tests holds, for each test, whether it ran (and was not taken from a cache).
	tests map[string]bool
}

// event is the part of a build event, in JSON, that tells what ran.
// See build_event_stream.proto in Bazel's sources.
type event struct {
	ID struct {
		ActionCompleted *struct {
			Label string `json:"label"`
		} `json:"actionCompleted"`
		TestResult *struct {
			Label string `json:"label"`
		} `json:"testResult"`
	} `json:"id"`
	TestResult *struct {
		CachedLocally bool `json:"cachedLocally"`
		ExecutionInfo struct {
			CachedRemotely bool `json:"cachedRemotely"`
		} `json:"executionInfo"`
	} `json:"testResult"`
}

// readBuild reads the events of one invocation, one JSON object after the other.
func readBuild(r io.Reader) (*build, error) {
	b := &build{tests: map[string]bool{}}
	dec := json.NewDecoder(r)
	for {
		var e event
		err := dec.Decode(&e)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read build events: %w", err)
		}
		switch {
		case e.ID.ActionCompleted != nil && e.ID.ActionCompleted.Label != "":
			// The workspace status has no label; Bazel writes it every time.
			b.actions = append(b.actions, e.ID.ActionCompleted.Label)
		case e.ID.TestResult != nil && e.TestResult != nil:
			cached := e.TestResult.CachedLocally || e.TestResult.ExecutionInfo.CachedRemotely
			b.tests[e.ID.TestResult.Label] = b.tests[e.ID.TestResult.Label] || !cached
		}
	}
	if len(b.tests) == 0 {
		return nil, errors.New("the build events hold no test result")
	}
	return b, nil
}

// ran returns the labels of everything that ran, sorted, each once.
func (b *build) ran() []string {
	labels := slices.Clone(b.actions) // nil when no action ran
	for label, executed := range b.tests {
		if executed {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

func (b *build) executedTests() int {
	n := 0
	for _, executed := range b.tests {
		if executed {
			n++
		}
	}
	return n
}
