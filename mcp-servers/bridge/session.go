package main

import (
	"crypto/rand"
	"encoding/json"
	"sync"
	"time"
)

// session is one client's handshake, and what the child has to say to that client outside of its calls.
type session struct {
	id string

	mu       sync.Mutex
	used     time.Time
	streams  int
	messages chan message
}

func newSession() *session {
	return &session{id: rand.Text(), used: time.Now(), messages: make(chan message, maxQueued)}
}

// queue keeps a message until a stream of the session takes it; the oldest makes room.
func (s *session) queue(m message) {
	for {
		select {
		case s.messages <- m:
			return
		default:
			select {
			case <-s.messages:
			default:
			}
		}
	}
}

func (s *session) hasStream() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams > 0
}

func (s *session) listen(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams += by
}

func (s *session) touch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = time.Now()
}

func (s *session) lastUsed() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// open adds a session, in the place of the one that was silent for longest when there are too many.
func (e *exchange) open() *session {
	opened := newSession()
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.sessions) >= maxSessions {
		var oldest *session
		for _, each := range e.sessions {
			if !each.hasStream() && (oldest == nil || each.lastUsed().Before(oldest.lastUsed())) {
				oldest = each
			}
		}
		if oldest != nil {
			delete(e.sessions, oldest.id)
		}
	}
	e.sessions[opened.id] = opened
	return opened
}

func (e *exchange) find(id string) *session {
	e.mu.Lock()
	defer e.mu.Unlock()
	found := e.sessions[id]
	if found != nil {
		found.touch()
	}
	return found
}

// close ends a session: its calls are cancelled at the child, and what the child asked it is answered with an error.
func (e *exchange) close(id string) bool {
	e.mu.Lock()
	closed, known := e.sessions[id]
	delete(e.sessions, id)
	var calls []int64
	for number, each := range e.pending {
		if known && each.session == closed {
			calls = append(calls, number)
		}
	}
	var questions []string
	for question, asked := range e.asked {
		if known && asked == closed {
			questions = append(questions, question)
			delete(e.asked, question)
		}
	}
	e.mu.Unlock()
	for _, number := range calls {
		e.cancel(number, "the session was closed")
	}
	for _, question := range questions {
		_ = e.child.send(failure(json.RawMessage(question), codeServer, "the client that was asked is gone").encode())
	}
	return known
}
