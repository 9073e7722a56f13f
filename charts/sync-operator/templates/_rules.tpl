{{- /* Generated from src by `npm run gen`; do not edit. */}}

{{- define "sync-operator.rules.watched" -}}
  # the manifests
  - apiGroups: [sync.cdata.com]
    resources:
      - syncservers
      - syncworkspaces
      - syncconnections
      - syncjobs
      - synctransformations
      - syncpipelines
      - syncevents
      - syncusers
      - syncruns
    verbs: [list, watch]
  # finalizers; nothing else of a manifest is written
  - apiGroups: [sync.cdata.com]
    resources:
      - syncservers
      - syncworkspaces
      - syncconnections
      - syncjobs
      - synctransformations
      - syncpipelines
      - syncevents
      - syncusers
      - syncruns
    verbs: [patch]
  # status
  - apiGroups: [sync.cdata.com]
    resources:
      - syncservers/status
      - syncworkspaces/status
      - syncconnections/status
      - syncjobs/status
      - synctransformations/status
      - syncpipelines/status
      - syncevents/status
      - syncusers/status
      - syncruns/status
    verbs: [patch]
  # runs that an annotation asks for, and the end of finished ones
  - apiGroups: [sync.cdata.com]
    resources:
      - syncruns
    verbs: [create, delete]
  # tokens and credentials that manifests name; they cannot be listed
  - apiGroups: [""]
    resources:
      - secrets
    verbs: [get]
  # certificates, properties and scripts
  - apiGroups: [""]
    resources:
      - configmaps
    verbs: [get]
  # events about the manifests
  - apiGroups: [""]
    resources:
      - events
    verbs: [create, patch]
{{- end -}}

{{- define "sync-operator.rules.cluster" -}}
  # labels for access.namespaces of a SyncServer, and which ones are terminating
  - apiGroups: [""]
    resources:
      - namespaces
    verbs: [list, watch]
{{- end -}}

{{- define "sync-operator.rules.home" -}}
  # leader election
  - apiGroups: [coordination.k8s.io]
    resources:
      - leases
    verbs: [create]
  # the same
  - apiGroups: [coordination.k8s.io]
    resources:
      - leases
    resourceNames: [sync-operator]
    verbs: [get, update]
  # the key for hashes, made once
  - apiGroups: [""]
    resources:
      - secrets
    verbs: [create]
  # the same
  - apiGroups: [""]
    resources:
      - secrets
    resourceNames: [sync-operator-key]
    verbs: [get]
{{- end -}}

{{- define "sync-operator.people.view" -}}
  # to see everything
  - apiGroups: [sync.cdata.com]
    resources:
      - syncservers
      - syncworkspaces
      - syncconnections
      - syncjobs
      - synctransformations
      - syncpipelines
      - syncevents
      - syncusers
      - syncruns
    verbs: [get, list, watch]
{{- end -}}

{{- define "sync-operator.people.edit" -}}
  # to change what runs on a server
  - apiGroups: [sync.cdata.com]
    resources:
      - syncworkspaces
      - syncconnections
      - syncjobs
      - synctransformations
      - syncpipelines
      - syncevents
      - syncruns
    verbs: [create, update, patch, delete, deletecollection]
{{- end -}}

{{- define "sync-operator.people.admin" -}}
  # to say which servers and users there are
  - apiGroups: [sync.cdata.com]
    resources:
      - syncservers
      - syncusers
    verbs: [create, update, patch, delete, deletecollection]
{{- end -}}
