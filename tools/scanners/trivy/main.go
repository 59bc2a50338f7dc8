// Judges plans of Terraform by the rules that Trivy carries, and prints what it finds as JSON.
//
//	trivy FOLDER      every file of the folder is a plan, as `terraform show -json` writes it
//
// A plan that cannot be read whole is an error: Trivy's own command would go on without the rest of it.
// https://trivy.dev/latest/docs/scanner/misconfiguration/
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/terraform"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/terraformplan/tfjson"
)

type finding struct {
	File     string `json:"file"`
	Rule     string `json:"rule"`
	Title    string `json:"title"`
	Resource string `json:"resource"`
	Message  string `json:"message"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: trivy FOLDER")
		os.Exit(2)
	}
	found, err := scanned(os.Args[1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(found)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func scanned(folder string) ([]finding, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	scanner := tfjson.New(
		rego.WithEmbeddedPolicies(true),
		rego.WithEmbeddedLibraries(true),
		terraform.ScannerWithStopOnHCLError(true),
	)
	found := []finding{}
	for _, file := range files {
		results, err := scanner.ScanFile(context.Background(), file.Name(), os.DirFS(folder))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
		for _, result := range results.GetFailed() {
			flat := result.Flatten()
			found = append(found, finding{file.Name(), result.Rule().ID, flat.RuleSummary, flat.Resource, flat.Description})
		}
	}
	return found, nil
}
