{{- /*
What values.yaml decides, put into the manifests below files/. Each of these takes a dict, changes what is in it, and
writes nothing, but for "text".
*/}}

{{- /* A value as the text that a variable or a tag needs: 8080, true, 720h. */}}
{{- define "longshore.text" -}}
{{- if kindIs "string" . -}}{{ . }}{{- else if not (kindIs "invalid" .) -}}{{ toJson . }}{{- end -}}
{{- end }}

{{- /* over: what takes the place of the same in base, map by map; null takes it away. */}}
{{- define "longshore.merge" }}
{{- $base := .base }}
{{- range $key, $value := .over }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $base $key }}
{{- else if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "longshore.merge" (dict "base" (get $base $key) "over" $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{- /* A container by the block of its service: image, env, resources, probes. */}}
{{- define "longshore.container" }}
{{- $container := .container }}
{{- $service := .service }}
{{- with $service.image }}
{{- $image := .repository }}
{{- with include "longshore.text" .tag }}{{ $image = printf "%s:%s" $image . }}{{ end }}
{{- with .digest }}{{ $image = printf "%s@%s" $image . }}{{ end }}
{{- $_ := set $container "image" $image }}
{{- with .pullPolicy }}{{ $_ := set $container "imagePullPolicy" . }}{{ end }}
{{- end }}
{{- include "longshore.env" . }}
{{- if hasKey $service "resources" }}
{{- $_ := set $container "resources" $service.resources }}
{{- else }}
{{- $_ := unset $container "resources" }}
{{- end }}
{{- range $name := list "livenessProbe" "readinessProbe" "startupProbe" }}
{{- $wanted := get $service $name }}
{{- if not (kindIs "map" $wanted) }}{{ $wanted = dict "enabled" false }}{{ end }}
{{- include "longshore.probe" (dict "container" $container "name" $name "wanted" $wanted) }}
{{- end }}
{{- end }}

{{- /* One probe: what is asked stays as files/ has it, unless something else is to be asked. */}}
{{- define "longshore.probe" }}
{{- $asked := pick (get .container .name | default dict) "exec" "httpGet" "tcpSocket" "grpc" }}
{{- $wanted := omit .wanted "enabled" }}
{{- with omit (pick $wanted "exec" "httpGet" "tcpSocket" "grpc") (keys $asked | join "") }}
{{- $wanted = omit $wanted (keys $asked | join "") }}
{{- $asked = dict }}
{{- end }}
{{- $_ := unset .container .name }}
{{- if dig "enabled" true .wanted }}
{{- include "longshore.merge" (dict "base" $asked "over" $wanted) }}
{{- $_ := set .container .name $asked }}
{{- end }}
{{- end }}

{{- /*
The variables of a container, in their order, since $(NAME) is one that stands before. A value is that of the service,
else that of all; what has none is left out, and what comes from a Secret stays. New ones come last.
*/}}
{{- define "longshore.env" }}
{{- $own := .service.env | default dict }}
{{- $common := .root.Values.commonEnv | default dict }}
{{- $entries := list }}
{{- $names := dict }}
{{- range .container.env }}
{{- $_ := set $names .name true }}
{{- if hasKey $own .name }}
{{- $entries = append $entries (dict "name" .name "value" (include "longshore.text" (get $own .name))) }}
{{- else if not (hasKey . "value") }}
{{- $entries = append $entries . }}
{{- else if hasKey $common .name }}
{{- $entries = append $entries (dict "name" .name "value" (include "longshore.text" (get $common .name))) }}
{{- end }}
{{- end }}
{{- range $name, $value := $own }}
{{- if not (hasKey $names $name) }}
{{- $entries = append $entries (dict "name" $name "value" (include "longshore.text" $value)) }}
{{- end }}
{{- end }}
{{- if $entries }}{{ $_ := set .container "env" $entries }}{{ else }}{{ $_ := unset .container "env" }}{{ end }}
{{- end }}

{{- /*
A workload by the blocks of all services that run in its pods. What is in the pods of a Job cannot be changed once it is
there: one that is not as files/ has it gets a name of its own.
*/}}
{{- define "longshore.workload" }}
{{- $root := .root }}
{{- $service := .service }}
{{- $workload := .object }}
{{- $template := $workload.spec.template }}
{{- $pod := $template.spec }}
{{- $before := toJson $template }}
{{- $containers := list }}
{{- range $pod.containers }}
{{- if hasKey $root.Values.services .name }}
{{- include "longshore.container" (dict "root" $root "container" . "service" (get $root.Values.services .name)) }}
{{- $containers = append $containers . }}
{{- end }}
{{- end }}
{{- $_ := set $pod "containers" $containers }}
{{- if $root.Values.imagePullSecrets }}
{{- $_ := set $pod "imagePullSecrets" $root.Values.imagePullSecrets }}
{{- else }}
{{- $_ := unset $pod "imagePullSecrets" }}
{{- end }}
{{- $over := dict }}
{{- range $field := list "nodeSelector" "affinity" }}
{{- with get $service $field }}{{ $_ := set $over $field . }}{{ end }}
{{- end }}
{{- with $service.tolerations }}{{ $_ := set $over "tolerations" (concat ($pod.tolerations | default list) .) }}{{ end }}
{{- include "longshore.merge" (dict "base" $pod "over" $over) }}
{{- $metadata := dict }}
{{- with $service.podLabels }}{{ $_ := set $metadata "labels" . }}{{ end }}
{{- with $service.podAnnotations }}{{ $_ := set $metadata "annotations" . }}{{ end }}
{{- include "longshore.merge" (dict "base" $template.metadata "over" $metadata) }}
{{- if and (eq $workload.kind "Job") (ne $before (toJson $template)) }}
{{- $name := trimSuffix (printf "-%s" (splitList "-" $workload.metadata.name | last)) $workload.metadata.name }}
{{- $_ := set $workload.metadata "name" (printf "%s-%s" $name (toJson $template | sha256sum | trunc 8)) }}
{{- end }}
{{- if dig "autoscaling" "enabled" false $service }}
{{- $_ := unset $workload.spec "replicas" }}
{{- else if hasKey $service "replicaCount" }}
{{- $_ := set $workload.spec "replicas" $service.replicaCount }}
{{- end }}
{{- end }}

{{- /* An autoscaler by the block of its service. */}}
{{- define "longshore.autoscaler" }}
{{- $wanted := .service.autoscaling }}
{{- $metrics := list }}
{{- range $resource, $key := dict "cpu" "targetCPUUtilizationPercentage" "memory" "targetMemoryUtilizationPercentage" }}
{{- with get $wanted $key }}
{{- $target := dict "type" "Utilization" "averageUtilization" . }}
{{- $metrics = append $metrics (dict "type" "Resource" "resource" (dict "name" $resource "target" $target)) }}
{{- end }}
{{- end }}
{{- $_ := set .object.spec "minReplicas" ($wanted.minReplicas | default 1) }}
{{- $_ := set .object.spec "maxReplicas" $wanted.maxReplicas }}
{{- $_ := set .object.spec "metrics" $metrics }}
{{- end }}

{{- /* An Ingress by the block of its service. host: of the one in files/ that is called as the service is. */}}
{{- define "longshore.ingress" }}
{{- $spec := .object.spec }}
{{- $wanted := .service.ingress }}
{{- $host := .host }}
{{- if $wanted.className }}
{{- $_ := set $spec "ingressClassName" $wanted.className }}
{{- else }}
{{- $_ := unset $spec "ingressClassName" }}
{{- end }}
{{- range $spec.rules }}
{{- if eq .host $host }}{{ $_ := set . "host" $wanted.host }}{{ end }}
{{- end }}
{{- if eq .object.metadata.name .name }}
{{- with $wanted.tlsSecret }}
{{- $_ := set $spec "tls" (list (dict "hosts" (list $wanted.host) "secretName" .)) }}
{{- else }}
{{- $_ := unset $spec "tls" }}
{{- end }}
{{- with $wanted.annotations }}
{{- $_ := set $.object.metadata "annotations" . }}
{{- else }}
{{- $_ := unset .object.metadata "annotations" }}
{{- end }}
{{- end }}
{{- end }}

{{- /* A Service by the block of its service: whether it is open to the outside, and how. */}}
{{- define "longshore.service" }}
{{- $wanted := .service.service }}
{{- range $field := list "type" "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if hasKey $wanted $field }}{{ $_ := set $.object.spec $field (get $wanted $field) }}{{ end }}
{{- end }}
{{- with $wanted.annotations }}
{{- $_ := set $.object.metadata "annotations" (merge (dict) . ($.object.metadata.annotations | default dict)) }}
{{- end }}
{{- end }}
