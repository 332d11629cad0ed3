package command

import (
	"flag"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	helpWidth      = 80 // columns of the help text
	maxFlagColumns = 32 // a longer flag stands on a line of its own
)

// helpText is the whole help of a program.
func helpText(fs *flag.FlagSet, synopsis, description string) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace("Usage: "+fs.Name()+" "+synopsis) + "\n")
	if description = strings.TrimSpace(description); description != "" {
		b.WriteString("\n" + description + "\n")
	}
	b.WriteString("\nFlags:\n")

	type entry struct {
		head  string
		words []string
	}
	var entries []entry
	column := 0
	add := func(head string, words []string) {
		entries = append(entries, entry{head, words})
		if n := utf8.RuneCountInString(head); n <= maxFlagColumns {
			column = max(column, n)
		}
	}
	fs.VisitAll(func(f *flag.Flag) {
		placeholder, text := flag.UnquoteUsage(f)
		head := "  --" + f.Name
		if placeholder != "" {
			head += " " + strings.ToUpper(placeholder)
		}
		add(head, append(strings.Fields(text), defaultNote(f)...))
	})
	add("  --help", strings.Fields("print this help"))

	column += 2
	for _, e := range entries {
		b.WriteString(e.head)
		used := utf8.RuneCountInString(e.head)
		if used > column-2 {
			b.WriteString("\n")
			used = 0
		}
		for i, line := range wrap(e.words, helpWidth-column) {
			if i > 0 {
				used = 0
			}
			b.WriteString(strings.Repeat(" ", column-used) + line + "\n")
		}
	}
	return b.String()
}

// defaultNote is what the help says of a flag's default: nothing when the flag
// is off or empty without it. It is one word, not to be broken.
func defaultNote(f *flag.Flag) []string {
	if f.DefValue == "" || f.DefValue == "false" {
		return nil
	}
	return []string{fmt.Sprintf("(default %s)", f.DefValue)}
}

// wrap fills lines of at most width columns with words. It makes one line at
// least.
func wrap(words []string, width int) []string {
	var lines []string
	line := ""
	for _, word := range words {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
