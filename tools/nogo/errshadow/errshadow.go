// Package errshadow reports declarations of err that shadow an err which is
// used again later: the usual way in which an error gets lost.
//
// It is the shadow pass of golang.org/x/tools cut down to what goes wrong in
// practice: other names are left alone, and so is the idiom
// "if err := f(); err != nil", whose err ends with its statement.
package errshadow

import (
	"go/ast"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/analysis/passes/shadow"
	"golang.org/x/tools/go/ast/inspector"
)

// Analyzer is the pass, for nogo.
var Analyzer = &analysis.Analyzer{
	Name:     "errshadow",
	Doc:      "report declarations of err that shadow an err which is used later",
	Requires: append([]*analysis.Analyzer{inspect.Analyzer}, shadow.Analyzer.Requires...),
	Run:      run,
}

func run(pass *analysis.Pass) (any, error) {
	var inits []ast.Stmt
	pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Preorder(
		[]ast.Node{(*ast.IfStmt)(nil), (*ast.SwitchStmt)(nil)},
		func(n ast.Node) {
			switch n := n.(type) {
			case *ast.IfStmt:
				inits = append(inits, n.Init)
			case *ast.SwitchStmt:
				inits = append(inits, n.Init)
			}
		})

	cut := *pass
	cut.Report = func(d analysis.Diagnostic) {
		if !strings.HasPrefix(d.Message, `declaration of "err" shadows`) {
			return
		}
		for _, init := range inits {
			if init != nil && init.Pos() <= d.Pos && d.Pos < init.End() {
				return
			}
		}
		pass.Report(d)
	}
	return shadow.Analyzer.Run(&cut)
}
