// The witness is the program of every service when a project is run in two worlds: it writes down the world it finds.
//
// It stands at many paths of its image under the names of other programs, so what it plays is said by how it came to be:
//   - process 1, or the child of an init: the service. It collects its world, listens, and waits for orders.
//   - called by its own path with a verb: somebody outside asks, through `docker exec` or `kubectl exec`.
//   - anything else: a probe or a hook of the service. It tells the service what it was called with, and as whom, and ends
//     with the code that the service's health gives it.
//
// Service and callers speak over an abstract Unix socket, named by the mount namespace that only they share: nothing is
// written to a file, so a read-only container without a network answers too.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const self = "/.witness/witness"

func main() {
	name := os.Args[0]
	if name == self && len(os.Args) > 1 {
		os.Exit(asked(os.Args[1], os.Args[2:]))
	}
	if isService() {
		serve()
		return
	}
	os.Exit(called())
}

// isService says whether this process is the one that the container was started for: process 1, or the child of an init.
// Where process 1 is that of another container, neither number nor parent tells, and the first to take the socket is it.
func isService() bool {
	if os.Getpid() == 1 {
		return true
	}
	if os.Getppid() == 1 {
		comm, _ := os.ReadFile("/proc/1/comm")
		return isInit(strings.TrimSpace(string(comm)))
	}
	own, _ := os.Readlink("/proc/self/ns/mnt")
	first, err := os.Readlink("/proc/1/ns/mnt")
	return (err != nil || first != own) && !listens()
}

func isInit(comm string) bool {
	return comm == "docker-init" || comm == "init" || strings.HasPrefix(comm, "tini")
}

// called plays a probe or a hook. `sleep` sleeps, since a hook that waits is there for the waiting.
func called() int {
	if filepath.Base(os.Args[0]) == "sleep" && len(os.Args) > 1 {
		if seconds, err := strconv.ParseFloat(strings.TrimSuffix(os.Args[1], "s"), 64); err == nil {
			time.Sleep(time.Duration(seconds * float64(time.Second)))
		}
	}
	code, err := ask(request{Verb: "called", Call: thisCall()}, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
		return 1
	}
	return code
}
