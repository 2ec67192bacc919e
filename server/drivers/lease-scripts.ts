/*
 * The scripts of the lease, fixed texts: everything variable is an argument. Files in the lease directory:
 *   run, owner.json, deadline (epoch s on the host), revert.sh, sleeper.sh, log
 *   secret (mode 0600)                      what the revert logs in with, where it needs that; overwritten at the end
 *   armed | reverting | failed | disarmed   the state, changed by rename only, so that one of two always loses
 *   beat (epoch s)                          the sleeper's sign of life: no pid that a reboot could hand to another
 */

/** Exit codes of the scripts. */
export const LEASE_EXIT = { held: 17, lost: 18 } as const

// Without the run's tag: what ends the run's processes must not end what puts the lab back.
const START_SLEEPER = `
start_sleeper() {
  if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ] && systemd-run --quiet --collect \\
    --setenv="PATH=$PATH" --setenv="HOME=$HOME" sh "$1/sleeper.sh" "$1" "$2" >/dev/null 2>&1; then return 0; fi
  if setsid -f env -u FAILOVER_LAB_RUN sh "$1/sleeper.sh" "$1" "$2" </dev/null >/dev/null 2>&1; then return 0; fi
  nohup env -u FAILOVER_LAB_RUN sh "$1/sleeper.sh" "$1" "$2" </dev/null >/dev/null 2>&1 &
}`

/** A secret does not stay behind in free blocks, as far as the file system allows. */
const FORGET = `forget() {
  if [ -e "$dir/secret" ]; then shred -u "$dir/secret" 2>/dev/null || : >"$dir/secret"; fi
}
`

/** Arguments: directory, run id. Ends by itself when the lease is disarmed or another's. */
export const SLEEPER = `${FORGET}dir=$1
run=$2
mine() { [ "$(cat "$dir/run" 2>/dev/null)" = "$run" ]; }
beat() { date +%s >"$dir/beat"; }
is_due() { [ "$(date +%s)" -ge "$(cat "$dir/deadline")" ]; }
revert() {
  tries=0
  until sh "$dir/revert.sh" "$dir" >"$dir/log" 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -ge 5 ]; then mv "$dir/reverting" "$dir/failed"; exit 1; fi
    beat
    sleep 5
  done
  forget
  rm -rf "$dir"
  exit 0
}
if mine && [ -e "$dir/reverting" ]; then revert; fi
while mine && [ -e "$dir/armed" ]; do
  if is_due; then
    mv "$dir/armed" "$dir/reverting" 2>/dev/null || exit 0
    if is_due; then revert; fi
    mv "$dir/reverting" "$dir/armed"
  fi
  beat
  sleep 1
done
`

/**
 * Arguments: directory, run id, owner.json, seconds, revert script, sleeper script, "secret" where stdin brings one.
 * Exit 17: somebody holds it.
 */
export const ARM = `${START_SLEEPER}
dir=$1
mkdir -p "$(dirname "$dir")"
if ! mkdir "$dir"; then
  if [ -d "$dir" ]; then exit 17; fi
  exit 1
fi
chmod 700 "$dir"
printf '%s\\n' "$2" >"$dir/run" &&
  printf '%s\\n' "$3" >"$dir/owner.json" &&
  printf '%s\\n' "$(($(date +%s) + $4))" >"$dir/deadline" &&
  printf '%s' "$5" >"$dir/revert.sh" &&
  printf '%s' "$6" >"$dir/sleeper.sh" &&
  { [ "$7" != secret ] || (umask 077 && cat >"$dir/secret"); } &&
  : >"$dir/armed" &&
  start_sleeper "$dir" "$2" && exit 0
rm -rf "$dir"
exit 1
`

const PRINT = `printf 'now %s\\n' "$(date +%s)"
if [ ! -d "$dir" ]; then printf 'state absent\\n'; exit 0; fi
state=incomplete
for name in disarmed failed reverting armed; do
  if [ -e "$dir/$name" ]; then state=$name; fi
done
printf 'state %s\\n' "$state"
for name in deadline beat owner.json; do
  if [ -e "$dir/$name" ]; then printf '%s %s\\n' "$name" "$(cat "$dir/$name")"; fi
done
`

/** Argument: directory. Prints "key value" lines; "state absent" when there is no lease. */
export const READ = `dir=$1
${PRINT}`

/** Arguments: directory, run id, seconds. Prints as READ does. Exit 18: not ours any more, or its revert has begun. */
export const RENEW = `dir=$1
if [ "$(cat "$dir/run" 2>/dev/null)" != "$2" ] || [ ! -e "$dir/armed" ]; then exit 18; fi
printf '%s\\n' "$(($(date +%s) + $3))" >"$dir/deadline.new" && mv "$dir/deadline.new" "$dir/deadline" || exit 1
[ -e "$dir/armed" ] || exit 18
${PRINT}`

/** Arguments: directory, run id. Exit 18: not ours any more, or its revert has begun. */
export const DISARM = `${FORGET}dir=$1
if [ "$(cat "$dir/run" 2>/dev/null)" != "$2" ]; then exit 18; fi
mv "$dir/armed" "$dir/disarmed" 2>/dev/null || [ -e "$dir/disarmed" ] || exit 18
forget
pkill -f "$dir/sleeper\\.sh $dir $2$"
# A sign of life may still be written: the directory is not empty then, and stays.
for again in 1 2 3 4 5; do
  rm -rf "$dir" 2>/dev/null
  [ -e "$dir" ] || exit 0
  sleep 0.2
done
exit 1
`

/**
 * Arguments: directory, run id, the last beat that was seen. Starts a dead sleeper anew, which reverts and removes the
 * directory. Exit 17: another one has done so.
 */
export const REVIVE = `${START_SLEEPER}
dir=$1
mkdir "$dir/revived-$3" || exit 17
for name in armed failed disarmed; do
  if [ -e "$dir/$name" ]; then mv "$dir/$name" "$dir/reverting"; fi
done
: >"$dir/reverting"
if [ ! -e "$dir/sleeper.sh" ] || [ ! -e "$dir/revert.sh" ]; then rm -rf "$dir"; exit 0; fi
start_sleeper "$dir" "$(cat "$dir/run")"
`
