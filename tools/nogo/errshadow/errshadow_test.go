package errshadow

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

func TestAnalyzer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		body string
		want []int // lines; the body begins at line 6
	}{
		{name: "lost in a block", body: "err := f()\nif true {\nx, err := g()\n_ = x\n_ = err\n}\nreturn err", want: []int{8}},
		{name: "if statement's own", body: "err := f()\nif err := f(); err != nil {\nreturn err\n}\nreturn err"},
		{name: "looked at in the next statement", body: "err := f()\nfor range 3 {\nx, err := g()\nif err != nil {\nreturn err\n}\n_ = x\n}\nreturn err"},
		{name: "outer not used again", body: "err := f()\n_ = err\nif true {\nx, err := g()\n_, _ = x, err\n}\nreturn nil"},
		{name: "another name", body: "n, err := g()\nif true {\nn, e := g()\n_, _ = n, e\n}\n_ = n\nreturn err"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := "package p\n\nfunc f() error { return nil }\nfunc g() (int, error) { return 0, nil }\nfunc h() error {\n" + test.body + "\n}\n"
			require.Equal(t, test.want, lines(t, src))
		})
	}
}

// lines runs the analyzer over one file that imports nothing.
func lines(t *testing.T, src string) []int {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	require.NoError(t, err)
	info := &types.Info{
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Types: map[ast.Expr]types.TypeAndValue{}, Scopes: map[ast.Node]*types.Scope{},
	}
	pkg, err := (&types.Config{}).Check("p", fset, []*ast.File{file}, info)
	require.NoError(t, err)

	var lines []int
	_, err = Analyzer.Run(&analysis.Pass{
		Analyzer: Analyzer, Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info,
		ResultOf: map[*analysis.Analyzer]any{inspect.Analyzer: inspector.New([]*ast.File{file})},
		Report:   func(d analysis.Diagnostic) { lines = append(lines, fset.Position(d.Pos).Line) },
	})
	require.NoError(t, err)
	return lines
}
