package main

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// guarded lets through only who is in the same pod, calls us localhost, and has the token (if there is one).
func guarded(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !peer.Addr().Unmap().IsLoopback() {
			refuse(w, http.StatusForbidden, "this endpoint is for clients in the same pod, over localhost")
			return
		}
		if !isLocal(r.Host) || !fromLocal(r.Header.Get("Origin")) {
			refuse(w, http.StatusForbidden, "this endpoint is for localhost only: wrong Host or Origin")
			return
		}
		given, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if token != "" && (!isBearer || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, http.StatusUnauthorized, "send this server's token as a bearer")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || (err == nil && address.IsLoopback())
}

func fromLocal(origin string) bool {
	if origin == "" {
		return true
	}
	parsed, err := url.Parse(origin)
	return err == nil && isLocal(parsed.Host)
}
