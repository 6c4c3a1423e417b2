{{/* Files keep their names whatever the keys are called. 0440: the group of the pod reads them. */}}
{{- define "agent.volumes" -}}
- name: cache
  emptyDir:
    sizeLimit: {{ .Values.cache.sizeLimit }}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- with .Values.source.tokenSecret }}
{{- if .name }}
- name: token
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items:
      - key: {{ .key | quote }}
        path: token
{{- end }}
{{- end }}
{{- with .Values.source.sshSecret }}
{{- if .name }}
- name: ssh
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items:
      - key: {{ .privateKey | quote }}
        path: key
      - key: {{ .knownHosts | quote }}
        path: known_hosts
{{- end }}
{{- end }}
{{- with .Values.source.verify.gpg }}
{{- if .configMap }}
- name: gpg
  configMap:
    name: {{ .configMap }}
    items:
      - key: {{ .key | quote }}
        path: keyring
{{- end }}
{{- end }}
{{- with .Values.source.verify.ssh }}
{{- if .configMap }}
- name: signers
  configMap:
    name: {{ .configMap }}
    items:
      - key: {{ .key | quote }}
        path: allowed_signers
{{- end }}
{{- end }}
{{- end }}

{{- define "agent.mounts" -}}
- name: cache
  mountPath: /var/cache/octavo
- name: tmp
  mountPath: /tmp
{{- if .Values.source.tokenSecret.name }}
- name: token
  mountPath: /etc/octavo/token
  readOnly: true
{{- end }}
{{- if .Values.source.sshSecret.name }}
- name: ssh
  mountPath: /etc/octavo/ssh
  readOnly: true
{{- end }}
{{- if .Values.source.verify.gpg.configMap }}
- name: gpg
  mountPath: /etc/octavo/gpg
  readOnly: true
{{- end }}
{{- if .Values.source.verify.ssh.configMap }}
- name: signers
  mountPath: /etc/octavo/signers
  readOnly: true
{{- end }}
{{- end }}
