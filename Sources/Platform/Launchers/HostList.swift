// HostList: which hosts the nodes are on, by a file of `host slots` lines or by what a launcher says, and where each
// node is reached by that.
import Registry
import Scenario

/// Hosts, each for so many nodes.
public struct HostList: Sendable, Equatable {
    struct Share: Equatable {
        let host: String
        let slots: Int
    }

    /// More nodes than any run has.
    private static let mostNodes = 100_000

    /// The host of each node, by index.
    let hosts: [String]

    /// Each host's slots one after the other, as launchers fill them.
    init(_ shares: [Share]) {
        hosts = shares.flatMap { [String](repeating: $0.host, count: $0.slots) }
    }

    /// One slot of each host in turn.
    init(dealtInTurn shares: [Share]) {
        let turns = shares.map(\.slots).max() ?? 0
        hosts = (0..<turns).flatMap { turn in shares.filter { $0.slots > turn }.map(\.host) }
    }

    /// - Parameter path: of a file of lines `HOST`, `HOST SLOTS` or `HOST slots=SLOTS`; `#` begins a comment. A host
    ///   may come again.
    public init(file path: String) throws(ConfigurationFault) {
        let bytes: [UInt8]
        do throws(SystemFault) {
            bytes = try Files.read(path, upTo: 1 << 24)
        } catch {
            throw ConfigurationFault("\(error)")
        }
        try self.init(String(decoding: bytes, as: UTF8.self), name: path)
    }

    /// - Parameter name: what messages call the text.
    init(_ text: String, name: String) throws(ConfigurationFault) {
        var shares: [Share] = []
        var count = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.prefix { $0 != "#" }
            let words = content.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard let host = words.first else { continue }
            // What follows the slots, as in the files of Grid Engine, is of no meaning here.
            let number = words.count > 1 ? words[1] : "1"
            let digits = number.hasPrefix("slots=") ? number.dropFirst("slots=".count) : number
            guard let slots = Int(digits), (1...mostSlots).contains(slots),
                (try? HostPort("\(bracketed(host)):1")) != nil
            else {
                throw ConfigurationFault(
                    "'\(excerpt(of: String(line)))' is no host of nodes; allowed: HOST or HOST SLOTS",
                    at: "\(name):\(index + 1)")
            }
            count += slots
            guard count <= Self.mostNodes else {
                throw ConfigurationFault("more than \(Self.mostNodes) slots", at: "\(name):\(index + 1)")
            }
            shares.append(Share(host: String(host), slots: slots))
        }
        self.init(shares)
    }

    /// Where each node listens: its host, and a port of its own.
    ///
    /// - Parameters:
    ///   - nodes: of the topology.
    ///   - port: of node 0; each other one has the port of its index after it.
    public func addresses(of nodes: Int, port: Int) throws(ConfigurationFault) -> [String] {
        guard hosts.count >= nodes else {
            throw ConfigurationFault(
                "--hosts: there are \(hosts.count) slots for the topology's \(nodes) nodes; expected one for each")
        }
        guard port + nodes - 1 <= Int(UInt16.max) else {
            throw ConfigurationFault(
                "--port \(port): the last of \(nodes) nodes would have port \(port + nodes - 1); allowed: up to "
                    + "\(Int(UInt16.max) - nodes + 1)")
        }
        return (0..<nodes).map { "\(bracketed(hosts[$0][...])):\(port + $0)" }
    }

    /// Whether a process of this rank is where the list says. A list that does not name this host at all may call it by
    /// an address.
    ///
    /// - Throws: where the launcher spreads processes otherwise.
    public func check(rank: Int, isOn environment: LaunchEnvironment) throws(ConfigurationFault) {
        let own = [environment["SLURMD_NODENAME"], environment.hostName].compactMap { $0 }.map(Self.short)
        guard hosts.contains(where: { own.contains(Self.short($0)) }), !own.contains(Self.short(hosts[rank])) else {
            return
        }
        throw ConfigurationFault(
            "--hosts: node \(rank) is on \(hosts[rank]) by the list, and this process is on \(own[0]); expected each "
                + "host's slots one after the other, or nodes that leave their addresses in a folder (--endpoints)")
    }

    /// A host name up to its first dot; an address as it is.
    static func short(_ host: String) -> String {
        guard (try? HostPort("\(bracketed(host[...])):1"))?.isName == true else { return host.lowercased() }
        return String(host.prefix { $0 != "." }).lowercased()
    }
}

private let mostSlots = 100_000

private func bracketed(_ host: Substring) -> String {
    host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : "\(host)"
}
