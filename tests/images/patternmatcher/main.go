// Says which files a builder gets, as BuildKit's own library does: one question a line on standard input, patterns and
// paths, and one answer a line, whether each path is kept back; null where a pattern is refused.
// Source: https://github.com/moby/buildkit reads a .dockerignore by these two packages.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

type question struct {
	Text  string   `json:"text"`
	Paths []string `json:"paths"`
}

func answer(asked question) []bool {
	patterns, err := ignorefile.ReadAll(strings.NewReader(asked.Text))
	if err != nil {
		return nil
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil
	}
	kept := []bool{}
	for _, path := range asked.Paths {
		matched, err := matcher.MatchesOrParentMatches(path)
		if err != nil {
			return nil
		}
		kept = append(kept, matched)
	}
	return kept
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		text, _ := json.Marshal(answer(asked))
		os.Stdout.Write(append(text, '\n'))
	}
}
