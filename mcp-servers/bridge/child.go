package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"sync"
	"syscall"
	"time"
)

// child is the MCP server behind the bridge: a process that reads and writes one JSON-RPC message a line.
type child struct {
	pid   int
	lines chan line     // what it writes, in order; closed when it closes its standard output
	ended chan struct{} // closed when it has ended; code is set then

	code  int
	write sync.Mutex
	stdin *os.File
}

// line is one line of the child's output, or, when it was longer than maxMessage, what is known of it.
type line struct {
	text    []byte
	tooLong bool
	id      []byte // of the message that was too long, if it could be made out
}

// startChild starts the command. As process 1 of a container we also wait for everything that it leaves behind.
func startChild(command, environment []string) (*child, error) {
	program, err := exec.LookPath(command[0])
	if err != nil {
		return nil, fmt.Errorf("cannot start the server: %w", err)
	}
	theirIn, ourIn, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ourOut, theirOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	dead := make(chan os.Signal, 16)
	signal.Notify(dead, syscall.SIGCHLD)
	process, err := os.StartProcess(program, command, &os.ProcAttr{
		Env:   environment,
		Files: []*os.File{theirIn, theirOut, os.Stderr},
	})
	if err != nil {
		return nil, fmt.Errorf("cannot start the server: %w", err)
	}
	theirIn.Close()
	theirOut.Close()
	started := &child{pid: process.Pid, lines: make(chan line), ended: make(chan struct{}), stdin: ourIn}
	go started.reap(dead)
	go started.read(ourOut)
	return started, nil
}

// send writes one message, which has no newline in it: encode leaves none. A child that has not taken it after writeTimeout is stuck: half a message would spoil all
// that follow, so it is ended.
func (c *child) send(message []byte) error {
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.stdin.SetWriteDeadline(time.Now().Add(writeTimeout))
	_, err := c.stdin.Write(append(message, '\n'))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		slog.Error("the server does not read its input: it is ended")
		go c.end()
	}
	return err
}

// end asks the child to go: by closing its input, then by SIGTERM, then it is killed.
func (c *child) end() {
	c.stdin.Close()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		select {
		case <-c.ended:
			return
		case <-time.After(graceToExit):
			_ = syscall.Kill(c.pid, signal)
		}
	}
	<-c.ended
}

func (c *child) reap(dead <-chan os.Signal) {
	for range dead {
		for {
			var status syscall.WaitStatus
			pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
			if err != nil || pid <= 0 {
				break
			}
			if pid == c.pid {
				c.code = status.ExitStatus()
				if status.Signaled() {
					c.code = 128 + int(status.Signal())
				}
				close(c.ended)
			}
		}
	}
}

func (c *child) read(from io.Reader) {
	defer close(c.lines)
	buffered := bufio.NewReaderSize(from, 64<<10)
	for {
		found, err := readLine(buffered)
		if len(bytes.TrimSpace(found.text)) > 0 || found.tooLong {
			c.lines <- found
		}
		if err != nil {
			if err != io.EOF {
				slog.Warn("reading from the server failed", "error", err.Error())
			}
			return
		}
	}
}

var idOfMessage = regexp.MustCompile(`"id"\s*:\s*(\d+)`)

// readLine reads up to the next newline, and keeps no more than maxMessage bytes however long the line is.
func readLine(from *bufio.Reader) (line, error) {
	var found line
	var head, tail []byte
	for {
		part, err := from.ReadSlice('\n')
		switch {
		case found.tooLong:
			tail = append(tail, part...)
			if len(tail) > 8<<10 {
				tail = append([]byte(nil), tail[len(tail)-4<<10:]...)
			}
		case len(found.text)+len(part) > maxMessage:
			found.tooLong = true
			head, tail = found.text[:min(len(found.text), 4<<10)], append([]byte(nil), part...)
			found.text = nil
		default:
			found.text = append(found.text, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if found.tooLong {
			for _, end := range [][]byte{head, tail} {
				if match := idOfMessage.FindSubmatch(end); match != nil {
					found.id = match[1]
					break
				}
			}
		}
		return found, err
	}
}
