// Command oracle answers, line by line, how Docker's own library reads a compose project.
//
// A request is one line of JSON: directory, files, environment, env_files, profiles, services, name,
// project_directory, literal (no interpolation). The answer is one line: the model, or why there is none.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/docker/cli/pkg/kvfile"
	"github.com/sirupsen/logrus"
	"go.yaml.in/yaml/v4"
)

type request struct {
	Directory        string            `json:"directory"`
	Files            []string          `json:"files"`
	Environment      map[string]string `json:"environment"`
	EnvFiles         []string          `json:"env_files"`
	Profiles         []string          `json:"profiles"`
	Services         []string          `json:"services"`
	Name             string            `json:"name"`
	ProjectDirectory string            `json:"project_directory"`
	Literal          bool              `json:"literal"`
}

type answer struct {
	Model any    `json:"model"`
	Error string `json:"error,omitempty"`
}

// raw is the env_file format that Docker Compose adds to those of the library.
func raw(r io.Reader, _ string, vars map[string]string, lookup func(string) (string, bool)) error {
	lines, err := kvfile.ParseFromReader(r, lookup)
	for _, line := range lines {
		key, value, _ := strings.Cut(line, "=")
		vars[key] = value
	}
	return err
}

func read(asked request) (result answer) {
	defer func() {
		if failure := recover(); failure != nil {
			result = answer{Error: fmt.Sprint("panic: ", failure)}
		}
	}()
	os.Clearenv()
	for name, value := range asked.Environment {
		os.Setenv(name, value)
	}
	if err := os.Chdir(asked.Directory); err != nil {
		return answer{Error: err.Error()}
	}
	// The order of Docker Compose's own commands: `.env` is read again once the project directory is known.
	options, err := cli.NewProjectOptions(asked.Files,
		cli.WithWorkingDirectory(asked.ProjectDirectory), cli.WithOsEnv,
		cli.WithEnvFiles(asked.EnvFiles...), cli.WithDotEnv, cli.WithConfigFileEnv, cli.WithDefaultConfigPath,
		cli.WithEnvFiles(asked.EnvFiles...), cli.WithDotEnv, cli.WithDefaultProfiles(asked.Profiles...),
		cli.WithName(asked.Name), cli.WithInterpolation(!asked.Literal), cli.WithResolvedPaths(true),
		cli.WithDiscardEnvFile, cli.WithSelectedServices(asked.Services...))
	if err != nil {
		return answer{Error: err.Error()}
	}
	if asked.Literal {
		// What `docker compose config --no-interpolate` prints: the model before it is bound to types.
		model, err := options.LoadModel(context.Background())
		if err != nil {
			return answer{Error: err.Error()}
		}
		return answer{Model: model}
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return answer{Error: err.Error()}
	}
	text, err := project.MarshalYAML()
	if err == nil {
		err = yaml.Unmarshal(text, &result.Model)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return result
}

func main() {
	logrus.SetOutput(io.Discard)
	dotenv.RegisterFormat("raw", raw)
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		result := answer{}
		if err := json.Unmarshal(line, &asked); err != nil {
			result.Error = "request: " + err.Error()
		} else {
			result = read(asked)
		}
		if err := answers.Encode(result); err != nil {
			_ = answers.Encode(answer{Error: err.Error()})
		}
	}
}
