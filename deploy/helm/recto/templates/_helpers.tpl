{{- define "recto.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "recto.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "recto.labels" -}}
{{ include "recto.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "recto.serviceAccount" -}}
{{ if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "recto.fullname" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "recto.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What would leave a release without its database, its bucket or a key. */}}
{{- define "recto.check" -}}
{{- if not (or .Values.database.existingSecret .Values.database.url) }}{{ fail "database: name a Secret with the address of PostgreSQL in database.existingSecret" }}{{ end }}
{{- if not .Values.storage.url }}{{ fail "storage.url: name the bucket, s3://BUCKET?region=…" }}{{ end }}
{{- if not (or .Values.auth.existingSecret .Values.auth.initialKey .Values.auth.disabled) }}{{ fail "auth: name a Secret with the first API key in auth.existingSecret, or say auth.disabled" }}{{ end }}
{{- if and .Values.storage.accessKeyId (not .Values.storage.secretAccessKey) }}{{ fail "storage.secretAccessKey belongs to storage.accessKeyId" }}{{ end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) }}{{ fail "ingress.host: name the host" }}{{ end }}
{{- end }}

{{/* Settings of servers and workers alike. */}}
{{- define "recto.env" -}}
- name: RECTO_DATABASE
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret | default (include "recto.fullname" .) }}
      key: {{ if .Values.database.existingSecret }}{{ .Values.database.key }}{{ else }}database-url{{ end }}
- name: RECTO_STORAGE
  value: {{ .Values.storage.url | quote }}
{{- if or .Values.storage.existingSecret .Values.storage.accessKeyId }}
{{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.storage.existingSecret | default (include "recto.fullname" $) }}
      key: {{ . }}
{{- end }}
{{- end }}
{{- with .Values.storage.publicEndpoint }}
- name: RECTO_PUBLIC_S3_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with .Values.agenticFallback }}
- name: RECTO_AGENTIC_FALLBACK
  value: {{ . | quote }}
{{- end }}
- name: RECTO_METRICS_ADDR
  value: ":9090"
- name: RECTO_LOG_FORMAT
  value: json
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{/* Annotations of pods; a Secret of the chart that changes starts them anew. */}}
{{- define "recto.podAnnotations" -}}
checksum/secret: {{ include (print $.Template.BasePath "/secret.yaml") . | sha256sum }}
{{- if .Values.metrics.annotations }}
prometheus.io/scrape: "true"
prometheus.io/port: "9090"
prometheus.io/path: /metrics
{{- end }}
{{- end }}

{{/* What both kinds of pods have around their container. Takes (list $ values-of-the-kind). */}}
{{- define "recto.pod" -}}
{{- $root := index . 0 }}{{ $kind := index . 1 -}}
serviceAccountName: {{ include "recto.serviceAccount" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext: {{- toYaml $root.Values.podSecurityContext | nindent 2 }}
volumes:
  - name: data
    emptyDir:
      sizeLimit: {{ $kind.scratch }}
{{- with $kind.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $kind.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $kind.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $kind.topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
