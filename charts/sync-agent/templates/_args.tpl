{{/* The words after `octavo`, as YAML. `--flag=value`: no value is ever taken for a flag. */}}
{{- define "agent.args" -}}
{{- $source := .Values.source -}}
{{- $agent := .Values.agent -}}
{{- $kinds := list -}}
{{- range include "agent.kinds" . | fromYamlArray }}{{ $kinds = append $kinds (include "agent.kindName" .) }}{{ end -}}
{{- if and $source.tokenSecret.name $source.sshSecret.name }}
  {{- fail "source: a repository is read by HTTPS (tokenSecret) or by SSH (sshSecret), not by both" }}
{{- end }}
{{- if and (gt (int .Values.replicas) 1) (not .Values.lease) }}
  {{- fail "replicas: without a Lease every copy would write; set lease: true, or replicas: 1" }}
{{- end -}}
- sync
- --watch
{{- if .Values.companion }}
- --companion
{{- end }}
- {{ printf "--repo=%s" (required "source.repository: say where the bundles are" $source.repository) | quote }}
- {{ printf "--branch=%s" $source.branch | quote }}
- {{ printf "--path=%s" $source.path | quote }}
{{- if $source.tokenSecret.name }}
- --token-file=/etc/octavo/token/token
{{- end }}
{{- if $source.sshSecret.name }}
- --ssh-key=/etc/octavo/ssh/key
- --known-hosts=/etc/octavo/ssh/known_hosts
{{- end }}
{{- if $source.verify.gpg.configMap }}
- --verify-gpg=/etc/octavo/gpg/keyring
{{- end }}
{{- if $source.verify.ssh.configMap }}
- --verify-ssh=/etc/octavo/signers/allowed_signers
{{- end }}
- {{ printf "--agent=%s" $agent.name | quote }}
- {{ printf "--conflicts=%s" $agent.conflicts }}
{{- with .Values.namespaces }}
- {{ printf "--namespaces=%s" (join "," .) | quote }}
{{- end }}
- {{ printf "--kinds=%s" (join "," $kinds) | quote }}
{{- with .Values.dependencies }}
{{- $from := list }}{{ range . }}{{ $from = append $from .namespace }}{{ end }}
- {{ printf "--dependency-sources=%s" (join "," $from) | quote }}
{{- end }}
- {{ printf "--interval=%s" $agent.interval | quote }}
- {{ printf "--resync=%s" $agent.resyncInterval | quote }}
- --listen=:8080
- {{ if .Values.lease }}{{ printf "--lease=%s/%s" .Release.Namespace (include "agent.fullname" .) | quote }}{{ else }}--lease=none{{ end }}
- {{ printf "--log=%s" $agent.log }}
{{- with $agent.cluster }}
- {{ printf "--cluster=%s" . | quote }}
{{- end }}
- {{ printf "--in-flight=%d" (int $agent.inFlight) | quote }}
{{- range $agent.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}
