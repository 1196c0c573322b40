#!/usr/bin/env bash
# Fuzzes every reader for MINUTES each (or only the targets named), one after the other, seeded with the sample files of its
# format. Needs stable Rust and a C++ compiler, nothing else: the coverage pass is the compiler's own. What breaks a reader
# is left in artifacts/TARGET; `TARGET FILE` of the printed folder shows it again.
set -euo pipefail
cd "$(dirname "$0")"

minutes=${MINUTES:-10}
samples=${QUITTANCE_CORPORA:-../../../../shared/corpora}
targets=(camt mt940 bai2 cfonb coda ofx lockbox nacha x12 edifact payment pain002 remt mapped advice any)
[ $# -gt 0 ] && targets=("$@")

if ! command -v c++ >/dev/null; then
  echo "a C++ compiler is absent: nothing was fuzzed. Install it: apt-get install g++" >&2
  exit 1
fi
[ -d "$samples" ] || echo "corpora absent at $samples: fuzzing without seeds; set QUITTANCE_CORPORA" >&2

host=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module"
for argument in level=4 inline-8bit-counters pc-table trace-compares; do
  coverage+=" -Cllvm-args=-sanitizer-coverage-$argument"
done
# With a target named, build scripts and macros stay as they are.
RUSTFLAGS="--cfg fuzzing $coverage" cargo build --release --target "$host"
built=${CARGO_TARGET_DIR:-target}/$host/release
echo "targets are in $built"

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

broken=0
mkdir -p artifacts && : >artifacts/table.tsv
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target" "artifacts/$target"
  for folder in $(folders "$target"); do
    [ -d "$samples/$folder" ] || continue
    # The name of a seed is its digest, so that equal names of different folders do not hide one another.
    find "$samples/$folder" -type f ! -name '*.json' ! -name '*.y*ml' ! -name '*.md' -size -200k -print0 |
      while IFS= read -r -d '' file; do cp "$file" "corpus/$target/$(sha1sum "$file" | cut -c1-40)"; done
  done
  cargo run -q --manifest-path ../Cargo.toml --example seeds -- "$target" "$PWD/corpus/$target"
  echo "== $target: $(find "corpus/$target" -type f | wc -l) seeds, $minutes minutes"
  log=artifacts/$target.log
  started=$SECONDS
  nice -n 15 "$built/$target" "corpus/$target" "-artifact_prefix=artifacts/$target/" -max_total_time=$((minutes * 60)) \
    -timeout=5 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 2>&1 | tee "$log" || broken=1
  printf '%s\t%s\t%s\t%s\n' "$target" $((SECONDS - started)) "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(find "artifacts/$target" -type f | wc -l)" >>artifacts/table.tsv
done
echo "target, seconds, executions, findings:" && cat artifacts/table.tsv
exit $broken
