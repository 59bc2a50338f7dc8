package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A request from a process of the same container: one JSON object, answered by one, or by lines until the end (diary).
type request struct {
	Verb string   `json:"verb"`
	Args []string `json:"args,omitempty"`
	Call *call    `json:"call,omitempty"`
}

type answer struct {
	Code   int    `json:"code"`
	Report *world `json:"report,omitempty"`
	Calls  []call `json:"calls,omitempty"`
	Error  string `json:"error,omitempty"`

	Readers int                `json:"readers,omitempty"` // how many write down its diary
	Dialled map[string]dialled `json:"dialled,omitempty"` // by who asks, who is in the same network
}

// A call of a probe or a hook: what it was called with, as whom, and where.
type call struct {
	Args      []string `json:"args"`
	Uid       int      `json:"uid"`
	Gid       int      `json:"gid"`
	Directory string   `json:"directory"`
}

func thisCall() *call {
	directory, _ := os.Getwd()
	return &call{raws(os.Args), os.Geteuid(), os.Getegid(), raw(directory)}
}

type service struct {
	world   *world
	mutex   sync.Mutex
	calls   []call
	diaries map[chan string]bool
	kept    [][]byte
	ill     atomic.Bool
	hung    atomic.Bool
	stays   atomic.Bool
}

func socketName() string {
	namespace, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
		os.Exit(70)
	}
	return "@witness-" + namespace
}

func listens() bool {
	connection, err := net.Dial("unix", socketName())
	if err == nil {
		connection.Close()
	}
	return err == nil
}

// serve is the life of a service: it ends by a signal, or by an order.
func serve() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1,
		syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGALRM, syscall.SIGABRT)
	control, err := net.Listen("unix", socketName())
	if err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
		os.Exit(70)
	}
	s := &service{world: collect(), diaries: map[chan string]bool{}}
	s.listen()
	fmt.Println("witness: life", s.world.Life, "as", os.Geteuid())
	go s.accept(control)
	for each := range signals {
		s.signalled(each.(syscall.Signal))
	}
}

func (s *service) signalled(which syscall.Signal) {
	s.note("signal " + signalName(which))
	switch {
	case which == syscall.SIGWINCH: // a terminal changes its size: nothing that ends a program
	case s.stays.Load():
		go func() {
			for range time.Tick(100 * time.Millisecond) {
				s.note("tick")
			}
		}()
	default:
		time.Sleep(20 * time.Millisecond) // the diary is read by another process
		os.Exit(0)
	}
}

func (s *service) note(line string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for each := range s.diaries {
		select {
		case each <- fmt.Sprintf("%d %s", time.Now().UnixMilli(), line):
		default: // a reader that does not read is no reason to wait
		}
	}
}

func (s *service) accept(control net.Listener) {
	for {
		connection, err := control.Accept()
		if err != nil {
			continue
		}
		go s.answer(connection)
	}
}

func (s *service) answer(connection net.Conn) {
	defer connection.Close()
	var asked request
	if json.NewDecoder(connection).Decode(&asked) != nil {
		return
	}
	if asked.Verb == "diary" {
		s.diary(connection)
		return
	}
	reply := s.obey(asked)
	json.NewEncoder(connection).Encode(reply)
}

func (s *service) diary(connection net.Conn) {
	lines := make(chan string, 64)
	s.mutex.Lock()
	s.diaries[lines] = true
	s.mutex.Unlock()
	fmt.Fprintln(connection, time.Now().UnixMilli(), "open")
	for line := range lines {
		if _, err := fmt.Fprintln(connection, line); err != nil {
			return
		}
	}
}

func (s *service) obey(asked request) answer {
	number := func(index int) int {
		if index >= len(asked.Args) {
			return 0
		}
		n, _ := strconv.Atoi(asked.Args[index])
		return n
	}
	switch asked.Verb {
	case "called":
		s.record(*asked.Call)
		if s.ill.Load() {
			return answer{Code: 1}
		}
	case "report":
		s.mutex.Lock()
		defer s.mutex.Unlock()
		return answer{Report: s.world, Calls: s.calls, Readers: len(s.diaries)}
	case "end": // with the code given, as a job that is done or a program that crashes
		go func() { time.Sleep(50 * time.Millisecond); os.Exit(number(0)) }()
	case "stay": // signals are noted and do not end it
		s.stays.Store(true)
	case "ill":
		s.ill.Store(number(0) == 1)
	case "hang":
		s.hung.Store(number(0) == 1)
	case "allocate": // MiB, each page of it touched
		block := make([]byte, number(0)<<20)
		for at := 0; at < len(block); at += 4096 {
			block[at] = 1
		}
		s.kept = append(s.kept, block)
	case "listen":
		for _, port := range asked.Args {
			if err := s.open(port); err != nil {
				return answer{Code: 1, Error: err.Error()}
			}
		}
	case "write": // a file, and how many MiB
		if err := os.WriteFile(asked.Args[0], make([]byte, number(1)<<20), 0o644); err != nil {
			return answer{Code: 1, Error: err.Error()}
		}
	default:
		return answer{Code: 2, Error: "unknown verb " + asked.Verb}
	}
	return answer{}
}

func (s *service) record(fresh call) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	one, _ := json.Marshal(fresh)
	for _, known := range s.calls {
		if other, _ := json.Marshal(known); string(one) == string(other) {
			return
		}
	}
	s.calls = append(s.calls, fresh)
}

// ask speaks with the service of this container; it may not have come as far as listening.
func ask(what request, sink io.Writer) (int, error) {
	var connection net.Conn
	var err error
	for attempt := 0; attempt < 40; attempt++ {
		if connection, err = net.Dial("unix", socketName()); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return 1, err
	}
	defer connection.Close()
	if err := json.NewEncoder(connection).Encode(what); err != nil {
		return 1, err
	}
	if what.Verb == "diary" {
		_, err := io.Copy(sink, connection)
		return 0, err
	}
	var reply answer
	if err := json.NewDecoder(connection).Decode(&reply); err != nil {
		return 1, err
	}
	if sink != nil {
		if what.Verb == "report" {
			reply.Dialled = dialAll(what.Args)
		}
		json.NewEncoder(sink).Encode(reply)
	}
	return reply.Code, nil
}

// asked is what a process does that was started from outside to ask or to order something.
func asked(verb string, args []string) int {
	code, err := ask(request{Verb: verb, Args: args}, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
	}
	return code
}
