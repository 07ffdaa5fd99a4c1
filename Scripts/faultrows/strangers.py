"""Strangers that send what they like to a node: floods, drips, lengths that lie, fragments of nothing."""
import importlib.machinery
import importlib.util
import json
import multiprocessing
import os
import pathlib
import random
import select
import socket
import struct
import tempfile
import time

import gossipwire as wire

from faultrows.disturbed import eventually, expect


def script(name):
    """Another script of the folder above as a module."""
    path = pathlib.Path(__file__).resolve().parent.parent / name
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


attacks = script("attack-table")
# Of linux/udp.h.
UDP_SEGMENT = 103
# What a node may grow by under any attack, in megabytes.
MOST_MEGABYTES = 8


def resident(process):
    for line in open(f"/proc/{process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def change(run, **keys):
    """Sets keys of the experiment of nodes that have not been started."""
    file = run.folder / "experiment.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **keys}))


def attacked(name, how, transport, attack, told, seconds=None):
    """Seven nodes, one of which a stranger attacks: `attack` counts in a process of its own, `told` says of what."""
    def row(options, folder):
        run = attacks.Run(pathlib.Path(tempfile.mkdtemp(dir=folder)), options.programs, attacks.Attack(transport, True))
        change(run, measure={"every": 20})
        run.overheard = run.overhear() if transport == "udp" else None
        count = multiprocessing.Value("q", 0)
        length = seconds or options.seconds
        try:
            run.start()
            eventually("200 rounds", lambda: run.rounds() >= 200)
            victim = run.nodes[attacks.VICTIM]
            before = most = resident(victim)
            missed, rounds = run.missed(), run.rounds()
            until = time.monotonic() + length
            child = multiprocessing.Process(
                target=attack, args=(run, run.endpoint(attacks.VICTIM), until, count), daemon=True)
            child.start()
            while child.is_alive() and time.monotonic() < until + 10:
                most = max(most, resident(victim))
                time.sleep(0.02)
            child.kill()
            child.join()
            rounds = run.rounds() - rounds
        finally:
            run.end()
        lost, mixed = (after - earlier for after, earlier in zip(run.missed(), missed))
        expect(most - before <= MOST_MEGABYTES, f"memory grew by {most - before:.1f} MB")
        return [
            name, how, told(count.value, length),
            f"{lost:,} of {lost + mixed:,} models in {rounds:,} rounds; memory + {most - before:.1f} MB"]
    return row


def poured(count, seconds):
    expect(count > 0, "nothing was sent")
    return f"{count:,} in {seconds:g} s"


def datagrams(run, target, until, count, rate=50_000):
    """Noise and hellos of no neighbour in turn, from one socket; the kernel cuts sixteen of each out of a write."""
    hello = wire.checked(wire.header(wire.HELLO, 0, 0, 0, len(run.overheard)), run.overheard)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, len(hello))
    pour(sender, target, until, count, rate, [16 * hello, os.urandom(16 * len(hello))])


def fragments(run, target, until, count, rate=50_000):
    """Fragments of no link, in node 0's name: each of a stream whose rest never comes, the longest there are."""
    length = 32 + wire.FRAGMENT_BYTES
    payload = struct.pack("<QQ", 1, 0) + bytes(16) + bytes(wire.FRAGMENT_BYTES)
    head = wire.header(wire.FRAGMENT, 0, 0, 7, length, flags=1)
    datagram = head + bytes(16) + payload
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, len(datagram))
    pour(sender, target, until, count, rate, [16 * datagram])


def pour(sender, target, until, count, rate, writes):
    start = time.monotonic()
    while (now := time.monotonic()) < until:
        while count.value < (now - start) * rate and time.monotonic() < until:
            sender.sendto(writes[count.value // 16 % len(writes)], target)
            count.value += 16
        time.sleep(0.0005)


def drips(run, target, until, count, connections=256):
    """Connections that send a byte now and then; milliseconds until the last of them was closed, 0 if one never was."""
    poll, live = select.poll(), {}
    for _ in range(connections):
        s = socket.create_connection(target)
        live[s.fileno()] = s
        poll.register(s.fileno(), select.POLLIN)
    start = dripped = time.monotonic()
    while live and time.monotonic() < until:
        for number, _ in poll.poll(20):
            try:
                if live[number].recv(64):
                    continue
            except OSError:
                pass
            poll.unregister(number)
            live.pop(number).close()
        if time.monotonic() - dripped > 0.1:
            dripped = time.monotonic()
            for s in live.values():
                try:
                    s.send(b"G")
                except OSError:
                    pass
    count.value = 0 if live else max(1, int(1000 * (time.monotonic() - start)))


def closed(milliseconds, _):
    expect(milliseconds > 0, "not all connections were closed")
    return f"all closed within {milliseconds / 1000:.1f} s" if milliseconds else "NOT ALL CLOSED"


def lengths(run, target, until, count):
    """Frames whose length is no frame's, or is not kept: each on a connection of its own, which must be closed."""
    draw = random.Random(1)
    kinds = [wire.HELLO, wire.MODEL, wire.PROOF, wire.BYE, 99]
    while time.monotonic() < until:
        length = draw.choice(
            [0, 1, 123, 125, 2601, 1 << 20, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, draw.getrandbits(32)])
        frame = wire.header(draw.choice(kinds), draw.randrange(8), draw.getrandbits(31), draw.getrandbits(63), length)
        try:
            with socket.create_connection(target, timeout=5) as s:
                # The rest never comes, or is another's.
                s.sendall(frame + os.urandom(draw.randrange(3000)))
                s.shutdown(socket.SHUT_WR)
                while s.recv(4096):
                    pass
        except TimeoutError:
            count.value = -1
            return
        except OSError:
            pass
        count.value += 1


def refused(count, seconds):
    expect(count > 0, "a connection was not closed")
    return f"{count:,} in {seconds:g} s"


ROWS = {
    "datagrams": attacked(
        "a flood of datagrams", "one UDP socket of a stranger: noise, hellos", "udp", datagrams, poured),
    "fragments": attacked(
        "a flood of fragments of no link", "one UDP socket of a stranger, the longest", "udp", fragments, poured),
    "lengths": attacked(
        "lengths that are too great, or lie", "TCP, a connection each", "tcp", lengths, refused),
    "drips": attacked(
        "slow-drip connections", "256 at once over TCP, a byte ten times a second", "tcp", drips, closed, seconds=8),
}
