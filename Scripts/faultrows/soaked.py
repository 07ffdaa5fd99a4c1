"""Thirty-two nodes for minutes under all kinds of fault: what grows, and how fast."""
import json
import os
import signal
import statistics
import time

from faultrows.disturbed import LOSSY, Disturbed, between, expect, fault, reads

NODES, DEGREE = 32, 4
# Every message takes so long, and no round less: a pace that two cores keep.
DELAY_MILLISECONDS = 50
SAMPLE_SECONDS = 2
# Of the thread that a node starts when its steps take long, as on a busy machine, and lets go afterwards.
WORKER_DESCRIPTORS = 4
# What a thousand rounds may take on a node's disk: each a record of the trace of 27 bytes and 10 for each model, and
# twenty lines of metrics.
MOST_KILOBYTES = 128
EXPERIMENT = {
    "name": "soak",
    "topology": {"family": "randomRegular", "nodes": NODES, "degree": DEGREE, "seed": 1},
    "task": {"dataset": {
        "kind": "synthetic", "features": 16, "classes": 4, "samples": 20 * NODES, "testSamples": 200}},
    "training": {"batchSize": 8}, "measure": {"every": 50}, "checkpoint": {"every": 20},
    "aggregation": {"rule": "csPlus", "tolerates": {"kind": "declared", "count": 1}},
    "adversary": [{"nodes": ["5", "21"], "attack": "signFlip"}],
}


def plan(rounds):
    """One of each kind after the other, again and again, with a calm end."""
    faults = [fault("delay", milliseconds=DELAY_MILLISECONDS)]
    for turn, start in enumerate(range(0, rounds - 400, 400)):
        victims = [str((7 * turn + k) % NODES) for k in (1, 11, 20)]
        for each in LOSSY:
            faults.append({**each, "from": start + 20, "until": start + 60})
        faults += [
            between(start + 80, start + 83, "crash", nodes=victims[:1]),
            between(start + 110, start + 120, "partition", shape="halves"),
            between(start + 150, start + 160, "pause", nodes=victims[1:2]),
            between(start + 190, start + 200, "fullDisk", nodes=victims[2:]),
            between(start + 230, start + 260, "reset", rate=0.005),
            between(start + 280, start + 290, "swizzleClog"),
            between(start + 310, start + 313, "crash", nodes=victims[1:]),
        ]
    return faults


class Sample:
    """Of one process at one moment: kilobytes of memory of its own, descriptors."""

    def __init__(self, process):
        fields = dict(line.split(":", 1) for line in open(f"/proc/{process}/status"))
        self.anonymous, self.resident = (int(fields[name].split()[0]) for name in ("RssAnon", "VmRSS"))
        self.descriptors = len(os.listdir(f"/proc/{process}/fd"))


def kilobytes(folder):
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size
            except FileNotFoundError:
                # It made room for a newer one.
                pass
    return total / 1000


def soak(options, folder):
    # More than there can be.
    rounds = round(options.soak * 60_000 / DELAY_MILLISECONDS) + 1000
    run = Disturbed(
        options.programs, folder, EXPERIMENT, plan(rounds), f"training.rounds={rounds}",
        "timing.deadlineMilliseconds=400")
    samples, until = {}, time.monotonic() + 60 * options.soak
    with run.start():
        while run.process.poll() is None and time.monotonic() < until:
            time.sleep(SAMPLE_SECONDS)
            for node in range(NODES) if run.folder else ():
                try:
                    process = run.node(node)
                    samples.setdefault((node, process), []).append(Sample(process))
                except (OSError, KeyError, ValueError):
                    # It is being killed, or has just come back.
                    pass
        disk = [kilobytes(run.folder / "nodes" / str(node)) for node in range(NODES)]
        rounds = json.loads(reads(run.folder / "metrics.jsonl").splitlines()[-1])["rounds"]
        run.process.send_signal(signal.SIGTERM)
        run.finish(stopped=True)
    # Of every process that lived for a while, its last third beside its first: the median of its memory; of its
    # descriptors the fewest beside the most, as links come and go.
    drifts, descriptors = [], []
    for lived in samples.values():
        third = len(lived) // 3
        if third < 5:
            continue
        first, last = lived[:third], lived[-third:]
        drifts.append(
            statistics.median(s.anonymous for s in last) - statistics.median(s.anonymous for s in first[third // 4 :]))
        descriptors.append(max(0, min(s.descriptors for s in last) - max(s.descriptors for s in first)))
    lives = len(drifts)
    grown = max(disk) / rounds * 1000
    most = max(s.descriptors for lived in samples.values() for s in lived)
    expect(lives > 0, "no process lived long enough")
    expect(max(drifts, default=0) <= 1024, f"memory of a node grew by {max(drifts, default=0):.0f} KiB")
    more = max(descriptors, default=0)
    expect(more <= WORKER_DESCRIPTORS, f"a node holds {more} descriptors more")
    # Files that do not grow count for the first thousand.
    expect(max(disk) <= MOST_KILOBYTES * max(1, rounds / 1000), f"{rounds:,} rounds took {max(disk):.0f} kB of a disk")
    return [
        f"all of these by turns, {NODES} nodes, {rounds:,} rounds in {options.soak:g} min",
        "links of the laboratory, signals, prlimit", run.struck,
        f"{run.lost}; in the life of a process (of {lives}) memory at most {max(drifts, default=0) / 1024:+.2f} MiB, "
        f"descriptors + {more} (at most {most}); disk {grown:.0f} kB a node in 1,000 rounds"]


ROWS = {"soak": soak}
