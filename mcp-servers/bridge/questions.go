package main

// ask brings a question of the child to one client. On stdio nothing says which call a question is about: it goes to
// the only session that has calls in flight, or, when there is none, to one that listens. Where several have, it is
// refused: nobody shall be asked about what somebody else does.
func (e *exchange) ask(question message) {
	e.mu.Lock()
	var to *session
	var about *call
	calls, isClear := 0, true
	for _, each := range e.pending {
		if each.session == nil {
			continue
		}
		isClear = isClear && (to == nil || to == each.session)
		to, about, calls = each.session, each, calls+1
	}
	switch {
	case !isClear:
		to = nil
	case calls == 0:
		to = e.listening()
	}
	if to != nil {
		e.asked[string(question.ID)] = to
		// the stream of a call is for what is about that call, unless the session has no other
		isAboutCall := calls == 1 || (calls > 1 && !to.hasStream())
		if !isAboutCall || !offer(about.messages, question) {
			to.queue(question)
		}
	}
	e.mu.Unlock()
	if to == nil {
		why := "no client is there to be asked"
		if !isClear {
			why = "several clients have calls in flight: it is not clear whom to ask"
		}
		_ = e.child.send(failure(question.ID, codeServer, why).encode())
	}
}

func (e *exchange) listening() *session {
	for _, candidate := range e.sessions {
		if candidate.hasStream() {
			return candidate
		}
	}
	return nil
}

// reply brings a client's answer to a question of the child, if that client was asked.
func (e *exchange) reply(from *session, answer message) {
	e.mu.Lock()
	known := e.asked[string(answer.ID)] == from
	delete(e.asked, string(answer.ID))
	e.mu.Unlock()
	if known {
		_ = e.child.send(answer.encode())
	}
}
