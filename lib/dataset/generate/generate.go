// Package generate writes data sets in the format of package dataset, for
// tests, benchmarks and demonstrations. The same settings give the same bytes
// (with Zipf, on machines of the same architecture).
//
// The data is made up: the addresses end in example.org, and ids have the form
// of random UUIDs without being random.
package generate

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
)

// Distribution says how the products are shared among the creators.
type Distribution string

const (
	// Uniform gives every creator the same chance of each product.
	Uniform Distribution = "uniform"
	// Zipf gives few creators most of the products: the one at place k has about
	// 1/k^1.1 as many as the first.
	Zipf Distribution = "zipf"
	// One gives all products to one creator, the one in the middle of the list.
	One Distribution = "one"
)

// zipfExponent is a little over 1, the exponent of word frequencies and city
// sizes, since the generator needs more than 1.
const zipfExponent = 1.1

// Distributions are all there are.
func Distributions() []Distribution { return []Distribution{Uniform, Zipf, One} }

// Config says what to write.
type Config struct {
	// Seed makes one data set differ from another.
	Seed uint64
	// Creators is how many creators to list. At least 1 if there are products.
	Creators int64
	// Products is how many products to list.
	Products int64
	// Distribution is Uniform if empty.
	Distribution Distribution
	// ProductsFirst writes the list of products before that of creators.
	ProductsFirst bool
	// Indent writes each field on a line of its own, as people's tools do, and
	// not each record.
	Indent bool
}

// Validate says what is wrong with the settings.
func (c Config) Validate() error {
	switch {
	case c.Creators < 0:
		return fmt.Errorf("the number of creators is %d; it can't be negative", c.Creators)
	case c.Products < 0:
		return fmt.Errorf("the number of products is %d; it can't be negative", c.Products)
	case c.Products > 0 && c.Creators == 0:
		return fmt.Errorf("%d products need at least one creator", c.Products)
	}
	switch c.Distribution {
	case "", Uniform, Zipf, One:
		return nil
	default:
		return fmt.Errorf("the distribution %q is not one of %v", c.Distribution, Distributions())
	}
}

// Write writes a data set to w as it makes it. It needs the same memory for any
// size.
func Write(w io.Writer, c Config) error {
	if err := c.Validate(); err != nil {
		return fmt.Errorf("generate data set: %w", err)
	}
	g := generator{
		Config: c,
		layout: compact,
		out:    bufio.NewWriterSize(w, 64<<10),
	}
	if c.Indent {
		g.layout = indented
	}
	lists := []func(){g.creators, g.products}
	if c.ProductsFirst {
		lists[0], lists[1] = lists[1], lists[0]
	}
	g.text(g.layout.begin)
	lists[0]()
	g.text(g.layout.betweenLists)
	lists[1]()
	g.text(g.layout.end)
	if err := g.out.Flush(); err != nil {
		return fmt.Errorf("write data set: %w", err)
	}
	return nil
}

// layout is the text around the fields.
type layout struct {
	begin, betweenLists, end          string
	beginList, betweenRecords         string
	endList, endEmptyList             string
	beginRecord, betweenFields, colon string
	endRecord                         string
}

var (
	compact = layout{
		begin: "{", betweenLists: ",\n", end: "}\n",
		beginList: "[\n", betweenRecords: ",\n", endList: "\n]", endEmptyList: "[]",
		beginRecord: "{", betweenFields: ",", colon: ":", endRecord: "}",
	}
	indented = layout{
		begin: "{\n  ", betweenLists: ",\n  ", end: "\n}\n",
		beginList: "[\n    ", betweenRecords: ",\n    ", endList: "\n  ]", endEmptyList: "[]",
		beginRecord: "{\n      ", betweenFields: ",\n      ", colon: ": ", endRecord: "\n    }",
	}
)

// generator writes with out, which keeps the first error for its Flush.
type generator struct {
	Config
	layout layout
	out    *bufio.Writer
	record []byte
}

func (g *generator) text(s string) { _, _ = g.out.WriteString(s) }

func (g *generator) creators() {
	g.list("Creators", g.Creators, func(b []byte, i int64) []byte {
		b = g.key(b, "id")
		b = appendID(b, g.Seed, creatorIDs, uint64(i))
		b = append(b, '"')
		b = append(b, g.layout.betweenFields...)
		b = g.key(b, "email")
		b = appendEmail(b, g.Seed, uint64(i))
		return append(b, '"')
	})
}

func (g *generator) products() {
	// A source of its own keeps the products the same whichever list is first.
	random := rand.New(rand.NewPCG(g.Seed, 0))
	creator := g.creatorOf(random)
	g.list("Products", g.Products, func(b []byte, i int64) []byte {
		b = g.key(b, "id")
		b = appendID(b, g.Seed, productIDs, uint64(i))
		b = append(b, '"')
		b = append(b, g.layout.betweenFields...)
		b = g.key(b, "creatorId")
		b = appendID(b, g.Seed, creatorIDs, creator())
		b = append(b, '"')
		b = append(b, g.layout.betweenFields...)
		b = g.key(b, "createTime")
		b = appendTime(b, random.Uint64())
		return append(b, '"')
	})
}

// creatorOf draws the creators of the products.
func (g *generator) creatorOf(random *rand.Rand) func() uint64 {
	n := uint64(g.Creators)
	switch {
	case n == 0: // Then there are no products either.
		return nil
	case g.Distribution == Zipf:
		return rand.NewZipf(random, zipfExponent, 1, n-1).Uint64
	case g.Distribution == One:
		return func() uint64 { return n / 2 }
	default:
		return func() uint64 { return random.Uint64N(n) }
	}
}

// list writes the list of the given name, with a record for each of n.
func (g *generator) list(name string, n int64, record func(b []byte, i int64) []byte) {
	g.text(`"` + name + `"` + g.layout.colon)
	if n == 0 {
		g.text(g.layout.endEmptyList)
		return
	}
	g.text(g.layout.beginList)
	for i := range n {
		b := g.record[:0]
		if i > 0 {
			b = append(b, g.layout.betweenRecords...)
		}
		b = append(b, g.layout.beginRecord...)
		b = record(b, i)
		b = append(b, g.layout.endRecord...)
		if _, err := g.out.Write(b); err != nil {
			return
		}
		g.record = b
	}
	g.text(g.layout.endList)
}

// key appends a key and the quote of its value.
func (g *generator) key(b []byte, name string) []byte {
	b = append(b, '"')
	b = append(b, name...)
	b = append(b, '"')
	b = append(b, g.layout.colon...)
	return append(b, '"')
}
