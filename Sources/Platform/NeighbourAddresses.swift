// NeighbourAddresses: where a node finds its neighbours: by address where the topology tells it, else by the files that
// they leave.
import Kernels
import Scenario
import Wire

/// The addresses of one run's nodes. Files of another run count for nothing, however they came to lie there.
struct NeighbourAddresses {
    /// By index; one that is not known here, or has port 0, is looked for in `folder`.
    let known: [String?]
    /// Whose `<index>/endpoint.json` tell where nodes listen.
    let folder: String
    let run: RunNonce

    private enum Place {
        case told(String)
        case endpoint(Endpoint)
        case missing(path: String)
        case otherRun(path: String)
    }

    /// Where a neighbour is reached, as far as it is known now: files are read anew each time.
    func address(of neighbour: NodeID) -> String? {
        switch place(of: neighbour) {
        case .told(let address): address
        case .endpoint(let endpoint): endpoint.address
        case .missing, .otherRun: nil
        }
    }

    /// Where it is looked for, in words.
    func description(of neighbour: NodeID) -> String {
        switch place(of: neighbour) {
        case .told(let address): "\(neighbour) at \(address)"
        case .endpoint(let endpoint): "\(neighbour) at \(endpoint.address)"
        case .missing(let path): "\(neighbour) by \(path), which is not there"
        case .otherRun(let path): "\(neighbour) by \(path), which is of another run"
        }
    }

    private func place(of neighbour: NodeID) -> Place {
        if known.indices.contains(neighbour.index), let address = known[neighbour.index], !address.hasSuffix(":0") {
            return .told(address)
        }
        let path = NodeDirectory("\(folder)/\(neighbour.index)").endpoint
        guard let endpoint = Endpoint.read(path) else { return .missing(path: path) }
        return endpoint.nonce == run ? .endpoint(endpoint) : .otherRun(path: path)
    }
}

extension Endpoint {
    /// No endpoint is longer: an address is a host name and a port.
    private static let mostBytes = 4096

    /// What a node has left at `path`; `nil` where there is nothing whole, or more than an endpoint. Nodes read the
    /// files of others again and again, whoever may write there.
    public static func read(_ path: String) -> Endpoint? {
        guard let bytes = try? Files.read(path, upTo: mostBytes + 1), bytes.count <= mostBytes else { return nil }
        return try? Endpoint(bytes, name: path)
    }
}
