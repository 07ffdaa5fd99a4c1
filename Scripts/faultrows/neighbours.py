"""Neighbours that have their keys and are hostile: floods of frames and datagrams, frames of every wrong kind, models
that differ from victim to victim; and nodes that are none of this run."""
import json
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time

import gossipwire as wire

from faultrows.byhand import ByHand
from faultrows.disturbed import eventually, expect, quickstart, records
from faultrows.strangers import MOST_MEGABYTES, attacks, change, resident

HOSTILE, VICTIM = attacks.VICTIM, 0


class Invaded:
    """Six honest nodes with keys; the seventh place is the attacker's."""

    def __init__(self, options, folder, transport, features=64):
        self.attack = attacks.Attack(transport, True, flood="stale", features=features)
        self.run = attacks.Run(pathlib.Path(tempfile.mkdtemp(dir=folder)), options.programs, self.attack)
        self.folder, self.programs = self.run.folder, options.programs
        # What is refused is to be seen soon, and nobody waits for the seventh to begin.
        change(self.run, measure={"every": 20}, timing={"deadlineMilliseconds": 1000, "joinSeconds": 1})

    def __enter__(self):
        self.run.start()
        return self

    def __exit__(self, *_):
        self.run.end()

    def watch(self):
        """From now on."""
        eventually("500 rounds", lambda: self.run.rounds() >= 500)
        self.rounds, self.missed = self.run.rounds(), self.missed_of_honest()
        self.before = self.most = resident(self.run.nodes[VICTIM])

    def look(self):
        self.most = max(self.most, resident(self.run.nodes[VICTIM]))

    def missed_of_honest(self):
        """Models that honest nodes missed of each other, and those that they mixed."""
        missed = mixed = 0
        for node in self.run.honest:
            for record in records(self.run.file(node, "metrics.jsonl")):
                missed += sum(count for other, count, *_ in record.get("cutOffs", []) if other != HOSTILE)
                mixed += record["mixedModels"]
        return missed, mixed

    def refusals(self):
        """What the victim has refused, by reason; what is not sealed as it should be is nobody's."""
        last = records(self.run.file(VICTIM, "metrics.jsonl"))[-1:]
        return last[0]["rejections"] if last else {}

    def cost(self):
        rounds = self.run.rounds() - self.rounds
        lost, mixed = (after - before for after, before in zip(self.missed_of_honest(), self.missed))
        grown = self.most - self.before
        expect(grown <= MOST_MEGABYTES, f"memory grew by {grown:.1f} MB")
        expect(lost == 0, f"{lost} honest models were missed")
        expect(all(process.poll() is None for process in self.run.nodes.values()), "a node has ended")
        return f"{lost:,} of {lost + mixed:,} honest models in {rounds:,} rounds; memory + {grown:.1f} MB"


def flood(name, how, transport, rate=None, kind="stale"):
    """By the program `flooder`, which answers every model as it should beside that."""
    def row(options, folder):
        with Invaded(options, folder, transport) as run:
            command = [options.programs / "flooder", "--experiment", run.folder / "experiment.json"]
            command += ["--run", run.folder / "run", "--rate", str(rate or run.attack.rate), "--transport", transport]
            command += ["--keys", run.folder / "keys" / f"{HOSTILE}.json"]
            sink = socket.create_server(("127.0.0.1", 0))
            if transport == "tcp":
                command += ["--flood", kind, "--elsewhere", "%s:%d" % sink.getsockname()]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
                run.watch()
                program.stdin.write(b"victim\n")
                program.stdin.flush()
                until = time.monotonic() + options.seconds
                while time.monotonic() < until:
                    run.look()
                    time.sleep(0.02)
                cost = run.cost()
                sent, _ = program.communicate()
            sent = int(sent)
            # A node reads a stream that floods it late on purpose, so that less can be sent.
            least = 0.5 * rate * options.seconds if rate else 1
            expect(sent >= least, f"only {sent:,} were sent")
        return [name, how, f"{sent:,} in {options.seconds:g} s", cost]
    return row


# Frames that are wrong, each sent on a link of its own that was opened as it should be. A model of a round to come is
# kept, so that it is looked at; one of the past is not.


def model(link, round, payload):
    link.send(wire.MODEL, round, payload)


def floats(link, value):
    return struct.pack("<f", value) + link.payload[4:]


def doubled(link):
    frame = link.frame(wire.MODEL, link.ahead, link.payload)
    link.socket.sendall(frame + frame)


def damaged(link):
    frame = bytearray(link.frame(wire.MODEL, link.ahead, link.payload))
    frame[-1] ^= 1
    link.socket.sendall(frame)


def half(link):
    link.socket.sendall(link.frame(wire.MODEL, link.ahead, link.payload)[:1000])


def forged(link):
    session = link.session
    own, session.own = session.own, 3
    link.socket.sendall(link.frame(wire.MODEL, link.ahead, link.payload))
    session.own = own


def plain(link):
    head = wire.header(wire.MODEL, HOSTILE, link.ahead, 2, len(link.payload))
    link.socket.sendall(wire.checked(head, link.payload))


def oversized(link):
    link.socket.sendall(wire.header(wire.MODEL, HOSTILE, link.ahead, 2, (1 << 32) - 1, flags=1) + bytes(4096))


def equivocal(link):
    model(link, link.ahead, link.payload)
    model(link, link.ahead, floats(link, 0.25))


WRONG = {
    "a length of 4 GiB": (oversized, "badLength"),
    "another dimension": (lambda link: model(link, link.ahead, link.payload + bytes(4)), "badLength"),
    "half a frame": (half, "tooSlow"),
    "NaN": (lambda link: model(link, link.ahead, floats(link, float("nan"))), "notFinite"),
    "infinity": (lambda link: model(link, link.ahead, floats(link, float("inf"))), "notFinite"),
    "1e38": (lambda link: model(link, link.ahead, struct.pack("<f", 1e38) * (len(link.payload) // 4)), None),
    "round 0": (lambda link: model(link, 0, link.payload), None),
    "round 2^32 - 1": (lambda link: model(link, (1 << 32) - 1, link.payload), "roundOutOfRange"),
    "two models of a round": (equivocal, "duplicateRound"),
    "a replayed frame": (doubled, "replayedSequence"),
    "another sender": (forged, "wrongSender"),
    "a wrong bit": (damaged, "badSeal"),
    "no seal": (plain, "notSealed"),
    "a fragment": (lambda link: link.send(wire.FRAGMENT, 0, bytes(64)), "unknownKind"),
}


def wrong_frames(options, folder):
    with Invaded(options, folder, "tcp") as run:
        node = wire.Node(HOSTILE, wire.keys(run.folder / "keys" / f"{HOSTILE}.json"), 1, bytes(16))
        listener = socket.create_server(("127.0.0.1", 0))
        links, opened = [], threading.Condition()

        def serve():
            """Opens every link; those of others than the victim are kept and never used."""
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                try:
                    connection.settimeout(10)
                    link = wire.Connection(connection, node)
                except (OSError, AssertionError, SystemExit):
                    continue
                with opened:
                    links.append(link)
                    opened.notify()

        def next_link():
            with opened:
                found = opened.wait_for(lambda: [each for each in links if each.peer == VICTIM], 10)
                if not found:
                    raise TimeoutError("the victim does not dial")
                links.remove(found[0])
                return found[0]

        wire.write_endpoint(run.folder / "run", node, listener.getsockname()[1])
        threading.Thread(target=serve, daemon=True).start()
        run.watch()
        for kind, (send, reason) in WRONG.items():
            link = next_link()
            _, _, round, link.payload = link.receive()
            # It goes on meanwhile, and a model of the past is no offence.
            link.ahead = round + 1_000_000
            before = run.refusals().get(reason, 0)
            send(link)
            run.look()
            if reason:
                eventually(f"{kind} is refused ({reason})", lambda: run.refusals().get(reason, 0) > before, 10)
            link.socket.close()
        run.look()
        cost = run.cost()
        listener.close()
    return ["frames of every wrong kind, of a neighbour", "TCP, sealed: " + ", ".join(WRONG), f"{len(WRONG)}", cost]


class VictimServer(wire.DatagramServer):
    """Hears the victim alone."""

    def take(self, datagram, address):
        if wire.parse(datagram[:28])[2] == VICTIM:
            super().take(datagram, address)


def attended(server):
    """The victim's newest edge, after some time for all: whoever acknowledges nothing is taken for gone."""
    server.run(lambda: False, limit=0.05)
    return [edge for edge in server.edges.values() if edge.peer == VICTIM and edge.is_open][-1]


def fragment_bombs(options, folder):
    """Fragments of a stream whose first one never comes, again and again, some as long as there are; then numbers out
    of all bounds, and a frame that is to be of 4 GiB."""
    with Invaded(options, folder, "udp", features=2) as run:
        node = wire.Node(HOSTILE, wire.keys(run.folder / "keys" / f"{HOSTILE}.json"), 1, bytes(16))
        server = VictimServer(node)
        run.watch()
        wire.write_endpoint(run.folder / "run", node, server.socket.getsockname()[1])
        server.accept(1)
        edge = attended(server)
        # To seal the longest takes this script ten milliseconds.
        count, until, data = 0, time.monotonic() + options.seconds, bytes(64)
        while time.monotonic() < until:
            # Behind the next one that the link would take, which never comes.
            for k in range(16):
                rest = data if k else bytes(wire.FRAGMENT_BYTES)
                edge.transmit(wire.FRAGMENT, edge.prefix(1 + count % (wire.MOST_FRAGMENTS - 1)) + rest)
                count += 1
            run.look()
            edge = attended(server)
        false = wire.header(wire.MODEL, HOSTILE, 5, 0, (1 << 32) - 1) + bytes(64)
        wrong = [(number, data, "malformedPayload") for number in (1 << 20, 1 << 62, (1 << 64) - 1)]
        for number, rest, reason in [*wrong, (0, false, "badLength")]:
            before = run.refusals().get(reason, 0)

            def refused():
                # Sent again where the link was made anew meanwhile.
                edge = attended(server)
                edge.transmit(wire.FRAGMENT, edge.prefix(number) + rest)
                return run.refusals().get(reason, 0) > before
            eventually(f"fragment {number} is refused ({reason})", refused, 30)
        run.look()
        cost = run.cost()
    return ["fragment bombs of a neighbour", "UDP, sealed: all but the first of a stream; numbers out of bounds; 4 GiB",
            f"{count + 4:,}", cost]


def equivocation(options, folder):
    """Who told different neighbours different things, by the hashes in the traces: the hostile nodes, nobody else. The
    summary says the same."""
    with quickstart(options, folder, [], 'measure.also=["equivocation"]').start() as run:
        run.finish()
    told = {}
    for node in set(range(16)) - {3, 7, 11}:
        for line in run.trace(node):
            for sender, round, digest in line["inputs"]:
                told.setdefault((sender, round), set()).add(digest)
    found = {}
    for (sender, _), digests in told.items():
        if len(digests) > 1:
            found[sender] = found.get(sender, 0) + 1
    expect(sorted(found) == [3, 7, 11], f"found were {sorted(found)}")
    measures = run.summary["measures"]
    expect(measures["equivocators"] == 3, f"the summary tells of {measures['equivocators']} nodes")
    expect(measures["nodeEquivocations"] == [found.get(node, 0) for node in range(16)],
           f"the summary has {measures['nodeEquivocations']}")
    rounds = ", ".join(f"node {node} in {count}" for node, count in sorted(found.items()))
    return ["equivocation", "dissensus: another model for each neighbour", "3 nodes, 60 rounds each",
            f"{run.lost}; in the summary, as by the traces: {rounds} rounds; nobody else"]


def foreign_nodes(options, folder):
    """A node with no key, other keys, of another experiment, of another run, in the place of one that belongs there."""
    cases = {
        "no key": ({"keyed": False}, "unexpectedKey"), "other keys": ({"keys": "others"}, "wrongKey"),
        "another experiment": ({"experiment": "other.json"}, "otherExperiment"),
        # Of another run it finds nobody, and nobody finds it.
        "another run": ({"nonce": "77" * 16}, "no neighbour yet"),
    }
    with ByHand(options.programs, folder / "run", rounds=1_000_000, every=0, keys=True) as run:
        run.write_keys("others")
        (run.folder / "other.json").write_text(json.dumps({**run.experiment, "seed": 2}))
        run.start_all(3)
        run.wait_for(0, 200)
        for name, (how, reason) in cases.items():
            process = run.start(3, **how)
            try:
                eventually(
                    f"{name} is refused ({reason})",
                    lambda: any(reason in run.log(n) for n in range(4)), 10)
            finally:
                process.kill()
                process.wait()
                shutil.rmtree(run.home(3))
        del run.processes[3]
        missed = sum(
            count for node in range(3) for other, (count, *_) in run.cut_offs(node).items() if other != 3)
        expect(missed == 0, f"{missed} honest models were missed")
        for process in run.processes.values():
            process.terminate()
        statuses = run.finish()
        expect(set(statuses.values()) == {0}, f"statuses {statuses}")
    return ["a node that does not belong there", ", ".join(cases), "1 each",
            f"nothing: refused as {', '.join(reason for _, reason in cases.values())}; of each other the others missed "
            f"{missed} models"]


ROWS = {
    "frames-keys": flood(
        "a flood of frames of a neighbour", "TCP, sealed: models of the first round", "tcp"),
    "equivocation-keys": flood(
        "the same", "TCP, sealed: models of the newest round, again", "tcp", kind="equivocation"),
    "datagrams-keys": flood(
        "a flood of datagrams of a neighbour", "UDP, each sealed anew", "udp", rate=50_000),
    "wrong-frames": wrong_frames, "fragment-bombs": fragment_bombs, "equivocation": equivocation,
    "foreign-nodes": foreign_nodes,
}
