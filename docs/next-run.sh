#!/usr/bin/env bash
# The next training run, for one machine with a large GPU and 16 cores. Called with a part: see next-run.md.
#   TOY=1 tries every command at a toy size on a CPU.  OUT: where results go.  RUN: scratch outside the tree.
set -euo pipefail
export PYTHONUNBUFFERED=1
RUN=${RUN:-/tmp/run} OUT=${OUT:-/tmp/out} PY=${PY:-python3} ASSETS=${ASSETS:-assets}
mkdir -p "$RUN" "$OUT"
if [ -n "${TOY:-}" ]; then
  DEVICE=cpu JOBS=1 SHARDS=1 STILLS=2 DEPTH=2 TOKENS=600 A=0.3 B=0.5 WAIT=1
else
  DEVICE=cuda JOBS=13 SHARDS=400 STILLS=128 DEPTH=12 TOKENS=32768 A=8 B=11.5 WAIT=12
fi
ASIDE="cow,tiger,flamingo,robot,police car,teddy bear,owl,man walking,sailboat,pizza"
train() { $PY -m soracli.train "$@"; }
back() {  # what comes back after each part: int8 shards and the log
  rm -rf "$OUT"/*; train publish --run "$RUN" --out "$OUT"; rm -f "$OUT"/spark-vae-*
  cp "$RUN"/drafts/log.jsonl "$OUT"/drafts.jsonl
}
there() {  # whether enough shards are
  [ "$(find "$RUN/pieces" -name 'drafts-*.safetensors' 2>/dev/null | wc -l)" -ge "$WAIT" ]
}
learn() {
  train drafts --run "$RUN" --depth $DEPTH --minutes "$B" --sitting "$1" --tokens $TOKENS --lr 1e-3 --device $DEVICE
  back
}
case ${1:?part} in
  first)  # render in the background on all cores, train on what is there, for A minutes
    train pieces --run "$RUN" --assets "$ASSETS" --shards 2 --seed 900 --aside "$ASIDE" --only-aside
    for index in $(seq 1 "$JOBS"); do
      OMP_NUM_THREADS=1 setsid nohup $PY -m soracli.train pieces --run "$RUN" --assets "$ASSETS" --shards $SHARDS \
        --seed "$index" --aside "$ASIDE" >"$RUN/pieces$index.log" 2>&1 &
    done
    train pieces --run "$RUN" --assets "$ASSETS" --shards 3 --seed 50 --stills $STILLS
    OMP_NUM_THREADS=1 setsid nohup $PY -m soracli.train pieces --run "$RUN" --assets "$ASSETS" --shards $SHARDS \
      --seed 51 --stills $STILLS >"$RUN/stills.log" 2>&1 &
    until there; do
      sleep 2; pgrep -f "soracli.train pieces" >/dev/null || there || { cat "$RUN"/pieces*.log; exit 1; }
    done
    learn "$A" ;;
  second)  # go on to the end of the schedule
    learn 0 ;;
esac
