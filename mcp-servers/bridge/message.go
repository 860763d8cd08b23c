package main

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// message is a JSON-RPC 2.0 message; what is not looked at stays as it came.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

const (
	codeParse    = -32700
	codeInvalid  = -32600
	codeInternal = -32603
	codeServer   = -32000
)

func (m message) isRequest() bool      { return m.Method != "" && hasID(m.ID) }
func (m message) isNotification() bool { return m.Method != "" && !hasID(m.ID) }
func (m message) isResponse() bool {
	return m.Method == "" && hasID(m.ID) && (m.Result != nil || m.Error != nil)
}

func hasID(id json.RawMessage) bool { return len(id) > 0 && !bytes.Equal(id, []byte("null")) }

func (m message) encode() []byte {
	m.JSONRPC = "2.0"
	text, err := json.Marshal(m)
	if err != nil { // a RawMessage that was parsed before can be written again
		panic(err)
	}
	return text
}

func failure(id json.RawMessage, code int, text string) message {
	if !hasID(id) {
		id = json.RawMessage("null")
	}
	content, _ := json.Marshal(map[string]any{"code": code, "message": text})
	return message{ID: id, Error: content}
}

// param is one field of the params; nil if there is none.
func (m message) param(names ...string) json.RawMessage {
	found := m.Params
	for _, name := range names {
		var fields map[string]json.RawMessage
		if json.Unmarshal(found, &fields) != nil {
			return nil
		}
		found = fields[name]
	}
	return found
}

// withParam is the message with one field of its params replaced, at a place that exists.
func (m message) withParam(value json.RawMessage, names ...string) message {
	m.Params = replaced(m.Params, value, names)
	return m
}

func replaced(object, value json.RawMessage, names []string) json.RawMessage {
	if len(names) == 0 {
		return value
	}
	fields := map[string]json.RawMessage{}
	if object != nil && json.Unmarshal(object, &fields) != nil {
		return object
	}
	fields[names[0]] = replaced(fields[names[0]], value, names[1:])
	text, err := json.Marshal(fields)
	if err != nil {
		return object
	}
	return text
}

func number(n int64) json.RawMessage { return json.RawMessage(strconv.FormatInt(n, 10)) }
