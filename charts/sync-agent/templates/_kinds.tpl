{{/* All that Octavo's charts render. A test holds this list to charts/notebook and charts/namespace. */}}
{{- define "agent.everyKind" -}}
- {group: "", kind: Namespace, resource: namespaces, cluster: true}
- {group: "", kind: ResourceQuota, resource: resourcequotas}
- {group: "", kind: LimitRange, resource: limitranges}
- {group: jackhoman.dev, kind: Notebook, resource: notebooks}
- {group: apps, kind: ControllerRevision, resource: controllerrevisions}
- {group: "", kind: ServiceAccount, resource: serviceaccounts}
- {group: rbac.authorization.k8s.io, kind: Role, resource: roles}
- {group: rbac.authorization.k8s.io, kind: RoleBinding, resource: rolebindings}
- {group: "", kind: PersistentVolumeClaim, resource: persistentvolumeclaims}
- {group: networking.k8s.io, kind: NetworkPolicy, resource: networkpolicies}
- {group: "", kind: Service, resource: services}
- {group: apps, kind: StatefulSet, resource: statefulsets}
- {group: networking.istio.io, kind: VirtualService, resource: virtualservices, routing: istio}
- {group: security.istio.io, kind: AuthorizationPolicy, resource: authorizationpolicies, routing: istio}
- {group: gateway.networking.k8s.io, kind: HTTPRoute, resource: httproutes, routing: gateway}
- {group: networking.k8s.io, kind: Ingress, resource: ingresses, routing: ingress}
{{- end }}

{{/* Kind.group, or Kind alone where the group is the core's. */}}
{{- define "agent.kindName" -}}
{{ .kind }}{{ with .group }}.{{ . }}{{ end }}
{{- end }}

{{/* The kinds that this release applies, and those of its copies, as YAML. */}}
{{- define "agent.kinds" -}}
{{- $every := include "agent.everyKind" . | fromYamlArray -}}
{{- $known := list -}}
{{- range $every }}{{ $known = append $known (include "agent.kindName" .) }}{{ end -}}
{{- range .Values.kinds }}
  {{- if not (has . $known) }}
    {{- fail (printf "kinds: %s is not among %s; other kinds are said in extraKinds" . (join ", " $known)) }}
  {{- end }}
{{- end }}
{{- $chosen := list -}}
{{- range $every }}
  {{- $wanted := or (empty $.Values.kinds) (has (include "agent.kindName" .) $.Values.kinds) -}}
  {{- if and $wanted (or (not .routing) (has .routing $.Values.routing)) }}
    {{- $chosen = append $chosen . }}
  {{- end }}
{{- end }}
{{- if .Values.copies.secrets }}
  {{- $chosen = append $chosen (dict "group" "" "kind" "Secret" "resource" "secrets") }}
{{- end }}
{{- if .Values.copies.configMaps }}
  {{- $chosen = append $chosen (dict "group" "" "kind" "ConfigMap" "resource" "configmaps") }}
{{- end }}
{{- concat $chosen .Values.extraKinds | toYaml }}
{{- end }}
