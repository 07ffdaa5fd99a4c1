"""What a node writes fails, or the node is killed in the middle of it: at each system call, one after the other."""
import os
import re
import shutil
import subprocess

from faultrows.byhand import ByHand
from faultrows.disturbed import Skipped, expect

# Saved is the checkpoint of this round; the one before the last goes for it.
ROUND, EVERY = 20, 2
# Where saves fail, the checkpoints of these rounds do.
ROUNDS = range(100, 1501, 100)


def need_tracer():
    if not shutil.which("strace"):
        raise Skipped("there is no strace")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode:
        raise Skipped("strace may not trace here")


def traced(run, names, *how):
    """Before the command of node 0: traces its calls on these of its files. The node keeps the process, whose number
    ($$) is in the name of a file that is not yet in its place."""
    paths = " ".join(f"-P '{run.home(0)}'/{name}" for name in names)
    inject = " ".join(f"'--inject={each}'" for each in how)
    return ["sh", "-c", f"""exec strace -D -o '{run.folder}/calls' {paths} {inject} "$@" """, "sh"]


def saved(round):
    return [f"checkpoint-{round}.bin", f"checkpoint-{round}.bin.$$.part"]


SAVE = [*saved(ROUND), f"checkpoint-{ROUND - 2 * EVERY}.bin"]


def calls_of_a_save(options, folder):
    """The calls that save a checkpoint, in order: name, and which of its name it is."""
    with ByHand(options.programs, folder, rounds=ROUND + 2, every=EVERY) as run:
        run.start(0, under=traced(run, SAVE))
        run.start_all(0)
        run.finish()
        names = re.findall(r"^(\w+)\(", (folder / "calls").read_text(), re.M)
    # Those that saved the one which goes for it came before.
    start = max(index for index, name in enumerate(names) if name == "openat")
    return [(name, names[: start + k + 1].count(name)) for k, name in enumerate(names[start:])]


def kill_in_save(options, folder):
    need_tracer()
    points = [(SAVE, *call) for call in calls_of_a_save(options, folder / "calls")]
    expect({"openat", "writev", "rename", "close", "unlink"} <= {name for _, name, _ in points}, "other calls save")
    # And in a record of the trace, and in one of the metrics.
    points += [(["trace.bin"], "writev", ROUND), (["metrics.jsonl"], "writev", 2)]
    lost = 0
    for number, (names, call, which) in enumerate(points):
        with ByHand(options.programs, folder / str(number), rounds=1500, every=EVERY) as run:
            run.start(0, under=traced(run, names, f"{call}:signal=KILL:when={which}"))
            run.start_all(0)
            status = run.processes[0].wait(60)
            expect(status == -9, f"not killed at {call}, but {status}")
            run.start(0, "--rejoin")
            statuses = run.finish()
            parts = [file.name for file in run.home(0).rglob("*.part")]
            holds = [
                (set(statuses.values()) == {0}, f"statuses {statuses}"),
                ("cannot be used" not in run.log(0), "a checkpoint was refused"), (not parts, f"left {parts}")]
            for each, failure in holds:
                expect(each, f"killed at {call}: {failure}")
            is_replayed = run.replay(f"killed at {call}: ")
            lost += not (is_replayed and all(each for each, _ in holds))
    return [
        "killed at every system call of a save, in a record of the trace, in one of the metrics", "strace: SIGKILL",
        ", ".join(call for _, call, _ in points), f"{lost or 'nothing'}: each comes back, each run replayed"]


def failing(options, folder):
    """Every file of a node apart: its checkpoints, metrics, trace cannot be written for a while, or never."""
    need_tracer()
    checkpoints = [name for round in ROUNDS for name in saved(round)]
    cases = [
        ("checkpoint: no room", checkpoints, "writev:error=ENOSPC", "cannot write"),
        ("checkpoint: cannot be opened", checkpoints, "openat:error=EACCES", "cannot write"),
        ("checkpoint: rename fails", checkpoints, "rename:error=EIO", "cannot write"),
        ("metrics: no room", ["metrics.jsonl"], "writev:error=ENOSPC", "cannot append to"),
        ("trace: no room, 20 times", ["trace.bin"], "writev:error=ENOSPC:when=20..39", "stands still"),
        ("trace: input/output error", ["trace.bin"], "writev:error=EIO:when=20..22", "stands still"),
        ("sign of life", ["heartbeat"], "pwrite64:error=EIO", "sign of life"),
    ]
    for number, (name, files, inject, said) in enumerate(cases):
        with ByHand(
                options.programs, folder / str(number), rounds=ROUNDS[-1], every=ROUNDS.step, deadline=2000) as run:
            run.start(0, under=traced(run, files, inject))
            run.start_all(0)
            statuses = run.finish()
            expect(set(statuses.values()) == {0}, f"{name}: statuses {statuses}")
            expect(said in run.log(0), f"{name}: nothing was said of it")
            expect(run.log(0).count("\n") <= 2, f"{name}: {run.log(0).count(chr(10))} lines were said of it")
            run.replay(f"{name}: ")
    return ["each file of a node fails apart", "strace: ENOSPC, EACCES, EIO", ", ".join(name for name, *_ in cases),
            "nothing: all finish, each run replayed; it is said once"]


def failing_rename(options, folder):
    """Without a tracer: where a checkpoint is to stand there is a folder that cannot be replaced."""
    with ByHand(options.programs, folder, rounds=ROUNDS[-1], every=ROUNDS.step) as run:
        for round in ROUNDS:
            (run.home(0) / f"checkpoint-{round}.bin" / "inner").mkdir(parents=True)
        # It is not new: its folder is not empty.
        run.start(0, "--rejoin")
        run.start_all(0)
        statuses = run.finish()
        expect(set(statuses.values()) == {0}, f"statuses {statuses}")
        expect("cannot write" in run.log(0), "nothing was said of it")
        run.replay()
        expect(not list(run.home(0).glob("*.part")), "files are left half written")
    return ["no checkpoint can be renamed", "folders in their places", f"{len(ROUNDS)}",
            "nothing: all finish, replayed"]


def checkpoints(run, node):
    """Rounds and files, the newest last."""
    return sorted((int(re.search(r"-(\d+)\.", f.name)[1]), f) for f in run.home(node).glob("checkpoint-*.bin"))


def flip(run, file, _):
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)


BAD_CHECKPOINTS = {
    "a wrong bit": flip, "half of it": lambda run, file, _: os.truncate(file, file.stat().st_size // 2),
    "nothing in it": lambda run, file, _: os.truncate(file, 0),
    "another node's": lambda run, file, _: shutil.copy(checkpoints(run, 1)[-1][1], file),
    "of another round by its name": lambda run, file, n: file.rename(file.with_name(f"checkpoint-{n + 1}.bin")),
}


def bad_checkpoint(options, folder):
    """A node comes back, and the newest checkpoint that it left is not what it was."""
    for number, (name, spoil) in enumerate(BAD_CHECKPOINTS.items()):
        with ByHand(options.programs, folder / str(number), every=20) as run:
            run.start_all()
            run.wait_for(0, 200)
            run.kill(0)
            round, newest = checkpoints(run, 0)[-1]
            spoil(run, newest, round)
            run.start(0, "--rejoin")
            statuses = run.finish()
            expect(set(statuses.values()) == {0}, f"{name}: statuses {statuses}")
            expect(run.log(0).count("cannot be used") == 1, f"{name}: it was not refused: {run.log(0)}")
            run.replay(f"{name}: ")
    return ["the newest checkpoint is not what it was", ", ".join(BAD_CHECKPOINTS), f"{len(BAD_CHECKPOINTS)}",
            "nothing: refused in a line, the one before it is used, replayed"]


ROWS = {
    "kill-in-save": kill_in_save, "failing-writes": failing, "failing-rename": failing_rename,
    "bad-checkpoint": bad_checkpoint,
}
