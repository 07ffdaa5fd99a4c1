// Partition: no message passes between parts of the network until the fault ends.
import Kernels
import Registry

/// Messages between parts of the network are lost. The nodes struck are one side; which shape the cut has is a
/// parameter, in the terms of the Jepsen tests.
public struct Partition: NetworkFault {
    public static let name = "partition"
    public static let summary = "Cuts the network into parts until it ends."
    public static let usualShare = 0.5
    public static let actsBetweenNodes = true
    public static let parameters = [
        Parameter.choice(
            "shape", ["halves", "one", "oneWay", "bridge", "overlappingMajorities"], default: "halves",
            "halves: the struck nodes against the rest; one: the first of them alone; oneWay: nothing gets from them "
                + "to the rest; bridge: halves that one node still joins; overlappingMajorities: each node hears a "
                + "different majority")
    ]

    private let shape: String
    private var isStruck: [Bool] = []
    private var bridge: NodeID?

    public init(_ parameters: ParameterValues) { shape = parameters.text("shape") }

    public mutating func prepare(for scope: FaultScope) {
        isStruck = [Bool](repeating: false, count: scope.nodeCount)
        for node in shape == "one" ? Array(scope.nodes.prefix(1)) : scope.nodes { isStruck[node.index] = true }
        bridge = shape == "bridge" ? isStruck.firstIndex(of: false).map { NodeID($0) } : nil
    }

    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {
        if separates(transmission.sender, transmission.receiver) { transmission.isLost = true }
    }

    func separates(_ sender: NodeID, _ receiver: NodeID) -> Bool {
        switch shape {
        case "overlappingMajorities":
            // Of the others, each node hears the nearest half on the circle of indices.
            let count = isStruck.count
            let steps = (sender.index - receiver.index + count) % count
            return min(steps, count - steps) > count / 4 + 1
        case "oneWay":
            return isStruck[sender.index] && !isStruck[receiver.index]
        default:
            if sender == bridge || receiver == bridge { return false }
            return isStruck[sender.index] != isStruck[receiver.index]
        }
    }
}
