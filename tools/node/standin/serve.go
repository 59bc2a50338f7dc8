package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"math/big"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

const secondsToDrain = 8

// health is the answer of grpc.health.v1.Health/Check: a frame of two bytes that say SERVING
// (https://github.com/grpc/grpc/blob/master/doc/health-checking.md).
var health = []byte{0, 0, 0, 0, 2, 8, 1}

// serve answers on every port until SIGTERM, then lets running requests end as a good server does.
func serve(listen map[string]string) error {
	handler := answers()
	failed := make(chan error, len(listen))
	var servers []*http.Server
	for port, kind := range listen {
		server := &http.Server{Addr: ":" + port, Handler: handler, ReadHeaderTimeout: time.Minute}
		servers = append(servers, server)
		switch kind {
		case "https":
			certificate, err := selfSigned()
			if err != nil {
				return err
			}
			server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
			go func() { failed <- server.ListenAndServeTLS("", "") }()
		case "grpc":
			server.Protocols = new(http.Protocols)
			server.Protocols.SetUnencryptedHTTP2(true)
			server.Protocols.SetHTTP1(true)
			fallthrough
		default:
			go func() { failed <- server.ListenAndServe() }()
		}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT)
	log.Printf("%v, uid %d", listen, os.Getuid())
	select {
	case err := <-failed:
		return err
	case <-stop:
	}
	limit, cancel := context.WithTimeout(context.Background(), secondsToDrain*time.Second)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(limit); err != nil {
			return err
		}
	}
	return nil
}

// answers says who it is on every path; below /standin/ it does what a test asks of it.
func answers() http.Handler {
	host, _ := os.Hostname()
	var unready atomic.Bool
	var kept [][]byte
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") == "application/grpc" {
			w.Header().Set("Content-Type", "application/grpc")
			w.Header().Set("Trailer", "Grpc-Status")
			w.Write(health)
			w.Header().Set("Grpc-Status", "0")
			return
		}
		if unready.Load() {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, `{"host": %q, "version": %q, "status": "green"}`+"\n", host, os.Getenv("VERSION"))
	})
	mux.HandleFunc("/standin/unready", func(http.ResponseWriter, *http.Request) { unready.Store(true) })
	mux.HandleFunc("/standin/crash", func(http.ResponseWriter, *http.Request) { os.Exit(3) })
	mux.HandleFunc("/standin/allocate", func(w http.ResponseWriter, r *http.Request) {
		mebibytes, _ := strconv.Atoi(r.URL.Query().Get("mib"))
		block := make([]byte, mebibytes<<20)
		for i := range block {
			block[i] = 1 // a page is given only when it is written
		}
		kept = append(kept, block)
	})
	mux.HandleFunc("/standin/environment", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, os.Getenv(r.URL.Query().Get("name")))
	})
	return mux
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
