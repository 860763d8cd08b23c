package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

const sessionHeader = "Mcp-Session-Id"

// serveChild serves until the child ends or stop is done; the exit code is the child's own, or 0 when we were stopped.
func serveChild(stop context.Context, s settings, c *child) (int, error) {
	e := newExchange(c)
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", s.port))
	if err != nil {
		c.end()
		return 1, err
	}
	server := &http.Server{Handler: handler(s, e), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	go func() { _ = server.Serve(listener) }()
	slog.Info("serving", "port", s.port, "path", s.path, "version", version)
	select {
	case <-c.ended:
		slog.Error("the server ended", "exit_code", c.code)
		e.stop()
		select { // its last answers may still be on their way; whoever inherited its output may never close it
		case <-e.delivered:
		case <-time.After(graceToRead):
		}
		e.failAll()
		shut(server, graceToRead)
		return c.code, nil
	case <-stop.Done():
	}
	e.stop()
	for deadline := time.Now().Add(graceToEnd); e.inFlight() > 0 && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	c.end()
	shut(server, time.Second)
	slog.Info("stopped")
	return 0, nil
}

func shut(server *http.Server, patience time.Duration) {
	within, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := server.Shutdown(within); errors.Is(err, context.DeadlineExceeded) {
		_ = server.Close()
	}
}

func handler(s settings, e *exchange) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { health(w, e) })
	endpoint := guarded(s.token, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			post(w, r, e)
		case http.MethodGet:
			listen(w, r, e)
		case http.MethodDelete:
			if !e.close(r.Header.Get(sessionHeader)) {
				refuse(w, http.StatusNotFound, "Session not found")
			}
		default:
			w.Header().Set("Allow", "GET, POST, DELETE")
			refuse(w, http.StatusMethodNotAllowed, "Method not allowed")
		}
	}))
	mux.Handle(s.path, endpoint)
	return mux
}

// health is 200 while the child lives and has answered: a client's `initialize`, or, as long as there was none, a ping.
// So a pod becomes ready with a server that works, whether or not its bot has come to it yet.
func health(w http.ResponseWriter, e *exchange) {
	status, state := http.StatusOK, "ready"
	select {
	case <-e.child.ended:
		status, state = http.StatusServiceUnavailable, fmt.Sprintf("ended with exit code %d", e.child.code)
	default:
		e.mu.Lock()
		begun, answered := e.handshake.begun, e.handshake.answered
		e.mu.Unlock()
		if begun {
			select {
			case <-answered:
			default:
				status, state = http.StatusServiceUnavailable, "has not answered initialize"
			}
		} else if e.ping(); e.heard.Load() {
			state = "waits for a client"
		} else {
			status, state = http.StatusServiceUnavailable, "has not answered anything yet"
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"alive": status == http.StatusOK, "server": state, "version": version})
}

func post(w http.ResponseWriter, r *http.Request, e *exchange) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("a message has at most %d bytes", maxMessage))
		return
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		answer(w, http.StatusBadRequest, failure(nil, codeParse, "not one JSON-RPC message: "+err.Error()))
		return
	}
	if m.Method == "initialize" && m.isRequest() {
		initialize(w, r, e, m)
		return
	}
	id := r.Header.Get(sessionHeader)
	if id == "" {
		answer(w, http.StatusBadRequest, failure(m.ID, codeServer, "Bad Request: no session: send initialize first"))
		return
	}
	from := e.find(id)
	if from == nil {
		answer(w, http.StatusNotFound, failure(m.ID, codeServer, "Session not found"))
		return
	}
	switch {
	case m.isRequest():
		request(w, r, e, from, m)
	case m.isNotification():
		e.forward(from, m)
		w.WriteHeader(http.StatusAccepted)
	case m.isResponse():
		e.reply(from, m)
		w.WriteHeader(http.StatusAccepted)
	default:
		answer(w, http.StatusBadRequest, failure(m.ID, codeInvalid, "neither a request, nor a notification, nor a response"))
	}
}

// initialize lets the child answer the first handshake, and everybody after that get the same answer.
func initialize(w http.ResponseWriter, r *http.Request, e *exchange, m message) {
	e.mu.Lock()
	isFirst := !e.handshake.begun
	e.handshake.begun = true
	answered := e.handshake.answered
	e.mu.Unlock()
	if isFirst {
		go func() { e.shake(m) }()
	}
	patience := time.NewTimer(initTimeout)
	defer patience.Stop()
	select {
	case <-answered:
	case <-patience.C:
		answer(w, http.StatusOK, failure(m.ID, codeServer, fmt.Sprintf("the server has not answered initialize within %s", initTimeout)))
		return
	case <-r.Context().Done():
		return
	}
	e.mu.Lock()
	result := e.handshake.answer
	e.mu.Unlock()
	result.ID = m.ID
	if result.Error == nil {
		w.Header().Set(sessionHeader, e.open().id)
	}
	answer(w, http.StatusOK, result)
}

// shake is the child's handshake. One that it refuses is not kept: the next client may ask differently.
func (e *exchange) shake(m message) {
	begun, _, err := e.begin(nil, m)
	result := message{}
	if err != nil {
		result = failure(m.ID, codeServer, err.Error())
	} else {
		for each := range begun.messages {
			result = each
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.handshake.answer = result
	close(e.handshake.answered)
	if result.Error != nil {
		e.handshake = handshake{answered: make(chan struct{}), answer: result}
	}
}

// request streams what belongs to a call, and its answer last. A client that goes away has given the call up.
func request(w http.ResponseWriter, r *http.Request, e *exchange, from *session, m message) {
	begun, id, err := e.begin(from, m)
	if err != nil {
		w.Header().Set("Retry-After", "1")
		answer(w, http.StatusServiceUnavailable, failure(m.ID, codeServer, err.Error()))
		return
	}
	stream := newStream(w)
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	for {
		select {
		case next, more := <-begun.messages:
			if !more {
				return
			}
			stream.send(next)
		case <-ticker.C:
			stream.comment()
		case <-r.Context().Done():
			e.cancel(id, "the client is gone")
			return
		}
	}
}

// listen is the stream for what the child says outside of calls.
func listen(w http.ResponseWriter, r *http.Request, e *exchange) {
	from := e.find(r.Header.Get(sessionHeader))
	if from == nil {
		refuse(w, http.StatusNotFound, "Session not found")
		return
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		refuse(w, http.StatusNotAcceptable, "GET is for text/event-stream")
		return
	}
	from.listen(+1)
	defer from.listen(-1)
	stream := newStream(w)
	stream.comment()
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	for {
		select {
		case next := <-from.messages:
			stream.send(next)
		case <-ticker.C:
			stream.comment()
		case <-e.child.ended:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// stream is a response of server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
type stream struct {
	to      http.ResponseWriter
	flusher *http.ResponseController
}

func newStream(w http.ResponseWriter) stream {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	return stream{w, http.NewResponseController(w)}
}

func (s stream) send(m message) {
	fmt.Fprintf(s.to, "event: message\ndata: %s\n\n", m.encode())
	_ = s.flusher.Flush()
}

func (s stream) comment() {
	_, _ = io.WriteString(s.to, ":\n\n")
	_ = s.flusher.Flush()
}

func answer(w http.ResponseWriter, status int, m message) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(m.encode())
}

func refuse(w http.ResponseWriter, status int, why string) {
	answer(w, status, failure(nil, codeServer, why))
}
