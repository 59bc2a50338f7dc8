package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// result is what load has seen: how many were answered well, what went wrong, and which answers came.
type result struct {
	Answered int            `json:"answered"`
	Failed   map[string]int `json:"failed"`
	Bodies   map[string]int `json:"bodies"`
	Slowest  float64        `json:"slowest"`
}

// load asks URLs in turn, with several clients at once, until its stdin ends, and then prints a result as JSON. Its first
// line comes when the first request is done, and one more with each answer that is like none before it.
func load(arguments []string) error {
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	clients := flags.Int("clients", 4, "how many ask at once")
	kept := flags.Bool("kept", false, "each client keeps its connection; otherwise each request has a new one")
	pause := flags.Duration("pause", 20*time.Millisecond, "between two requests of a client")
	flags.Parse(arguments)

	all := result{Failed: map[string]int{}, Bodies: map[string]int{}}
	var lock sync.Mutex
	var begun sync.Once
	done := make(chan struct{})
	var group sync.WaitGroup
	for range *clients {
		group.Add(1)
		go func() {
			defer group.Done()
			client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
				DisableKeepAlives: !*kept, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
			for number := 0; ; number++ {
				select {
				case <-done:
					return
				case <-time.After(*pause):
				}
				asked := time.Now()
				url := flags.Arg(number % flags.NArg())
				body, failure := ask(client, url)
				lock.Lock()
				begun.Do(func() { fmt.Println("begun") })
				all.Slowest = max(all.Slowest, time.Since(asked).Seconds())
				if failure != "" {
					all.Failed[url+": "+failure]++
				} else {
					all.Answered++
					all.Bodies[body]++
					if all.Bodies[body] == 1 {
						fmt.Println("another")
					}
				}
				lock.Unlock()
			}
		}()
	}
	io.Copy(io.Discard, os.Stdin)
	close(done)
	group.Wait()
	return json.NewEncoder(os.Stdout).Encode(all)
}

// ask answers the body, or what went wrong: a connection that failed, an answer cut short, a status that is no success.
func ask(client *http.Client, url string) (string, string) {
	response, err := client.Get(url)
	if err != nil {
		return "", err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return "", err.Error()
	case response.StatusCode >= http.StatusBadRequest:
		return "", response.Status
	}
	return strings.TrimSpace(string(body)), ""
}
