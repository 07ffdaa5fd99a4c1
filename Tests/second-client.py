#!/usr/bin/env python3
"""A node of gossipnode in another language: joins a run by what Sources/Wire/PROTOCOL.md says, over TCP or UDP.

It is dialled by all its neighbours, who must have lower indices; its model is the mean of what they send.
usage: second-client.py RUN NODE NEIGHBOURS ROUNDS NONCE tcp|udp [KEYFILE]
"""
import array
import socket
import sys
import time

sys.dont_write_bytecode = True
import gossipwire as wire


def model(edge, wanted):
    """The neighbour's model of a round."""
    while True:
        kind, _, round, payload = edge.receive()
        if kind == wire.MODEL and round == wanted:
            return array.array("f", payload)
        assert kind == wire.WAITING


run, index, neighbours, rounds = sys.argv[1], *map(int, sys.argv[2:5])
transport, keys = sys.argv[6], wire.keys(sys.argv[7]) if len(sys.argv) > 7 else {}
node = wire.Node(index, keys, time.time_ns() // 1000, bytes.fromhex(sys.argv[5]))
if transport == "tcp":
    listener = socket.create_server(("127.0.0.1", 0))
    wire.write_endpoint(run, node, listener.getsockname()[1])
    edges = [wire.Connection(listener.accept()[0], node) for _ in range(neighbours)]
else:
    server = wire.DatagramServer(node)
    wire.write_endpoint(run, node, server.socket.getsockname()[1])
    edges = server.accept(neighbours)

for round in range(rounds):
    models = [model(edge, round) for edge in edges]
    mean = array.array("f", (sum(values) / len(values) for values in zip(*models)))
    for edge in edges:
        edge.send(wire.MODEL, round, mean.tobytes())
for edge in edges:
    edge.send(wire.BYE, 0, b"\1")
for edge in edges:
    edge.finish()
print("%d rounds with %s" % (rounds, sorted(edge.peer for edge in edges)))
