"""Runs of the laboratory that a fault plan disturbs, each replayed from its traces; and what all rows share."""
import json
import os
import pathlib
import subprocess
import tempfile
import time

# What must not happen, as it is found.
failures = []


def expect(holds, failure):
    if not holds:
        failures.append(failure)


class Skipped(Exception):
    """A row needs what this machine does not have or allow; the message says what."""


def laboratory(programs, *arguments):
    return subprocess.run(
        [programs / "gossiplab", *arguments], stdout=subprocess.PIPE, text=True, check=True, timeout=600).stdout


def eventually(what, holds, seconds=60):
    """Waits until it holds; a row in which it never does cannot go on."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def reads(path):
    try:
        return path.read_text()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def records(path):
    """Of a node's metrics, as far as they are written."""
    return [json.loads(line) for line in reads(path).splitlines(keepends=True) if line.endswith("\n")]


class Disturbed:
    """A run of the laboratory with a fault plan: begun by `start`, ended and replayed by `finish`."""

    def __init__(self, programs, folder, experiment, faults, *settings, transport="tcp", keys=False):
        self.programs, self.process = programs, None
        self.out = pathlib.Path(tempfile.mkdtemp(dir=folder))
        file = self.out / f"{experiment.get('name', 'experiment')}.json"
        file.write_text(json.dumps({**experiment, "faults": faults}))
        self.command = [programs / "gossiplab", "run", file, "--quiet", "--json", "--out", self.out / "runs"]
        self.command += ["--transport", transport] + (["--keys"] if keys else [])
        for setting in settings:
            self.command += ["--set", setting]

    def start(self, **how):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, **how)
        return self

    @property
    def folder(self):
        """The run directory, once it is there; `None` before."""
        runs = self.out / "runs"
        return next((run for run in runs.iterdir() if (run / "nodes").is_dir()), None) if runs.is_dir() else None

    def node(self, node):
        """The process of a node that has said where it listens."""
        endpoint = self.folder / "nodes" / str(node) / "endpoint.json"
        eventually(f"node {node} listens", endpoint.exists)
        return json.loads(endpoint.read_text())["pid"]

    def finish(self, seconds=600, stopped=False):
        """Waits for its end, and replays it: no trace may contradict another, or what a node has come to.

        stopped: it was told to end before its rounds were done, and all its nodes with it."""
        output, _ = self.process.communicate(timeout=seconds)
        self.summary = json.loads(output)
        replay = subprocess.run(
            [self.programs / "gossiplab", "replay", self.folder], stdout=subprocess.PIPE, text=True, timeout=1200)
        self.lost_nodes = [node for node in self.summary["lost"] if not (stopped and node.endswith(": stopped"))]
        result = "lines of traces come out" if stopped else self.summary["modelDigest"]
        self.is_replayed = replay.returncode == 0 and result in replay.stdout
        expect(self.is_replayed, "a replay differs")
        expect(not self.lost_nodes, f"lost {', '.join(self.lost_nodes)}")
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def lost(self):
        lost = ", ".join(self.lost_nodes) or "nothing"
        return lost if self.is_replayed else f"{lost}; REPLAY DIFFERS"

    @property
    def struck(self):
        return ", ".join(f"{kind} {count:,}" for kind, count in self.summary["faults"].items())

    def trace(self, node):
        lines = laboratory(self.programs, "trace", self.folder, "--node", str(node))
        return [json.loads(line) for line in lines.splitlines()]

    def between_honest(self, count):
        """Models that honest nodes missed of each other, how often they gave each other up, and all models mixed."""
        hostile = {int(node) for node in self.summary["hostile"]}
        missed = given_up = mixed = 0
        for node in set(range(count)) - hostile:
            for record in records(self.folder / f"nodes/{node}/metrics.jsonl"):
                mixed += record["mixedModels"]
                for other, *counts in record.get("cutOffs", []):
                    if other not in hostile:
                        missed, given_up = missed + counts[0], given_up + counts[1]
        return missed, given_up, mixed


def quickstart(options, folder, faults, *settings, rounds=60, **how):
    """The built-in experiment of 16 nodes, three of them hostile, with a plan."""
    experiment = json.loads(laboratory(options.programs, "show", "quickstart"))
    experiment["topology"] = json.loads(laboratory(options.programs, "show", "quickstart", "--topology"))
    settings = f"training.rounds={rounds}", "checkpoint.every=5", *settings
    return Disturbed(options.programs, folder, experiment, faults, *settings, **how)


def fault(kind, **parameters):
    placed = {key: parameters.pop(key) for key in ("nodes", "from", "until", "share") if key in parameters}
    return {"fault": {"kind": kind, **parameters}, **placed}


def between(first, last, kind, **parameters):
    return fault(kind, **parameters, **{"from": first, "until": last})


LOSSY = [
    fault("loss", rate=0.05), fault("duplication", rate=0.02), fault("reordering", rate=0.05),
    fault("corruption", rate=0.01),
]


def network(name, *faults, transport="tcp", keys=False):
    def row(options, folder):
        run = quickstart(
            options, folder, list(faults), "timing.deadlineMilliseconds=400", transport=transport, keys=keys)
        with run.start():
            run.finish()
        refused = sum(run.summary["rejections"].values())
        how = f"links of the laboratory, {transport.upper()}{', sealed' if keys else ''}"
        return [name, how, run.struck, f"{run.lost} (refused {refused:,})"]
    return row


def nodes(name, how, *faults, deadline=400):
    def row(options, folder):
        with quickstart(options, folder, list(faults), f"timing.deadlineMilliseconds={deadline}").start() as run:
            run.finish()
        return [name, how, run.struck, run.lost]
    return row


def returns(run, count):
    """Of every node that came back: rounds from the newest that it was told of until it mixed what it heard again."""
    for node in range(count):
        entered = None
        for line in run.trace(node):
            heard = [other for other, *_ in line["inputs"] if other != node]
            if "checkpoint" in line:
                # One that was killed again before it had mixed anything is another one's business.
                entered = max([number for _, number, _ in line["inputs"]], default=line["round"])
            elif entered is not None and heard:
                yield line["round"] - entered
                entered = None


def kills(options, folder):
    """Sixteen nodes, of which one after the other is killed; against the same run undisturbed. Every message takes ten
    milliseconds, as between hosts: else a process that waits for a processor is behind by as many rounds."""
    apart, count = 8, options.kills
    rounds = 20 + apart * count + 60
    pace = fault("delay", milliseconds=10)
    plan = [pace] + [
        {"fault": "crash", "nodes": [str(5 * k % 16)], "from": 20 + apart * k, "until": 22 + apart * k}
        for k in range(count)
    ]
    settings = "timing.deadlineMilliseconds=400", "measure.every=0"
    calm, run = (quickstart(options, folder, faults, *settings, rounds=rounds) for faults in ([pace], plan))
    for each in (calm, run):
        with each.start():
            each.finish(3600)
    lags = list(returns(run, 16))
    prompt = sum(lag <= 3 for lag in lags)
    logs = "".join(reads(run.folder / f"nodes/{n}/log.txt") for n in range(16))
    refused = logs.count("cannot be used")
    worst, usual = (100 * r.summary["accuracy"]["worst"] for r in (run, calm))
    mean, calm_mean = (100 * r.summary["accuracy"]["mean"] for r in (run, calm))
    expect(refused == 0, f"{refused} checkpoints refused")
    expect(prompt >= 0.99 * len(lags), f"{len(lags) - prompt} of {len(lags)} came back late")
    expect(abs(worst - usual) <= 2 and abs(mean - calm_mean) <= 2, "accuracy is not within 2 points")
    return [
        f"kill -9, {count:,} times in one run of {rounds:,} rounds", "SIGKILL and a new process; messages take 10 ms",
        f"{run.summary['faults']['crash']:,} kills, {len(lags):,} returns",
        f"{run.lost}; checkpoints refused {refused}; within 3 rounds {prompt:,} of {len(lags):,} "
        f"(latest {max(lags, default=0)}); accuracy worst {worst:.1f} % (undisturbed {usual:.1f} %), "
        f"mean {mean:.1f} % ({calm_mean:.1f} %)",
    ]


ROWS = {
    "lossy-udp": network("loss, duplicates, reordering, wrong bits", *LOSSY, transport="udp"),
    "lossy-udp-keys": network("the same", *LOSSY, transport="udp", keys=True),
    "lossy-tcp": network("the same", *LOSSY),
    "corruption-tcp-keys": network("wrong bits", fault("corruption", rate=0.01), keys=True),
    "reset": network("connections reset", fault("reset", rate=0.005)),
    "half-close": network("connections half closed", fault("reset", rate=0.005, how="halfClose")),
    "delay": network("50 ms later", between(10, 30, "delay", milliseconds=50)),
    "rate": network("50 kB a second", between(10, 25, "rateLimit", bytesPerSecond=50_000), transport="udp"),
    "partition": network(
        "halves, one alone, a bridge", between(5, 12, "partition", shape="halves"),
        between(15, 22, "partition", shape="one"), between(25, 32, "partition", shape="bridge"), keys=True),
    "one-way": network("cut in one direction", between(5, 15, "partition", shape="oneWay"), transport="udp"),
    "swizzle": network("clogged links", between(5, 25, "swizzleClog")),
    "pause": nodes("stands still", "SIGSTOP, SIGCONT", between(10, 30, "pause")),
    "disk": nodes("full disk", "prlimit: no file grows", between(10, 30, "fullDisk", share=0.5), deadline=200),
    "storm": nodes(
        "killed while disks are full", "SIGKILL and prlimit", between(10, 30, "fullDisk"), between(15, 25, "crash"),
        deadline=200),
    "kills": kills,
}
