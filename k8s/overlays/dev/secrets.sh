#!/usr/bin/env bash
# Draws the secrets of a cluster for trying out and puts them into it. Running it again changes nothing that exists.
# Needs kubectl, openssl, and citytwin for the first key, which it prints once.
set -euo pipefail
namespace=citytwin
kubectl get namespace "$namespace" >/dev/null 2>&1 || kubectl create namespace "$namespace"

exists() { kubectl --namespace "$namespace" get secret "$1" >/dev/null 2>&1; }
draw() { openssl rand -hex 24; }

if ! exists citytwin-postgres-owner; then
  owner=$(draw) silo=$(draw)
  kubectl --namespace "$namespace" create secret generic citytwin-postgres-owner \
    --from-literal=password="$owner" \
    --from-literal=connection="Host=postgres;Database=citytwin;Username=citytwin_owner;Password=$owner"
  kubectl --namespace "$namespace" create secret generic citytwin-postgres-silo \
    --from-literal=password="$silo" \
    --from-literal=connection="Host=postgres;Database=citytwin;Username=citytwin_silo;Password=$silo"
fi
exists citytwin-mqtt || kubectl --namespace "$namespace" create secret generic citytwin-mqtt --from-literal=password="$(draw)"
if ! exists citytwin-keys; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  citytwin key create --file "$folder/keys.json" --name admin --role administrator
  kubectl --namespace "$namespace" create secret generic citytwin-keys --from-file="$folder/keys.json"
fi
