// Renders templates with Go's own text/template: the expected results in cases.json are what this program printed.
//
// To renew them after adding a case, with Go 1.24 or newer (Debian's golang-1.24-go):
//
//	go run oracle.go < cases.json > renewed.json
//
// The data is typed as Go programs type theirs: a list or map whose elements are all of one kind becomes []string,
// map[string]int and so on; {"$struct": [[name, value], ...]} becomes a struct; {"$row": {...}} becomes a value with
// the methods ID, Names, Labels and Label, as the rows of Docker's listings are.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"text/template"
)

type document struct {
	MadeWith string                     `json:"made with"`
	Data     map[string]json.RawMessage `json:"data"`
	Cases    []testCase                 `json:"cases"`
}

type testCase struct {
	Template string  `json:"template"`
	Data     string  `json:"data"`
	Output   *string `json:"output,omitempty"`
	Error    string  `json:"error,omitempty"`
}

type row struct{ values map[string]string }

func (r *row) ID() string              { return r.values["ID"] }
func (r *row) Names() string           { return r.values["Names"] }
func (r *row) Labels() string          { return r.values["Labels"] }
func (r *row) Label(key string) string { return r.values["label:"+key] }

func (r *row) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"ID": r.ID(), "Names": r.Names(), "Labels": r.Labels()})
}

func main() {
	var table document
	if err := json.NewDecoder(os.Stdin).Decode(&table); err != nil {
		panic(err)
	}
	table.MadeWith = "oracle.go and " + runtime.Version()
	for i := range table.Cases {
		one := &table.Cases[i]
		one.Output, one.Error = nil, ""
		output, err := render(one.Template, decode(table.Data[one.Data]))
		if err != nil {
			one.Error = err.Error()
		} else {
			one.Output = &output
		}
	}
	write(table)
}

// write prints the table with one case a line, so that changes are easy to read.
func write(table document) {
	var names, lines []string
	for name, data := range table.Data {
		names = append(names, compact(name)+": "+compact(data))
	}
	sort.Strings(names)
	for _, one := range table.Cases {
		lines = append(lines, compact(one))
	}
	fmt.Printf("{\n\"made with\": %s,\n\"data\": {\n%s\n},\n\"cases\": [\n%s\n]\n}\n",
		compact(table.MadeWith), strings.Join(names, ",\n"), strings.Join(lines, ",\n"))
}

func compact(value any) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return strings.TrimSpace(buffer.String())
}

func render(text string, data any) (output string, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("panic: %v", problem)
		}
	}()
	parsed, err := template.New("").Funcs(functions).Parse(text)
	if err != nil {
		return "", err
	}
	var buffer bytes.Buffer
	err = parsed.Execute(&buffer, data)
	return buffer.String(), err
}

// What Docker and Podman add, told from their documentation.
var functions = template.FuncMap{
	"json":  compact,
	"join":  strings.Join,
	"split": strings.Split,
	"lower": strings.ToLower,
	"upper": strings.ToUpper,
	"title": strings.Title,
	"pad": func(text string, before, after int) string {
		if text == "" {
			return ""
		}
		return strings.Repeat(" ", before) + text + strings.Repeat(" ", after)
	},
	"truncate": func(text string, length int) string {
		if len(text) < length {
			return text
		}
		return text[:length]
	},
}

func decode(raw json.RawMessage) any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		panic(err)
	}
	return typed(value)
}

var anyType = reflect.TypeOf((*any)(nil)).Elem()

func typed(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		f, _ := v.Float64()
		return f
	case []any:
		return typedList(v)
	case map[string]any:
		if fields, ok := v["$struct"]; ok {
			return structOf(fields.([]any))
		}
		if values, ok := v["$row"]; ok {
			r := &row{map[string]string{}}
			for key, text := range values.(map[string]any) {
				r.values[key] = text.(string)
			}
			return r
		}
		return typedMap(v)
	}
	return value
}

func typedList(values []any) any {
	elements := make([]any, len(values))
	for i, value := range values {
		elements[i] = typed(value)
	}
	kind := common(elements)
	list := reflect.MakeSlice(reflect.SliceOf(kind), len(values), len(values))
	for i, element := range elements {
		list.Index(i).Set(valueOf(element, kind))
	}
	return list.Interface()
}

func typedMap(values map[string]any) any {
	elements := make(map[string]any, len(values))
	var all []any
	for key, value := range values {
		elements[key] = typed(value)
		all = append(all, elements[key])
	}
	kind := common(all)
	result := reflect.MakeMap(reflect.MapOf(reflect.TypeOf(""), kind))
	for key, element := range elements {
		result.SetMapIndex(reflect.ValueOf(key), valueOf(element, kind))
	}
	return result.Interface()
}

func structOf(pairs []any) any {
	var fields []reflect.StructField
	var values []any
	for _, pair := range pairs {
		value := typed(pair.([]any)[1])
		kind := reflect.TypeOf(value)
		if value == nil {
			kind = reflect.TypeOf((*string)(nil)) // as most absent parts of a document are
		}
		fields = append(fields, reflect.StructField{Name: pair.([]any)[0].(string), Type: kind})
		values = append(values, value)
	}
	result := reflect.New(reflect.StructOf(fields)).Elem()
	for i, value := range values {
		result.Field(i).Set(valueOf(value, fields[i].Type))
	}
	return result.Interface()
}

func common(values []any) reflect.Type {
	if len(values) == 0 {
		return reflect.TypeOf("") // lists of words and maps of labels are the most usual ones
	}
	first := reflect.TypeOf(values[0])
	for _, value := range values {
		if value == nil || reflect.TypeOf(value) != first {
			return anyType
		}
	}
	return first
}

func valueOf(value any, kind reflect.Type) reflect.Value {
	if value == nil {
		return reflect.Zero(kind)
	}
	return reflect.ValueOf(value)
}
