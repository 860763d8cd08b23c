package main

import (
	"crypto/rand"
	"sync"
	"time"
)

// session is one client's handshake, and what the child has to say to that client outside of its calls.
type session struct {
	id      string
	isFirst bool // whose `initialize` the child got to see

	mu       sync.Mutex
	used     time.Time
	streams  int
	messages chan message
}

func newSession(isFirst bool) *session {
	return &session{id: rand.Text(), isFirst: isFirst, used: time.Now(), messages: make(chan message, maxQueued)}
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
func (e *exchange) open(isFirst bool) *session {
	opened := newSession(isFirst)
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

func (e *exchange) close(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, known := e.sessions[id]
	delete(e.sessions, id)
	return known
}
