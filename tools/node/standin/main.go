// One static program in the place of an image's own: it listens where that one listens, answers what its health check
// asks, ends where that one ends, and makes load. What it plays is written in /etc/standin.json of the image.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// role is what an image's program does.
type role struct {
	// Listen has the ports, each with http, https or grpc.
	Listen map[string]string `json:"listen"`
	// Checks are the beginnings of command lines that ask whether the ports answer.
	Checks []string `json:"checks"`
	// Ends are words of command lines that do something once; each has the address it dials first, or "".
	Ends map[string]string `json:"ends"`
}

func main() {
	line := strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " ")
	if len(os.Args) > 1 && os.Args[1] == "load" {
		exit(load(os.Args[2:]))
	}
	var played role
	if text, err := os.ReadFile("/etc/standin.json"); err == nil {
		if err := json.Unmarshal(text, &played); err != nil {
			exit(err)
		}
	}
	for _, beginning := range played.Checks {
		if strings.HasPrefix(line, beginning) {
			exit(check(played.Listen))
		}
	}
	for word, address := range played.Ends {
		if strings.Contains(" "+line+" ", " "+word+" ") {
			exit(once(address))
		}
	}
	if len(played.Listen) == 0 && len(played.Ends) > 0 {
		exit(nil) // a tool: without a word for it, it says how it is used, and ends
	}
	exit(serve(played.Listen))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// once dials one time, as most migrations do, and is done.
func once(address string) error {
	if address == "" {
		return nil
	}
	connection, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return err
	}
	return connection.Close()
}

// check asks whether every port of this container takes connections.
func check(listen map[string]string) error {
	for port := range listen {
		if err := once(net.JoinHostPort("127.0.0.1", port)); err != nil {
			return err
		}
	}
	return nil
}
