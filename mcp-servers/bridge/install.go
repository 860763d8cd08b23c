package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// install copies the running program to target: whole or not at all, and executable by everybody.
func install(target string) error {
	source, err := os.Open("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("cannot read this program: %w", err)
	}
	defer source.Close()
	draft, err := os.CreateTemp(filepath.Dir(target), ".ritsuko-mcp-bridge-*")
	if err != nil {
		return fmt.Errorf("cannot write beside %s: %w", target, err)
	}
	defer os.Remove(draft.Name())
	if _, err := io.Copy(draft, source); err != nil {
		draft.Close()
		return fmt.Errorf("cannot write %s: %w", target, err)
	}
	if err := draft.Close(); err != nil {
		return fmt.Errorf("cannot write %s: %w", target, err)
	}
	if err := os.Chmod(draft.Name(), 0o755); err != nil {
		return err
	}
	return os.Rename(draft.Name(), target)
}
