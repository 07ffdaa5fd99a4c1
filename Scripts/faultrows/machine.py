"""The machine takes something away: folders, descriptors, ports, time, the laboratory that started the nodes."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from faultrows.byhand import ByHand
from faultrows.disturbed import Disturbed, Skipped, eventually, expect, quickstart, reads

NOBODY = 65534
ENDLESS = "training.rounds=1000000", "timing.deadlineMilliseconds=400"


def alive(folder):
    """Processes whose command line names the folder."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if str(folder).encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
            except OSError:
                pass
    return found


def begun(run):
    """Waits until every node of a run of the laboratory has recorded something."""
    eventually("a run directory", lambda: run.folder, 60)
    for node in range(16):
        eventually(f"node {node} records", lambda: reads(run.folder / f"nodes/{node}/metrics.jsonl"))
    return [run.node(node) for node in range(16)]


def read_only(options, folder):
    """For a user who is not root, which may write anywhere: at the start, and from some round on to another."""
    as_user = {}
    if os.geteuid() == 0:
        as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        try:
            subprocess.run(
                [options.programs / "gossipnode", "--help"], check=True, stdout=subprocess.DEVNULL, **as_user)
        except (OSError, subprocess.SubprocessError):
            raise Skipped("root may write anywhere, and another user cannot start the program")
    with ByHand(options.programs, folder / "run", every=100, deadline=2000) as run:
        if as_user:
            for path in (folder, run.folder):
                os.chown(path, NOBODY, NOBODY)
            for file in run.folder.iterdir():
                os.chown(file, NOBODY, NOBODY)
        run.folder.chmod(0o555)
        status = run.start(0, **as_user).wait(60)
        expect(status == 2 and run.log(0).count("\n") == 1, f"it started with status {status}: {run.log(0)}")
        expect("Permission denied" in run.log(0), f"the reason is not said: {run.log(0)}")
        run.folder.chmod(0o755)
        for node in range(4):
            run.start(node, **as_user)
        run.wait_for(0, 150)
        run.home(0).chmod(0o555)
        run.wait_for(0, 450)
        run.home(0).chmod(0o755)
        statuses = run.finish()
        expect(set(statuses.values()) == {0}, f"statuses {statuses}")
        expect("cannot write" in run.log(0), "nothing was said of it")
        run.replay()
    return ["read-only directory", "chmod: at the start; for 300 rounds", "1; 1",
            "nothing: refused in one line with status 2; goes on without those checkpoints, replayed"]


def out_of_descriptors(options, folder):
    """A node that may open no more while a neighbour comes back, which it must let in, and one that it dials."""
    with ByHand(options.programs, folder / "run", every=50, rounds=6000, deadline=2000) as run:
        run.start_all()
        run.wait_for(1, 200)
        whole = run.descriptors(1)
        for node in (0, 3):
            run.kill(node)
        # Their links leave room, which is taken away too.
        eventually("links end", lambda: run.descriptors(1) <= whole - 2)
        run.limit(1, whole - 2)
        for node in (0, 3):
            run.start(node, "--rejoin")
        before = run.round(1)
        run.wait_for(1, before + 500)
        run.limit(1, None)
        statuses = run.finish()
        expect(set(statuses.values()) == {0}, f"statuses {statuses}")
        expect("Too many open files" in run.log(1), "nothing was said of it")
        run.replay()
    return ["no descriptor left in a running node", "prlimit, while two neighbours come back", "1",
            "nothing: it goes on with those whom it has, and with the others when it may, replayed"]


def port_in_use(options, folder):
    with ByHand(options.programs, folder / "run") as run:
        run.start_all(3)
        eventually("node 0 listens", lambda: reads(run.home(0) / "endpoint.json"))
        address = json.loads(reads(run.home(0) / "endpoint.json"))["address"]
        status = run.start(3, "--listen", address).wait(60)
        expect(status != 0 and run.log(3).count("\n") == 1 and "in use" in run.log(3), f"{status}: {run.log(3)}")
        shutil.rmtree(run.home(3), ignore_errors=True)
        run.start(3)
        statuses = run.finish()
        expect(set(statuses.values()) == {0}, f"statuses {statuses}")
    return ["port in use", "--listen at a neighbour's address", "1", "nothing: refused in one line, the others go on"]


def remove(folder):
    """Removes what others still write to."""
    def is_gone():
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    eventually(f"{folder} is gone", is_gone)


def deleted(options, folder):
    """The folder of one node, and then, in another run, all of a run of the laboratory."""
    with ByHand(options.programs, folder / "run", deadline=2000) as run:
        run.start_all()
        run.wait_for(1, 200)
        remove(run.home(1))
        statuses = run.finish()
        expect([statuses[n] for n in (0, 2, 3)] == [0, 0, 0], f"statuses {statuses}")
        expect(statuses[1] == 1 and "was deleted while the node runs" in run.log(1), f"node 1: {run.log(1)}")
        missed = sum(run.cut_offs(n).get(1, [0])[0] for n in (0, 2, 3))
    with quickstart(options, folder, [], *ENDLESS).start(stderr=subprocess.PIPE) as run:
        begun(run)
        remove(run.folder)
        run.process.send_signal(signal.SIGTERM)
        run.process.communicate(timeout=60)
        eventually("all processes have ended", lambda: not alive(folder), 30)
    return ["run directory deleted", "rm -r of a node's; of all", "1; 1",
            f"what that node writes (it says so, ends with status 1, and its neighbours missed {missed} models of it); "
            "no process stays"]


def launcher_killed(options, folder):
    with quickstart(options, folder, [], "training.rounds=1500", "timing.deadlineMilliseconds=400").start() as run:
        begun(run)
        run.process.kill()
        run.process.wait()
        began = time.monotonic()
        eventually("all nodes have ended", lambda: not alive(folder), 30)
        took = time.monotonic() - began
        # Stopped by the end of their launcher, nodes have kept their checkpoints.
        resumed = Disturbed.__new__(Disturbed)
        resumed.programs, resumed.out = run.programs, run.out
        resumed.command = [options.programs / "gossiplab", "resume", run.folder, "--quiet", "--json"]
        with resumed.start():
            resumed.finish()
    return ["launcher dies", "kill -9 of gossiplab", "1",
            f"{resumed.lost}: 16 of 16 nodes ended within {took:.1f} s; resumed to the end, replayed"]


def terminated_twice(options, folder):
    """With a node that does not hear it."""
    with quickstart(options, folder, [], *ENDLESS).start() as run:
        processes = begun(run)
        os.kill(processes[3], signal.SIGSTOP)
        for _ in range(2):
            run.process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        status = run.process.wait(60)
        expect(status == 130, f"status {status}")
        eventually("all processes have ended", lambda: not alive(folder), 30)
    with ByHand(options.programs, folder / "run", rounds=1_000_000) as run:
        run.start_all()
        run.wait_for(0, 100)
        for _ in range(2):
            for process in run.processes.values():
                process.send_signal(signal.SIGTERM)
        statuses = run.finish()
        expect(set(statuses.values()) == {0}, f"statuses {statuses}")
    return ["SIGTERM, twice", "to gossiplab, of whose nodes one stands still; to nodes by hand", "1; 4",
            "nothing: status 130, no process stays; status 0"]


def suspended(options, folder):
    """All nodes and the laboratory stand still for many deadlines, as when a machine sleeps."""
    with quickstart(
            options, folder, [], "timing.deadlineMilliseconds=400", rounds=1000).start(start_new_session=True) as run:
        processes = [*begun(run), run.process.pid]
        for _ in range(3):
            for process in processes:
                os.kill(process, signal.SIGSTOP)
            time.sleep(3)
            for process in processes:
                os.kill(process, signal.SIGCONT)
            time.sleep(0.3)
        run.finish()
        missed, given_up, mixed = run.between_honest(16)
        expect(missed <= 0.01 * mixed, f"{missed} models of {missed + mixed} were missed")
    return ["all suspended", "SIGSTOP of all for 3 s, with a deadline of 0.4 s", "3",
            f"{run.lost}; of each other honest nodes missed {missed:,} models of {missed + mixed:,}"]


def slow(options, folder):
    """A node that gets a tenth of the time, and then stands still for three deadlines."""
    with ByHand(options.programs, folder / "run", nodes=7, rounds=5000, every=0, deadline=500) as run:
        run.start_all()
        run.wait_for(6, 500)
        process = run.processes[6]
        until = time.monotonic() + options.seconds
        while time.monotonic() < until and process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.045)
            process.send_signal(signal.SIGCONT)
            time.sleep(0.005)
        behind = run.round(0) - run.round(6)
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        process.send_signal(signal.SIGCONT)
        statuses = run.finish()
        expect(set(statuses.values()) == {0}, f"statuses {statuses}")
        run.replay()
        own = run.cut_offs(6)
        blamed = sum(given_up for _, given_up, _ in own.values())
        others = [run.cut_offs(node) for node in range(6)]
        given_up = sum(each.get(6, [0, 0, 0])[1] for each in others)
        missed = sum(each.get(6, [0, 0, 0])[0] for each in others)
        between = sum(count for each in others for node, (count, *_) in each.items() if node != 6)
    expect(blamed == 0, f"the slow node gave up its neighbours {blamed} times")
    return ["slow neighbour, and slow self", "SIGSTOP for nine tenths of the time; for three deadlines",
            f"{options.seconds:g} s; 1",
            f"the slow one gave up a neighbour {blamed} times; it was given up {given_up} times and heard again, of "
            f"30,000 models of it {missed:,} were missed, of the others' {between:,} (it was {behind} rounds behind)"]


ROWS = {
    "read-only": read_only, "descriptors": out_of_descriptors, "port-in-use": port_in_use, "deleted": deleted,
    "launcher-killed": launcher_killed, "sigterm-twice": terminated_twice, "suspend": suspended, "slow": slow,
}
