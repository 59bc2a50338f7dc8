// Expressions of GitHub Actions, evaluated by act's parser (https://github.com/nektos/act/tree/master/pkg/exprparser).
//
// Standard input has one JSON object a line: `text`, what may be interpolated (`condition`: what stands behind `if:`),
// `context`, and `status` of the job, which success() and its like ask for. Standard output has `value` or `error`.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"regexp"
	"strings"

	"github.com/nektos/act/pkg/exprparser"
	"github.com/nektos/act/pkg/model"
)

type question struct {
	Text      string
	Condition bool
	Status    string
	Context   struct {
		Github struct {
			Event      map[string]any
			EventName  string `json:"event_name"`
			Ref        string
			Sha        string
			Repository string
			RunID      string `json:"run_id"`
			RunAttempt string `json:"run_attempt"`
			Token      string
		}
		Vars, Secrets, Env map[string]string
		Inputs, Matrix     map[string]any
		Needs              map[string]struct {
			Outputs map[string]string
			Result  string
		}
		Steps map[string]struct {
			Outputs    map[string]string
			Outcome    string
			Conclusion string
		}
	}
}

var statuses = map[string]int{"success": 0, "failure": 1, "skipped": 2, "": 0}

func environment(asked *question) *exprparser.EvaluationEnvironment {
	given := asked.Context
	needs := map[string]exprparser.Needs{}
	for name, need := range given.Needs {
		needs[name] = exprparser.Needs{Outputs: need.Outputs, Result: need.Result}
	}
	steps := map[string]*model.StepResult{}
	for name, step := range given.Steps {
		result := &model.StepResult{Outputs: step.Outputs}
		_ = result.Outcome.UnmarshalText([]byte(step.Outcome))
		_ = result.Conclusion.UnmarshalText([]byte(step.Conclusion))
		steps[name] = result
	}
	return &exprparser.EvaluationEnvironment{
		Github: &model.GithubContext{
			Event: given.Github.Event, EventName: given.Github.EventName, Ref: given.Github.Ref, Sha: given.Github.Sha,
			Repository: given.Github.Repository, RunID: given.Github.RunID, Token: given.Github.Token,
		},
		Env: given.Env, Vars: given.Vars, Secrets: given.Secrets, Inputs: given.Inputs, Matrix: given.Matrix,
		Job: &model.JobContext{Status: asked.Status}, Needs: needs, Steps: steps,
	}
}

var interpolated = regexp.MustCompile(`(?s)\$\{\{(.*?)\}\}`)

func evaluated(asked *question) (any, error) {
	// Whether a job may run is said by those that it needs; what a step asks for is the status of its own job.
	interpreter := exprparser.NewInterpeter(environment(asked), exprparser.Config{Context: "step"})
	whole := interpolated.FindStringSubmatch(strings.TrimSpace(asked.Text))
	if asked.Condition {
		text := asked.Text
		if whole != nil {
			text = whole[1]
		}
		value, err := interpreter.Evaluate(text, exprparser.DefaultStatusCheckSuccess)
		return exprparser.IsTruthy(value), err
	}
	if whole != nil && whole[0] == strings.TrimSpace(asked.Text) {
		return interpreter.Evaluate(whole[1], exprparser.DefaultStatusCheckNone)
	}
	var failed error
	text := interpolated.ReplaceAllStringFunc(asked.Text, func(part string) string {
		inner := "format('{0}', " + interpolated.FindStringSubmatch(part)[1] + ")"
		value, err := interpreter.Evaluate(inner, exprparser.DefaultStatusCheckNone)
		if err != nil {
			failed = err
			return ""
		}
		return value.(string)
	})
	return text, failed
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		answer := map[string]any{}
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			answer["error"] = err.Error()
		} else if value, err := evaluated(&asked); err != nil {
			answer["error"] = err.Error()
		} else {
			answer["value"] = value
		}
		_ = answers.Encode(answer)
	}
}
