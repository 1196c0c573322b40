#!/usr/bin/env bash
# Fuzzes every reader for MINUTES each (or only the targets named), seeded with the sample files of its format.
set -euo pipefail
cd "$(dirname "$0")"

minutes=${MINUTES:-10}
samples=${QUITTANCE_CORPORA:-../../../../shared/corpora}
targets=(camt mt940 bai2 cfonb coda ofx lockbox nacha x12 edifact payment pain002 remt advice any)
[ $# -gt 0 ] && targets=("$@")

if ! cargo fuzz --version >/dev/null 2>&1; then
  echo "cargo-fuzz is absent: nothing was fuzzed. Install it: cargo install cargo-fuzz" >&2
  exit 1
fi
if ! cargo +nightly --version >/dev/null 2>&1; then
  echo "the nightly toolchain is absent: nothing was fuzzed. Install it: rustup toolchain install nightly" >&2
  exit 1
fi
[ -d "$samples" ] || echo "corpora absent at $samples: fuzzing without seeds; set QUITTANCE_CORPORA" >&2

# Folders of the sample files of a target.
folders() {
  case $1 in
    x12) echo x12 x12-820 ;;
    edifact) echo remadv edifact-invoic ;;
    payment | pain002) echo pain ;;
    advice) echo remadv x12-820 mt940 ;;
    any) echo bai2 camt cfonb coda lockbox mt940 nacha ofx pain remadv remt x12 x12-820 ;;
    *) echo "$1" ;;
  esac
}

for target in "${targets[@]}"; do
  mkdir -p "corpus/$target"
  for folder in $(folders "$target"); do
    [ -d "$samples/$folder" ] || continue
    # The name of a seed is its digest, so that equal names of different folders do not hide one another.
    find "$samples/$folder" -type f ! -name '*.json' ! -name '*.y*ml' ! -name '*.md' -size -200k -print0 |
      while IFS= read -r -d '' file; do cp "$file" "corpus/$target/$(sha1sum "$file" | cut -c1-40)"; done
  done
  echo "== $target: $(find "corpus/$target" -type f | wc -l) seeds, $minutes minutes"
  cargo +nightly fuzz run "$target" -- -max_total_time=$((minutes * 60)) -timeout=5 -rss_limit_mb=512 -max_len=262144 -print_final_stats=1
done
