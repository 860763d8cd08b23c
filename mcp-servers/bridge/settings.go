package main

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

const (
	maxMessage   = 16 << 20               // bytes of one JSON-RPC message, in either direction
	maxInFlight  = 64                     // requests that wait for the child at once
	maxSessions  = 256                    // the one that was silent for longest makes room for a new one
	maxQueued    = 256                    // messages kept for a session that listens to no stream
	graceToEnd   = 10 * time.Second       // for calls in flight when we are told to stop
	graceToExit  = 3 * time.Second        // for the child, at each step of being ended
	graceToRead  = 400 * time.Millisecond // for what a dead child has said, to be read by us, then by clients
	initTimeout  = 60 * time.Second       // for the child to answer `initialize`
	writeTimeout = 10 * time.Second       // for the child to take a message
	keepAlive    = 15 * time.Second       // between comments on a silent stream
)

type settings struct {
	port  int
	path  string
	token string
	level slog.Level
}

func settingsFrom(lookup func(string) (string, bool)) (settings, error) {
	get := func(name, fallback string) string {
		if value, ok := lookup(name); ok && value != "" {
			return value
		}
		return fallback
	}
	port, err := strconv.Atoi(get("MCP_PORT", ""))
	if err != nil || port < 1 || port > 65535 {
		return settings{}, fmt.Errorf("MCP_PORT: set it to the port to listen on, 1 to 65535")
	}
	path := get("MCP_PATH", "/mcp")
	if !strings.HasPrefix(path, "/") || path == "/health" {
		return settings{}, fmt.Errorf("MCP_PATH: %q must start with / and not be /health", path)
	}
	token, set := lookup("MCP_AUTH_TOKEN")
	if set && strings.TrimSpace(token) == "" {
		return settings{}, fmt.Errorf("MCP_AUTH_TOKEN is set but empty: give it a value, or unset it to need no token")
	}
	levels := map[string]slog.Level{
		"DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARNING": slog.LevelWarn, "ERROR": slog.LevelError,
	}
	level, known := levels[strings.ToUpper(get("LOG_LEVEL", "INFO"))]
	if !known {
		return settings{}, fmt.Errorf("LOG_LEVEL: one of DEBUG, INFO, WARNING, ERROR")
	}
	return settings{port: port, path: path, token: token, level: level}, nil
}

// withoutToken is the environment that the child gets.
func withoutToken(environment []string) []string {
	kept := make([]string, 0, len(environment))
	for _, entry := range environment {
		if !strings.HasPrefix(entry, "MCP_AUTH_TOKEN=") {
			kept = append(kept, entry)
		}
	}
	return kept
}

func newLogger(to io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level}))
}
