// Package errshadow reports declarations of err that shadow an err which is
// used again later: the usual way in which an error gets lost.
//
// It is the shadow pass of golang.org/x/tools cut down to errors: shadowing
// any other name is rarely a mistake, and reporting it drowns the ones that
// are.
package errshadow

import (
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/shadow"
)

// Analyzer is the pass, for nogo.
var Analyzer = &analysis.Analyzer{
	Name:     "errshadow",
	Doc:      "report declarations of err that shadow an err which is used later",
	Requires: shadow.Analyzer.Requires,
	Run:      run,
}

func run(pass *analysis.Pass) (any, error) {
	errorsOnly := *pass
	errorsOnly.Report = func(d analysis.Diagnostic) {
		if strings.HasPrefix(d.Message, `declaration of "err" shadows`) {
			pass.Report(d)
		}
	}
	return shadow.Analyzer.Run(&errorsOnly)
}
