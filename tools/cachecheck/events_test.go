package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Events as Bazel 7.7.1 writes them, shortened.
const (
	status    = `{"id":{"actionCompleted":{"primaryOutput":"bazel-out/volatile-status.txt"}},"action":{"type":"BazelWorkspaceStatusAction","success":true}}`
	compile   = `{"id":{"actionCompleted":{"primaryOutput":"a.a","label":"//a:a","configuration":{"id":"1"}}},"action":{"type":"GoCompilePkg","success":true}}`
	aCached   = `{"id":{"testResult":{"label":"//a:a_test","run":1}},"testResult":{"cachedLocally":true,"status":"PASSED","executionInfo":{}}}`
	bRemote   = `{"id":{"testResult":{"label":"//b:b_test","run":1}},"testResult":{"status":"PASSED","executionInfo":{"cachedRemotely":true}}}`
	cExecuted = `{"id":{"testResult":{"label":"//c:c_test","run":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"linux-sandbox"}}}`
)

func TestReadBuild(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		events       []string
		wantRan      []string
		wantExecuted int
		wantErr      string
	}{
		{name: "all cached", events: []string{status, aCached, bRemote}},
		{name: "a test and a compilation", events: []string{compile, compile, aCached, cExecuted}, wantRan: []string{"//a:a", "//c:c_test"}, wantExecuted: 1},
		{name: "no tests", events: []string{status}, wantErr: "no test result"},
		{name: "cut off", events: []string{aCached, `{"id":`}, wantErr: "read build events"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, err := readBuild(strings.NewReader(strings.Join(test.events, "\n")))
			if test.wantErr != "" {
				require.ErrorContains(t, err, test.wantErr)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.wantRan, b.ran())
			require.Equal(t, test.wantExecuted, b.executedTests())
		})
	}
}
