// AddressPattern: one text for the addresses of all nodes, where these follow from their indices.
import Graphs
import Registry

/// `run-{index}.mesh:7600`, or `127.0.0.1:{7600+index}`.
public struct AddressPattern: Sendable, Equatable {
    private enum Part: Equatable {
        case text(String)
        /// The index, and this number on top of it.
        case index(from: Int)
    }

    public static let allowed =
        "host:port with {index} in it, or a number and the index, as in run-{index}.mesh:7600 or 127.0.0.1:{7600+index}"

    private let parts: [Part]

    /// - Parameter key: what messages call the pattern.
    public init(_ text: String, key: String) throws(ConfigurationFault) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let inside = rest[open...].dropFirst()
            guard let close = inside.firstIndex(of: "}"), let start = Self.start(of: inside[..<close]) else {
                throw Self.fault(text, key)
            }
            parts += [.text(String(rest[..<open])), .index(from: start)]
            rest = inside[close...].dropFirst()
        }
        parts.append(.text(String(rest)))
        guard parts.count > 1 else { throw Self.fault(text, key) }
        self.parts = parts
    }

    /// What stands between the braces: `index`, or `7600+index`.
    private static func start(of text: Substring) -> Int? {
        if text == "index" { return 0 }
        guard text.hasSuffix("+index"), let start = Int(text.dropLast("+index".count)), (0...65_535).contains(start)
        else { return nil }
        return start
    }

    private static func fault(_ text: String, _ key: String) -> ConfigurationFault {
        ConfigurationFault(.notAllowed(key: key, given: "'\(excerpt(of: text))'", allowed: allowed))
    }

    /// The addresses of so many nodes, by index.
    ///
    /// - Throws: where one is none.
    public func addresses(of nodes: Int, key: String) throws(ConfigurationFault) -> [String] {
        try (0..<nodes).map { index throws(ConfigurationFault) in
            let address = parts.map { part in
                switch part {
                case .text(let text): text
                case .index(let start): "\(start + index)"
                }
            }.joined()
            guard (try? HostPort(address)) != nil else {
                throw ConfigurationFault(
                    "\(key) puts node \(index) at '\(excerpt(of: address))'; allowed: \(HostPort.allowed)")
            }
            return address
        }
    }
}

extension Topology {
    /// The same graph with an address, by this pattern, for every node that has none of its own.
    func addressed(by pattern: AddressPattern, key: String) throws(ConfigurationFault) -> Topology {
        let addresses = zip(self.addresses, try pattern.addresses(of: nodeCount, key: key)).map { $0 ?? $1 }
        var holders: [HostPort: String] = [:]
        for (label, address) in zip(labels, addresses) {
            let place = try HostPort(address, key: key)
            guard place.port == 0 || holders.updateValue(label, forKey: place) == nil else {
                throw ConfigurationFault("\(key) puts node '\(label)' at \(address), where another one listens")
            }
        }
        return try Topology(labels: labels, edges: edges, directed: directed, name: name, addresses: addresses)
    }
}
