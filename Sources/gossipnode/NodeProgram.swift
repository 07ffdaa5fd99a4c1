// The table of all that can stand on the command line of a node.
import Platform

/// Of node 0, where hosts are given and no port is.
let standardPort = 7600

let nodeFlags = [
    Flag("experiment", "FILE", "the experiment, as in a run directory"),
    Flag("topology", "FILE", "the topology; by default the one that the experiment names"),
    Flag("node", "ID", "this node: its id in the topology"),
    Flag(
        "rank", "I",
        "this node: its index, from 0 in the order of the topology; in place of --node. auto: as the launcher says"),
    Flag("run", "DIR", "the run directory, where the node makes nodes/<index>/"),
    Flag("nonce", "HEX", "the run: 32 hexadecimal digits, the same for all its nodes; by default the launcher's job"),
    Flag("endpoints", "DIR", "where nodes leave their addresses; by default DIR/nodes of --run"),
    Flag(
        "hosts", "FILE",
        "lines HOST SLOTS: where nodes are, one after the other, each at a port of its own. auto: as the launcher says"
    ),
    Flag("port", "N", "with --hosts: the port of node 0, those of others following (default \(standardPort))"),
    Flag(
        "keys", "FILE",
        "this node's keys, as 'gossiplab keys' writes them, {index} being the node's; by default links are not sealed"),
    Flag("transport", "KIND", "tcp or udp; by default what the experiment says", values: .words(["tcp", "udp"])),
    Flag("listen", "ADDRESS", "host:port to listen on (default 127.0.0.1:0, any free port)"),
    Flag(
        "resume", "ROUND",
        "start from the checkpoint of this round in the run directory; stop-N: from that of the Nth stop; auto: go on "
            + "from what is there, if anything"
    ),
    Flag(
        "rejoin", nil, "come back after a crash: from the newest whole checkpoint, by what neighbours send"),
    Flag(
        "threads", "N",
        "threads that share the work of the rule on long vectors, which change no bit of the result (default: as many "
            + "as the host has idle processors then)"),
    Flag("stopped-status", "N", "the exit status of a node that was told to stop before it was done (default 0)"),
    InputFiles.flag,
]

let program = ProgramEntry(
    usage: "gossipnode --experiment FILE (--node ID | --rank I|auto) --run DIR",
    summary: "Runs one node of an experiment: trains on its own data, and gossips with its neighbours.",
    examples: [
        Example(
            "--experiment experiment.json --topology topology.json --rank 0 --run runs/mine --nonce $NONCE",
            "the first node of a run by hand; every node of the run is given the same nonce"),
        Example(
            "--experiment experiment.json --topology topology.json --rank 0 --run runs/mine --rejoin",
            "the same node after a crash"),
    ], flags: nodeFlags)
