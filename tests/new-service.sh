#!/usr/bin/env bash
# Makes services/NAME and its contract from tests/template; with --check, does so in a scratch copy and runs its tests.
set -euo pipefail
cd "$(dirname "$0")/.."

make_service() { # root name
  local root=$1 name=$2 type=${2^}
  [[ $name =~ ^[a-z][a-z0-9]{1,30}$ ]] || { echo "Name a service in lower-case letters and digits: make new-service NAME=escrow" >&2; exit 2; }
  [ ! -e "$root/services/$name" ] || { echo "services/$name exists already." >&2; exit 2; }
  mkdir -p "$root/services/$name" "$root/proto/quittance/$name/v1"
  cp -r "$root/tests/template/." "$root/services/$name/"
  mv "$root/services/$name/proto/notes.proto" "$root/proto/quittance/$name/v1/notes.proto"
  rmdir "$root/services/$name/proto"
  mv "$root/services/$name/Cargo.toml.in" "$root/services/$name/Cargo.toml"
  grep -rlE '@(name|Name)@' "$root/services/$name" "$root/proto/quittance/$name" | xargs sed -i "s/@name@/$name/g; s/@Name@/$type/g"
}

if [ "${1:-}" = --check ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # What is tracked or about to be, without what was just deleted.
  git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$scratch"
  make_service "$scratch" scratch
  CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target} cargo test --manifest-path "$scratch/Cargo.toml" -p quittance-scratch
else
  make_service "$PWD" "${1:-}"
  echo "services/$1 is there, with proto/quittance/$1/v1/notes.proto. Rename the noun, then: cargo test -p quittance-$1"
fi
