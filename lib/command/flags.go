package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// NewFlagSet makes a flag set whose --help is written for people.
//
// name is the program's name; synopsis is what follows it on the usage line,
// as in "[flags] [file]"; description is free text below it, printed as it is,
// and the place for examples. help is where --help goes: pass standard output.
func NewFlagSet(name, synopsis, description string, help io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(help)
	fs.Usage = func() { io.WriteString(fs.Output(), helpText(fs, synopsis, description)) }
	return fs
}

// Parse parses args. Flags may come before, between and after positional
// arguments, which fs.Args returns; "--" ends the flags. The error is
// flag.ErrHelp when help was asked for (it has been printed), otherwise a
// usage error of one line; nothing else is printed.
func Parse(fs *flag.FlagSet, args []string) error {
	out, usage := fs.Output(), fs.Usage
	fs.SetOutput(io.Discard) // the flag package prints each error, and the help after it
	fs.Usage = func() {}
	defer func() { fs.SetOutput(out); fs.Usage = usage }()

	var positional []string
	for rest := args; ; {
		if err := fs.Parse(rest); errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(out)
			usage()
			return err
		} else if err != nil {
			return &usageError{err: explain(fs, err)}
		}
		parsed := len(rest) - fs.NArg()
		terminated := parsed > 0 && rest[parsed-1] == "--"
		rest = fs.Args()
		if terminated || len(rest) == 0 {
			positional = append(positional, rest...)
			break
		}
		positional = append(positional, rest[0])
		rest = rest[1:]
	}
	return fs.Parse(append([]string{"--"}, positional...)) // so that fs.Args returns them
}

// NoArgs is a usage error when fs has positional arguments, for programs that
// take none.
func NoArgs(fs *flag.FlagSet) error {
	if fs.NArg() == 0 {
		return nil
	}
	return UsageError("unknown argument %q", fs.Arg(0))
}

// explain turns an error of package flag, which has no types for them, into
// one with our spelling of flags, and with what was expected.
func explain(fs *flag.FlagSet, err error) error {
	text := err.Error()
	if name, found := strings.CutPrefix(text, "flag provided but not defined: -"); found {
		if near := nearest(fs, name); near != "" {
			return fmt.Errorf("unknown flag --%s, did you mean --%s?", name, near)
		}
		return fmt.Errorf("unknown flag --%s", name)
	}
	if name, found := strings.CutPrefix(text, "flag needs an argument: -"); found {
		return fmt.Errorf("--%s needs a value", name)
	}
	invalid := regexp.MustCompile(`(?s)^invalid (?:boolean )?value (".*") for (?:flag )?-([^\s:]+): (.*)$`)
	if m := invalid.FindStringSubmatch(text); m != nil {
		value, name, problem := m[1], m[2], m[3]
		switch problem {
		case "value out of range":
			problem = "out of range"
		case "parse error":
			problem = expected(fs.Lookup(name))
		}
		return fmt.Errorf("invalid value %s for --%s: %s", value, name, problem)
	}
	return err
}

// expected says what values a flag of a standard type takes.
func expected(f *flag.Flag) string {
	if f == nil {
		return "cannot be parsed"
	}
	getter, ok := f.Value.(flag.Getter)
	if !ok {
		return "cannot be parsed"
	}
	switch getter.Get().(type) {
	case time.Duration:
		return "want a duration such as 15s or 1m30s"
	case bool:
		return "want true or false"
	case int, int64:
		return "want a whole number"
	case uint, uint64:
		return "want a whole number, 0 or more"
	case float64:
		return "want a number"
	default:
		return "cannot be parsed"
	}
}

// nearest is the flag that name most likely meant, or "".
func nearest(fs *flag.FlagSet, name string) string {
	plain := strings.ToLower(strings.ReplaceAll(name, "-", "_"))
	best, bestDistance := "", 3 // two typing errors at most
	fs.VisitAll(func(f *flag.Flag) {
		if d := distance(plain, f.Name); d < bestDistance && d < len(f.Name)-1 {
			best, bestDistance = f.Name, d
		}
	})
	return best
}

// distance is the number of characters to insert, delete or replace that makes
// a into b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
