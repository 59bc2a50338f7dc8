{{- /* One object, in the namespace of the release. */}}
{{- define "longshore.object" }}
{{- $object := .object }}
{{- if hasKey $object.metadata "namespace" }}
{{- $_ := set $object.metadata "namespace" .root.Release.Namespace }}
{{- end }}
{{- $policy := (.root.Values.persistence | default dict).resourcePolicy }}
{{- if and $policy (eq $object.kind "PersistentVolumeClaim") }}
{{- $annotations := dict "helm.sh/resource-policy" $policy }}
{{- include "longshore.merge" (dict "base" $object.metadata "over" (dict "annotations" $annotations)) }}
{{- end }}
{{- if or (ne $object.kind "NetworkPolicy") (.root.Values.networkPolicy | default dict).enabled }}
---
{{ include "longshore.yaml" $object }}
{{- end }}
{{- end }}

{{- /* An object as YAML; "toYaml" writes nothing where a text has one of the characters that only an escape may stand for. */}}
{{- define "longshore.yaml" -}}
{{- $text := toYaml . }}
{{- if not $text }}
{{- $text = toJson . }}
{{- range concat (untilStep 127 160 1) (list 65279 65534 65535) }}
{{- $text = replace (printf "%c" .) (printf "\\u%04x" .) $text }}
{{- end }}
{{- end }}
{{- $text }}
{{- end }}

{{- /* What values.yaml asks for beyond files/. */}}
{{- define "longshore.more" }}
{{- $workload := dict }}
{{- range $kind := list "Deployment" "StatefulSet" }}
{{- with get $.there (printf "%s/%s" $kind $.name) }}{{ $workload = . }}{{ end }}
{{- end }}
{{- if $workload }}
{{- $context := merge (dict "workload" $workload) . }}
{{- $scaled := dig "autoscaling" "enabled" false .service }}
{{- if and $scaled (not (hasKey .there (printf "HorizontalPodAutoscaler/%s" .name))) }}
{{- include "longshore.new.autoscaler" $context }}
{{- end }}
{{- $most := ternary (dig "autoscaling" "maxReplicas" 1 .service) (.service.replicaCount | default 1) $scaled | int }}
{{- if and (gt $most 1) (not (hasKey .there (printf "PodDisruptionBudget/%s" .name))) }}
{{- include "longshore.new.budget" $context }}
{{- end }}
{{- if and .routed (not (hasKey .there (printf "Ingress/%s" .name))) }}
{{- include "longshore.new.ingress" $context }}
{{- end }}
{{- if and (or .open .routed) (not (hasKey .there "public")) }}
{{- include "longshore.new.policy" $context }}
{{- end }}
{{- end }}
{{- end }}

{{- /* An object of a service that files/ has not, with the labels of its workload. */}}
{{- define "longshore.new" }}
{{- $metadata := merge (dict "name" .called) (pick .workload.metadata "namespace" "labels") }}
{{- $object := dict "apiVersion" .version "kind" .kind "metadata" $metadata "spec" .spec }}
{{- include "longshore.object" (dict "root" .root "object" $object) }}
{{- end }}

{{- define "longshore.new.autoscaler" }}
{{- $target := dict "apiVersion" .workload.apiVersion "kind" .workload.kind "name" .workload.metadata.name }}
{{- $object := dict "spec" (dict "scaleTargetRef" $target) }}
{{- include "longshore.autoscaler" (dict "service" .service "object" $object) }}
{{- $own := dict "called" .name "version" "autoscaling/v2" "kind" "HorizontalPodAutoscaler" "spec" $object.spec }}
{{- include "longshore.new" (merge $own .) }}
{{- end }}

{{- define "longshore.new.budget" }}
{{- $spec := dict "maxUnavailable" 1 "unhealthyPodEvictionPolicy" "AlwaysAllow" "selector" .workload.spec.selector }}
{{- $own := dict "called" .name "version" "policy/v1" "kind" "PodDisruptionBudget" "spec" $spec }}
{{- include "longshore.new" (merge $own .) }}
{{- end }}

{{- define "longshore.new.ingress" }}
{{- $wanted := .service.ingress }}
{{- $port := dict "number" (include "longshore.port" . | fromJson).port }}
{{- $backend := dict "service" (dict "name" .name "port" $port) }}
{{- $path := dict "path" ($wanted.path | default "/") "pathType" "Prefix" "backend" $backend }}
{{- $spec := dict "rules" (list (dict "host" $wanted.host "http" (dict "paths" (list $path)))) }}
{{- $object := dict "metadata" (merge (dict "name" .name) (pick .workload.metadata "namespace" "labels")) "spec" $spec }}
{{- $_ := set $object "apiVersion" "networking.k8s.io/v1" }}
{{- $_ := set $object "kind" "Ingress" }}
{{- include "longshore.ingress" (dict "name" .name "service" .service "object" $object "host" $wanted.host) }}
{{- include "longshore.object" (dict "root" .root "object" $object) }}
{{- end }}

{{- /* Lets callers from outside in, where networks keep everybody else out. */}}
{{- define "longshore.new.policy" }}
{{- $ports := list }}
{{- if .open }}
{{- range (get .there (printf "Service/%s" .name)).spec.ports }}
{{- $ports = append $ports (dict "port" .targetPort "protocol" .protocol) }}
{{- end }}
{{- else }}
{{- $port := include "longshore.port" . | fromJson }}
{{- $ports = append $ports (dict "port" $port.targetPort "protocol" "TCP") }}
{{- end }}
{{- $spec := dict "podSelector" .workload.spec.selector "policyTypes" (list "Ingress") }}
{{- $_ := set $spec "ingress" (list (dict "ports" $ports)) }}
{{- $own := dict "called" (printf "public-%s" .name | trunc 63 | trimSuffix "-") "version" "networking.k8s.io/v1" "kind" "NetworkPolicy" "spec" $spec }}
{{- include "longshore.new" (merge $own .) }}
{{- end }}

{{- /* The port of a service to which an Ingress leads, as JSON. */}}
{{- define "longshore.port" }}
{{- $wanted := dig "ingress" "port" 0 .service | int }}
{{- $found := dict }}
{{- range (get .there (printf "Service/%s" .name) | default (dict "spec" dict)).spec.ports }}
{{- if and (not $found) (or (not $wanted) (eq (int .port) $wanted)) }}{{ $found = . }}{{ end }}
{{- end }}
{{- if not $found }}{{ fail (printf "services.%s.ingress: its Service has no such port; say another one" .name) }}{{ end }}
{{- toJson $found }}
{{- end }}
