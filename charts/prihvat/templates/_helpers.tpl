{{- define "prihvat.fullname" -}}
{{- if contains "prihvat" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-prihvat" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "prihvat.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/name: prihvat
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: prihvat
{{- end }}

{{/* What selects all pods of the release. */}}
{{- define "prihvat.selector" -}}
app.kubernetes.io/name: prihvat
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
The processes: a mapping from a name to what it is, the values of `workload` with those of `services.NAME` over them.
Kept in one place, so that each object is made once for each of them.
*/}}
{{- define "prihvat.workloads" -}}
{{- $names := ternary (list "prihvatd") (list "procurement" "handover" "reception" "reporting") (eq .Values.mode "single") }}
{{- $full := include "prihvat.fullname" . }}
{{- $all := dict }}
{{- range $name := $names }}
  {{- $own := get $.Values.services $name | default dict }}
  {{- $w := mergeOverwrite (deepCopy $.Values.workload) (deepCopy $own) }}
  {{- if eq $name "prihvatd" }}
    {{- $_ := set $w "replicas" 1 }}
    {{- $_ := set $w "object" $full }}
    {{- $_ := set $w "program" "prihvatd" }}
    {{- $_ := set $w "stores" 4 }}
  {{- else }}
    {{- $_ := set $w "object" (printf "%s-%s" $full $name) }}
    {{- $_ := set $w "program" (printf "prihvat-%s" $name) }}
    {{- $_ := set $w "stores" 1 }}
  {{- end }}
  {{- $_ := set $all $name $w }}
{{- end }}
{{- toYaml $all }}
{{- end }}

{{- define "prihvat.image" -}}
{{ .root.Values.image.repository }}/{{ .program }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* The memory limit in MiB. */}}
{{- define "prihvat.limitMib" -}}
{{- $limit := .resources.limits.memory | toString }}
{{- if hasSuffix "Gi" $limit }}{{ mul (trimSuffix "Gi" $limit | int64) 1024 }}
{{- else }}{{ trimSuffix "Mi" $limit | int64 }}{{ end }}
{{- end }}

{{/* --call-memory-mib: what callers send and are sent, a quarter of the limit. What is being parsed comes on top of it. */}}
{{- define "prihvat.callMemoryMib" -}}
{{- div (include "prihvat.limitMib" .workload | int64) 4 }}
{{- end }}

{{/* --store-cache-mib: four tenths of the limit, shared by the stores of the process. */}}
{{- define "prihvat.storeCacheMib" -}}
{{- $mib := include "prihvat.limitMib" .workload | int64 }}
{{- if lt $mib 512 }}
  {{- fail (printf "the memory limit of %s is %s: it must be at least 512Mi, four tenths of it for the stores" .name .workload.resources.limits.memory) }}
{{- end }}
{{- div (div (mul $mib 4) 10) (int .workload.stores) }}
{{- end }}

{{- define "prihvat.tlsSecret" -}}
{{- if .Values.tls.secretName }}{{ .Values.tls.secretName }}{{ else }}{{ include "prihvat.fullname" . }}-tls{{ end }}
{{- end }}

{{/* The name by which an instance knows another one's certificate. */}}
{{- define "prihvat.peerName" -}}
{{ include "prihvat.fullname" . }}-peers.{{ .Release.Namespace }}.svc
{{- end }}

{{/* The DNS names that the instances' certificate needs, one a line. */}}
{{- define "prihvat.dnsNames" -}}
{{- $root := . }}
{{- range $name, $w := include "prihvat.workloads" . | fromYaml }}
{{ $w.object }}
{{ $w.object }}.{{ $root.Release.Namespace }}
{{ $w.object }}.{{ $root.Release.Namespace }}.svc
{{ $w.object }}.{{ $root.Release.Namespace }}.svc.{{ $root.Values.clusterDomain }}
*.{{ $w.object }}-headless.{{ $root.Release.Namespace }}.svc.{{ $root.Values.clusterDomain }}
{{- end }}
{{ include "prihvat.peerName" . }}
{{- $hosts := list }}
{{- range $outside := list .Values.gateway .Values.ingress }}
  {{- if $outside.enabled }}
    {{- range $_, $host := include "prihvat.hosts" (dict "root" $root "host" $outside.host) | fromYaml }}{{ $hosts = append $hosts $host }}{{ end }}
  {{- end }}
{{- end }}
{{- range $hosts | uniq }}
{{ . }}
{{- end }}
{{- end }}

{{/* The names by which callers from outside reach each process, under `host`. */}}
{{- define "prihvat.hosts" -}}
{{- $host := .host }}
{{- range $name, $_ := include "prihvat.workloads" .root | fromYaml }}
{{ $name }}: {{ ternary $host (printf "%s.%s" $name $host) (eq $name "prihvatd") }}
{{- end }}
{{- end }}

{{- define "prihvat.identities" -}}
identities:
  # Another instance, which sends a call on in its caller's name.
  - certificate: dns:{{ include "prihvat.peerName" . }}
    speaks_for: ["*"]
{{- with .Values.identities }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end }}

{{/* PRIHVAT_SERVER of prihvatctl within the cluster. */}}
{{- define "prihvat.servers" -}}
{{- $root := . }}
{{- $servers := list }}
{{- range $name, $w := include "prihvat.workloads" . | fromYaml }}
  {{- $address := printf "%s.%s.svc.%s:%d" $w.object $root.Release.Namespace $root.Values.clusterDomain (int $root.Values.ports.grpc) }}
  {{- $servers = append $servers (ternary $address (printf "%s=%s" $name $address) (eq $name "prihvatd")) }}
{{- end }}
{{- join "," $servers }}
{{- end }}

{{/* Ports of Kafka's brokers, each once. */}}
{{- define "prihvat.kafkaPorts" -}}
{{- $ports := list }}
{{- range .Values.kafka.brokers }}{{ $ports = append $ports (splitList ":" . | last) }}{{ end }}
{{- $ports | uniq | join "," }}
{{- end }}

{{/* What a schema cannot say. Each message names the values and what to do. */}}
{{- define "prihvat.check" -}}
{{- $v := .Values }}
{{- if not $v.image.repository }}{{ fail "image.repository is required: where the images of `make images` were pushed, such as registry.example.org/prihvat" }}{{ end }}
{{- if and (not $v.tls.secretName) (not $v.tls.certManager.enabled) }}{{ fail "tls.secretName (a Secret with tls.crt, tls.key, ca.crt) or tls.certManager.enabled is required: callers are told apart by certificates, and there is no installation without" }}{{ end }}
{{- if and $v.tls.secretName $v.tls.certManager.enabled }}{{ fail "tls.secretName and tls.certManager.enabled exclude each other" }}{{ end }}
{{- if and $v.tls.certManager.enabled (not $v.tls.certManager.issuerRef.name) }}{{ fail "tls.certManager.issuerRef.name is required with tls.certManager.enabled" }}{{ end }}
{{- if and $v.identities $v.identitiesConfigMap }}{{ fail "identities and identitiesConfigMap exclude each other" }}{{ end }}
{{- if and (eq $v.mode "cluster") (not $v.kafka.brokers) }}{{ fail "kafka.brokers is required with mode: cluster" }}{{ end }}
{{- if and (eq $v.mode "single") $v.kafka.brokers }}{{ fail "kafka.brokers is of no use with mode: single, whose log is on its own volume" }}{{ end }}
{{- if and $v.kafka.properties $v.kafka.configSecret }}{{ fail "kafka.properties and kafka.configSecret exclude each other: the programs take all properties from one place" }}{{ end }}
{{- if and $v.gateway.enabled (not $v.gateway.host) }}{{ fail "gateway.host, the name by which callers reach the gateway, is required with gateway.enabled" }}{{ end }}
{{- if and $v.gateway.enabled (not $v.gateway.parentRefs) }}{{ fail "gateway.parentRefs, the Gateway that passes encryption through, is required with gateway.enabled" }}{{ end }}
{{- if and $v.ingress.enabled (not $v.ingress.host) }}{{ fail "ingress.host, the name by which callers reach the controller, is required with ingress.enabled" }}{{ end }}
{{- if and $v.kafka.topics.create (not $v.kafka.topics.cluster) }}{{ fail "kafka.topics.cluster, the name of Strimzi's Kafka, is required with kafka.topics.create" }}{{ end }}
{{- range $name, $_ := $v.services }}
  {{- if and (eq $v.mode "single") (ne $name "prihvatd") }}{{ fail (printf "services.%s is of no use with mode: single, which has prihvatd only" $name) }}{{ end }}
  {{- if and (eq $v.mode "cluster") (eq $name "prihvatd") }}{{ fail "services.prihvatd is of no use with mode: cluster" }}{{ end }}
{{- end }}
{{- end }}
