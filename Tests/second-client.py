#!/usr/bin/env python3
"""A node of gossipnode in another language, from Sources/Wire/PROTOCOL.md alone: TCP, plain or sealed,
standard library only.

It is dialled by all its neighbours, who must have lower indices; its model is the mean of what they send.
usage: second-client.py RUN NODE NEIGHBOURS ROUNDS NONCE [KEYFILE]
"""
import array
import hashlib
import hmac
import json
import os
import socket
import struct
import sys
import time

MASK = (1 << 64) - 1
HELLO, MODEL, WAITING, BYE, PROOF = 1, 2, 3, 4, 5


def xxh64(data):
    p1, p2, p3, p4, p5 = (
        0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
    rotate = lambda x, r: (x << r | x >> (64 - r)) & MASK
    step = lambda a, word: rotate((a + word * p2) & MASK, 31) * p1 & MASK
    offset = 0
    if len(data) >= 32:
        lanes = [(p1 + p2) & MASK, p2, 0, -p1 & MASK]
        while offset + 32 <= len(data):
            words = struct.unpack_from("<4Q", data, offset)
            lanes = [step(a, w) for a, w in zip(lanes, words)]
            offset += 32
        h = sum(rotate(a, r) for a, r in zip(lanes, (1, 7, 12, 18))) & MASK
        for a in lanes:
            h = ((h ^ step(0, a)) * p1 + p4) & MASK
    else:
        h = p5
    h = (h + len(data)) & MASK
    while offset + 8 <= len(data):
        h = (rotate(h ^ step(0, struct.unpack_from("<Q", data, offset)[0]), 27) * p1 + p4) & MASK
        offset += 8
    if offset + 4 <= len(data):
        h = (rotate(h ^ struct.unpack_from("<I", data, offset)[0] * p1 & MASK, 23) * p2 + p3) & MASK
        offset += 4
    for byte in data[offset:]:
        h = rotate(h ^ byte * p5 & MASK, 11) * p1 & MASK
    h = (h ^ h >> 33) * p2 & MASK
    h = (h ^ h >> 29) * p3 & MASK
    return h ^ h >> 32


def hkdf(key, salt, info, length):
    secret = hmac.digest(salt or bytes(32), key, "sha256")
    output = block = b""
    while len(output) < length:
        block = hmac.digest(secret, block + info + bytes([len(output) // 32 + 1]), "sha256")
        output += block
    return output[:length]


def chacha20(key, nonce, counter, count):
    """So many bytes of the key stream (RFC 8439)."""
    m = 0xFFFFFFFF

    def quarter(s, a, b, c, d):
        for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = s[x] + s[y] & m
            s[z] ^= s[x]
            s[z] = (s[z] << r | s[z] >> (32 - r)) & m

    stream = b""
    while len(stream) < count:
        start = struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key)
        start += (counter,) + struct.unpack("<3I", nonce)
        s = list(start)
        for _ in range(10):
            for i in range(4):
                quarter(s, i, i + 4, i + 8, i + 12)
            for i in range(4):
                quarter(s, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12)
        stream += struct.pack("<16I", *(a + b & m for a, b in zip(s, start)))
        counter += 1
    return stream[:count]


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for start in range(0, len(data), 16):
        total = (total + int.from_bytes(data[start:start + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:], "little")) % (1 << 128)).to_bytes(16, "little")


def crypt(key, nonce, data):
    return bytes(a ^ b for a, b in zip(data, chacha20(key, nonce, 1, len(data))))


def tag(key, nonce, header, sealed):
    pad = lambda data: data + bytes(-len(data) % 16)
    text = pad(header) + pad(sealed) + struct.pack("<QQ", len(header), len(sealed))
    return poly1305(chacha20(key, nonce, 0, 32), text)


class Connection:
    """The accepting end of one edge."""

    def __init__(self, connection, own, keys):
        self.socket, self.own = connection, own
        self.sequence, self.sealing, self.opening = 0, None, None
        kind, self.peer, _, theirs = self.receive()
        assert kind == HELLO
        identity, run, addressee, _, fingerprint, _ = struct.unpack("<32s16sIQ8s32s", theirs)
        assert run == nonce and addressee == own
        key, mark, challenge = keys.get(self.peer), bytes(8), bytes(32)
        if key:
            mark = hkdf(key, b"", b"gossipnode fingerprint", 8)
            mark = bytes([mark[0] | 1]) + mark[1:]
            challenge = os.urandom(32)
        assert fingerprint == mark
        ours = struct.pack("<32s16sIQ8s32s", identity, nonce, self.peer, incarnation, mark, challenge)
        self.send(HELLO, 0, ours)
        if key:
            transcript = struct.pack("<I", self.peer) + theirs + struct.pack("<I", own) + ours
            session = hkdf(key, hashlib.sha256(transcript).digest(), b"gossipnode session 1", 64)
            self.opening, self.sealing = session[:32], session[32:]
            self.send(PROOF)
            assert self.receive()[0] == PROOF

    def send(self, kind, round=0, payload=b""):
        sealed = self.sealing is not None
        header = b"GSPN" + struct.pack(
            "<BBHIIQI", 2, kind, sealed, self.own, round, self.sequence, len(payload))
        if sealed:
            number = struct.pack("<IQ", self.own, self.sequence)
            payload = crypt(self.sealing, number, payload)
            check = tag(self.sealing, number, header, payload)
        else:
            check = struct.pack("<Q", xxh64(header + struct.pack("<Q", xxh64(payload))))
        self.sequence += 1
        self.socket.sendall(header + check + payload)

    def read(self, count):
        data = b""
        while len(data) < count:
            data += self.socket.recv(count - len(data)) or sys.exit("a neighbour hung up")
        return data

    def receive(self):
        """Kind, sender, round and payload of the next frame."""
        header = self.read(28)
        magic, version, kind, flags, sender, round, sequence, length = struct.unpack("<4sBBHIIQI", header)
        assert magic == b"GSPN" and version == 2 and flags == (self.opening is not None)
        check, payload = self.read(16 if flags else 8), self.read(length)
        if flags:
            number = struct.pack("<IQ", sender, sequence)
            assert tag(self.opening, number, header, payload) == check
            payload = crypt(self.opening, number, payload)
        else:
            assert struct.pack("<Q", xxh64(header + struct.pack("<Q", xxh64(payload)))) == check
        return kind, sender, round, payload

    def model(self, wanted):
        """The neighbour's model of a round."""
        while True:
            kind, _, round, payload = self.receive()
            if kind == MODEL and round == wanted:
                return array.array("f", payload)
            assert kind == WAITING


run, node, neighbours, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
nonce = bytes.fromhex(sys.argv[5])
keys = {}
if len(sys.argv) > 6:
    with open(sys.argv[6]) as file:
        keys = {int(name): bytes.fromhex(key) for name, key in json.load(file)["keys"].items()}
incarnation = time.time_ns() // 1000
listener = socket.create_server(("127.0.0.1", 0))
folder = os.path.join(run, "nodes", str(node))
os.makedirs(folder, exist_ok=True)
endpoint = {
    "address": "127.0.0.1:%d" % listener.getsockname()[1], "pid": os.getpid(), "incarnation": incarnation,
    "nonce": nonce.hex()}
with open(os.path.join(folder, "endpoint.part"), "w") as file:
    json.dump(endpoint, file)
os.rename(os.path.join(folder, "endpoint.part"), os.path.join(folder, "endpoint.json"))

edges = [Connection(listener.accept()[0], node, keys) for _ in range(neighbours)]
for round in range(rounds):
    models = [edge.model(round) for edge in edges]
    mean = array.array("f", (sum(values) / len(values) for values in zip(*models)))
    for edge in edges:
        edge.send(MODEL, round, mean.tobytes())
for edge in edges:
    edge.send(BYE, 0, b"\1")
    edge.socket.shutdown(socket.SHUT_WR)
for edge in edges:
    while edge.socket.recv(1 << 16):
        pass
print("%d rounds with %s" % (rounds, sorted(edge.peer for edge in edges)))
