package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
)

// listen opens the ports that the image's file names, as the program that the witness stands in for would.
func (s *service) listen() {
	var ports []string
	text, err := os.ReadFile("/.witness/ports.json")
	if err == nil {
		err = json.Unmarshal(text, &ports)
	}
	for _, port := range ports {
		// Another service of the same image may share this network and hold the port already.
		_ = s.open(port)
	}
}

// open listens on `80`, `80/tcp` or `53/udp`. A TCP port answers HTTP, with and without TLS, and gRPC's health check.
func (s *service) open(port string) error {
	number, protocol, _ := strings.Cut(port, "/")
	if protocol == "udp" {
		socket, err := net.ListenPacket("udp", ":"+number)
		if err == nil {
			go s.echo(socket)
		}
		return err
	}
	socket, err := net.Listen("tcp", ":"+number)
	if err != nil {
		return err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: http.HandlerFunc(s.http), Protocols: protocols}
	go server.Serve(&eitherListener{Listener: socket, config: certificate(), gone: func() { s.touched(number) }})
	return nil
}

// touched notes what a TCP probe of the node is: a connection, and no more.
func (s *service) touched(port string) {
	s.record(call{Args: []string{"tcp", port}, Uid: -1, Gid: -1})
}

func (s *service) echo(socket net.PacketConn) {
	buffer := make([]byte, 2048)
	for {
		_, from, err := socket.ReadFrom(buffer)
		if err == nil && !s.hung.Load() {
			socket.WriteTo([]byte(s.world.Identity), from)
		}
	}
}

func (s *service) http(w http.ResponseWriter, r *http.Request) {
	for s.hung.Load() {
		time.Sleep(100 * time.Millisecond)
	}
	if strings.HasPrefix(r.UserAgent(), "kube-probe") {
		s.record(call{Args: []string{"http", r.URL.RequestURI()}, Uid: -1, Gid: -1})
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		s.grpcHealth(w)
		return
	}
	if s.ill.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	io.WriteString(w, s.world.Identity)
}

// grpcHealth answers grpc.health.v1.Health/Check: one message of five bytes of frame and the field `status`.
func (s *service) grpcHealth(w http.ResponseWriter) {
	status := byte(1) // SERVING
	if s.ill.Load() {
		status = 2
	}
	s.record(call{Args: []string{"grpc"}, Uid: -1, Gid: -1})
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	w.Write([]byte{0, 0, 0, 0, 2, 8, status})
	w.Header().Set("Grpc-Status", "0")
}

// eitherListener speaks TLS with who begins with a handshake, and plain text with all others.
type eitherListener struct {
	net.Listener
	config *tls.Config
	gone   func() // somebody has connected and gone without a word
}

func (l *eitherListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &either{Conn: connection, config: l.config, gone: l.gone}, nil
}

type either struct {
	net.Conn
	config *tls.Config
	gone   func()
	once   sync.Once
	reader io.Reader
	secure *tls.Conn
}

func (c *either) begin() {
	buffered := bufio.NewReader(c.Conn)
	c.reader = buffered
	first, err := buffered.Peek(1)
	if err != nil {
		c.gone()
	} else if first[0] == 0x16 {
		c.secure = tls.Server(&replayed{c.Conn, buffered}, c.config)
	}
}

func (c *either) Read(into []byte) (int, error) {
	c.once.Do(c.begin)
	if c.secure != nil {
		return c.secure.Read(into)
	}
	return c.reader.Read(into)
}

func (c *either) Write(from []byte) (int, error) {
	if c.secure != nil {
		return c.secure.Write(from)
	}
	return c.Conn.Write(from)
}

type replayed struct {
	net.Conn
	reader io.Reader
}

func (r *replayed) Read(into []byte) (int, error) { return r.reader.Read(into) }

var certificate = sync.OnceValue(func() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
})

const patience = 3 * time.Second

// How often a name server or a service that says nothing is asked: on a busy machine an answer may come late.
const attempts = 4

// What became of one `name:port/protocol`, or of a `name` alone.
type dialled struct {
	Addresses []string `json:"addresses"`
	Lookup    string   `json:"lookup"`             // "" or why there is no address
	Outcome   string   `json:"outcome"`            // answered, refused, silent, unreachable, ""
	Answered  string   `json:"answered,omitempty"` // identity of who answered
}

func dialAll(targets []string) map[string]dialled {
	found := make(map[string]dialled, len(targets))
	var mutex sync.Mutex
	var group sync.WaitGroup
	for _, target := range targets {
		group.Add(1)
		go func() {
			defer group.Done()
			one := dial(target)
			mutex.Lock()
			defer mutex.Unlock()
			found[target] = one
		}()
	}
	group.Wait()
	return found
}

func dial(target string) dialled {
	address, protocol, _ := strings.Cut(target, "/")
	name, port, _ := strings.Cut(address, ":")
	addresses, why := lookup(name)
	result := dialled{Addresses: addresses, Lookup: why}
	if why != "" || port == "" {
		return result
	}
	if protocol == "" {
		protocol = "tcp"
	}
	for range attempts {
		result.Outcome, result.Answered = askAt(protocol, net.JoinHostPort(addresses[0], port))
		if result.Outcome == "answered" || result.Outcome == "refused" {
			break
		}
	}
	return result
}

func askAt(protocol, address string) (string, string) {
	connection, err := net.DialTimeout(protocol, address, patience)
	if err != nil {
		return outcome(err), ""
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(patience))
	if protocol == "udp" {
		connection.Write([]byte("who"))
		buffer := make([]byte, 64)
		count, err := connection.Read(buffer)
		return outcome(err), string(buffer[:count])
	}
	io.WriteString(connection, "GET / HTTP/1.0\r\n\r\n")
	text, err := io.ReadAll(connection)
	_, body, _ := strings.Cut(string(text), "\r\n\r\n")
	return outcome(err), body
}

func lookup(name string) ([]string, string) {
	if net.ParseIP(name) != nil {
		return []string{name}, ""
	}
	resolver := &net.Resolver{PreferGo: true}
	var problem *net.DNSError
	for range attempts {
		limit, cancel := context.WithTimeout(context.Background(), 2*patience)
		addresses, err := resolver.LookupHost(limit, name)
		cancel()
		if err == nil {
			sort.Strings(addresses)
			return addresses, ""
		}
		if errors.As(err, &problem) && problem.IsNotFound {
			return nil, "no such name"
		}
	}
	return nil, "no answer"
}

func outcome(err error) string {
	var timeout net.Error
	switch {
	case err == nil:
		return "answered"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "silent"
	default:
		return "unreachable"
	}
}
