// A program whose need is known: it takes memory and processor by a schedule, and listens where it is told.
//
//	allocator -memory 0:40,8:150,11:40 -every 20 -cpu 30 -listen 0.0.0.0:8080 -listen 127.0.0.1:9000
//
// From second 0 of each round of 20 it holds 40 MiB, from 8 on 150, from 11 on 40 again, and keeps 0.3 of a core busy.
// `-grow 2` adds 2 MiB a second, and never gives them back. Called as a health check it answers at once.
package main

import (
	"flag"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type addresses []string

func (list *addresses) String() string     { return strings.Join(*list, " ") }
func (list *addresses) Set(s string) error { *list = append(*list, s); return nil }

type step struct{ second, size int }

func main() {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "healthcheck") {
		return
	}
	var listen addresses
	schedule := flag.String("memory", "0:8", "second:MiB, …")
	every := flag.Int("every", 0, "seconds of a round; 0: there is one")
	grow := flag.Int("grow", 0, "MiB a second that are never given back")
	cpu := flag.Int("cpu", 0, "percent of a core")
	write := flag.String("write", "", "a file of 1 MiB to write")
	flag.String("token", "", "not used")
	flag.Var(&listen, "listen", "an address")
	flag.Parse()
	for _, address := range listen {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			panic(err)
		}
		defer listener.Close()
	}
	if *write != "" {
		if err := os.WriteFile(*write, make([]byte, 1<<20), 0o600); err != nil {
			panic(err)
		}
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	go func() { <-end; os.Exit(0) }()
	go busy(*cpu)
	run(steps(*schedule), *every, *grow)
}

func steps(text string) []step {
	var found []step
	for _, part := range strings.Split(text, ",") {
		second, size, _ := strings.Cut(part, ":")
		at, _ := strconv.Atoi(second)
		mib, _ := strconv.Atoi(size)
		found = append(found, step{at, mib})
	}
	return found
}

func run(schedule []step, every, grow int) {
	var held []byte
	var leaked [][]byte
	begun := time.Now()
	for {
		second := int(time.Since(begun).Seconds())
		at := second
		if every > 0 {
			at %= every
		}
		wanted := 0
		for _, step := range schedule {
			if at >= step.second {
				wanted = step.size
			}
		}
		if len(held) != wanted<<20 {
			held = nil
			debug.FreeOSMemory()
			held = touched(wanted << 20)
		}
		for len(leaked) < second*grow {
			leaked = append(leaked, touched(1<<20))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func touched(size int) []byte {
	made := make([]byte, size)
	for at := 0; at < size; at += 4096 {
		made[at] = 1
	}
	return made
}

func busy(percent int) {
	for percent > 0 {
		until := time.Now().Add(time.Duration(percent) * time.Millisecond / 2)
		for time.Now().Before(until) {
		}
		time.Sleep(time.Duration(100-percent) * time.Millisecond / 2)
	}
}
