// Command ritsuko-mcp-bridge puts an HTTP face on an MCP server that speaks over its standard input and output.
//
//	ritsuko-mcp-bridge install PATH                 copies itself to PATH, for an init container
//	ritsuko-mcp-bridge serve -- COMMAND [ARGS...]   starts COMMAND and serves it
//
// The transport is Streamable HTTP as of MCP 2025-11-25:
// https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// version is set when the program is linked.
var version = "development"

const usage = `usage:
  ritsuko-mcp-bridge install PATH                 copy this program to PATH
  ritsuko-mcp-bridge serve -- COMMAND [ARGS...]   serve COMMAND, an MCP server on stdio, over HTTP
  ritsuko-mcp-bridge version

environment of serve:
  MCP_PORT        port to listen on (required)
  MCP_PATH        path of the MCP endpoint (default /mcp)
  MCP_AUTH_TOKEN  bearer token that callers must send; COMMAND does not get to see it
  LOG_LEVEL       DEBUG, INFO, WARNING or ERROR (default INFO)
`

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "ritsuko-mcp-bridge:", err)
	}
	os.Exit(code)
}

func run(arguments []string) (int, error) {
	switch {
	case len(arguments) == 2 && arguments[0] == "install":
		if err := install(arguments[1]); err != nil {
			return 1, err
		}
		return 0, nil
	case len(arguments) == 1 && arguments[0] == "version":
		fmt.Println(version)
		return 0, nil
	case len(arguments) >= 3 && arguments[0] == "serve" && arguments[1] == "--":
		return serve(arguments[2:])
	}
	fmt.Fprint(os.Stderr, usage)
	return 2, errors.New("unknown command line")
}

func serve(command []string) (int, error) {
	settings, err := settingsFrom(os.LookupEnv)
	if err != nil {
		return 2, err
	}
	slog.SetDefault(newLogger(os.Stderr, settings.level))
	child, err := startChild(command, withoutToken(os.Environ()))
	if err != nil {
		return 127, err
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	return serveChild(stop, settings, child)
}
