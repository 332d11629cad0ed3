// Package errshadow reports declarations of err that shadow an err which is
// used again later: the usual way in which an error gets lost.
//
// It is the shadow pass of golang.org/x/tools cut down to what goes wrong in
// practice: other names are left alone, and so is an err that is looked at as
// soon as it is there, as in "if err := f(); err != nil".
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
	handled := handledAtOnce(pass.ResultOf[inspect.Analyzer].(*inspector.Inspector))
	cut := *pass
	cut.Report = func(d analysis.Diagnostic) {
		if !strings.HasPrefix(d.Message, `declaration of "err" shadows`) {
			return
		}
		for _, stmt := range handled {
			if stmt.Pos() <= d.Pos && d.Pos < stmt.End() {
				return
			}
		}
		pass.Report(d)
	}
	return shadow.Analyzer.Run(&cut)
}

// handledAtOnce returns the statements whose err cannot get lost: the
// initialization of an if or a switch, and assignments followed by a statement
// that looks at err.
func handledAtOnce(in *inspector.Inspector) []ast.Stmt {
	var handled []ast.Stmt
	nodes := []ast.Node{(*ast.IfStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.BlockStmt)(nil), (*ast.CaseClause)(nil), (*ast.CommClause)(nil)}
	in.Preorder(nodes, func(n ast.Node) {
		var list []ast.Stmt
		switch n := n.(type) {
		case *ast.IfStmt:
			if n.Init != nil {
				handled = append(handled, n.Init)
			}
		case *ast.SwitchStmt:
			if n.Init != nil {
				handled = append(handled, n.Init)
			}
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = n.Body
		}
		for i := 1; i < len(list); i++ {
			if declares, ok := list[i-1].(*ast.AssignStmt); ok && mentionsErr(list[i]) {
				handled = append(handled, declares)
			}
		}
	})
	return handled
}

func mentionsErr(stmt ast.Stmt) bool {
	found := false
	ast.Inspect(stmt, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "err" {
			found = true
		}
		return !found
	})
	return found
}
