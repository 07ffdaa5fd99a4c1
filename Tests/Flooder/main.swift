// The flooder as a program: takes the place of the last node of a run, until its standard input ends. A line on it says
// whom to flood from then on: "victim" or "elsewhere". At the end it prints how much it has flooded the victim with.
import Core
import Kernels
import Platform
import Scenario
import Wire

let flags = [
    Flag("experiment", "FILE", "the experiment, as nodes get it"),
    Flag("run", "DIR", "the run directory"),
    Flag("keys", "FILE", "its keys"),
    Flag("transport", "KIND", "tcp or udp (default tcp)"),
    Flag("flood", "KIND", "over TCP: " + Flood.allCases.map(\.rawValue).joined(separator: ", ")),
    Flag("rate", "N", "frames, or over UDP datagrams, a second"),
    Flag("victim", "I", "the node that is flooded"),
    Flag("elsewhere", "ADDRESS", "over TCP: a socket that takes anything"),
]

func makeFlooder(_ given: Flags) throws -> any Flooding {
    let inputs = try InputFiles(given)
    let path = try given.required("experiment", "FILE")
    let run = RunDirectory(try given.required("run", "DIR"))
    let experiment = try Experiment(try inputs.read(path), name: path)
    let room = MemoryRoom(bytes: HostLimits.freeMemory(), for: .node)
    let file = try experiment.topologyFile(room: room, reading: inputs.read)
    let assembly = try Assembly(experiment, topology: file, files: HostDataFiles(namedIn: path), room: room)
    let node = NodeID(assembly.topology.nodeCount - 1)
    let local = LinkIdentity(
        experiment: assembly.identity, run: .none, node: node, incarnation: WallClock.microseconds(),
        limits: Limits(assembly.channels))
    let rate = try given.count("rate", 1...1_000_000, default: 10_000)
    let victim = NodeID(try given.count("victim", 0...node.index - 1, default: 0))
    let keys = try given.value("keys").map { try KeyFile.read($0).ring(of: node, in: file, name: $0) }
    let diallers = (0..<node.index).map { NodeID($0) }
    let flooder: any Flooding
    if try given.choice("transport", Transport.allCases.map(\.rawValue), default: "tcp") == "udp" {
        flooder = try DatagramFlooder(
            datagramsPerSecond: rate, victim: victim, local: local, keys: keys, diallers: diallers)
    } else {
        let kind = try given.choice("flood", Flood.allCases.map(\.rawValue), default: Flood.stale.rawValue)
        flooder = try Flooder(
            Flood(rawValue: kind) ?? .stale, framesPerSecond: rate, victim: victim, local: local, keys: keys,
            diallers: diallers, elsewhere: SocketAddress(try given.required("elsewhere", "ADDRESS")))
    }
    let endpoint = Endpoint(
        address: "\(flooder.address)", pid: ChildProcess.ownIdentifier, incarnation: local.incarnation, nonce: .none)
    try Files.makeDirectory(run.node(node).path)
    try Files.write(endpoint.json, to: run.node(node).endpoint)
    return flooder
}

func main() -> Int32 {
    StandardStreams.prepare()
    return ExitCode.of("flooder") {
        var flooder = try makeFlooder(try Flags(Array(CommandLine.arguments.dropFirst()), allowed: flags))
        let control = try FileDescriptor(owning: 0)
        var buffer = [UInt8](repeating: 0, count: 64)
        while true {
            guard try flooder.turn(control: control) else { continue }
            guard case .bytes = try control.read(into: &buffer) else {
                try StandardOutput.print("\(flooder.flooded)")
                return ExitCode.success
            }
            flooder.isAttacking = buffer[0] == UInt8(ascii: "v")
        }
    } status: { _ in
        ExitCode.usage
    }
}

ExitCode.leave(with: main())
