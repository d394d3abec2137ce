#!/usr/bin/env bash
# The next training run, for one machine with a large GPU and 16 cores. Called with a part: see next-run.md.
#   TOY=1 tries every command at a toy size on a CPU.  OUT: where results go.  RUN: scratch outside the tree.
set -euo pipefail
export PYTHONUNBUFFERED=1
RUN=${RUN:-/tmp/run} OUT=${OUT:-/tmp/out} PY=${PY:-python3}
mkdir -p "$RUN" "$OUT"
if [ -n "${TOY:-}" ]; then
  DEVICE=cpu CLIPS=4 BATCH=2 JOBS=1 DEPTH=2 TOKENS=600 ACTORS=4 A=0.4 B=0.8 C=0.3 D=0.3 PAINTERS=1 COMPILE="" WAIT=1
else
  DEVICE=cuda CLIPS=900 BATCH=16 JOBS=14 DEPTH=12 TOKENS=65536 ACTORS=40 A=7 B=15.5 C=4 D=2 PAINTERS=4 COMPILE=--compile WAIT=20
fi
train() { $PY -m soracli.train "$@"; }
back() {  # what comes back after each part: int8 shards, the log, a plot
  rm -rf "$OUT"/*; train publish --run "$RUN" --out "$OUT"; rm -f "$OUT"/spark-vae-*
  cp "$RUN"/transformer/log.jsonl "$OUT"/transformer.jsonl
}
case ${1:?part} in
  first)  # render in the background on all cores, train on what is there, for A minutes
    for index in $(seq 0 $((JOBS - 1))); do
      OMP_NUM_THREADS=1 setsid nohup $PY -m soracli.train cache --run "$RUN" --assets assets --actors $ACTORS \
        --without jump,launch --clips $CLIPS --batch $BATCH --index "$index" >"$RUN/cache$index.log" 2>&1 &
    done
    while [ "$(find "$RUN" -path '*/cache/shard-*' -name clips.json 2>/dev/null | wc -l)" -lt "$WAIT" ]; do
      sleep 2; pgrep -f "soracli.train cache" >/dev/null || { cat "$RUN"/cache*.log; exit 1; }
    done
    train transformer --run "$RUN" --depth $DEPTH --minutes "$B" --sitting "$A" --tokens $TOKENS --lr 1e-3 \
      --device $DEVICE $COMPILE
    back ;;
  second)  # go on to the end of the schedule
    train transformer --run "$RUN" --depth $DEPTH --minutes "$B" --tokens $TOKENS --lr 1e-3 --device $DEVICE $COMPILE
    back ;;
  third)  # few steps with guidance inside: the teacher paints for D minutes, then the student learns for C
    for index in $(seq 0 $((PAINTERS - 1))); do
      train trajectories --run "$RUN" --minutes "$D" --index "$index" --device $DEVICE &
    done
    wait
    train fewstep --run "$RUN" --minutes "$C" --device $DEVICE
    back; rm -f "$OUT"/spark-base-*; cp "$RUN"/fewstep/log.jsonl "$OUT"/fewstep.jsonl ;;
esac
