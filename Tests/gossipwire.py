"""The wire protocol of gossipnode in another language, from Sources/Wire/PROTOCOL.md alone: the accepting end of an edge
over TCP or UDP, plain or sealed; standard library only."""
import collections
import hashlib
import hmac
import json
import os
import select
import socket
import struct
import sys
import time

MASK = (1 << 64) - 1
VERSION = 4
HELLO, MODEL, WAITING, BYE, PROOF, FRAGMENT, COOKIE = 1, 2, 3, 4, 5, 6, 7
FRAGMENT_BYTES, MOST_FRAGMENTS = 1360, 128


def xxh64(data, seed=0):
    p1, p2, p3, p4, p5 = (
        0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
    rotate = lambda x, r: (x << r | x >> (64 - r)) & MASK
    step = lambda a, word: rotate((a + word * p2) & MASK, 31) * p1 & MASK
    offset = 0
    if len(data) >= 32:
        lanes = [(seed + p1 + p2) & MASK, (seed + p2) & MASK, seed, (seed - p1) & MASK]
        while offset + 32 <= len(data):
            words = struct.unpack_from("<4Q", data, offset)
            lanes = [step(a, w) for a, w in zip(lanes, words)]
            offset += 32
        h = sum(rotate(a, r) for a, r in zip(lanes, (1, 7, 12, 18))) & MASK
        for a in lanes:
            h = ((h ^ step(0, a)) * p1 + p4) & MASK
    else:
        h = (seed + p5) & MASK
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


SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e"
    "e03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d"
    "8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc"
    "8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")


def xxh3(data):
    """XXH3_64bits, without seed."""
    p1, p2, p3, p4, p5 = (
        0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
    q1, q2, q3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
    count = len(data)
    word = lambda text, at: struct.unpack_from("<Q", text, at)[0]
    rotate = lambda x, r: (x << r | x >> (64 - r)) & MASK
    fold = lambda a, b: (a * b & MASK) ^ (a * b >> 64)
    mix = lambda at, key: fold(word(data, at) ^ word(SECRET, key), word(data, at + 8) ^ word(SECRET, key + 8))

    def avalanche(h):
        h = (h ^ h >> 37) * 0x165667919E3779F9 & MASK
        return h ^ h >> 32

    if count <= 3:
        h = word(SECRET, 56) ^ word(SECRET, 64)
        if count:
            combined = data[0] << 16 | data[count >> 1] << 24 | data[-1] | count << 8
            low, high = struct.unpack_from("<II", SECRET)
            h = combined ^ low ^ high
        h = (h ^ h >> 33) * p2 & MASK
        h = (h ^ h >> 29) * p3 & MASK
        return h ^ h >> 32
    if count <= 8:
        first, last = struct.unpack_from("<I", data)[0], struct.unpack_from("<I", data, count - 4)[0]
        h = (last | first << 32) ^ word(SECRET, 8) ^ word(SECRET, 16)
        h ^= rotate(h, 49) ^ rotate(h, 24)
        h = h * 0x9FB21C651E98DF25 & MASK
        h = (h ^ (h >> 35) + count) * 0x9FB21C651E98DF25 & MASK
        return h ^ h >> 28
    if count <= 16:
        low = word(data, 0) ^ word(SECRET, 24) ^ word(SECRET, 32)
        high = word(data, count - 8) ^ word(SECRET, 40) ^ word(SECRET, 48)
        return avalanche(count + int.from_bytes(low.to_bytes(8, "little"), "big") + high + fold(low, high) & MASK)
    h = count * p1
    if count <= 128:
        for pair in range((count + 31) // 32):
            h += mix(16 * pair, 32 * pair) + mix(count - 16 * (pair + 1), 32 * pair + 16)
        return avalanche(h & MASK)
    if count <= 240:
        h = avalanche(h + sum(mix(16 * part, 16 * part) for part in range(8)) & MASK)
        h += sum(mix(16 * part, 16 * (part - 8) + 3) for part in range(8, count // 16))
        return avalanche(h + mix(count - 16, 119) & MASK)
    lanes = [q3, p1, p2, p3, p4, q2, p5, q1]

    def add(at, key):
        words = struct.unpack_from("<8Q", data, at)
        for i, (w, k) in enumerate(zip(words, struct.unpack_from("<8Q", SECRET, key))):
            lanes[i ^ 1] += w
            lanes[i] += ((w ^ k) & 0xFFFFFFFF) * ((w ^ k) >> 32)

    blocks = (count - 1) // 1024
    for start in range(0, 1024 * blocks, 1024):
        for stripe in range(16):
            add(start + 64 * stripe, 8 * stripe)
        for i, k in enumerate(struct.unpack_from("<8Q", SECRET, 128)):
            a = lanes[i] & MASK
            lanes[i] = (a ^ a >> 47 ^ k) * q1 & MASK
    for stripe in range((count - 1 - 1024 * blocks) // 64):
        add(1024 * blocks + 64 * stripe, 8 * stripe)
    add(count - 64, 121)
    for pair in range(4):
        low, high = lanes[2 * pair] & MASK, lanes[2 * pair + 1] & MASK
        h += fold(low ^ word(SECRET, 11 + 16 * pair), high ^ word(SECRET, 19 + 16 * pair))
    return avalanche(h & MASK)


def siphash(key, data):
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    rotate = lambda x, r: (x << r | x >> (64 - r)) & MASK

    def rounds(count):
        a, b, c, d = v
        for _ in range(count):
            a, c = a + b & MASK, c + d & MASK
            b, d = rotate(b, 13) ^ a, rotate(d, 16) ^ c
            a = rotate(a, 32)
            c, a = c + b & MASK, a + d & MASK
            b, d = rotate(b, 17) ^ c, rotate(d, 21) ^ a
            c = rotate(c, 32)
        v[:] = a, b, c, d

    padded = data + bytes(-(len(data) + 1) % 8) + bytes([len(data) & 255])
    for word, in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


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


# Files


def keys(path):
    """The keys of a key file, by neighbour."""
    with open(path) as file:
        return {int(name): bytes.fromhex(key) for name, key in json.load(file)["keys"].items()}


# A node of a run; keys by neighbour, if there are any.
Node = collections.namedtuple("Node", "index keys incarnation nonce")


def write_endpoint(run, node, port):
    folder = os.path.join(run, "nodes", str(node.index))
    os.makedirs(folder, exist_ok=True)
    endpoint = {
        "address": "127.0.0.1:%d" % port, "pid": os.getpid(), "incarnation": node.incarnation,
        "nonce": node.nonce.hex()}
    with open(os.path.join(folder, "endpoint.part"), "w") as file:
        json.dump(endpoint, file)
    os.rename(os.path.join(folder, "endpoint.part"), os.path.join(folder, "endpoint.json"))


# Hellos

Hello = collections.namedtuple("Hello", "identity nonce channels addressee incarnation fingerprint challenge")
HELLO_FORMAT = "<32s16sQIQ8s32s"
HELLO_BYTES = struct.calcsize(HELLO_FORMAT)


def fingerprint(key):
    mark = hkdf(key, b"", b"gossipnode fingerprint", 8)
    return bytes([mark[0] | 1]) + mark[1:]


def greeting(sender, hello, cookie=0, key=None):
    """The payload of a hello."""
    payload = struct.pack(HELLO_FORMAT, *hello) + struct.pack("<Q", cookie)
    mark = siphash(hkdf(key, b"", b"gossipnode hello 2", 16), struct.pack("<I", sender) + payload) if key else 0
    return payload + struct.pack("<Q", mark)


def header(kind, sender, round, sequence, length, flags=0):
    return b"GSPN" + struct.pack("<BBHIIQI", VERSION, kind, flags, sender, round, sequence, length)


def checked(head, payload, session=0):
    """A frame that is not sealed."""
    return head + struct.pack("<Q", xxh64(head + struct.pack("<Q", xxh3(payload)), session)) + payload


def hello_datagram(sender, hello, cookie=0, key=None):
    payload = greeting(sender, hello, cookie, key)
    return checked(header(HELLO, sender, 0, 0, len(payload)), payload)


def cookie_of(datagram):
    """The cookie in an answer."""
    assert datagram[5] == COOKIE and len(datagram) == 44
    return struct.unpack_from("<Q", datagram, 36)[0]


class Session:
    """What two hellos lead to, at the accepting end."""

    def __init__(self, node, sender, theirs):
        own, self.own, self.peer = node.index, node.index, sender
        hello = Hello(*struct.unpack_from(HELLO_FORMAT, theirs))
        assert hello.addressee == own and hello.nonce == node.nonce
        key = node.keys.get(sender)
        mark = fingerprint(key) if key else bytes(8)
        assert hello.fingerprint == mark
        cookie, = struct.unpack_from("<Q", theirs, HELLO_BYTES)
        assert theirs == greeting(sender, hello, cookie, key)
        ours = Hello(hello.identity, node.nonce, hello.channels, sender, node.incarnation, mark, os.urandom(32))
        self.answer = greeting(own, ours, 0, key)
        both = struct.pack("<I", sender) + theirs[:HELLO_BYTES] + struct.pack("<I", own) + self.answer[:HELLO_BYTES]
        self.number, self.sealing, self.opening = xxh64(both), None, None
        if key:
            secret = hkdf(key, hashlib.sha256(both).digest(), b"gossipnode session 2", 64)
            self.opening, self.sealing = secret[:32], secret[32:]

    def frame(self, kind, round, sequence, payload, session=0, flags=0):
        if self.sealing is None:
            return checked(header(kind, self.own, round, sequence, len(payload), flags), payload, session)
        head = header(kind, self.own, round, sequence, len(payload), flags | 1)
        nonce = struct.pack("<IQ", self.own, sequence)
        sealed = crypt(self.sealing, nonce, payload)
        return head + tag(self.sealing, nonce, head, sealed) + sealed

    def open(self, head, check, payload, session=0):
        """The payload in the clear."""
        sender, _, sequence = struct.unpack_from("<IIQ", head, 8)
        if self.opening is None:
            assert check == struct.pack("<Q", xxh64(head + struct.pack("<Q", xxh3(payload)), session))
            return payload
        nonce = struct.pack("<IQ", sender, sequence)
        assert tag(self.opening, nonce, head, payload) == check
        return crypt(self.opening, nonce, payload)


def parse(head):
    """Kind, flags, sender, round, sequence and length of the payload."""
    magic, version, kind, flags, sender, round, sequence, length = struct.unpack("<4sBBHIIQI", head)
    assert magic == b"GSPN" and version == VERSION
    return kind, flags, sender, round, sequence, length


class Connection:
    """The accepting end of one edge over TCP."""

    def __init__(self, connection, node):
        self.socket, self.sequence, self.session = connection, 0, None
        kind, self.peer, _, theirs = self.receive()
        assert kind == HELLO
        session = Session(node, self.peer, theirs)
        head = header(HELLO, node.index, 0, 0, len(session.answer))
        self.socket.sendall(checked(head, session.answer))
        self.sequence, self.session = 1, session
        if session.sealing:
            self.send(PROOF)
            assert self.receive()[0] == PROOF

    def frame(self, kind, round=0, payload=b""):
        self.sequence += 1
        return self.session.frame(kind, round, self.sequence - 1, payload)

    def send(self, kind, round=0, payload=b""):
        self.socket.sendall(self.frame(kind, round, payload))

    def read(self, count):
        data = b""
        while len(data) < count:
            data += self.socket.recv(count - len(data)) or sys.exit("a neighbour hung up")
        return data

    def receive(self):
        """Kind, sender, round and payload of the next frame."""
        head = self.read(28)
        kind, flags, sender, round, _, length = parse(head)
        check, payload = self.read(16 if flags else 8), self.read(length)
        if self.session:
            assert bool(flags) == bool(self.session.opening)
            return kind, sender, round, self.session.open(head, check, payload)
        assert not flags and checked(head, payload) == head + check + payload
        return kind, sender, round, payload

    def finish(self):
        self.socket.shutdown(socket.SHUT_WR)
        while self.socket.recv(1 << 16):
            pass


class DatagramEdge:
    """The accepting end of one edge over UDP; all of them share the socket of a `DatagramServer`."""

    def __init__(self, server, session, address):
        self.server, self.session, self.address, self.peer = server, session, address, session.peer
        self.datagrams = 0
        self.is_open = False
        self.seen = set()
        # What goes out: fragments not acknowledged, by number, with the time of their sending.
        self.stream, self.next_fragment, self.flights, self.frames = b"", 0, {}, 0
        # What comes in: the fragment wanted next, those that came early, and bytes of the stream.
        self.base, self.early, self.incoming, self.messages = 0, {}, b"", collections.deque()

    def transmit(self, kind, payload=b"", clear=False):
        sequence, self.datagrams = self.datagrams, self.datagrams + 1
        if clear:
            datagram = checked(header(kind, self.session.own, 0, sequence, len(payload)), payload)
        else:
            datagram = self.session.frame(kind, 0, sequence, payload, self.session.number)
        self.server.socket.sendto(datagram, self.address)

    def answer_hello(self):
        self.transmit(HELLO, self.session.answer, clear=True)
        self.transmit(PROOF)

    def send(self, kind, round=0, payload=b""):
        head = header(kind, self.session.own, round, self.frames, len(payload))
        self.frames += 1
        frame = checked(head, payload)
        for start in range(0, len(frame), FRAGMENT_BYTES):
            self.flights[self.next_fragment] = [frame[start:start + FRAGMENT_BYTES], 0]
            self.next_fragment += 1
        self.flush()

    def flush(self):
        """Sends what has not been sent, or not been acknowledged for 50 ms, as far as the window allows."""
        now = time.monotonic()
        first = min(self.flights, default=self.next_fragment)
        for number, flight in self.flights.items():
            if number < first + MOST_FRAGMENTS and now - flight[1] > 0.05:
                flight[1] = now
                self.transmit(FRAGMENT, self.prefix(number) + flight[0])

    def prefix(self, number):
        bits = sum(1 << (early - self.base) for early in self.early)
        return struct.pack("<QQ", number, self.base) + bits.to_bytes(16, "little")

    def take(self, datagram):
        """Takes one datagram; what is refused is dropped."""
        head = datagram[:28]
        kind, flags, sender, _, sequence, length = parse(head)
        if kind == HELLO:
            return self.answer_hello()
        start = 44 if flags & 1 else 36
        if kind not in (PROOF, FRAGMENT) or bool(flags & 1) != bool(self.session.opening):
            return
        try:
            payload = self.session.open(head, datagram[28:start], datagram[start:start + length], self.session.number)
        except AssertionError:
            return
        if flags & 1 and sequence in self.seen:
            return
        self.seen.add(sequence)
        self.is_open = True
        if kind == FRAGMENT:
            self.take_fragment(payload)

    def take_fragment(self, payload):
        number, base = struct.unpack_from("<QQ", payload)
        bits = int.from_bytes(payload[16:32], "little")
        for flying in list(self.flights):
            if flying < base or bits >> (flying - base) & 1:
                del self.flights[flying]
        if len(payload) == 32:
            return
        if self.base <= number < self.base + MOST_FRAGMENTS:
            self.early[number] = payload[32:]
        while self.base in self.early:
            self.incoming += self.early.pop(self.base)
            self.base += 1
        self.transmit(FRAGMENT, self.prefix(0))
        while len(self.incoming) >= 36:
            kind, _, sender, round, _, length = parse(self.incoming[:28])
            if len(self.incoming) < 36 + length:
                break
            self.messages.append((kind, sender, round, self.incoming[36:36 + length]))
            self.incoming = self.incoming[36 + length:]

    def receive(self):
        self.server.run(lambda: self.messages)
        return self.messages.popleft()

    def finish(self):
        self.server.run(lambda: not self.flights, limit=1)


class DatagramServer:
    """One socket for all neighbours."""

    def __init__(self, node):
        self.node, self.edges = node, {}
        self.secret = os.urandom(16)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))

    def cookie(self, address):
        return siphash(self.secret, repr(address).encode())

    def accept(self, count):
        """So many edges, open."""
        self.run(lambda: sum(edge.is_open for edge in self.edges.values()) == count)
        return list(self.edges.values())

    def run(self, is_done, limit=20):
        """Takes what comes until it is done."""
        end = time.monotonic() + limit
        said = time.monotonic()
        while not is_done() and time.monotonic() < end:
            if select.select([self.socket], [], [], 0.01)[0]:
                datagram, address = self.socket.recvfrom(2048)
                self.take(datagram, address)
            for edge in self.edges.values():
                edge.flush()
                if edge.is_open and time.monotonic() - said > 0.25:
                    edge.transmit(FRAGMENT, edge.prefix(0))
            if time.monotonic() - said > 0.25:
                said = time.monotonic()

    def take(self, datagram, address):
        if address in self.edges:
            return self.edges[address].take(datagram)
        kind, _, sender, _, _, length = parse(datagram[:28])
        if kind != HELLO or len(datagram) != 36 + length:
            return
        payload = datagram[36:]
        if struct.unpack_from("<Q", payload, HELLO_BYTES)[0] != self.cookie(address):
            answer = struct.pack("<Q", self.cookie(address))
            return self.socket.sendto(checked(header(COOKIE, self.node.index, 0, 0, 8), answer), address)
        self.edges[address] = DatagramEdge(self, Session(self.node, sender, payload), address)
        self.edges[address].answer_hello()
