package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// exchange joins many sessions to the one child: it gives every request an id of its own towards the child, and brings
// each answer, progress and question back to whom it belongs.
type exchange struct {
	child     *child
	delivered chan struct{} // closed when all that the child wrote is with whom it is for
	heard     atomic.Bool   // whether the child has written any message

	mu        sync.Mutex
	nextID    int64
	pending   map[int64]*call
	asked     map[string]*session // questions of the child (by their id) and who was asked
	sessions  map[string]*session
	handshake handshake
	stopping  bool
}

// call is a request that waits for the child's answer.
type call struct {
	session  *session
	id       json.RawMessage // as the client gave it
	token    json.RawMessage // for progress, as the client gave it; nil for none
	messages chan message    // progress and questions, then the answer, which closes it
}

// handshake is the child's one `initialize`: later sessions get the same answer.
type handshake struct {
	begun     bool
	answered  chan struct{} // closed when answer is set
	answer    message
	confirmed bool // whether a client's notifications/initialized went to the child
	pinged    bool // whether the child was asked for a sign of life before it
}

func newExchange(c *child) *exchange {
	e := &exchange{
		child:     c,
		delivered: make(chan struct{}),
		pending:   map[int64]*call{},
		asked:     map[string]*session{},
		sessions:  map[string]*session{},
		handshake: handshake{answered: make(chan struct{})},
	}
	go e.deliver()
	return e
}

// begin sends a request to the child. The error is for the caller.
func (e *exchange) begin(from *session, request message) (*call, int64, error) {
	e.mu.Lock()
	if e.stopping {
		e.mu.Unlock()
		return nil, 0, fmt.Errorf("the server is being stopped")
	}
	if len(e.pending) >= maxInFlight {
		e.mu.Unlock()
		return nil, 0, fmt.Errorf("%d calls are in flight already: try again in a moment", maxInFlight)
	}
	e.nextID++
	id := e.nextID
	begun := &call{session: from, id: request.ID, messages: make(chan message, 64)}
	if token := request.param("_meta", "progressToken"); hasID(token) {
		begun.token = token
		request = request.withParam(number(id), "_meta", "progressToken")
	}
	e.pending[id] = begun
	e.mu.Unlock()
	request.ID = number(id)
	if err := e.child.send(request.encode()); err != nil {
		e.finish(id, failure(nil, codeServer, e.epitaph()))
	}
	return begun, id, nil
}

// cancel tells the child that nobody waits for a request any more.
func (e *exchange) cancel(id int64, reason string) {
	e.mu.Lock()
	abandoned := e.pending[id]
	delete(e.pending, id)
	e.mu.Unlock()
	if abandoned == nil {
		return
	}
	close(abandoned.messages)
	params, _ := json.Marshal(map[string]any{"requestId": id, "reason": reason})
	_ = e.child.send(message{Method: "notifications/cancelled", Params: params}.encode())
}

// forward sends a client's notification to the child, with the ids that the child knows.
func (e *exchange) forward(from *session, notification message) {
	switch notification.Method {
	case "notifications/cancelled":
		if id, known := e.abandon(from, string(notification.param("requestId"))); known {
			_ = e.child.send(notification.withParam(number(id), "requestId").encode())
		}
	case "notifications/initialized":
		e.mu.Lock()
		isFirst := !e.handshake.confirmed
		e.handshake.confirmed = true
		e.mu.Unlock()
		if isFirst {
			_ = e.child.send(notification.encode())
		}
	default:
		_ = e.child.send(notification.encode())
	}
}

// abandon ends a call without an answer, and tells the id that the child knows it by.
func (e *exchange) abandon(by *session, clientID string) (int64, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, waiting := range e.pending {
		if waiting.session == by && string(waiting.id) == clientID {
			delete(e.pending, id)
			close(waiting.messages)
			return id, true
		}
	}
	return 0, false
}

// deliver takes what the child writes, for as long as it writes.
func (e *exchange) deliver() {
	for found := range e.child.lines {
		if found.tooLong {
			e.tooLong(found.id)
			continue
		}
		var m message
		if json.Unmarshal(found.text, &m) != nil || !(m.isRequest() || m.isNotification() || m.isResponse()) {
			slog.Warn("the server wrote a line that is no JSON-RPC message; it should log to standard error",
				"line", string(found.text[:min(len(found.text), 200)]))
			continue
		}
		e.heard.Store(true)
		switch {
		case m.isResponse():
			var id int64
			if json.Unmarshal(m.ID, &id) == nil {
				e.finish(id, m)
			}
		case m.isRequest():
			e.ask(m)
		default:
			e.notify(m)
		}
	}
	close(e.delivered)
	// A child that writes no more is of no use, should it live on.
	select {
	case <-e.child.ended:
	case <-time.After(time.Second):
		e.child.end()
	}
	e.failAll()
}

// failAll answers every call that waits: the child will not.
func (e *exchange) failAll() {
	e.mu.Lock()
	waiting := make([]int64, 0, len(e.pending))
	for id := range e.pending {
		waiting = append(waiting, id)
	}
	e.mu.Unlock()
	for _, id := range waiting {
		e.finish(id, failure(nil, codeServer, e.epitaph()))
	}
}

func (e *exchange) finish(id int64, answer message) {
	e.mu.Lock()
	done := e.pending[id]
	delete(e.pending, id)
	e.mu.Unlock()
	if done != nil {
		answer.ID = done.id
		done.messages <- answer
		close(done.messages)
	}
}

func (e *exchange) tooLong(id []byte) {
	slog.Error("the server wrote a message that is too long; it was dropped", "limit", maxMessage)
	var n int64
	if json.Unmarshal(id, &n) == nil {
		e.finish(n, failure(nil, codeInternal, fmt.Sprintf("the server's answer is larger than %d bytes: ask for less", maxMessage)))
	}
}

func (e *exchange) notify(notification message) {
	if notification.Method == "notifications/progress" {
		var id int64
		if json.Unmarshal(notification.param("progressToken"), &id) == nil {
			e.mu.Lock()
			about := e.pending[id]
			if about != nil && about.token != nil {
				offer(about.messages, notification.withParam(about.token, "progressToken"))
			}
			e.mu.Unlock()
		}
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, each := range e.sessions {
		each.queue(notification)
	}
}

// offer adds a message without waiting: a client that does not read must not stop the child. One place always stays
// free for the answer.
func offer(messages chan message, m message) bool {
	if len(messages) >= cap(messages)-1 {
		return false
	}
	messages <- m
	return true
}

func (e *exchange) epitaph() string {
	select {
	case <-e.child.ended:
		return fmt.Sprintf("the server's process ended with exit code %d", e.child.code)
	case <-time.After(time.Second):
		return "the server no longer takes requests"
	}
}

// ping asks the child once for a sign of life, if no client has shaken hands with it yet. MCP allows a ping before
// `initialize`, and it leaves the handshake to a client, whose capabilities the child is to learn.
func (e *exchange) ping() {
	e.mu.Lock()
	isNeeded := !e.handshake.begun && !e.handshake.pinged
	e.handshake.pinged = true
	e.mu.Unlock()
	if isNeeded {
		_, _, _ = e.begin(nil, message{Method: "ping"}) // any answer sets heard
	}
}

// inFlight counts the calls of clients.
func (e *exchange) inFlight() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	count := 0
	for _, each := range e.pending {
		if each.session != nil {
			count++
		}
	}
	return count
}

func (e *exchange) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopping = true
}
