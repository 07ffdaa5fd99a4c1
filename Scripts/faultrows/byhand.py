"""Nodes that are started one by one, without the laboratory, in a run directory that it can read afterwards."""
import json
import os
import resource
import signal
import struct
import subprocess

from faultrows.disturbed import eventually, expect, reads, records

NONCE = "5a" * 16


class ByHand:
    """A complete graph of nodes on little data; whoever is left at the end of the block is killed."""

    def __init__(self, programs, folder, nodes=4, rounds=3000, deadline=1000, every=2, keys=False):
        self.programs, self.folder, self.count = programs, folder, nodes
        self.processes, self.keyed = {}, keys
        self.topology = {"family": "complete", "nodes": nodes}
        self.experiment = {
            "topology": self.topology,
            "task": {"dataset": {
                "kind": "synthetic", "features": 6, "classes": 3, "samples": 50 * nodes, "testSamples": 50}},
            "training": {"rounds": rounds, "batchSize": 8}, "measure": {"every": 20},
            "timing": {"deadlineMilliseconds": deadline, "joinSeconds": 5}, "checkpoint": {"every": every},
            "aggregation": {"rule": "csPlus", "tolerates": {"kind": "declared", "count": 1}},
        }
        folder.mkdir(exist_ok=True)
        (folder / "experiment.json").write_text(json.dumps(self.experiment))
        (folder / "topology.json").write_text(json.dumps(self.topology))
        if keys:
            self.write_keys("keys")

    def write_keys(self, name):
        subprocess.run(
            [self.programs / "gossiplab", "keys", self.folder / "topology.json", "--out", self.folder / name],
            check=True, stdout=subprocess.DEVNULL)

    def home(self, node):
        return self.folder / "nodes" / str(node)

    def start(
            self, node, *flags, under=(), nonce=NONCE, keyed=None, keys="keys", experiment="experiment.json", **how):
        """Starts a node, by other words than the usual ones where they are given; `under` goes before its command."""
        command = [*under, self.programs / "gossipnode", "--experiment", self.folder / experiment]
        command += ["--node", str(node), "--run", self.folder, "--nonce", nonce, *flags]
        if self.keyed if keyed is None else keyed:
            command += ["--keys", self.folder / keys / f"{node}.json"]
        with open(self.folder / f"{node}.log", "ab") as log:
            self.processes[node] = subprocess.Popen(command, stdout=log, stderr=log, **how)
        return self.processes[node]

    def start_all(self, *but):
        for node in range(self.count):
            if node not in but:
                self.start(node)
        return self

    def log(self, node):
        return reads(self.folder / f"{node}.log")

    def round(self, node):
        """The round that it is in, by its sign of life."""
        try:
            return struct.unpack("<QQQ", (self.home(node) / "heartbeat").read_bytes())[1]
        except (FileNotFoundError, struct.error):
            return 0

    def wait_for(self, node, round):
        """Until the node has come to this round."""
        eventually(
            f"node {node} in round {round}",
            lambda: self.round(node) >= round or self.processes[node].poll() is not None)

    def records(self, node):
        return records(self.home(node) / "metrics.jsonl")

    def cut_offs(self, node):
        """Of each neighbour: models missed, how often it was given up, links lost."""
        sums = {}
        for record in self.records(node):
            for neighbour, *counts in record.get("cutOffs", []):
                sums[neighbour] = [a + b for a, b in zip(sums.get(neighbour, [0, 0, 0]), counts)]
        return sums

    def refusals(self, node):
        """By reason, since its start."""
        last = self.records(node)[-1:]
        return last[0].get("rejections", {}) if last else {}

    def kill(self, node):
        self.processes[node].kill()
        self.processes[node].wait()

    def finish(self, seconds=120):
        """The exit status of every node, once all have ended."""
        return {node: process.wait(seconds) for node, process in sorted(self.processes.items())}

    def replay(self, name=""):
        """The traces must explain every final model."""
        replay = subprocess.run(
            [self.programs / "gossiplab", "replay", self.folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=600)
        is_whole = replay.returncode == 0 and f"replayed: {self.count} of {self.count}" in replay.stdout
        expect(is_whole, f"{name}a replay differs: {replay.stdout.strip()[:500]}")
        return is_whole

    def resident(self, node):
        """Megabytes of memory that it holds."""
        for line in open(f"/proc/{self.processes[node].pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024

    def limit(self, node, descriptors):
        """Lets a running node open so many descriptors; `None`: as many as at first."""
        process = self.processes[node].pid
        _, hard = resource.prlimit(process, resource.RLIMIT_NOFILE)
        resource.prlimit(process, resource.RLIMIT_NOFILE, (descriptors or hard, hard))

    def descriptors(self, node):
        return len(os.listdir(f"/proc/{self.processes[node].pid}/fd"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()
