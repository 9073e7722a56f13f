// Runs a script of Argo CD on gopher-lua, the engine that Argo CD uses, with the libraries that it opens and no other: package, base, table,
// and of os only time and date. Standard input: {"script": "…", "object": {…}}; standard output: what the script returns, as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"
	luajson "layeh.com/gopher-json"
)

type input struct {
	Script string         `json:"script"`
	Object map[string]any `json:"object"`
}

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fail(err)
	}
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(ctx)
	open(state, lua.LoadLibName, lua.OpenPackage)
	open(state, lua.BaseLibName, lua.OpenBase)
	open(state, lua.TabLibName, lua.OpenTable)
	open(state, lua.OsLibName, openSafeOs)
	state.PreloadModule(lua.OsLibName, func(l *lua.LState) int {
		l.Push(l.GetGlobal(lua.OsLibName))
		return 1
	})
	state.SetGlobal("obj", luajson.DecodeValue(state, in.Object))
	if err := state.DoString(in.Script); err != nil {
		fail(err)
	}
	out, err := luajson.Encode(state.Get(-1))
	if err != nil {
		fail(err)
	}
	fmt.Println(string(out))
}

func open(state *lua.LState, name string, library lua.LGFunction) {
	call := lua.P{Fn: state.NewFunction(library), Protect: true}
	if err := state.CallByParam(call, lua.LString(name)); err != nil {
		fail(err)
	}
}

func openSafeOs(state *lua.LState) int {
	lua.OpenOs(state)
	table := state.GetGlobal(lua.OsLibName).(*lua.LTable)
	safe := state.NewTable()
	for _, name := range []string{"time", "date"} {
		safe.RawSetString(name, table.RawGetString(name))
	}
	state.SetGlobal(lua.OsLibName, safe)
	return 0
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
