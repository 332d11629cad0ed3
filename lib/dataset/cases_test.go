package dataset

import (
	"strings"
	"time"
)

type goodFile struct {
	name, data string
	want       contents
}

// at is an instant, from RFC 3339.
func at(text string) instant {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return instant{t.Unix(), int32(t.Nanosecond())}
}

func goodFiles() []goodFile {
	ann, bob := creatorText{"a", "ann@example.org"}, creatorText{"b", "bob@example.org"}
	mug := productText{"p1", "a", true, at("2023-04-06T21:01:59.752638+02:00")}
	cup := productText{"p2", "b", true, at("2023-04-06T21:01:59Z")}
	const (
		annText = `{"id":"a","email":"ann@example.org"}`
		bobText = `{"id":"b","email":"bob@example.org"}`
		mugText = `{"id":"p1","creatorId":"a","createTime":"2023-04-06T21:01:59.752638+02:00"}`
		cupText = `{"id":"p2","creatorId":"b","createTime":"2023-04-06T21:01:59Z"}`
	)
	two := contents{[]creatorText{ann, bob}, []productText{mug, cup}}
	creator := func(c ...creatorText) contents { return contents{Creators: c} }
	product := func(p ...productText) contents { return contents{Products: p} }

	return []goodFile{
		{"both lists", `{"Creators":[` + annText + `,` + bobText + `],"Products":[` + mugText + `,` + cupText + `]}`, two},
		{"products first", `{"Products":[` + mugText + `,` + cupText + `],"Creators":[` + annText + `,` + bobText + `]}`, two},
		{"white space everywhere", "\t\r\n { \n\"Creators\" \t: [ " + annText + " , " + bobText + " \r\n] , \"Products\"\n:\n[\n" +
			strings.NewReplacer(`:"`, " \n:\t\"", ",", " , ", "{", "{ ", "}", " }").Replace(mugText) + "\n,\n" + cupText + "\n]\n}\n\n", two},
		{"an empty object", `{}`, contents{}},
		{"an empty object in space", " { } ", contents{}},
		{"empty lists", `{"Creators":[],"Products":[ ]}`, contents{}},
		{"no creators", `{"Products":[` + mugText + `]}`, product(mug)},
		{"no products", `{"Creators":[` + annText + `]}`, creator(ann)},
		{"lists that are null", `{"Creators":null,"Products":null}`, contents{}},
		{"records that are null", `{"Creators":[null],"Products":[null,` + mugText + `,null]}`,
			contents{[]creatorText{{}}, []productText{{}, mug, {}}}},
		{"records without fields", `{"Creators":[{},{ }],"Products":[{}]}`, contents{[]creatorText{{}, {}}, []productText{{}}}},
		{"fields that are null", `{"Creators":[{"id":null,"email":null}],"Products":[{"id":"p1","creatorId":"a","createTime":null}]}`,
			contents{[]creatorText{{}}, []productText{{ID: "p1", CreatorID: "a"}}}},
		{"no create time", `{"Products":[{"id":"p1","creatorId":"a"}]}`, product(productText{ID: "p1", CreatorID: "a"})},
		{"empty strings", `{"Creators":[{"id":"","email":""}]}`, creator(creatorText{})},
		{"the last of equal keys", `{"Creators":[{"id":"x","email":"y","id":"a","email":"ann@example.org"},` + bobText + `]}`, creator(ann, bob)},
		{"null after a value", `{"Creators":[{"id":"a","email":"ann@example.org","id":null}],"Products":[` +
			strings.Replace(mugText, `}`, `,"createTime":null}`, 1) + `]}`, contents{[]creatorText{ann}, []productText{mug}}},
		{"keys in another case", `{"creators":[{"ID":"a","EMail":"ann@example.org"}],"PRODUCTS":[{"Id":"p1","CreatorID":"a","createtime":"2023-04-06T21:01:59.752638+02:00"}]}`,
			contents{[]creatorText{ann}, []productText{mug}}},
		{"keys that fold beyond ASCII", `{"creatorſ":[{"id":"a","email":"ann@example.org"}]}`, creator(ann)},
		{"keys with escapes", `{"\u0043reators":[{"\u0069\u0064":"a","\u0065\u006d\u0061\u0069\u006c":"ann@example.org"}]}`, creator(ann)},
		{"a key of escapes only", `{"Products":[{"\u0063\u0072\u0065\u0061\u0074\u0065\u0054\u0069\u006d\u0065":"2023-04-06T21:01:59Z"}]}`,
			product(productText{HasTime: true, Time: at("2023-04-06T21:01:59Z")})},
		{"keys that are almost ours", `{"Creator":1,"Creatorsx":2,"Creators":[{"i":"x","id":"a","idx":"x","email":"ann@example.org","e-mail":"x"}]}`, creator(ann)},
		{"keys of the other list", `{"Creators":[{"id":"a","creatorId":1,"createTime":2,"email":"ann@example.org"}],"Products":[{"id":"p","email":3}]}`,
			contents{[]creatorText{ann}, []productText{{ID: "p"}}}},
		{"unknown keys of every kind", `{"a":1,"b":[],"c":{},"d":"x","e":true,"f":false,"g":null,"h":-0.5e+10,"i":[[],{"k":[{}]},"\"]",1],"j":{"k":{"l":[1,2]},"m":0},` +
			`"Creators":[{"x":{"id":"no"},"id":"a","y":[1,"}"],"email":"ann@example.org","z":-1E-2}],"k":0}`, creator(ann)},
		{"a number without measure", `{"a":` + strings.Repeat("9", 1000) + `e` + strings.Repeat("9", 1000) + `}`, contents{}},
		{"escapes", `{"Creators":[{"id":"\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00","email":"x\u0041y"}]}`,
			creator(creatorText{"\"\\/\b\f\n\r\té€😀", "xAy"})},
		{"half surrogates", `{"Creators":[{"id":"\ud83d","email":"\ude00\ud83d"},{"id":"\ud83dx","email":"\ud83d\u0041\ud83d\ud83d\ude00\ud83d\n"}]}`,
			creator(creatorText{"�", "��"}, creatorText{"�x", "�A�😀�\n"})},
		{"beyond ASCII", `{"Creators":[{"id":"köln","email":"日本語@例え.jp"},{"id":"😀","email":"` + "\u007f" + `"}]}`,
			creator(creatorText{"köln", "日本語@例え.jp"}, creatorText{"😀", "\x7f"})},
		{"a replacement character", `{"Creators":[{"id":"�"}]}`, creator(creatorText{ID: "�"})},
		{"times", `{"Products":[` + strings.Join([]string{
			`{"createTime":"0001-01-01T00:00:00Z"}`, `{"createTime":"9999-12-31T23:59:59.999999999Z"}`,
			`{"createTime":"2000-02-29T00:00:00.1-23:59"}`, `{"createTime":"1969-12-31T23:59:59.5Z"}`,
			`{"createTime":"2023-04-06T21:01:59.1234567890123+00:00"}`, `{"createTime":"2023-04-06T7:01:59Z"}`,
			`{"createTime":"2023-04-06T07:01:59,25Z"}`, `{"createTime":"2023-04-06T07:01:59+24:00"}`,
		}, ",") + `]}`, product(
			productText{HasTime: true, Time: at("0001-01-01T00:00:00Z")}, productText{HasTime: true, Time: at("9999-12-31T23:59:59.999999999Z")},
			productText{HasTime: true, Time: at("2000-02-29T23:59:00.1Z")}, productText{HasTime: true, Time: at("1969-12-31T23:59:59.5Z")},
			productText{HasTime: true, Time: at("2023-04-06T21:01:59.123456789Z")}, productText{HasTime: true, Time: at("2023-04-06T07:01:59Z")},
			productText{HasTime: true, Time: at("2023-04-06T07:01:59.25Z")}, productText{HasTime: true, Time: at("2023-04-05T07:01:59Z")},
		)},
		{"the deepest nesting", `{"x":` + strings.Repeat("[", maxDepth-1) + strings.Repeat("]", maxDepth-1) + `}`, contents{}},
		{"the deepest nesting in a record", `{"Creators":[{"id":"a","x":` + strings.Repeat(`{"y":`, maxDepth-4) + "[]" + strings.Repeat("}", maxDepth-4) + `}]}`,
			creator(creatorText{ID: "a"})},
	}
}

type badFile struct{ name, data, want string }

func badFiles() []badFile {
	return []badFile{
		// The end comes too early.
		{"nothing", ``, `line 1, column 1: there is no data`},
		{"only white space", " \n\n  ", `line 3, column 3: there is no data`},
		{"an open object", `{`, `line 1, column 2: the data ends here, but a key or the end of the data set must follow`},
		{"an open key", `{"Crea`, `line 1, column 7: the data ends here, but the end of a string must follow`},
		{"no colon", `{"Creators"`, `line 1, column 12: Creators: the data ends here, but a colon after the key must follow`},
		{"no list", `{"Creators":`, `line 1, column 13: Creators: the data ends here, but a list must follow`},
		{"an open list", `{"Creators":[`, `line 1, column 14: Creators[0]: the data ends here, but an object must follow`},
		{"an open record", "{\"Products\":[\n{\"id\":\"p\"},\n{\"id\":\"q\"", `line 3, column 10: Products[1]: the data ends here, but a comma or the end of the object must follow`},
		{"an open string", `{"Products":[{"id":"p`, `line 1, column 22: Products[0].id: the data ends here, but the end of a string must follow`},
		{"an open escape", `{"Products":[{"id":"p\`, `line 1, column 23: Products[0].id: the data ends here, but the end of a string must follow`},
		{"an open \\u", `{"Products":[{"id":"p\u00`, `line 1, column 26: Products[0].id: the data ends here, but the end of a string must follow`},
		{"half a character", "{\"Products\":[{\"id\":\"p\xc3", `line 1, column 23: Products[0].id: the data ends here, but the end of a string must follow`},
		{"no end of the list", `{"Products":[{"id":"p"}`, `line 1, column 24: Products[0]: the data ends here, but a comma or the end of the list must follow`},
		{"no end of the data set", `{"Products":[{"id":"p"}]`, `line 1, column 25: the data ends here, but a comma or the end of the data set must follow`},
		{"half a null", `{"Products":nu`, `line 1, column 15: Products: the data ends here, but null must follow`},
		{"half a number", `{"x":-`, `line 1, column 7: the data ends here, but a digit must follow`},

		// There is too much.
		{"a second value", "{}\n{}", `line 2, column 1: there is more after the end of the data set`},
		{"a zero byte after the end", "{}\x00", `line 1, column 3: there is more after the end of the data set`},
		{"a second list", "{\"Products\":[],\n\"Creators\":[],\"products\":[]}", `line 2, column 15: Products: this list occurs a second time; a data set has it once`},
		{"a second list after records", `{"Products":[{}],"Products":[]}`, `line 1, column 18: Products: this list occurs a second time; a data set has it once`},
		{"a second list of null", `{"Products":[],"Products":null}`, `line 1, column 16: Products: this list occurs a second time; a data set has it once`},

		// Something else was expected.
		{"a list", `[]`, `line 1, column 1: a data set must be an object, not a list`},
		{"a string", `"x"`, `line 1, column 1: a data set must be an object, not a string`},
		{"a number", ` -1`, `line 1, column 2: a data set must be an object, not a number`},
		{"a boolean", `true`, `line 1, column 1: a data set must be an object, not a boolean`},
		{"null", `null`, `line 1, column 1: a data set must be an object, not null`},
		{"plain text", `hello`, `line 1, column 1: expected the object that is a data set, not "h"`},
		{"a zero byte", "\x00", `line 1, column 1: expected the object that is a data set, not "\x00"`},
		{"a byte order mark", "\ufeff{}", `line 1, column 1: the file begins with a byte order mark, which JSON doesn't allow; save it as UTF-8 without one`},
		{"UTF-16", "\xff\xfe{\x00}\x00", `line 1, column 1: the file is in UTF-16; save it as UTF-8`},
		{"UTF-16, the other way round", "\xfe\xff\x00{\x00}", `line 1, column 1: the file is in UTF-16; save it as UTF-8`},
		{"gzip", "\x1f\x8b\x08\x00", `line 1, column 1: the file is compressed with gzip; unpack it first`},
		{"zip", "PK\x03\x04", `line 1, column 1: the file is a zip archive; unpack it first`},
		{"half a byte order mark", "\xef\xbb", `line 1, column 1: invalid UTF-8: byte 0xef`},
		{"a list that is an object", `{"Creators":{}}`, `line 1, column 13: Creators: must be a list, not an object`},
		{"a list that is a string", `{"Products":"x"}`, `line 1, column 13: Products: must be a list, not a string`},
		{"a record that is a list", `{"Products":[{},[]]}`, `line 1, column 17: Products[1]: must be an object, not a list`},
		{"a record that is a number", `{"Creators":[7]}`, `line 1, column 14: Creators[0]: must be an object, not a number`},
		{"an id that is a number", "{\"Creators\":[\n  {\"email\":\"x\",\n   \"id\": 1e999}]}", `line 3, column 10: Creators[0].id: must be a string, not a number`},
		{"an email that is a list", `{"Creators":[{"email":["x"]}]}`, `line 1, column 23: Creators[0].email: must be a string, not a list`},
		{"a creator id that is a boolean", `{"Products":[{"creatorId":false}]}`, `line 1, column 27: Products[0].creatorId: must be a string, not a boolean`},
		{"a time that is a number", `{"Products":[{"createTime":1680807719}]}`, `line 1, column 28: Products[0].createTime: must be a string with an RFC 3339 time, not a number`},
		{"a time that is an object", `{"Products":[{"createTime":{}}]}`, `line 1, column 28: Products[0].createTime: must be a string with an RFC 3339 time, not an object`},

		// Not JSON.
		{"a comma before the end of a list", `{"Products":[{},]}`, `line 1, column 17: Products[1]: expected an object, not "]"`},
		{"a comma before the end of a record", `{"Products":[{"id":"p",}]}`, `line 1, column 24: Products[0]: expected a key, not "}"`},
		{"a comma before the end of the data set", `{"Products":[],}`, `line 1, column 16: expected a key, not "}"`},
		{"no comma between records", `{"Products":[{} {}]}`, `line 1, column 17: Products[0]: expected a comma or the end of the list, not "{"`},
		{"no comma between fields", `{"Products":[{"id":"p" "creatorId":"a"}]}`, `line 1, column 24: Products[0]: expected a comma or the end of the object, not "\""`},
		{"no comma between lists", `{"Products":[] "Creators":[]}`, `line 1, column 16: expected a comma or the end of the data set, not "\""`},
		{"no colon", `{"Products" []}`, `line 1, column 13: Products: expected a colon after the key, not "["`},
		{"no colon in a record", `{"Products":[{"id" "p"}]}`, `line 1, column 20: Products[0]: expected a colon after the key, not "\""`},
		{"a comment", "{\n  // ours\n}", `line 2, column 3: expected a key or the end of the data set, not "/"`},
		{"single quotes", `{'Products':[]}`, `line 1, column 2: expected a key or the end of the data set, not "'"`},
		{"NaN", `{"x":NaN}`, `line 1, column 6: expected a value, not "N"`},
		{"a misspelt true", `{"x":[trUe]}`, `line 1, column 9: expected true, not "U"`},
		{"a number with a leading zero", `{"x":01}`, `line 1, column 7: expected a comma or the end of the data set, not "1"`},
		{"a number without an end", `{"x":[1.]}`, `line 1, column 9: expected a digit, not "]"`},
		{"a number without an exponent", `{"x":1e+}`, `line 1, column 9: expected a digit, not "}"`},
		{"a record that is almost null", `{"Products":[nil]}`, `line 1, column 15: Products[0]: expected null, not "i"`},
		{"a key that is a number", `{"x":{"y":1,7:2}}`, `line 1, column 13: expected a key, not "7"`},
		{"a key with an unknown escape", `{"x":{"\q":1}}`, `line 1, column 8: a backslash in a string must be followed by one of "\/bfnrtu`},
		{"the wrong bracket", `{"x":[{]}`, `line 1, column 8: expected a key or the end of the object, not "]"`},
		{"the wrong bracket after a value", `{"x":{"y":[1}}`, `line 1, column 13: expected a comma or the end of the list, not "}"`},
		{"a list with a key", `{"x":["y":1]}`, `line 1, column 10: expected a comma or the end of the list, not ":"`},
		{"an unknown escape", `{"Creators":[{"id":"a\x"}]}`, `line 1, column 22: Creators[0].id: a backslash in a string must be followed by one of "\/bfnrtu`},
		{"an escape of letters", `{"Creators":[{"id":"\u00g0"}]}`, `line 1, column 21: Creators[0].id: \u in a string must be followed by four hexadecimal digits`},
		{"a line feed in a string", "{\"Creators\":[{\"id\":\"a\nb\"}]}", `line 1, column 22: Creators[0].id: a string can't hold the control character U+000A as it is, only as \u000a`},
		{"a zero byte in a string", "{\"Creators\":[{\"id\":\"\x00\"}]}", `line 1, column 21: Creators[0].id: a string can't hold the control character U+0000 as it is, only as \u0000`},
		{"a no-break space", "{\u00a0}", `line 1, column 2: expected a key or the end of the data set, not "\u00a0"`},
		{"invalid UTF-8", "{\"Creators\":[{\"id\":\"é\xff\"}]}", `line 1, column 22: Creators[0].id: invalid UTF-8: byte 0xff`},
		{"invalid UTF-8 in a value that is ignored", "{\"x\":[\"é\",\"\xe9\"]}", `line 1, column 12: invalid UTF-8: byte 0xe9`},
		{"invalid UTF-8 in a key", "{\"\xc0\x80\":1}", `line 1, column 3: invalid UTF-8: byte 0xc0`},
		{"invalid UTF-8 between values", "{\xff}", `line 1, column 2: invalid UTF-8: byte 0xff`},
		{"a surrogate in UTF-8", "{\"\xed\xa0\x80\":1}", `line 1, column 3: invalid UTF-8: byte 0xed`},
		{"nesting", `{"x":` + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth) + `}`, `line 1, column 10005: values nest deeper than 10000`},
		{"nesting in a record", "{\"Creators\":[{\"x\":\n" + strings.Repeat(`{"":`, maxDepth-2), `line 2, column 39989: Creators[0]: values nest deeper than 10000`},

		// Times.
		{"a time in words", strings.Repeat("\n", 119) + `{"Products":[` + strings.Repeat("{},", 17) + "\n" + strings.Repeat(" ", 7) + `{"createTime": "yesterday"}]}`,
			`line 121, column 23: Products[17].createTime: "yesterday" is not an RFC 3339 time`},
		{"an empty time", `{"Products":[{"createTime":""}]}`, `line 1, column 28: Products[0].createTime: "" is not an RFC 3339 time`},
		{"a time without a zone", `{"Products":[{"createTime":"2023-04-06T21:01:59"}]}`, `line 1, column 28: Products[0].createTime: "2023-04-06T21:01:59" is not an RFC 3339 time`},
		{"a day that isn't", `{"Products":[{"createTime":"2023-02-29T21:01:59Z"}]}`, `line 1, column 28: Products[0].createTime: "2023-02-29T21:01:59Z" is not an RFC 3339 time`},
		{"a time with an escape", `{"Products":[{"createTime":"\u0032023-04-06T21:01:59Z"}]}`, `line 1, column 28: Products[0].createTime: "\\u0032023-04-06T21:01:59Z" is not an RFC 3339 time`},
		{"a time that is long", `{"Products":[{"createTime":"` + strings.Repeat("é", 500) + `"}]}`,
			`line 1, column 28: Products[0].createTime: "` + strings.Repeat("é", 30) + `"… (1000 bytes) is not an RFC 3339 time`},
		{"a time before our era", `{"Products":[{"createTime":"0001-01-01T00:00:00+00:01"}]}`, `line 1, column 28: Products[0].createTime: "0001-01-01T00:00:00+00:01" is not in the years 0001 to 9999 in UTC`},
		{"the year 0", `{"Products":[{"createTime":"0000-12-31T00:00:00Z"}]}`, `line 1, column 28: Products[0].createTime: "0000-12-31T00:00:00Z" is not in the years 0001 to 9999 in UTC`},
		{"the year 10000", `{"Products":[{"createTime":"9999-12-31T23:59:59-00:01"}]}`, `line 1, column 28: Products[0].createTime: "9999-12-31T23:59:59-00:01" is not in the years 0001 to 9999 in UTC`},
	}
}
